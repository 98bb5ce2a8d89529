"""What pages and reports ask of the roll-ups: what each robot did in a span of days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import accumulate
from typing import Final

from bots_common.robot import registry
from bots_common.values import Period
from bots_common.work import State, Store
from bots_common.work.states import REJECTED, SETTLED
from bots_common.work.stats import AGAIN, DECIDED, HELPED, Count, Waited

SENT_ON: Final = frozenset({"retry", "correct", "answer"})
"""What people decide that lets the robot try once more."""
ACTS: Final = frozenset({SETTLED, *SENT_ON, "approve", "reject", "send"})
"""Every outcome that is a decision of people."""
BY_REASON: Final[Mapping[str, str]] = {
    State.EXCEPTION: "exceptions",
    State.WAITING: "waiting",
    State.SKIPPED: "left",
    AGAIN: "again",
}
"""The counter of a summary for each outcome that counts by its reason."""


@dataclass(frozen=True, slots=True)
class ReasonShare:
    """How often a reason came; `cumulated` is the share of all that it and the more frequent ones make."""

    reason: str
    count: int
    share: Decimal
    cumulated: Decimal


@dataclass(slots=True)
class RobotSummary:
    """A robot's work. `posted` is kroner, by the systems' own receipts.

    `done` is all that the robot finished; `helped` are those among it that a person had sent on. `waiting` are asked
    about, `left` are left to people and not begun, each by its reason. `acts` are what people decided, by what it was
    and by the reason they had the case for; `waited` is how long it took them.
    """

    robot: str
    found: int = 0
    done: int = 0
    helped: int = 0
    posted: Decimal = Decimal(0)
    exceptions: Counter[str] = field(default_factory=Counter)
    waiting: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    again: Counter[str] = field(default_factory=Counter)
    acts: Counter[tuple[str, str]] = field(default_factory=Counter)
    waited: Counter[Waited] = field(default_factory=Counter)

    @property
    def skipped(self) -> int:
        """Left to people, not begun."""
        return self.left.total()

    @property
    def alone(self) -> int:
        """Done without a person."""
        return self.done - self.helped

    @property
    def handed(self) -> Counter[str]:
        """Handed to people or asked about, by reason; what they rejected came to them before, by another reason."""
        return Counter({it: n for it, n in (self.exceptions + self.waiting).items() if it != REJECTED})

    @property
    def settled(self) -> int:
        """Done by people, outside."""
        return sum(n for (act, _), n in self.acts.items() if act == SETTLED)

    @property
    def share(self) -> Decimal | None:
        """The share handled without a person, of all that the robot has come to an end with; None where that is none.

        What was left to people from the start counts among it, as it does for the goal. A case that the robot found
        again by itself is not held against it.
        """
        all_ended = self.alone + self.skipped + self.handed.total() - self.again.total()
        return Decimal(self.alone) / all_ended if all_ended > 0 else None

    def pareto(self) -> list[ReasonShare]:
        """The reasons of exceptions, the most frequent first."""
        return pareto(self.exceptions)


def pareto(reasons: Mapping[str, int]) -> list[ReasonShare]:
    """The reasons, the most frequent first."""
    ordered = sorted(reasons.items(), key=lambda it: (-it[1], it[0]))
    total = Decimal(sum(reasons.values()))
    sums = accumulate(count for _, count in ordered)
    return [
        ReasonShare(reason, count, count / total, cumulated / total)
        for (reason, count), cumulated in zip(ordered, sums, strict=True)
    ]


def summaries(counts: Iterable[Count], robots: Collection[str]) -> list[RobotSummary]:
    """The counts added up for each robot: those named, and those that nobody knows any more but that counted."""
    by_robot = {robot: RobotSummary(robot) for robot in robots}
    for it in counts:
        if it.robot not in by_robot:
            by_robot[it.robot] = RobotSummary(it.robot)
        _add(by_robot[it.robot], it)
    return list(by_robot.values())


def together(robot: str, parts: Iterable[RobotSummary]) -> RobotSummary:
    """Several summaries as one."""
    whole = RobotSummary(robot)
    for it in parts:
        whole.found += it.found
        whole.done += it.done
        whole.helped += it.helped
        whole.posted += it.posted
        for of_whole, of_part in (
            (whole.exceptions, it.exceptions),
            (whole.waiting, it.waiting),
            (whole.left, it.left),
            (whole.again, it.again),
        ):
            of_whole.update(of_part)
        whole.acts.update(it.acts)
        whole.waited.update(it.waited)
    return whole


def _add(to: RobotSummary, it: Count) -> None:
    if it.outcome == "found":
        to.found += it.count
    elif it.outcome == "effect":
        to.posted += it.amount
    elif it.outcome == State.DONE:
        to.done += it.count
        to.helped += it.count if it.reason == HELPED else 0
    elif it.outcome == DECIDED:
        to.waited[Waited(it.reason)] += it.count
    elif it.outcome in ACTS:
        to.acts[it.outcome, it.reason] += it.count
    elif it.outcome in BY_REASON:
        counter: Counter[str] = getattr(to, BY_REASON[it.outcome])
        counter[it.reason] += it.count


def work_of(store: Store, days: Period) -> list[RobotSummary]:
    """What each installed robot did in these days."""
    return summaries(store.stats.counts(since=days.first, until=days.last), registry())
