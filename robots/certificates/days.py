"""The deadlines of a hire and its certificates, by calendar dates. Pure: today is passed in."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import Final

from robots.certificates.model import Hire

CONSENT_DAYS: Final = 14
"""So long may the person take to consent; after that the police say that there is no consent [S:politi]."""

HORIZON_DAYS: Final = 90


def months_later(day: date, count: int) -> date:
    """The same day so many months on (or back), or the last of that month where it has no such day."""
    months = day.year * 12 + day.month - 1 + count
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def priority(hire: Hire, today: date) -> int:
    """How urgent a hire is: one more with each day that the start comes nearer, nought where it is far off."""
    return max(0, HORIZON_DAYS - (hire.first - today).days)


def starts_soon(hire: Hire, today: date, days: int) -> bool:
    """Whether the hire starts within so many days, or has started already and not ended.

    Says nothing of the certificates: ask only for a hire that lacks one.
    """
    return hire.first <= today + timedelta(days=days) and (hire.last is None or hire.last >= today)


def consent_lapses(requested: date) -> date:
    """The last day on which the person can consent."""
    return requested + timedelta(days=CONSENT_DAYS)


def due_reminder(requested: date, today: date, days: int) -> bool:
    """Whether it is time to remind: the consent lapses within so many days, and has not lapsed yet.

    Says nothing of whether the person has consented: ask only where the request still awaits it.
    """
    lapses = consent_lapses(requested)
    return lapses - timedelta(days=days) <= today <= lapses
