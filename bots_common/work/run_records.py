"""What `store.runs` hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

SILENT: Final = timedelta(minutes=1)
"""A run whose process has died this long ago has found no other: no scheduler is there to go on with it."""


class RunState(StrEnum):
    DUE = "due"
    """It begins as soon as its moment has come and the robot is free."""
    RUNNING = "running"
    ENDED = "ended"
    LEFT_OUT = "left_out"


class RunCause(StrEnum):
    SCHEDULE = "schedule"
    PERSON = "person"


class Stop(StrEnum):
    """Why a run ended, or why it was left out."""

    EMPTY = "empty"
    """Nothing is left to handle."""
    FEW = "few"
    """Fewer items wait than the schedule asks for."""
    ITEMS = "items"
    """It has taken as many items as it may."""
    TIME = "time"
    """Its time of day has come."""
    CLOSING = "closing"
    """A stretch of time began in which it may not run."""
    SYSTEM_CLOSED = "system_closed"
    DRIFT = "drift"
    LOGIN = "login"
    ORDERED = "ordered"
    """A person has told its worker to end."""
    FAILED = "failed"
    """It could not go on; the detail says why."""
    MISSED = "missed"
    """Left out: nobody was there at its moment."""
    OVERLAP = "overlap"
    """Left out: the robot was running."""
    PAUSED = "paused"
    """Left out: a person has paused the schedule."""
    GONE = "gone"
    """Left out: its schedule is no longer in the file."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How far a run has come, in items. `waiting` are with a person for approval or to be done by hand; `failed` went
    to a person for technical reasons."""

    found: int = 0
    handled: int = 0
    exceptions: int = 0
    waiting: int = 0
    skipped: int = 0
    failed: int = 0

    @property
    def finished(self) -> int:
        """Items of which the robot has seen the end."""
        return self.handled + self.exceptions + self.waiting + self.skipped + self.failed


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run to be written down: `left_out` says why it does not come; `waits`, whether it waits for its turn."""

    due: datetime
    begins_at: datetime
    waits: bool = False
    left_out: Stop | None = None


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as it stands now. A process that has let `alive_until` pass without a word has died."""

    id: int
    schedule: str
    robot: str
    due: datetime
    begins_at: datetime
    cause: RunCause
    who: str
    state: RunState
    stop: Stop | None
    detail: str
    version: str | None
    holder: str | None
    alive_until: datetime | None
    takeovers: int
    begun_at: datetime | None
    progress_at: datetime | None
    stalled_at: datetime | None
    ended_at: datetime | None
    tally: Tally

    @property
    def seconds(self) -> float | None:
        """How long it took; None where it has not begun or not ended."""
        return (self.ended_at - self.begun_at).total_seconds() if self.ended_at and self.begun_at else None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which runs somebody asks for. `robots` are those they may see, None all; `all` has those left out, too."""

    robots: frozenset[str] | None = None
    robot: str | None = None
    schedule: str | None = None
    all: bool = False


def stalled(run: RunRow, now: datetime) -> bool:
    """Whether a run that is under way gets nowhere: its process has marked it, or has died and nobody goes on."""
    if run.state is not RunState.RUNNING:
        return False
    dead = run.alive_until is not None and run.alive_until < now - SILENT
    return run.stalled_at is not None or dead


@dataclass(frozen=True, slots=True)
class Planning:
    """How far a schedule is planned, and who has paused it and why."""

    planned_until: datetime
    paused_by: str | None = None
    paused_why: str = ""
    paused_at: datetime | None = None

    @property
    def paused(self) -> bool:
        return self.paused_at is not None


@dataclass(frozen=True, slots=True)
class Beat:
    """What a run that reports is told: whether it is still this process's, the present moment by the shared clock,
    and whether it has been marked as halted right now."""

    ours: bool
    at: datetime
    stalled: bool = False
