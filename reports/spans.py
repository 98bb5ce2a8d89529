"""The days that figures are about, and the steps in which they are drawn. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from bots_common.values import Period

BY_DAY: Final = 31
"""Up to so many days are drawn one by one."""
BY_WEEK: Final = 26 * 7
"""Up to so many days are drawn by weeks, more by months."""
LONGEST: Final = 10 * 366


class Span(StrEnum):
    """What a reader can choose. All but the last month end today."""

    WEEK = "week"
    MONTH = "month"
    LAST_MONTH = "last_month"
    QUARTER = "quarter"
    YEAR = "year"
    OWN = "own"


def days_of(span: Span, today: date, first: date | None = None, last: date | None = None) -> Period:
    """The days that a span means today; `first` and `last` are the reader's own, in whichever order."""
    match span:
        case Span.WEEK:
            return Period(first=today - timedelta(days=today.weekday()), last=today)
        case Span.MONTH:
            return Period(first=today.replace(day=1), last=today)
        case Span.LAST_MONTH:
            return Period.month_of(today.replace(day=1) - timedelta(days=1))
        case Span.QUARTER:
            return Period(first=today.replace(month=3 * ((today.month - 1) // 3) + 1, day=1), last=today)
        case Span.YEAR:
            return Period(first=today.replace(month=1, day=1), last=today)
        case Span.OWN:
            ends = sorted(end or other or today for end, other in ((first, last), (last, first)))
            return Period(
                first=max(ends[0], ends[1] - timedelta(days=min(LONGEST, ends[1].toordinal() - 1))), last=ends[1]
            )


def steps(days: Period) -> list[Period]:
    """The days cut into days, weeks or months, whichever can still be read; the first and the last may be short."""
    cut: list[Period] = []
    first = days.first
    while first <= days.last:
        last = min(_end(first, days.days), days.last)
        cut.append(Period(first=first, last=last))
        first = last + timedelta(days=1)
    return cut


def _end(first: date, length: int) -> date:
    if length <= BY_DAY:
        return first
    if length <= BY_WEEK:
        return first + timedelta(days=6 - first.weekday())
    return Period.month_of(first).last
