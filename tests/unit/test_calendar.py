"""Danish and Norwegian calendars against the days that laws, banks and the tax authority have published."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots_common.calendar import Calendar, Kind

DENMARK = Calendar(Kind.DENMARK_PUBLIC)
BANKS = Calendar(Kind.DENMARK_BANKING)
NORWAY = Calendar(Kind.NORWAY_PUBLIC)
OFFICES = Calendar(Kind.NORWAY_WORKING)
DAY = timedelta(days=1)


def year_of(calendar: Calendar, year: int) -> set[str]:
    """The closed days as dd-mm, weekends left out unless they are holidays too."""
    days = (date(year, 1, 1) + number * DAY for number in range(365 + (year % 4 == 0)))
    return {f"{day:%d-%m}" for day in days if calendar.occasion(day)}


EASTER_2026 = {"02-04", "03-04", "05-04", "06-04", "14-05", "24-05", "25-05"}
CHRISTMAS = {"01-01", "25-12", "26-12"}


def test_the_public_holidays_of_denmark() -> None:
    assert year_of(DENMARK, 2026) == EASTER_2026 | CHRISTMAS


def test_danish_banks_are_closed_on_four_more_days() -> None:
    assert year_of(BANKS, 2026) == EASTER_2026 | CHRISTMAS | {"01-05", "05-06", "24-12", "31-12"}


def test_the_public_holidays_of_norway() -> None:
    assert year_of(NORWAY, 2026) == EASTER_2026 | CHRISTMAS | {"01-05", "17-05"}
    assert year_of(OFFICES, 2026) == year_of(NORWAY, 2026)


@pytest.mark.parametrize(("year", "day"), [(2022, date(2022, 5, 13)), (2023, date(2023, 5, 5))])
def test_store_bededag_was_a_holiday_up_to_2023(year: int, day: date) -> None:
    assert DENMARK.occasion(day) == "Store bededag"
    assert not BANKS.is_open(day)


def test_store_bededag_is_none_since_2024() -> None:
    for year in range(2024, 2031):
        assert len(year_of(DENMARK, year)) == 10
        assert not [day for day in _days(year) if DENMARK.occasion(day) == "Store bededag"]


def test_a_public_calendar_is_open_at_weekends_and_the_others_are_not() -> None:
    saturday = date(2026, 11, 28)
    assert DENMARK.is_open(saturday) and NORWAY.is_open(saturday)
    assert not BANKS.is_open(saturday) and not OFFICES.is_open(saturday)
    assert BANKS.occasion(saturday) is None


# Deadlines of employers in 2026 as published [S:amino]; the row of July names a Tuesday for a Monday and is left out.
SMALL = ("10-02", "10-03", "10-04", "11-05", "10-06", "10-07", "10-09", "12-10", "10-11", "10-12")
LARGE = (
    "30-01", "27-02", "31-03", "30-04", "29-05", "30-06", "31-07", "31-08", "30-09", "30-10", "30-11", "30-12",
)  # fmt: skip


def test_the_tenth_or_the_next_banking_day_is_as_published() -> None:
    months = (2, 3, 4, 5, 6, 7, 9, 10, 11, 12)
    assert tuple(f"{BANKS.open_from(date(2026, month, 10)):%d-%m}" for month in months) == SMALL
    assert BANKS.open_from(date(2027, 1, 17)) == date(2027, 1, 18)


def test_the_last_banking_day_of_each_month_is_as_published() -> None:
    ends = [date(2026 + month // 12, month % 12 + 1, 1) - DAY for month in range(1, 13)]
    assert tuple(f"{BANKS.open_until(day):%d-%m}" for day in ends) == LARGE


def test_the_municipality_adds_days_of_its_own() -> None:
    moving = BANKS.with_own({date(2026, 6, 4): "Flytning"})
    assert moving.open_from(date(2026, 6, 4)) == date(2026, 6, 8)
    assert moving.occasion(date(2026, 6, 4)) == "Flytning"
    assert BANKS.is_open(date(2026, 6, 4))


def test_a_calendar_that_never_opens_is_said_and_not_waited_for() -> None:
    shut = BANKS.with_own({date(2026, 1, 1) + number * DAY: "Lukket" for number in range(800)})
    with pytest.raises(ValueError, match="own days"):
        shut.open_from(date(2026, 1, 10))


@given(day=st.dates(date(2020, 1, 1), date(2040, 12, 31)), kind=st.sampled_from(Kind))
def test_the_nearest_open_day_is_open_and_all_between_are_not(day: date, kind: Kind) -> None:
    calendar = Calendar(kind)
    for found, step in ((calendar.open_from(day), DAY), (calendar.open_until(day), -DAY)):
        assert calendar.is_open(found)
        between = [day + number * step for number in range(abs((found - day).days))]
        assert not any(calendar.is_open(it) for it in between)


def _days(year: int) -> list[date]:
    return [date(year, 1, 1) + number * DAY for number in range(365)]
