"""The benefit card of a robot: the measure before and after (catalogue case 21), for a month and the year it ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from bots_common import autonomy
from bots_common.values import Period
from bots_common.work import Store
from bots_common.work.baselines import Measured
from reports.figures import Figures, Saved, saved
from reports.month import together
from reports.queries import RobotSummary
from reports.telling import robot_named


@dataclass(frozen=True, slots=True)
class Achieved:
    """What a robot did in some days, and what people found. `began` is the first step of them in which it found."""

    days: Period
    work: RobotSummary
    looked_at: autonomy.Figures
    measured: Measured | None
    began: date | None

    @property
    def saved(self) -> Saved | None:
        return None if self.measured is None else saved(self.work, self.measured)

    @property
    def hours_before(self) -> Decimal | None:
        """What the cases that were found would have taken people without the robot."""
        return None if self.measured is None else Decimal(self.work.found * self.measured.before) / 3600

    @property
    def hours_now(self) -> Decimal | None:
        """What they take beside the robot; what is still open saves nothing yet."""
        if self.saved is None or self.hours_before is None:
            return None
        return self.hours_before - self.saved.hours


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on the card. `measured` is the latest measure, by which both spans are reckoned."""

    robot: str
    goal: Decimal | None
    measured: Measured | None
    month: Achieved
    year: Achieved


def card(store: Store, robot: str, month: Period) -> Card:
    """The card of a robot for a month and the twelve that end with it."""
    measured = store.baselines.of(robot)
    return Card(
        robot=robot,
        goal=robot_named(robot).goal,
        measured=measured,
        month=_achieved(store, robot, month, measured),
        year=_achieved(store, robot, year_to(month), measured),
    )


def year_to(month: Period) -> Period:
    """The twelve months that end with this one."""
    after = month.last + timedelta(days=1)
    return Period(first=after.replace(year=after.year - 1), last=month.last)


def _achieved(store: Store, robot: str, days: Period, measured: Measured | None) -> Achieved:
    figures = Figures(store, days, {robot})
    since, until = store.stats.began(days.first), store.stats.began(days.last + timedelta(days=1))
    return Achieved(
        days=days,
        work=figures.work[0],
        looked_at=together(store.levels.looked_at(robot, since, until)),
        measured=measured,
        began=next((it.days.first for it in figures.slots if it.by_robot[robot].found), None),
    )
