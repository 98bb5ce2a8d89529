"""What the store hands out about workers, and about the systems and screens that they use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Order(StrEnum):
    """What staff may want of a worker."""

    FINISH = "finish"
    """Finish the items in hand, hand back the rest, and end."""
    NOW = "now"
    """Hand back the items in hand too, and end."""


@dataclass(frozen=True, slots=True)
class Health:
    """How a worker is, by its own word. `idle_seconds`: since an item last got on; None where it has none in hand."""

    name: str
    machine: str
    version: str
    robots: tuple[str, ...]
    in_hand: int
    handled: int
    idle_seconds: float | None


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """A worker as staff see it. `silent`: it has not reported for so long that it must be dead or cut off."""

    name: str
    machine: str
    version: str
    robots: tuple[str, ...]
    in_hand: int
    handled: int
    started_at: datetime
    seen_at: datetime
    progress_at: datetime | None
    order: Order | None
    silent: bool


class Landmark(NamedTuple):
    """Something of a screen's structure: its kind (field, button, heading or column) and its text."""

    kind: str
    text: str


Signature = frozenset[Landmark]


@dataclass(frozen=True, slots=True)
class Expected:
    """What a screen should show: at least these landmarks or, where `exact`, no more either."""

    landmarks: Signature
    exact: bool = False

    def differs(self, seen: Signature) -> bool:
        return seen != self.landmarks if self.exact else not self.landmarks <= seen


@dataclass(frozen=True, slots=True)
class DriftRow:
    """A screen that was not as expected. Until a person has accepted it, the robots of its system stand still."""

    id: int
    system: str
    screen: str
    at: datetime
    worker: str
    expected: Expected
    seen: Signature
    picture: str | None
    accepted_at: datetime | None
    accepted_by: str | None
    why: str | None


@dataclass(frozen=True, slots=True)
class SystemRow:
    """What all workers share about a system. `broken_until`: nobody calls it before then, and then one alone.

    `probing`: that one is at it. `failures` are those in a row, across workers. Where there may be only so many calls
    a minute, `next_call_at` is the next free moment, and `calls` were given out for `minute` and `calls_before` for
    the one before.
    """

    paused_by: str | None = None
    paused_why: str = ""
    paused_at: datetime | None = None
    failures: int = 0
    broken_until: datetime | None = None
    broken_why: str = ""
    probing: bool = False
    next_call_at: datetime | None = None
    minute: datetime | None = None
    calls: int = 0
    calls_before: int = 0


@dataclass(frozen=True, slots=True)
class SystemsSeen:
    """The shared state of every system that has one, at one moment of the clock that all workers share."""

    at: datetime
    rows: Mapping[str, SystemRow]

    def of(self, system: str) -> SystemRow:
        return self.rows.get(system, SystemRow())


@dataclass(frozen=True, slots=True)
class Queue:
    """Who calls a system, as the workers' names in the order of their tickets: the first so many are inside."""

    holders: tuple[str, ...]

    def inside(self, places: int) -> tuple[str, ...]:
        return self.holders[:places]

    def waiting(self, places: int) -> tuple[str, ...]:
        return self.holders[places:]


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the queue for a system: `ahead` calls are inside or come first."""

    ticket: int
    system: str
    holder: str
    ahead: int
