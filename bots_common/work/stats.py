"""Roll-ups: counts per robot, day, outcome and reason, written with the change they count."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from bots_common.work.database import Database, or_update
from bots_common.work.tables import Rollup

SHARDS = 16


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
    """Reached as `store.stats`. Outcomes are item states, `found`, and `effect` (its reason is the effect's name)."""

    def __init__(self, database: Database, zone: ZoneInfo) -> None:
        self._database = database
        self._zone = zone
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
        return [Count(r[0], r[1], r[2], r[3], int(r[4]), Decimal(int(r[5])) / 100) for r in rows]


def shard_of(worker: str) -> int:
    """The roll-up shard a worker counts in, the same for its whole life."""
    return zlib.crc32(worker.encode())
