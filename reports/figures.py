"""The leaders' figures of some robots in a span of days: steps over time, time saved, and where cases went.

The numbers come from the roll-ups and the partial indexes, so they cost the same beside a million finished cases.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from bots_common.robot import registry
from bots_common.values import Period
from bots_common.work import State, Store
from bots_common.work.baselines import Measured
from bots_common.work.records import Standing
from bots_common.work.states import REJECTED, SETTLED
from bots_common.work.stats import Waited
from bots_common.work.unfinished import Due
from reports.queries import SENT_ON, RobotSummary, summaries, together
from reports.spans import steps


@dataclass(frozen=True, slots=True)
class Saved:
    """What robots have saved people: seconds of work, and what those cost in kroner. Either can be less than none."""

    seconds: int
    kroner: Decimal

    @property
    def hours(self) -> Decimal:
        return Decimal(self.seconds) / 3600


def saved(work: RobotSummary, measured: Measured) -> Saved:
    """alone × before + (helped + settled) × (before − after).

    A case that the robot did alone saves all that it took a person before. One that people have helped on or settled
    took a person as much before, and takes what is still spent on it now: the difference is saved, once, however
    often they looked at it. What was left to people from the start, and what is still open, saves nothing.
    """
    each = measured.before - measured.after
    seconds = work.alone * measured.before + (work.helped + work.settled) * each
    return Saved(seconds, Decimal(seconds) * measured.ore_per_hour / 360_000)


@dataclass(frozen=True, slots=True)
class RobotFigures:
    """One robot's figures. `saved` is None where nobody has measured; `goal` where the robot has none."""

    work: RobotSummary
    goal: Decimal | None
    measured: Measured | None
    standing: Standing
    with_people: int
    asked: int
    ready: int

    @property
    def robot(self) -> str:
        return self.work.robot

    @property
    def saved(self) -> Saved | None:
        return None if self.measured is None else saved(self.work, self.measured)


@dataclass(frozen=True, slots=True)
class Slot:
    """What came of cases in one step of the time that is looked at."""

    days: Period
    by_robot: dict[str, RobotSummary]

    def sum(self, number: Callable[[RobotSummary], int]) -> int:
        return sum(map(number, self.by_robot.values()))


class Figures:
    """The figures of these robots, or of every robot that ever counted, in these days. Each is asked for once."""

    def __init__(self, store: Store, days: Period, robots: Collection[str] | None) -> None:
        self._store = store
        self.days = days
        self._robots = robots

    @cached_property
    def slots(self) -> list[Slot]:
        """The days cut into steps, each with what every robot did in it."""
        cut = steps(self.days)
        sums = [[it for it in counted if self._theirs(it.robot)] for counted in self._store.stats.sums(cut)]
        counted = {it.robot: None for counts in sums for it in counts}
        robots = [name for name in registry() if self._theirs(name)]
        robots += sorted(set(counted) - set(robots))
        return [
            Slot(days, {work.robot: work for work in summaries(counts, robots)})
            for days, counts in zip(cut, sums, strict=True)
        ]

    @cached_property
    def work(self) -> list[RobotSummary]:
        """What each robot did; an installed one also where it did nothing."""
        return [together(robot, [slot.by_robot[robot] for slot in self.slots]) for robot in self.slots[0].by_robot]

    @cached_property
    def robots(self) -> list[RobotFigures]:
        measured, people = self._store.baselines.all(), self._store.unfinished.with_people()
        standings = self._store.levels.standings([work.robot for work in self.work])
        return [
            RobotFigures(
                work=work,
                goal=registry()[work.robot].goal if work.robot in registry() else None,
                measured=measured.get(work.robot),
                standing=standings[work.robot],
                with_people=people.get((work.robot, State.EXCEPTION), 0),
                asked=people.get((work.robot, State.WAITING), 0),
                ready=self._store.open_count([work.robot]),
            )
            for work in self.work
        ]

    @cached_property
    def total(self) -> RobotSummary:
        """All of it together; its reasons are those of every robot under their codes."""
        return together("", self.work)

    @property
    def saved(self) -> Saved | None:
        """What the robots have saved that somebody has measured; None where nobody has measured any."""
        each = [it.saved for it in self.robots if it.saved is not None]
        if not each:
            return None
        return Saved(sum(it.seconds for it in each), sum((it.kroner for it in each), Decimal(0)))

    @property
    def unmeasured(self) -> list[str]:
        """The robots that nobody has measured."""
        return [it.robot for it in self.robots if it.measured is None]

    def ages(self) -> Counter[Waited]:
        """How long what people have now has been with them."""
        ages: Counter[Waited] = Counter()
        for (robot, span), count in self._store.unfinished.ages().items():
            ages[span] += count if self._theirs(robot) else 0
        return ages

    def due(self) -> Counter[Due]:
        """How far ahead the deadlines are of what is not finished."""
        ahead: Counter[Due] = Counter()
        for (robot, due), count in self._store.unfinished.due().items():
            ahead[due] += count if self._theirs(robot) else 0
        return ahead

    def _theirs(self, robot: str) -> bool:
        return self._robots is None or robot in self._robots


# -- the flow -------------------------------------------------------------------------------------------------

MOST_REASONS = 6
OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Branch:
    """One reason for which cases went to people, and what people did with them."""

    reason: str
    came: int
    settled: int
    sent_on: int
    approved: int
    rejected: int
    again: int

    @property
    def ended(self) -> int:
        return self.settled + self.sent_on + self.approved + self.rejected + self.again

    @property
    def undecided(self) -> int:
        """Not decided in these days."""
        return max(0, self.came - self.ended)


@dataclass(frozen=True, slots=True)
class Course:
    """Where a robot's cases went: done alone, left to people from the start, handed over by reason, or not yet done.

    `before` are cases that were found earlier and came to an end in these days.
    """

    found: int
    alone: int
    left: int
    branches: Sequence[Branch]
    to_come: int
    before: int


def course(work: RobotSummary) -> Course:
    """The rarest reasons are put together, so that the picture can be read."""
    reasons = sorted({*work.handed, *(why for _, why in work.acts), *work.again} - {REJECTED})
    branches = sorted((_branch(work, it) for it in reasons), key=lambda it: (-it.came, -it.ended, it.reason))
    if len(branches) > MOST_REASONS:
        branches[MOST_REASONS - 1 :] = [_together(branches[MOST_REASONS - 1 :])]
    ended = work.alone + work.skipped + work.handed.total()
    return Course(
        found=work.found,
        alone=work.alone,
        left=work.skipped,
        branches=branches,
        to_come=max(0, work.found - ended),
        before=max(0, ended - work.found),
    )


def _branch(work: RobotSummary, reason: str) -> Branch:
    acts = work.acts
    return Branch(
        reason=reason,
        came=work.handed[reason],
        settled=acts[SETTLED, reason],
        sent_on=sum(acts[act, reason] for act in SENT_ON),
        approved=acts["approve", reason] + acts["send", reason],
        rejected=acts["reject", reason],
        again=work.again[reason],
    )


def _together(branches: Sequence[Branch]) -> Branch:
    return Branch(
        reason=OTHERS,
        came=sum(it.came for it in branches),
        settled=sum(it.settled for it in branches),
        sent_on=sum(it.sent_on for it in branches),
        approved=sum(it.approved for it in branches),
        rejected=sum(it.rejected for it in branches),
        again=sum(it.again for it in branches),
    )
