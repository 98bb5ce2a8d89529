"""When a system is open: weekly hours and dated windows in its own time zone, read from the settings. Pure.

A window is wall-clock time, as people mean it: "sun 02:00-06:00" lasts five hours on the night that is an hour longer
and three on the night that is an hour shorter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EXAMPLES: Final = "'mon-fri 06:00-20:00', 'sun 22:00-04:00' or '2026-12-31 12:00 - 2027-01-01 06:00'"

_CLOCK: Final = r"(\d\d):(\d\d)"
_WEEKLY: Final = re.compile(rf"(?P<days>daily|[a-z]{{3}}(?:-[a-z]{{3}})?) +{_CLOCK} *- *{_CLOCK}")
_DATED: Final = re.compile(rf"(\d{{4}}-\d\d-\d\d {_CLOCK}) *- *(\d{{4}}-\d\d-\d\d {_CLOCK})")
_DAY: Final = timedelta(days=1)
_WEEK: Final = 7
_FULL_DAY: Final = 24 * 60
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Weekly:
    """Hours that return every week: from minute `first` of these days up to `last`, of the next day where earlier."""

    days: frozenset[int]
    first: int
    last: int

    def has(self, wall: datetime) -> bool:
        minute = wall.hour * 60 + wall.minute
        if self.first < self.last:
            return wall.weekday() in self.days and self.first <= minute < self.last
        if minute >= self.first:
            return wall.weekday() in self.days
        return minute < self.last and (wall.weekday() - 1) % _WEEK in self.days

    def edges(self, day: date) -> Iterator[datetime]:
        """The wall-clock times of that day at which the window may begin or end."""
        for minute in (self.first, self.last):
            yield datetime.combine(day, time()) + timedelta(minutes=minute)


@dataclass(frozen=True, slots=True)
class Dated:
    """One stretch of time, from one wall-clock time up to another."""

    first: datetime
    last: datetime

    def has(self, wall: datetime) -> bool:
        return self.first <= wall < self.last

    def edges(self, day: date) -> Iterator[datetime]:
        return (edge for edge in (self.first, self.last) if edge.date() == day)


Window = Weekly | Dated


def window(text: str) -> Window:
    """The window that a setting describes. Raises ValueError that says how one is written."""
    words = " ".join(text.lower().split())
    try:
        if dated := _DATED.fullmatch(words):
            return _dated(dated)
        if weekly := _WEEKLY.fullmatch(words):
            return _weekly(weekly)
    except ValueError as error:
        raise ValueError(f"{text!r}: {error}") from error
    raise ValueError(f"{text!r} is no window of time; write it like {EXAMPLES}")


def _dated(match: re.Match[str]) -> Dated:
    first, last = (datetime.strptime(match[group], "%Y-%m-%d %H:%M") for group in (1, 4))  # noqa: DTZ007 - wall time
    if first >= last:
        raise ValueError("it ends before it begins")
    return Dated(first, last)


def _weekly(match: re.Match[str]) -> Weekly:
    first, last = (int(match[group]) * 60 + int(match[group + 1]) for group in (2, 4))
    if first >= _FULL_DAY or last > _FULL_DAY or max(int(match[3]), int(match[5])) > 59:
        raise ValueError("there is no such time of day")
    if first == last:
        raise ValueError("it ends when it begins; the whole day is 00:00-24:00")
    return Weekly(_days(match["days"]), first, last)


def _days(words: str) -> frozenset[int]:
    if words == "daily":
        return frozenset(range(_WEEK))
    ends = words.split("-")
    for name in ends:
        if name not in DAYS:
            raise ValueError(f"{name!r} is no day; days are {', '.join(DAYS)} and daily")
    first, last = DAYS.index(ends[0]), DAYS.index(ends[-1])
    return frozenset((first + number) % _WEEK for number in range((last - first) % _WEEK + 1))


@dataclass(frozen=True, slots=True)
class Hours:
    """When a system takes calls: within `open` where any is given, and never within `closed`."""

    open: tuple[Window, ...]
    closed: tuple[Window, ...]
    zone: ZoneInfo

    @classmethod
    def read(cls, opened: Iterable[str], closed: Iterable[str], zone: ZoneInfo) -> Hours:
        """The hours that the settings describe. Raises ValueError."""
        return cls(tuple(map(window, opened)), tuple(map(window, closed)), zone)

    def open_at(self, moment: datetime) -> bool:
        wall = moment.astimezone(self.zone).replace(tzinfo=None)
        if self.open and not any(window.has(wall) for window in self.open):
            return False
        return not any(window.has(wall) for window in self.closed)

    def opens(self, after: datetime) -> datetime | None:
        """The first moment after this one at which the system opens or is open; None where none is in sight."""
        after = after.astimezone(UTC)  # moments in one zone would be compared by their wall clock
        ends = (_first_at(it.last, self.zone) for it in (*self.open, *self.closed) if isinstance(it, Dated))
        for start in sorted({after, *(end for end in ends if end > after)}):  # from each, a week shows all there is
            day = start.astimezone(self.zone).date()
            changes = {it for number in range(-1, _WEEK + 2) for it in self._changes(day + number * _DAY)}
            for moment in sorted(changes):
                if moment >= start and moment > after and self.open_at(moment):
                    return moment
        return None

    def _changes(self, day: date) -> Iterator[datetime]:
        """Every moment of that day at which the answer may change: edges of windows, and a change of the clock."""
        for window in (*self.open, *self.closed):
            for wall in window.edges(day):
                for fold in (0, 1):
                    yield wall.replace(tzinfo=self.zone, fold=fold).astimezone(UTC)
        midnight = datetime.combine(day, time(), self.zone)
        before, after = midnight.astimezone(UTC), (midnight + _DAY).astimezone(UTC)
        while midnight.utcoffset() != _offset(after, self.zone) and after - before > _MINUTE:
            middle = before + (after - before) // _MINUTE // 2 * _MINUTE
            before, after = (
                (middle, after) if _offset(middle, self.zone) == midnight.utcoffset() else (before, middle)
            )
        yield after


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()


def _first_at(wall: datetime, zone: ZoneInfo) -> datetime:
    return wall.replace(tzinfo=zone).astimezone(UTC)
