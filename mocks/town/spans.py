"""Stretches of whole days, as invoices and grants are about them."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import NamedTuple

_DEADLINE = 10
_SATURDAY = 5


class Span(NamedTuple):
    """Whole days from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def whole_months(self) -> bool:
        return self.first.day == 1 and (self.last + timedelta(days=1)).day == 1

    @property
    def one_month(self) -> bool:
        """Whether this is exactly one calendar month."""
        return self == month_of(self.first)

    def month_starts(self) -> list[date]:
        """The first day of every calendar month that the span touches."""
        starts = [self.first.replace(day=1)]
        while (following := shifted(starts[-1], 1)) <= self.last:
            starts.append(following)
        return starts


def month_of(day: date) -> Span:
    """The calendar month that a day lies in."""
    return Span(day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1]))


def shifted(first: date, months: int) -> date:
    """The first day of the month so many months after (or before) a day's own month."""
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def reporting_day(month: date) -> date:
    """When small employers have reported the month: the 10th of the next, or the Monday after a weekend."""
    day = shifted(month, 1).replace(day=_DEADLINE)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return day
