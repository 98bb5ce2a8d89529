"""How robots and systems stand now: what each does, what stops it, and who is at it. What a state means is pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Final

from bots_common.autonomy import Level
from bots_common.desk.manners import Mode, Standing, standing
from bots_common.errors import SettingsError
from bots_common.hours import Hours
from bots_common.robot import registry
from bots_common.settings import Settings, SystemSettings
from bots_common.work import State, Store
from bots_common.work.states import OPEN
from bots_common.work.stops import Stopped
from bots_common.work.system_records import DriftRow, Queue, SystemRow, WorkerRow
from reports.figures import Figures, RobotFigures
from reports.spans import Span, days_of

MINUTE: Final = timedelta(minutes=1)
LIVE_STATES: Final = (*OPEN, State.EXCEPTION, State.WAITING)
"""What is not at its end; the rest counts by the day."""


class Doing(StrEnum):
    """What a robot is doing."""

    STOPPED = "stopped"
    STOPPING = "stopping"
    CHANGED = "changed"
    SHUT_OUT = "shut_out"
    WORKING = "working"
    WAITING = "waiting"
    UNATTENDED = "unattended"
    IDLE = "idle"


DOINGS: Final[Mapping[Doing, str]] = {
    Doing.STOPPED: "Stopped by a person",
    Doing.STOPPING: "Stopping",
    Doing.CHANGED: "Stopped by a changed screen",
    Doing.SHUT_OUT: "Waits for a system",
    Doing.WORKING: "Working",
    Doing.WAITING: "Waits for a free worker",
    Doing.UNATTENDED: "Work waits, and no worker is running",
    Doing.IDLE: "Nothing to do",
}


class Door(StrEnum):
    """What a system is to the robots."""

    OPEN = "open"
    THROTTLED = "throttled"
    CLOSED = "closed"
    PAUSED = "paused"
    BROKEN = "broken"
    PROBING = "probing"


DOORS: Final[Mapping[Door, str]] = {
    Door.OPEN: "Open to robots",
    Door.THROTTLED: "Open, calls wait for their turn",
    Door.CLOSED: "Outside its opening hours",
    Door.PAUSED: "Paused by a person",
    Door.BROKEN: "Out of order, left alone",
    Door.PROBING: "Out of order, being tried again",
}
_MODES: Final[Mapping[Mode, Door]] = {
    Mode.OPEN: Door.OPEN,
    Mode.CLOSED: Door.CLOSED,
    Mode.PAUSED: Door.PAUSED,
    Mode.BROKEN: Door.BROKEN,
    Mode.PROBING: Door.PROBING,
}


@dataclass(frozen=True, slots=True)
class SystemStation:
    """A system as it is at the moment `now`. `settings` is None where this machine has no address of it.

    `robots` are those that use it, `drifts` its changed screens that nobody has accepted.
    """

    name: str
    now: datetime
    standing: Standing
    row: SystemRow
    settings: SystemSettings | None
    queue: Queue
    robots: tuple[str, ...]
    drifts: tuple[DriftRow, ...]

    @property
    def door(self) -> Door:
        door = _MODES[self.standing.mode]
        return Door.THROTTLED if door is Door.OPEN and (self.waiting or self.turn) else door

    @property
    def places(self) -> int | None:
        """How many calls are let in at a time."""
        return self.settings.concurrency if self.settings else None

    @property
    def inside(self) -> tuple[str, ...]:
        return self.queue.inside(self.places) if self.places else self.queue.holders

    @property
    def waiting(self) -> tuple[str, ...]:
        """The workers whose calls wait to be let in."""
        return self.queue.waiting(self.places) if self.places else ()

    @property
    def turn(self) -> timedelta | None:
        """How long a call waits that asks for its moment now; None where it need not wait."""
        if self.settings is None or not self.settings.calls_per_minute or self.row.next_call_at is None:
            return None
        left = self.row.next_call_at - self.now
        # The moment after a call is never free at once: there is a queue where more than one has asked.
        return left if left > MINUTE / self.settings.calls_per_minute else None

    @property
    def calls(self) -> int | None:
        """Calls in the last whole minute; None where they are not counted."""
        if self.settings is None or not self.settings.calls_per_minute:
            return None
        return calls_before(self.row, self.now)


def calls_before(row: SystemRow, now: datetime) -> int:
    """The calls of the last whole minute before `now`, by the two minutes that the row remembers."""
    last = now.replace(second=0, microsecond=0) - MINUTE
    if row.minute == last:
        return row.calls
    return row.calls_before if row.minute == last + MINUTE else 0


@dataclass(frozen=True, slots=True)
class RobotStation:
    """A robot as it is now. `workers` are those who serve it, `states` its items that are not at their end."""

    figures: RobotFigures
    states: Mapping[State, int]
    workers: tuple[WorkerRow, ...]
    stopped: Stopped | None
    systems: tuple[SystemStation, ...]
    ramp: tuple[int, ...]

    @property
    def robot(self) -> str:
        return self.figures.robot

    @property
    def doing(self) -> Doing:
        return doing(
            stopped=self.stopped is not None,
            changed=bool(self.drifts),
            shut_out=self.shut_out is not None,
            in_hand=self.states[State.WORKING],
            left=self.figures.ready,
            attended=any(not it.silent for it in self.workers),
        )

    @property
    def drifts(self) -> tuple[DriftRow, ...]:
        """The changed screens for which it stands still."""
        return tuple(drift for system in self.systems for drift in system.drifts)

    @property
    def shut_out(self) -> SystemStation | None:
        """The first of its systems that lets nobody in."""
        return next((it for it in self.systems if not it.standing.lets_in), None)

    @property
    def progress(self) -> datetime | None:
        """When one of its workers last got on."""
        return max((it.progress_at for it in self.workers if it.progress_at), default=None)

    @property
    def versions(self) -> tuple[str, ...]:
        return tuple(sorted({it.version for it in self.workers if not it.silent}))

    @property
    def number(self) -> int | None:
        """How many cases a day the ramp lets it do alone; None where it has no number."""
        change = self.figures.standing.change
        free = change.level in (Level.SHADOW, Level.APPROVE) or change.step >= len(self.ramp)
        return None if free else self.ramp[change.step]


def doing(*, stopped: bool, changed: bool, shut_out: bool, in_hand: int, left: int, attended: bool) -> Doing:
    """What stops a robot goes before what it does. `left` is ready or in hand; `attended`: by a live worker."""
    if stopped:
        return Doing.STOPPING if in_hand else Doing.STOPPED
    if changed:
        return Doing.CHANGED
    if in_hand:
        return Doing.WORKING
    if not left:
        return Doing.IDLE
    if shut_out:
        return Doing.SHUT_OUT
    return Doing.WAITING if attended else Doing.UNATTENDED


class Stations:
    """The robots of these names, or all, and the systems that they use; each is asked for once."""

    def __init__(self, store: Store, settings: Settings, robots: Collection[str] | None) -> None:
        self._store = store
        self._settings = settings
        self._robots = [name for name in registry() if robots is None or name in robots]
        self._all = robots is None

    @cached_property
    def systems(self) -> list[SystemStation]:
        """By name: those that the robots use, and where these are all robots, every system with an address."""
        seen, queues = self._store.systems.seen(), self._store.systems.queues()
        drifts = self._store.drift.open()
        users = users_of(self._settings)
        names = {name for name, robots in users.items() if set(robots) & set(self._robots)}
        return [
            SystemStation(
                name=name,
                now=seen.at,
                standing=standing(name, seen.of(name), self._hours(name), seen.at),
                row=seen.of(name),
                settings=self._settings.systems.get(name),
                queue=queues.get(name, Queue(())),
                robots=users.get(name, ()),
                drifts=tuple(it for it in drifts if it.system == name),
            )
            for name in sorted(names | set(self._settings.systems) if self._all else names)
        ]

    @cached_property
    def robots(self) -> list[RobotStation]:
        days = days_of(Span.MONTH, self._store.stats.today())
        figures = {it.robot: it for it in Figures(self._store, days, self._robots).robots}
        states = self._store.unfinished.by_state()
        stopped, workers = self._store.stops.all(), self._store.fleet.workers()
        return [
            RobotStation(
                figures=figures[name],
                states={state: states.get((name, state), 0) for state in LIVE_STATES},
                workers=tuple(it for it in workers if name in it.robots),
                stopped=stopped.get(name),
                systems=tuple(it for it in self.systems if name in it.robots),
                ramp=self._settings.autonomy_of(name).ramp,
            )
            for name in self._robots
        ]

    def _hours(self, system: str) -> Hours:
        if system in self._settings.systems:
            return self._settings.hours(system)
        return Hours((), (), self._settings.zone)


def users_of(settings: Settings) -> dict[str, tuple[str, ...]]:
    """The robots that use each system. One whose settings are wrong here is asked for what it always uses."""
    users: dict[str, tuple[str, ...]] = {}
    for name, robot in registry().items():
        try:
            systems = robot(settings).systems
        except SettingsError:
            systems = robot.systems
        for system in systems:
            users[system.name] = (*users.get(system.name, ()), name)
    return users
