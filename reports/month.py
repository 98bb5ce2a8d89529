"""A robot's month: what became of the cases it found, what it did on the days, and what people saw when they looked.

Cases are counted as they stand now, each once, however often the robot came back to it; what was done on the days,
and the hours that it saved, are counted as the dashboard counts them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cached_property

from bots_common import autonomy
from bots_common.autonomy import Cause
from bots_common.values import Period
from bots_common.work import ItemRow, State, Store
from bots_common.work.baselines import Measured
from bots_common.work.obs import LISTED
from bots_common.work.records import Became, HandedRow
from bots_common.work.states import SETTLED
from reports.figures import Figures, Saved, saved
from reports.telling import robot_named

BY_HAND = (State.EXCEPTION, State.SKIPPED)
OPEN = (State.NEW, State.WORKING, State.WAITING)


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of the items that a robot found in a month."""

    parts: Sequence[Became]

    @property
    def found(self) -> int:
        return sum(it.items for it in self.parts)

    def count(self, *states: State) -> int:
        return sum(it.items for it in self.parts if it.state in states)

    @property
    def settled(self) -> int:
        """Those that people have done outside Kollega: finished, but not by the robot."""
        return self._count(State.DONE, SETTLED)

    @property
    def handled(self) -> int:
        """Those that the robot has finished."""
        return self.count(State.DONE) - self.settled

    @property
    def listed(self) -> int:
        """Those that the robot left alone because of the obs-list."""
        return self._count(State.SKIPPED, LISTED)

    @property
    def amount(self) -> Decimal:
        """Kroner, by the systems' own receipts."""
        return sum((it.amount for it in self.parts), Decimal(0))

    @property
    def reached(self) -> Decimal | None:
        """The share of all found that the robot handled; None where nothing was found."""
        return Decimal(self.handled) / self.found if self.found else None

    def reasons(self) -> Counter[str]:
        """Why people have the rest, on the obs-list or sorted out."""
        reasons: Counter[str] = Counter()
        for it in self.parts:
            if it.state in BY_HAND:
                reasons[it.reason or ""] += it.items
        return reasons

    def _count(self, state: State, reason: str) -> int:
        return sum(it.items for it in self.parts if it.state is state and it.reason == reason)


@dataclass(frozen=True, slots=True)
class Taken:
    """What half of the cases of a month stayed within: at a desk, and until what people wait for, by effect."""

    at_desk: timedelta | None
    waits: Mapping[str, timedelta]


@dataclass(frozen=True, slots=True)
class Came:
    """What came of the items that a robot found in a month: how they stand, how long they took, and how many have
    come to people for what, also where they have settled it."""

    standing: Standing
    times: Taken
    reasons: Counter[str]


class Known:
    """What came of months. It is read again when something of it has changed; of months long past little does."""

    def __init__(self) -> None:
        self._read: dict[tuple[str, Period], tuple[object, Came]] = {}

    def of(self, robot: str, days: Period, stamp: object, read: Callable[[], Came]) -> Came:
        known = self._read.get((robot, days))
        if known is None or known[0] != stamp:
            known = self._read[robot, days] = (stamp, read())
        return known[1]


class Month:
    """A robot's month in a store; each part is asked for once, where it is wanted."""

    def __init__(self, store: Store, robot: str, days: Period, known: Known | None = None) -> None:
        self.robot = robot
        self.days = days
        self._store = store
        self._known = known or Known()
        self._span = (store.stats.began(days.first), store.stats.began(days.last + timedelta(days=1)))
        self.figures = Figures(store, days, {robot})

    @cached_property
    def before(self) -> Month:
        """The month before it."""
        return Month(self._store, self.robot, Period.month_of(self.days.first - timedelta(days=1)), self._known)

    @property
    def goal(self) -> Decimal | None:
        return robot_named(self.robot).goal

    @cached_property
    def came(self) -> Came:
        """What came of that which was found in the month, by the municipality's own days."""
        stamp = self._store.reading.stamp(self.robot, *self._span)
        return self._known.of(self.robot, self.days, stamp, self._read)

    @cached_property
    def by_hand(self) -> list[ItemRow]:
        """What was found in the month and people have now, case by case."""
        return self._store.reading.found(self.robot, *self._span, BY_HAND)

    @cached_property
    def handed(self) -> list[HandedRow]:
        """What was found in the month and has come to people, also where they have settled it since."""
        return self._store.reading.handed(self.robot, *self._span)

    @cached_property
    def looked_at(self) -> dict[Cause, autonomy.Figures]:
        """What people were asked about on the days, and how much of it was wrong, by why they were asked."""
        return self._store.levels.looked_at(self.robot, *self._span)

    @cached_property
    def measured(self) -> Measured | None:
        """What a case costs a person, by the latest measure."""
        return self._store.baselines.of(self.robot)

    @property
    def saved(self) -> Saved | None:
        """What the robot saved on the days; None where nobody has measured."""
        return None if self.measured is None else saved(self.figures.work[0], self.measured)

    def _read(self) -> Came:
        asked = (self.robot, *self._span)
        awaited = [it.effect for it in robot_named(self.robot).awaited]
        times, reading = self._store.times, self._store.reading
        return Came(
            Standing(reading.became(*asked)),
            Taken(times.at_desk(*asked), times.until_done(self.robot, awaited, *self._span)),
            reading.handed_for(*asked),
        )


def together(found: Mapping[Cause, autonomy.Figures]) -> autonomy.Figures:
    """All that people looked at, for whatever cause."""
    return autonomy.Figures(
        sum(it.proposed for it in found.values()),
        sum(it.decided for it in found.values()),
        sum(it.wrong for it in found.values()),
    )
