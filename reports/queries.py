"""What pages and reports ask of the roll-ups: what each robot did in a span of days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import accumulate

from bots_common.robot import registry
from bots_common.values import Period
from bots_common.work import State, Store
from bots_common.work.people import SETTLED
from bots_common.work.stats import Count


@dataclass(frozen=True, slots=True)
class ReasonShare:
    """How often a reason came; `cumulated` is the share of all exceptions that it and the more frequent ones make."""

    reason: str
    count: int
    share: Decimal
    cumulated: Decimal


@dataclass(slots=True)
class RobotSummary:
    """A robot's work. `posted` is kroner, by the systems' own receipts; `skipped` are left to people, not begun.

    `settled` are those of the exceptions that people have done since, outside Kollega: never the robot's own work.
    """

    robot: str
    found: int = 0
    done: int = 0
    skipped: int = 0
    settled: int = 0
    posted: Decimal = Decimal(0)
    exceptions: Counter[str] = field(default_factory=Counter)

    @property
    def share(self) -> Decimal | None:
        """The share handled without a person; None where nothing was handled."""
        handled = self.done + self.exceptions.total()
        return Decimal(self.done) / handled if handled else None

    def pareto(self) -> list[ReasonShare]:
        """The reasons, the most frequent first."""
        ordered = sorted(self.exceptions.items(), key=lambda it: (-it[1], it[0]))
        total = Decimal(self.exceptions.total())
        sums = accumulate(count for _, count in ordered)
        return [
            ReasonShare(reason, count, count / total, cumulated / total)
            for (reason, count), cumulated in zip(ordered, sums, strict=True)
        ]


def summaries(counts: Iterable[Count], robots: Collection[str]) -> list[RobotSummary]:
    """The counts added up for each robot: those named, and those that nobody knows any more but that counted."""
    by_robot = {robot: RobotSummary(robot) for robot in robots}
    for it in counts:
        summary = by_robot.setdefault(it.robot, RobotSummary(it.robot))
        if it.outcome == "found":
            summary.found += it.count
        elif it.outcome == "effect":
            summary.posted += it.amount
        elif it.outcome == State.DONE:
            summary.done += it.count
        elif it.outcome == State.SKIPPED:
            summary.skipped += it.count
        elif it.outcome == SETTLED:
            summary.settled += it.count
        elif it.outcome == State.EXCEPTION:
            summary.exceptions[it.reason] += it.count
    return list(by_robot.values())


def work_of(store: Store, days: Period) -> list[RobotSummary]:
    """What each installed robot did in these days."""
    return summaries(store.stats.counts(since=days.first, until=days.last), registry())
