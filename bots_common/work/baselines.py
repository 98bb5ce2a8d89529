"""What a case costs a person, without a robot and beside one, as somebody has measured it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import func, insert, select

from bots_common.errors import StoreError
from bots_common.values import mask
from bots_common.work.database import Database
from bots_common.work.people_tables import Baseline

LONGEST: Final = 40 * 3600
"""Seconds: nobody spends more than a week's work on one case."""
DEAREST: Final = 500_000
"""Øre: no hour costs more than 5,000 kroner."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds a case: `before` without the robot, `after` all that people still spend on one that it hands them."""

    robot: str
    before: int
    after: int
    ore_per_hour: int
    at: datetime
    who: str
    why: str

    @property
    def kroner_per_hour(self) -> Decimal:
        return Decimal(self.ore_per_hour) / 100


class Baselines:
    """Reached as `store.baselines`. The latest measure of a robot counts, for every day that is looked at."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def set(self, robot: str, *, before: int, after: int, ore_per_hour: int, who: str, why: str) -> None:
        """Somebody has measured. Raises StoreError for what cannot be, or where it is not said who and how."""
        if not (who.strip() and why.strip()):
            raise StoreError("A measure says who has measured, and how.", "Write down how it was measured.")
        if not (0 < before <= LONGEST and 0 <= after <= LONGEST):
            raise StoreError(
                "A case takes a person more than no time, and at most forty hours.", "Give the minutes of one case."
            )
        if not 0 < ore_per_hour <= DEAREST:
            raise StoreError("An hour costs more than nothing, and at most 5,000 kroner.", "Give kroner for an hour.")
        row = {"robot": robot, "before": before, "after": after, "ore_per_hour": ore_per_hour}
        with self._database.write() as tx:
            said = {"at": self._database.now(), "who": mask(who), "why": mask(why.strip())}
            tx.execute(insert(Baseline).values(**row, **said))

    def of(self, robot: str) -> Measured | None:
        """What counts for the robot; None where nobody has measured."""
        return self.all().get(robot)

    def all(self) -> dict[str, Measured]:
        """What counts for each robot that somebody has measured."""
        latest = select(func.max(Baseline.id)).group_by(Baseline.robot)
        with self._database.read() as tx:
            rows = tx.execute(select(Baseline).where(Baseline.id.in_(latest))).all()
        return {row.robot: _measured(row) for row in rows}

    def log(self, robot: str) -> list[Measured]:
        """Every measure of the robot, the latest first."""
        query = select(Baseline).where(Baseline.robot == robot).order_by(Baseline.id.desc())
        with self._database.read() as tx:
            return [_measured(row) for row in tx.execute(query).all()]


def _measured(row: Any) -> Measured:
    return Measured(row.robot, row.before, row.after, row.ore_per_hour, row.at, row.who, row.why)
