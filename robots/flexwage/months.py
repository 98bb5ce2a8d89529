"""Calendar months: a month is the date of its first day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, TypeAlias

from pydantic import AfterValidator

from bots_common.values import Period


def _first_day(day: date) -> date:
    if day.day != 1:
        raise ValueError("a month is given by its first day")
    return day


Month: TypeAlias = Annotated[date, AfterValidator(_first_day)]
"""A calendar month as the date of its first day: quick to compare, and plain in JSON and TOML."""


def before(month: Month, count: int = 1) -> Month:
    """The month so many months earlier; a negative count looks ahead."""
    months = month.year * 12 + month.month - 1 - count
    return date(months // 12, months % 12 + 1, 1)


def months_of(period: Period) -> tuple[Month, ...]:
    """Every month that the period touches, the earliest first."""
    first, last = period.first, period.last
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return tuple(before(first, -n) for n in range(count))


def last_day(month: Month) -> date:
    return before(month, -1) - timedelta(days=1)


def interval(month: Month) -> str:
    """A month as facts hold it, to be shown as a period: "2024-10-01/2024-10-31"."""
    return f"{month}/{last_day(month)}"
