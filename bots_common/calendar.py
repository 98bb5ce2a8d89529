"""Days on which offices and banks are closed, in Denmark and Norway, and days that the municipality adds. Pure.

Public holidays come from the package `holidays`, which follows the law year by year (Store bededag went with 2023).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Final

from holidays import country_holidays

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5
_PUBLIC: Final = ("public",)
_BANKING: Final = ("public", "optional")
"""The optional days of Denmark are exactly the four on which no bank is open: 1 May, 5 June, 24 and 31 December."""
_LONGEST_CLOSED: Final = 366


class Kind(StrEnum):
    """Which days are closed before anybody adds one.

    The `public` kinds are closed on public holidays alone, so that "every Saturday" can be said; the others at
    weekends too. Whether Norwegian offices work on 24 and 31 December, each decides for itself: add them.
    """

    DENMARK_PUBLIC = "denmark-public"
    DENMARK_BANKING = "denmark-banking"
    NORWAY_PUBLIC = "norway-public"
    NORWAY_WORKING = "norway-working"


_COUNTRIES: Final[Mapping[Kind, tuple[str, str, tuple[str, ...]]]] = {
    Kind.DENMARK_PUBLIC: ("DK", "da", _PUBLIC),
    Kind.DENMARK_BANKING: ("DK", "da", _BANKING),
    Kind.NORWAY_PUBLIC: ("NO", "no", _PUBLIC),
    Kind.NORWAY_WORKING: ("NO", "no", _PUBLIC),
}


@dataclass(frozen=True, slots=True)
class Calendar:
    """Open and closed days. `own` are closed days that the municipality adds, each with its occasion."""

    kind: Kind
    own: Mapping[date, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def weekends(self) -> bool:
        """Whether Saturdays and Sundays are closed."""
        return self.kind in (Kind.DENMARK_BANKING, Kind.NORWAY_WORKING)

    def with_own(self, days: Mapping[date, str]) -> Calendar:
        return replace(self, own=MappingProxyType({**self.own, **days}))

    def is_open(self, day: date) -> bool:
        if self.weekends and day.weekday() >= _SATURDAY:
            return False
        return day not in self.own and day not in _holidays(self.kind, day.year)

    def occasion(self, day: date) -> str | None:
        """What the day is, in the country's language, where it is more than a weekend."""
        return self.own.get(day) or _holidays(self.kind, day.year).get(day)

    def open_from(self, day: date) -> date:
        """This day, or the next that is open. Raises ValueError where a year has none."""
        return self._first_open(day, _DAY)

    def open_until(self, day: date) -> date:
        """This day, or the one before it that is open. Raises ValueError where a year has none."""
        return self._first_open(day, -_DAY)

    def _first_open(self, day: date, step: timedelta) -> date:
        for number in range(_LONGEST_CLOSED):
            if self.is_open(found := day + number * step):
                return found
        raise ValueError(f"no day is open within a year of {day}; look at the municipality's own days")


@cache
def _holidays(kind: Kind, year: int) -> Mapping[date, str]:
    country, language, categories = _COUNTRIES[kind]
    found = country_holidays(country, years=year, categories=categories, language=language)
    return MappingProxyType(dict(found.items()))
