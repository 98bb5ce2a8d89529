"""Roll-ups: counts per robot, day, outcome and reason, written with the change they count."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from bots_common.values import Period, in_kroner
from bots_common.work.database import Database, or_update
from bots_common.work.tables import Rollup

SHARDS = 16
CLOSED_SPANS: Final = 1024
"""So many days, weeks and months that have been asked for are kept."""
HELPED: Final = "helped"
"""The reason by which an item counts as done that a person has sent on to the robot; one done alone has none."""
AGAIN: Final = "again"
"""The outcome of an item that a person had and the robot found once more; its reason is why the person had it."""
DECIDED: Final = "decided"
"""The outcome by which decisions of people count under how long the item had waited, see `Waited`."""


class Waited(StrEnum):
    """How long an item has been with people: up to this, and longer than the span before."""

    HOUR = "hour"
    FOUR_HOURS = "four_hours"
    DAY = "day"
    THREE_DAYS = "three_days"
    WEEK = "week"
    MONTH = "month"
    LONGER = "longer"


LIMITS: Final = {
    Waited.HOUR: timedelta(hours=1),
    Waited.FOUR_HOURS: timedelta(hours=4),
    Waited.DAY: timedelta(days=1),
    Waited.THREE_DAYS: timedelta(days=3),
    Waited.WEEK: timedelta(days=7),
    Waited.MONTH: timedelta(days=30),
}


def waited(length: timedelta) -> Waited:
    """The span that a length of time falls in."""
    return next((span for span, limit in LIMITS.items() if length <= limit), Waited.LONGER)


@dataclass(frozen=True, slots=True)
class Count:
    """How often an outcome came for a reason on a day, and the kroner its receipts add up to."""

    robot: str
    day: date
    outcome: str
    reason: str
    count: int
    amount: Decimal


class Stats:
    """Reached as `store.stats`.

    Outcomes are item states, `found`, `AGAIN`, and `effect` (its reason is the effect's name). What people decide
    counts twice: under the step, by the reason for which they had the item, and as `DECIDED`, by how long it waited.
    """

    def __init__(self, database: Database, zone: ZoneInfo) -> None:
        self._database = database
        self._zone = zone
        self._closed = lru_cache(CLOSED_SPANS)(self._sum)
        row = database.insert(Rollup)
        self._adding = or_update(
            row,
            ["robot", "day", "outcome", "reason", "shard"],
            count=Rollup.count + row.excluded.count,
            ore=Rollup.ore + row.excluded.ore,
        )

    def today(self) -> date:
        """The local day by which counts are kept."""
        return self.day_of(self._database.clock())

    def day_of(self, at: datetime) -> date:
        """The local day of a moment."""
        return at.astimezone(self._zone).date()

    def began(self, day: date) -> datetime:
        """When a local day began."""
        return datetime.combine(day, time.min, self._zone)

    def add(
        self,
        tx: Connection,
        robot: str,
        outcome: str,
        reason: str,
        shard: int = 0,
        *,
        count: int = 1,
        amount: int = 0,
    ) -> None:
        """Count within the transaction of the change itself. `amount` is in øre."""
        tx.execute(
            self._adding,
            {
                "robot": robot,
                "day": self.today(),
                "outcome": outcome,
                "reason": reason,
                "shard": shard % SHARDS,
                "count": count,
                "ore": amount,
            },
        )

    def add_some(self, tx: Connection, robot: str, outcome: str, reason: str, count: int) -> None:
        """Count what may be none at all."""
        if count:
            self.add(tx, robot, outcome, reason, count=count)

    def decided(self, tx: Connection, items: Iterable[Any], outcome: str) -> None:
        """People have decided about these items, rows as they were before. Counted with the decision itself, so that
        no page has to read a history; and in spans, because one case forgotten for months moves every mean."""
        moment = self._database.moment(tx)
        acts = Counter((it.robot, str(outcome), it.reason or "") for it in items)
        spans = Counter((it.robot, DECIDED, str(waited(moment - it.changed_at))) for it in items)
        for (robot, outcome, reason), count in sorted((acts + spans).items()):
            self.add(tx, robot, outcome, reason, count=count)

    def counts(
        self, *, robot: str | None = None, since: date | None = None, until: date | None = None
    ) -> list[Count]:
        """The counts of a span of days, both ends included, summed over shards."""
        query = select(
            Rollup.robot,
            Rollup.day,
            Rollup.outcome,
            Rollup.reason,
            func.sum(Rollup.count),
            func.sum(Rollup.ore),
        ).group_by(Rollup.robot, Rollup.day, Rollup.outcome, Rollup.reason)
        if robot is not None:
            query = query.where(Rollup.robot == robot)
        if since is not None:
            query = query.where(Rollup.day >= since)
        if until is not None:
            query = query.where(Rollup.day <= until)
        with self._database.read() as tx:
            rows = tx.execute(query.order_by(Rollup.day, Rollup.robot, Rollup.outcome, Rollup.reason)).all()
        return [Count(r[0], r[1], r[2], r[3], int(r[4]), in_kroner(r[5])) for r in rows]

    def sums(self, spans: Iterable[Period]) -> list[Sequence[Count]]:
        """The counts of each span added up, `day` being its first. What lies two days back does not change any more,
        so that it is asked for once in the life of a process: a year of pages costs what today costs."""
        changing = self.today() - timedelta(days=1)
        return [self._kept(it, changing) for it in spans]

    def _kept(self, span: Period, changing: date) -> Sequence[Count]:
        """What lies before the days that may change, as it was read once, and those days as they are now."""
        if span.first >= changing:
            return self._sum(span.first, span.first, span.last)
        if span.last < changing:
            return self._closed(span.first, span.first, span.last)
        closed = self._closed(span.first, span.first, changing - timedelta(days=1))
        return closed + self._sum(span.first, changing, span.last)

    def _sum(self, day: date, first: date, last: date) -> tuple[Count, ...]:
        query = (
            select(Rollup.robot, Rollup.outcome, Rollup.reason, func.sum(Rollup.count), func.sum(Rollup.ore))
            .where(Rollup.day >= first, Rollup.day <= last)
            .group_by(Rollup.robot, Rollup.outcome, Rollup.reason)
        )
        with self._database.read() as tx:
            rows = tx.execute(query).all()
        return tuple(Count(r[0], day, r[1], r[2], int(r[3]), in_kroner(r[4])) for r in rows)


def shard_of(worker: str) -> int:
    """The roll-up shard a worker counts in, the same for its whole life."""
    return zlib.crc32(worker.encode())
