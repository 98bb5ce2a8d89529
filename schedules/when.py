"""When a schedule is due, as people write it: "every 30 minutes mon-fri 07:00-17:00". Pure.

Times of day are wall-clock times. One that the spring night leaves out is due when the clock jumps; one that the
autumn night has twice is due the first time. "Every 30 minutes" are minutes that pass, whatever the clock shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from bots_common import hours
from bots_common.calendar import Calendar

EXAMPLES: Final = (
    "'cron 30 6 * * mon-fri', '10th or next banking day 05:00', 'last banking day 05:00', "
    "'every 30 minutes mon-fri 07:00-17:00' or 'once 2026-12-01 08:00'"
)

_CLOCK: Final = r"(?:at )?(\d\d:\d\d)"
_CRON: Final = re.compile(r"cron (.+)")
_MONTHLY: Final = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)? or next banking day {_CLOCK}")
_LAST: Final = re.compile(rf"last banking day {_CLOCK}")
_EVERY: Final = re.compile(r"every (\d+) minutes? (.+)")
_ONCE: Final = re.compile(rf"once (\d{{4}}-\d\d-\d\d) {_CLOCK}")
_CRON_FIELDS: Final = 5
_DAY: Final = timedelta(days=1)
_SECOND: Final = timedelta(seconds=1)
_MINUTE: Final = timedelta(minutes=1)
_LONGEST_MONTH: Final = 31


@dataclass(frozen=True, slots=True)
class Cron:
    """Five fields; both a day of the month and a day of the week must hold where both are given."""

    trigger: CronTrigger

    def moments(self, after: datetime, zone: ZoneInfo, calendar: Calendar | None) -> Iterator[datetime]:
        """The trigger is asked about the clock on the wall, named UTC: then no clock ever changes under it."""
        asked = after.astimezone(zone).replace(tzinfo=UTC)
        while (wall := self.trigger.get_next_fire_time(None, asked)) is not None:
            yield moment_of(wall.replace(tzinfo=None), zone)
            asked = wall + _SECOND


@dataclass(frozen=True, slots=True)
class Monthly:
    """The `day` of each month (its last where it has fewer) or the next open day; None is the last open day."""

    day: int | None
    at: time

    def moments(self, after: datetime, zone: ZoneInfo, calendar: Calendar | None) -> Iterator[datetime]:
        assert calendar is not None, "a plan gives one to whatever counts banking days"
        first = month_before(after.astimezone(zone).date())
        while first.year < date.max.year:
            last = last_of_month(first)
            day = (
                calendar.open_until(last)
                if self.day is None
                else calendar.open_from(first.replace(day=min(self.day, last.day)))
            )
            yield moment_of(datetime.combine(day, self.at), zone)
            first = last + _DAY


@dataclass(frozen=True, slots=True)
class Every:
    """So many minutes apart, from the moment at which the window opens to before it closes."""

    step: timedelta
    window: hours.Weekly

    def moments(self, after: datetime, zone: ZoneInfo, calendar: Calendar | None) -> Iterator[datetime]:
        day = after.astimezone(zone).date() - _DAY
        while True:
            if day.weekday() in self.window.days:
                moment, closes = (moment_of(wall, zone) for wall in self._edges(day))
                if moment <= after:
                    moment += (after - moment) // self.step * self.step
                while moment < closes:
                    yield moment
                    moment += self.step
            day += _DAY

    def _edges(self, day: date) -> tuple[datetime, datetime]:
        midnight = datetime.combine(day, time())
        opens, closes = (midnight + timedelta(minutes=it) for it in (self.window.first, self.window.last))
        return opens, closes if opens < closes else closes + _DAY


@dataclass(frozen=True, slots=True)
class Once:
    """One moment on the wall clock."""

    wall: datetime

    def moments(self, after: datetime, zone: ZoneInfo, calendar: Calendar | None) -> Iterator[datetime]:
        yield moment_of(self.wall, zone)


When = Cron | Monthly | Every | Once


def moment_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first moment at which the clock shows this or, where it jumps over it, the one at which it jumps."""
    moment = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if _wall(moment, zone) == wall:
        return moment
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while _wall(before, zone) < wall:
        before += _MINUTE
    return before.replace(second=0, microsecond=0)


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


def last_of_month(day: date) -> date:
    return (day.replace(day=28) + 4 * _DAY).replace(day=1) - _DAY


def month_before(day: date) -> date:
    """The first day of the month before."""
    return (day.replace(day=1) - _DAY).replace(day=1)


@cache
def when(text: str) -> When:
    """What the text means. Raises ValueError that says how it is written."""
    words = " ".join(text.lower().split())
    if cron := _CRON.fullmatch(words):
        return _cron(cron[1])
    if monthly := _MONTHLY.fullmatch(words):
        return Monthly(_day_of_month(int(monthly[1])), clock(monthly[2]))
    if last := _LAST.fullmatch(words):
        return Monthly(None, clock(last[1]))
    if every := _EVERY.fullmatch(words):
        return _every(int(every[1]), every[2])
    if once := _ONCE.fullmatch(words):
        return _once(once[1], once[2])
    raise ValueError(f"{text!r} says no time that is understood; write it like {EXAMPLES}")


def clock(text: str) -> time:
    """A time of day, "06:30". Raises ValueError."""
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no time of day; write it like '06:30'") from error


def _cron(text: str) -> Cron:
    fields = text.split()
    if len(fields) != _CRON_FIELDS:
        raise ValueError("cron takes five fields: minute, hour, day of the month, month, day of the week")
    if any(letter.isdigit() for letter in fields[4]):
        raise ValueError("days of the week are written as names (mon-fri): their numbers do not mean the same to all")
    try:
        trigger = CronTrigger.from_crontab(text, timezone=UTC)
    except ValueError as error:
        raise ValueError(f"cron does not understand {text!r}: {str(error).rstrip('.')}") from error
    if trigger.get_next_fire_time(None, datetime(2000, 1, 1, tzinfo=UTC)) is None:
        raise ValueError(f"cron {text!r} names a day that no year has")
    return Cron(trigger)


def _day_of_month(number: int) -> int:
    if not 1 <= number <= _LONGEST_MONTH:
        raise ValueError(f"no month has a day {number}; write 1st to 31st")
    return number


def _every(minutes: int, window: str) -> Every:
    if minutes < 1:
        raise ValueError("the shortest step is 'every 1 minute'")
    found = hours.window(window)
    if not isinstance(found, hours.Weekly):
        raise ValueError(  # noqa: TRY004 - it is the text that is wrong
            "'every' takes hours of the week, like 'mon-fri 07:00-17:00' or 'daily 00:00-24:00'"
        )
    return Every(timedelta(minutes=minutes), found)


def _once(day: str, at: str) -> Once:
    try:
        return Once(datetime.combine(date.fromisoformat(day), clock(at)))
    except ValueError as error:
        raise ValueError(f"there is no {day} {at}") from error
