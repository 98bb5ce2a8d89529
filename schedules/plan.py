"""A schedule: which robot, when, on which days, and what then. Pure: the present moment is passed in.

What the keys mean to staff stands in `docs/schedules.md`.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cache
from itertools import takewhile
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from bots_common import hours
from bots_common.autonomy import Level
from bots_common.calendar import Calendar
from bots_common.notice_settings import Address
from bots_common.settings import Section, Zone
from schedules.when import Monthly, When, clock, last_of_month, moment_of, when

LATE: Final = timedelta(minutes=5)
"""What was due longer ago has been missed: nobody was there to run it."""

_DAY: Final = timedelta(days=1)
_EDGE: Final = re.compile(r"(first|last)(?: (\d+))? banking days?")
_WINDOWS: Final = f"'last 2 banking days', 'first banking day', {hours.EXAMPLES}"


class Missed(StrEnum):
    """What becomes of moments at which no scheduler was there."""

    SKIP = "skip"
    ONCE = "once"
    """One run, for the latest of all that have come by then."""
    EACH = "each"
    """A run for each of them, one after another."""


class Overlap(StrEnum):
    """What becomes of a run whose robot is still running."""

    SKIP = "skip"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class MonthEdge:
    """From the 1st of a month through its `count`-th banking day or, with `end`, from there to the end of it."""

    count: int
    end: bool

    def has(self, day: date, calendar: Calendar) -> bool:
        """Whether fewer than so many banking days lie between this day and the edge."""
        edge = last_of_month(day) if self.end else day.replace(day=1)
        step = _DAY if self.end else -_DAY
        between = (day + number * step for number in range(1, abs((edge - day).days) + 1))
        return sum(calendar.is_open(it) for it in between) < self.count


def _known_when(text: str) -> str:
    when(text)
    return text


def _known_clock(text: str) -> str:
    clock(text)
    return text


def _known_closing(text: str) -> str:
    closing(text)
    return text


class Rules(Section):
    """A schedule as it stands in the file. After `stalled_minutes` without progress a run is marked; with `report`
    the report of the month is kept when a run ends."""

    robot: str = Field(examples=["invoices"])
    when: Annotated[str, AfterValidator(_known_when)] = Field(examples=["cron 30 6 * * mon-fri"])
    calendar: str | None = Field(default=None, examples=["denmark-public"])
    timezone: Zone | None = Field(default=None, examples=["Europe/Copenhagen"])
    missed: Missed = Field(default=Missed.ONCE, examples=["once"])
    overlap: Overlap = Field(default=Overlap.SKIP, examples=["skip"])
    jitter_minutes: int = Field(default=0, ge=0, le=120, examples=[5])
    min_items: int | None = Field(default=None, ge=1, examples=[20])
    max_items: int | None = Field(default=None, ge=1, examples=[200])
    until: Annotated[str, AfterValidator(_known_clock)] | None = Field(default=None, examples=["15:30"])
    autonomy: Level | None = Field(default=None, examples=["approve"])
    not_during: tuple[Annotated[str, AfterValidator(_known_closing)], ...] = Field(
        default=(), examples=[["last 2 banking days"]]
    )
    stalled_minutes: int = Field(default=15, ge=1, examples=[15])
    notify: tuple[Address, ...] = Field(default=(), examples=[["fakturaer@kommune.example"]])
    report: bool = Field(default=False, examples=[True])


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule with its calendar and its time zone. `calendar` None: every day is like any other."""

    name: str
    rules: Rules
    zone: ZoneInfo
    calendar: Calendar | None

    @property
    def when(self) -> When:
        return when(self.rules.when)

    def due(self, after: datetime, until: datetime) -> Iterator[datetime]:
        """The moments in UTC after `after`, up to and with `until`, each later than the one before."""
        last = after.astimezone(UTC)
        end = until.astimezone(UTC)
        for moment in takewhile(lambda it: it <= end, self.when.moments(last, self.zone, self.calendar)):
            if moment > last:
                last = moment
                if not self.left_out(moment):
                    yield moment

    def left_out(self, moment: datetime) -> bool:
        """Whether nothing runs then: the calendar is closed, or it lies within `not_during`."""
        return not self._open_on(self._wall(moment).date()) or self.forbidden(moment)

    def forbidden(self, moment: datetime) -> bool:
        """Whether the moment lies within `not_during`."""
        wall = self._wall(moment)
        for text in self.rules.not_during:
            it = closing(text)
            if isinstance(it, MonthEdge):
                assert self.calendar is not None, "a plan gives one to whatever counts banking days"
                if it.has(wall.date(), self.calendar):
                    return True
            elif it.has(wall):
                return True
        return False

    def begins(self, due: datetime) -> datetime:
        """When the run that is due then begins: up to `jitter_minutes` later, the same each time it is asked."""
        share = zlib.crc32(f"{self.name} {due.astimezone(UTC).isoformat()}".encode()) / 2**32
        return due + timedelta(minutes=self.rules.jitter_minutes * share)

    def ends(self, begun: datetime) -> datetime | None:
        """When a run that began then has to end, if it has to: the first time after that the clock shows `until`."""
        if self.rules.until is None:
            return None
        begun = begun.astimezone(UTC)
        wall = datetime.combine(self._wall(begun).date(), clock(self.rules.until))
        first = moment_of(wall, self.zone)
        return first if first > begun else moment_of(wall + _DAY, self.zone)

    def counts_banking_days(self) -> bool:
        """Whether its time or `not_during` speaks of banking days."""
        edges = (isinstance(closing(text), MonthEdge) for text in self.rules.not_during)
        return isinstance(self.when, Monthly) or any(edges)

    def _open_on(self, day: date) -> bool:
        return self.calendar is None or self.calendar.is_open(day)

    def _wall(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone).replace(tzinfo=None)


@cache
def closing(text: str) -> hours.Window | MonthEdge:
    """What a line of `not_during` means. Raises ValueError that says how it is written."""
    if edge := _EDGE.fullmatch(" ".join(text.lower().split())):
        return MonthEdge(int(edge[2] or 1), edge[1] == "last")
    try:
        return hours.window(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no stretch of time; write it like {_WINDOWS}") from error


@dataclass(frozen=True, slots=True)
class Planned:
    """What to make of the moments of a schedule that have come: to `run`, and those `missed` that stay undone."""

    run: tuple[datetime, ...]
    missed: tuple[datetime, ...]


def planned(schedule: Schedule, after: datetime, now: datetime) -> Planned:
    """The moments after `after` that have come by now, by what the schedule says about missed ones."""
    due = tuple(schedule.due(after, now))
    late = tuple(moment for moment in due if moment < now - LATE)
    fresh = due[len(late) :]
    match schedule.rules.missed:
        case Missed.EACH:
            return Planned(due, ())
        case Missed.SKIP:
            return Planned(fresh, late)
        case Missed.ONCE:
            run = fresh or late[-1:]
            return Planned(run, due[: len(due) - len(run)])
