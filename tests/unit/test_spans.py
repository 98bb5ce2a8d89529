"""The days that figures are about, and the steps in which they are drawn."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots_common.values import Period
from reports.spans import BY_DAY, BY_WEEK, LONGEST, Span, days_of, steps

WEDNESDAY = date(2024, 11, 6)
DAYS = st.dates(date(2000, 1, 1), date(2050, 12, 31))


@pytest.mark.parametrize(
    ("span", "first", "last"),
    [
        (Span.WEEK, date(2024, 11, 4), WEDNESDAY),
        (Span.MONTH, date(2024, 11, 1), WEDNESDAY),
        (Span.LAST_MONTH, date(2024, 10, 1), date(2024, 10, 31)),
        (Span.QUARTER, date(2024, 10, 1), WEDNESDAY),
        (Span.YEAR, date(2024, 1, 1), WEDNESDAY),
        (Span.OWN, WEDNESDAY, WEDNESDAY),
    ],
)
def test_the_days_of_a_span(span: Span, first: date, last: date) -> None:
    assert days_of(span, WEDNESDAY) == Period(first=first, last=last)


def test_last_month_in_january_is_december() -> None:
    assert days_of(Span.LAST_MONTH, date(2025, 1, 31)) == Period.month(2024, 12)


@pytest.mark.parametrize(
    ("first", "last"),
    [(date(2024, 3, 1), date(2024, 2, 1)), (date(2024, 2, 1), date(2024, 3, 1))],
)
def test_own_days_may_be_given_the_wrong_way_round(first: date, last: date) -> None:
    assert days_of(Span.OWN, WEDNESDAY, first, last) == Period(first=date(2024, 2, 1), last=date(2024, 3, 1))


def test_one_own_day_alone_is_that_day() -> None:
    assert days_of(Span.OWN, WEDNESDAY, last=date(2024, 2, 1)) == Period(
        first=date(2024, 2, 1), last=date(2024, 2, 1)
    )


@given(st.sampled_from(Span), DAYS, st.none() | st.dates(), st.none() | st.dates())
def test_every_address_means_some_days_that_are_not_too_many(
    span: Span, today: date, first: date | None, last: date | None
) -> None:
    assert 1 <= days_of(span, today, first, last).days <= LONGEST + 1


@given(DAYS, st.integers(1, 1500))
def test_the_steps_are_the_days_each_once(first: date, length: int) -> None:
    days = Period(first=first, last=first + timedelta(days=length - 1))
    cut = steps(days)
    assert [cut[0].first, cut[-1].last] == [days.first, days.last]
    assert all(later.first - earlier.last == timedelta(days=1) for earlier, later in pairwise(cut))
    if length <= BY_DAY:
        assert {step.days for step in cut} == {1}
    elif length <= BY_WEEK:
        assert all(step.first.weekday() == 0 for step in cut[1:])
    else:
        assert all(step.first.day == 1 for step in cut[1:])
    assert len(cut) <= 60
