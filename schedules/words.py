"""A schedule in plain words: when it runs, on which days it does not, and what holds for its runs. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final

from babel.dates import format_datetime, format_time, get_day_names
from babel.lists import format_list

from bots_common import hours
from bots_common.autonomy import Level
from bots_common.calendar import Kind
from bots_common.texts import Language, day
from schedules.plan import Missed, MonthEdge, Overlap, Rules, Schedule, closing
from schedules.telling import texts
from schedules.when import Every, Monthly, Once

_WEEK: Final = 7
_RANGE: Final = 3
"""So many days that follow each other are said by the first and the last of them."""
_ANY: Final = "*"


class Text(StrEnum):
    """The msgids."""

    DAILY = "Every day at {at}"
    ON_DAYS = "{days} at {at}"
    MONTHLY = "On day {day} of each month or the next banking day, at {at}"
    LAST = "On the last banking day of each month, at {at}"
    EVERY_DAILY = "Every {minutes} minutes, every day from {first} to {last}"
    EVERY = "Every {minutes} minutes, {days} from {first} to {last}"
    ONCE = "Once: {moment}"
    CRON = "By the cron line {line}"
    SPAN = "{first} to {last}"
    DENMARK_PUBLIC = "Not on Danish public holidays"
    DENMARK_BANKING = "Danish banking days: not at weekends, on public holidays, 1 May, 5 June, 24 and 31 December"
    NORWAY_PUBLIC = "Not on Norwegian public holidays"
    NORWAY_WORKING = "Norwegian working days: not at weekends or on public holidays"
    OWN = "{closed}, nor on the days of the sheet “{name}”"
    LAST_DAY = "Not from the last banking day of the month to its end"
    LAST_DAYS = "Not on the last {count} banking days of the month"
    FIRST_DAY = "Not until the first banking day of the month is over"
    FIRST_DAYS = "Not until the first {count} banking days of the month are over"
    NOT_DAILY = "Not from {first} to {last}"
    NOT_WEEKLY = "Not {days} from {first} to {last}"
    NOT_DATED = "Not from {first} to {last}, once"
    SKIPPED = "What was missed while no scheduler was running is not made up for"
    MADE_UP_ONCE = "One run makes up for all that were missed while no scheduler was running"
    MADE_UP_EACH = "Each run that was missed while no scheduler was running is made up for"
    NOT_BESIDE = "Left out while the robot is still running"
    WAITS = "Waits while the robot is still running"
    JITTER = "Begins up to {count} minutes later"
    MIN_ITEMS = "Only where at least {count} cases wait"
    MAX_ITEMS = "At most {count} cases"
    UNTIL = "Ends at {at}; what is left waits for the next run"
    SHADOW = "The robot only watches, whatever it may do otherwise"
    APPROVE = "A person approves everything, whatever the robot may do otherwise"
    SAMPLE = "A share goes to a person, whatever the robot may do otherwise"
    STALLED = "Marked after {count} minutes without progress"


_KINDS: Final = {
    Kind.DENMARK_PUBLIC: Text.DENMARK_PUBLIC,
    Kind.DENMARK_BANKING: Text.DENMARK_BANKING,
    Kind.NORWAY_PUBLIC: Text.NORWAY_PUBLIC,
    Kind.NORWAY_WORKING: Text.NORWAY_WORKING,
}
_MISSED: Final = {
    Missed.SKIP: Text.SKIPPED,
    Missed.ONCE: Text.MADE_UP_ONCE,
    Missed.EACH: Text.MADE_UP_EACH,
}
_OVERLAP: Final = {Overlap.SKIP: Text.NOT_BESIDE, Overlap.WAIT: Text.WAITS}
_LEVELS: Final = {Level.SHADOW: Text.SHADOW, Level.APPROVE: Text.APPROVE, Level.SAMPLE: Text.SAMPLE}


class Words:
    """The words of one schedule in one language."""

    def __init__(self, schedule: Schedule, language: Language) -> None:
        self._schedule = schedule
        self._rules: Rules = schedule.rules
        self._language = language

    def when(self) -> str:
        """When it is due: "Mandag til fredag kl. 06.30"."""
        told = self._when()
        return told[:1].upper() + told[1:]

    def closed(self) -> list[str]:
        """The days and hours on which it is not due after all, a sentence each."""
        told = [self._calendar()] if self._schedule.calendar else []
        return [*told, *map(self._closing, self._rules.not_during)]

    def limits(self) -> list[str]:
        """What bounds each of its runs."""
        rules = self._rules
        counted = (
            (Text.MIN_ITEMS, rules.min_items),
            (Text.MAX_ITEMS, rules.max_items),
            (Text.JITTER, rules.jitter_minutes),
        )
        told = [self._say(text, count=count) for text, count in counted if count]
        if rules.until is not None:
            told.append(self._say(Text.UNTIL, at=self._clock(time.fromisoformat(rules.until))))
        if rules.autonomy in _LEVELS:
            told.append(self._say(_LEVELS[rules.autonomy]))
        return told

    def policies(self) -> list[str]:
        """What becomes of a run that was missed, comes too soon, or gets nowhere."""
        rules = self._rules
        still = self._say(Text.STALLED, count=rules.stalled_minutes)
        return [self._say(_MISSED[rules.missed]), self._say(_OVERLAP[rules.overlap]), still]

    # -- when ---------------------------------------------------------------------------------------------

    def _when(self) -> str:
        match self._schedule.when:
            case Monthly(day=number, at=at) if number is not None:
                return self._say(Text.MONTHLY, day=number, at=self._clock(at))
            case Monthly(at=at):
                return self._say(Text.LAST, at=self._clock(at))
            case Every(step=step, window=window):
                text = Text.EVERY_DAILY if len(window.days) == _WEEK else Text.EVERY
                return self._say(text, minutes=step // timedelta(minutes=1), **self._weekly(window))
            case Once(wall=wall):
                return self._say(Text.ONCE, moment=self._moment(wall))
            case _:
                return self._cron(self._rules.when.lower().split()[1:])

    def _cron(self, fields: list[str]) -> str:
        """In words where it is a time of day on days of the week; any other line as it is written."""
        minute, hour, of_month, month, of_week = fields
        days = _days(of_week)
        times = hour.split(",")
        if not (minute.isdecimal() and all(map(str.isdecimal, times)) and days and (of_month, month) == (_ANY, _ANY)):
            return self._say(Text.CRON, line=" ".join(fields))
        at = format_list([self._clock(time(int(it), int(minute))) for it in times], locale=self._language.locale)
        if len(days) == _WEEK:
            return self._say(Text.DAILY, at=at)
        return self._say(Text.ON_DAYS, days=self._named(days), at=at)

    # -- when not -----------------------------------------------------------------------------------------

    def _calendar(self) -> str:
        calendar = self._schedule.calendar
        assert calendar is not None, "asked only where there is one"
        told = self._say(_KINDS[calendar.kind])
        name = self._rules.calendar or ""
        return told if name in set(Kind) else self._say(Text.OWN, closed=told, name=name)

    def _closing(self, text: str) -> str:
        match closing(text):
            case MonthEdge(count=1, end=end):
                return self._say(Text.LAST_DAY if end else Text.FIRST_DAY)
            case MonthEdge(count=count, end=end):
                return self._say(Text.LAST_DAYS if end else Text.FIRST_DAYS, count=count)
            case hours.Dated(first=first, last=last):
                return self._say(Text.NOT_DATED, first=self._moment(first), last=self._moment(last))
            case hours.Weekly() as window:
                told = Text.NOT_DAILY if len(window.days) == _WEEK else Text.NOT_WEEKLY
                return self._say(told, **self._weekly(window))

    # -- in the language ----------------------------------------------------------------------------------

    def _say(self, text: Text, **facts: object) -> str:
        return texts().text(text, self._language, **facts)

    def _weekly(self, window: hours.Weekly) -> dict[str, str]:
        return {
            "days": self._named(window.days),
            "first": self._minute(window.first),
            "last": self._minute(window.last),
        }

    def _named(self, days: Collection[int]) -> str:
        names = get_day_names("wide", "format", self._language.locale)
        known = sorted(days)
        starts = [it for it in known if (it - 1) % _WEEK not in days]
        if len(starts) == 1 and len(known) >= _RANGE:
            last = (starts[0] + len(known) - 1) % _WEEK
            return self._say(Text.SPAN, first=names[starts[0]], last=names[last])
        return format_list([names[it] for it in known], locale=self._language.locale)

    def _minute(self, minute: int) -> str:
        return "24:00" if minute == 24 * 60 else self._clock(time(*divmod(minute, 60)))

    def _clock(self, at: time) -> str:
        return format_time(at, "short", locale=self._language.locale)

    def _moment(self, wall: datetime) -> str:
        return f"{day(wall.date(), self._language)} {format_datetime(wall, 'HH:mm', locale=self._language.locale)}"


def _days(field: str) -> frozenset[int]:
    """The days of the week of a cron field; none where they are written another way."""
    if field == _ANY:
        return frozenset(range(_WEEK))
    found: set[int] = set()
    for part in field.split(","):
        ends = part.split("-")
        if len(ends) > 2 or not set(ends) <= set(hours.DAYS):
            return frozenset()
        first, last = hours.DAYS.index(ends[0]), hours.DAYS.index(ends[-1])
        found |= set(range(first, last + 1))  # cron takes no span that goes over a weekend
    return frozenset(found)
