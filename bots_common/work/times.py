"""How long cases took: at a desk, and from when they were found until what people wait for was there.

A time is what half of them stay within: their median, reckoned by the database; there is none where nothing was done.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, literal, or_, select

from bots_common.work.conditions import no_key
from bots_common.work.database import Database
from bots_common.work.reading import found_in
from bots_common.work.tables import Effect, WorkItem


class Times:
    """Reached as `store.times`; measured on what a robot found from `since` to before `until`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def at_desk(self, robot: str, since: datetime, until: datetime) -> timedelta | None:
        """Of the items that were handled: the time of each at a desk, all attempts together.

        An attempt whose worker died counts for nothing, since nobody knows when that was.
        """
        spent = select(literal("").label("what"), (WorkItem.desk_ms / 1000).label("seconds"))
        return self._halves(spent.where(*found_in(robot, since, until), WorkItem.desk_ms > 0)).get("")

    def until_done(
        self, robot: str, effects: Collection[str], since: datetime, until: datetime
    ) -> dict[str, timedelta]:
        """From when each item was found to its first receipt of an effect; `request` is `request/private` too."""
        if not effects:
            return {}
        named = {it: or_(Effect.name == it, Effect.name.startswith(f"{it}/", autoescape=True)) for it in effects}
        what = case(*((condition, it) for it, condition in named.items()))
        waited = self._database.seconds(WorkItem.created_at, func.min(Effect.settled_at))
        return self._halves(
            select(what.label("what"), waited.label("seconds"))
            .join_from(WorkItem, Effect, Effect.item_id == no_key(WorkItem.id))
            .where(*found_in(robot, since, until), Effect.receipt.is_not(None), or_(*named.values()))
            .group_by(no_key(WorkItem.id), WorkItem.created_at, what)
        )

    def _halves(self, taken: Any) -> dict[str, timedelta]:
        """What half of the `seconds` of each `what` stay within: those in the middle, or between the two there."""
        its = taken.subquery().c
        of_its: Any = {"partition_by": its.what}
        place = func.row_number().over(**of_its, order_by=its.seconds).label("place")
        ranked = select(its.what, its.seconds, place, func.count().over(**of_its).label("all")).subquery()
        middle = ranked.c.place.between((ranked.c.all + 1) // 2, (ranked.c.all + 2) // 2)
        query = select(ranked.c.what, func.avg(ranked.c.seconds)).where(middle).group_by(ranked.c.what)
        with self._database.read() as tx:
            return {what: timedelta(seconds=round(float(half), 3)) for what, half in tx.execute(query).all()}
