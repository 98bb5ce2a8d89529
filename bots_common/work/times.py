"""How long cases took: at a desk, and from when they were found until what people wait for was there."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import ColumnElement, func, or_, select

from bots_common.work.database import Database
from bots_common.work.states import Step
from bots_common.work.tables import Effect, History, WorkItem


class Times:
    """Reached as `store.times`; measured on what a robot found from `since` to before `until`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def at_desk(self, robot: str, since: datetime, until: datetime) -> list[timedelta]:
        """Of each item that was handled: its time at a desk, all attempts together.

        An attempt whose worker died counts for nothing, since nobody knows when that was.
        """
        query = (
            select(History.item_id, History.at, History.step)
            .join(WorkItem, WorkItem.id == History.item_id)
            .where(*_found(robot, since, until))
            .order_by(History.item_id, History.id)
        )
        spent: dict[int, timedelta] = defaultdict(timedelta)
        with self._database.read() as tx:
            for taken, left in pairwise(tx.execute(query).all()):
                whole = left.item_id == taken.item_id and left.step != Step.TAKE_OVER
                if taken.step == Step.CLAIM and whole:
                    spent[taken.item_id] += left.at - taken.at
        return list(spent.values())

    def until_done(self, robot: str, effect: str, since: datetime, until: datetime) -> list[timedelta]:
        """From each item found to its first receipt of that effect; `request` is `request/private` too."""
        query = (
            select(WorkItem.created_at, func.min(Effect.settled_at, type_=Effect.settled_at.type).label("settled_at"))
            .join(WorkItem, WorkItem.id == Effect.item_id)
            .where(
                *_found(robot, since, until),
                Effect.receipt.is_not(None),
                or_(Effect.name == effect, Effect.name.startswith(f"{effect}/", autoescape=True)),
            )
            .group_by(WorkItem.id, WorkItem.created_at)
        )
        with self._database.read() as tx:
            return [row.settled_at - row.created_at for row in tx.execute(query).all()]


def _found(robot: str, since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    return WorkItem.robot == robot, WorkItem.created_at >= since, WorkItem.created_at < until
