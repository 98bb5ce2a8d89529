"""What robots do by themselves: the schedules, what is under way, and what is still to come."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from bots_common.errors import SettingsError
from bots_common.robot import registry
from bots_common.settings import Settings
from bots_common.texts import Language
from bots_common.work import Store
from bots_common.work.database import Clock
from bots_common.work.run_records import Planning, RunRow, RunState, Stop, stalled
from bots_common.work.runs import SCHEDULER
from reports.telling import Teller
from schedules.file import Plan, PlanFile, WrongFile
from schedules.outlook import Ahead, ahead
from schedules.plan import Schedule
from schedules.telling import state_of
from schedules.words import Words

BAD: Final = frozenset({Stop.DRIFT, Stop.LOGIN, Stop.FAILED})
_YEAR: Final = timedelta(days=366)
_DAY: Final = timedelta(days=1)
_SHORT: Final = 3
_INSTANT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Today:
    """The day's plan: what is `running`, what is due and waits for its turn, and what is still to come.

    `served` says whether a scheduler is there to begin it.
    """

    running: list[RunRow]
    waiting: list[RunRow]
    ahead: list[Ahead]
    served: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """A schedule as it stands now. `next` None: not within a year; `last` None: it has not run yet."""

    schedule: Schedule
    words: Words
    next: datetime | None
    last: RunRow | None
    planning: Planning | None

    @property
    def paused(self) -> bool:
        return self.planning is not None and self.planning.paused


def next_of(schedule: Schedule, now: datetime) -> datetime | None:
    """When a schedule comes next, if it does within a year."""
    return next(schedule.due(now, now + _YEAR), None)


class Timetable:
    """The schedules of the file as it was saved last and, while it is wrong, as they were before."""

    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        self.path = settings.schedules
        self._runs = store.runs
        self._zone = settings.zone
        self._clock = clock
        self._file = PlanFile(settings.schedules, registry(), settings.timezone)
        self._plan = Plan()

    def plan(self) -> Plan:
        """The schedules; none where there is no file."""
        return self.read()[0]

    def read(self) -> tuple[Plan, tuple[str, ...]]:
        """The schedules, and what is wrong in the file, a sentence each."""
        if not self.path.exists():
            return Plan(), ()
        try:
            self._plan = self._file.plan()
        except WrongFile as error:
            return self._plan, error.faults
        except SettingsError as error:
            return self._plan, (str(error),)
        return self._plan, ()

    def served(self) -> bool:
        """Whether a scheduler is there."""
        return self._runs.leader(SCHEDULER) is not None

    def standing(self, robots: Collection[str] | None, language: Language) -> list[Standing]:
        """Each schedule of these robots, None being all, in the order of the file."""
        now, planning, last = self._clock(), self._runs.planning(), self._runs.last_begun()
        return [
            Standing(
                schedule=it,
                words=Words(it, language),
                next=next_of(it, now),
                last=last.get(it.name),
                planning=planning.get(it.name),
            )
            for it in self.plan().schedules
            if _of(it.rules.robot, robots)
        ]

    def ahead(self, robots: Collection[str] | None, days: int) -> list[Ahead]:
        """What comes within so many days."""
        now = self._clock()
        return [it for it in ahead(self.plan(), now, now + days * _DAY) if _of(it.schedule.rules.robot, robots)]

    def today(self, robots: Collection[str] | None) -> Today:
        """What is under way, and what is still to come before midnight; what is paused does not come."""
        now = self._clock()
        tomorrow = datetime.combine(now.astimezone(self._zone).date() + _DAY, time(), self._zone)
        paused = {name for name, its in self._runs.planning().items() if its.paused}
        rows = [row for row in self._runs.unfinished() if _of(row.robot, robots)]
        return Today(
            running=[row for row in rows if row.state is RunState.RUNNING],
            waiting=[row for row in rows if row.state is RunState.DUE],
            ahead=[
                it
                for it in ahead(self.plan(), now, tomorrow - _INSTANT)
                if it.schedule.name not in paused and _of(it.schedule.rules.robot, robots)
            ],
            served=self.served(),
        )


class RunTeller:
    """Says in one language how runs stand."""

    def __init__(self, teller: Teller, now: datetime) -> None:
        self._teller = teller
        self._now = now

    def state(self, run: RunRow) -> str:
        """How it stands, or why it ended."""
        return state_of(run, self._teller.language)

    def stalled(self, run: RunRow) -> bool:
        return stalled(run, self._now)

    def badge(self, run: RunRow) -> str:
        """The class of its badge."""
        if self.stalled(run) or run.stop in BAD or run.tally.failed:
            return "exception"
        return "done" if run.state is RunState.ENDED else ""

    def took(self, run: RunRow) -> str:
        """How long it took, or has taken so far: "0:12:05"; nothing before it begins."""
        if run.begun_at is None:
            return ""
        lasted = (run.ended_at or self._now) - run.begun_at
        return str(timedelta(seconds=max(0, round(lasted.total_seconds()))))

    def counts(self, run: RunRow) -> str:
        """How far it is, in cases: "12 fundet, 10 klaret"."""
        say, tally = self._teller.say, run.tally
        told = (
            (tally.found, say("{count} found", count=self._teller.number(tally.found))),
            (tally.handled, say("{count} handled", count=self._teller.number(tally.handled))),
            (tally.exceptions, say("{count} to people", count=self._teller.number(tally.exceptions))),
            (tally.waiting, say("{count} to approve or do by hand", count=self._teller.number(tally.waiting))),
            (tally.skipped, say("{count} left to people", count=self._teller.number(tally.skipped))),
            (tally.failed, say("{count} failed", count=self._teller.number(tally.failed))),
        )
        return ", ".join(text for count, text in told if count) or say("no cases")

    def times(self, it: Ahead) -> str:
        """The times of a day; of many, the first and the last."""
        clocks = [self._teller.clock(moment) for moment in it.moments]
        if len(clocks) <= _SHORT:
            return ", ".join(clocks)
        return self._teller.say(
            "{first} – {last}, {count} times", first=clocks[0], last=clocks[-1], count=len(clocks)
        )


def _of(robot: str, robots: Collection[str] | None) -> bool:
    return robots is None or robot in robots
