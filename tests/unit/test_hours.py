"""Opening hours and maintenance windows, on ordinary days and on the two nights when the clock is changed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots_common.hours import DAYS, Hours, window

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
STEP = timedelta(minutes=5)


def hours(*opened: str, closed: tuple[str, ...] = (), zone: ZoneInfo = COPENHAGEN) -> Hours:
    return Hours.read(opened, closed, zone)


def at(text: str, fold: int = 0) -> datetime:
    """A moment by the clock in Copenhagen; `fold` 1 is the second time that clock shows it."""
    return datetime.fromisoformat(text).replace(tzinfo=COPENHAGEN, fold=fold).astimezone(UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# -- ordinary days ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("windows", "moment", "is_open"),
    [
        ([], "2026-11-25 03:00", True),
        (["mon-fri 06:00-20:00"], "2026-11-25 06:00", True),  # a Wednesday
        (["mon-fri 06:00-20:00"], "2026-11-25 05:59", False),
        (["mon-fri 06:00-20:00"], "2026-11-25 19:59", True),
        (["mon-fri 06:00-20:00"], "2026-11-25 20:00", False),
        (["mon-fri 06:00-20:00"], "2026-11-28 12:00", False),
        (["mon-fri 06:00-20:00", "sat 08:00-12:00"], "2026-11-28 11:59", True),
        (["fri-mon 06:00-20:00"], "2026-11-29 12:00", True),
        (["fri-mon 06:00-20:00"], "2026-11-25 12:00", False),
        (["sun 22:00-04:00"], "2026-11-30 03:59", True),  # the Monday after
        (["sun 22:00-04:00"], "2026-11-29 03:59", False),
        (["Daily  00:00 - 24:00"], "2026-11-29 23:59", True),
        (["2026-12-31 12:00 - 2027-01-01 06:00"], "2027-01-01 05:59", True),
        (["2026-12-31 12:00 - 2027-01-01 06:00"], "2027-01-01 06:00", False),
    ],
)
def test_a_system_is_open_within_its_windows_and_always_where_it_has_none(
    windows: list[str], moment: str, is_open: bool
) -> None:
    assert hours(*windows).open_at(at(moment)) is is_open


def test_maintenance_closes_an_open_system_until_it_ends() -> None:
    given = hours("daily 00:00-24:00", closed=("sun 02:00-06:00", "2026-12-31 12:00 - 2027-01-01 06:00"))
    assert given.opens(at("2026-11-29 03:00")) == at("2026-11-29 06:00")
    assert given.opens(at("2026-12-31 12:00")) == at("2027-01-01 06:00")


def test_a_closed_system_opens_with_its_next_window_that_no_maintenance_covers() -> None:
    given = hours("mon-fri 06:00-20:00", closed=("2026-11-23 00:00 - 2026-12-24 18:00",))
    assert given.opens(at("2026-11-27 20:00")) == at("2026-12-24 18:00")
    assert given.opens(at("2026-12-24 20:00")) == at("2026-12-25 06:00")
    assert given.opens(at("2026-12-25 20:00")) == at("2026-12-28 06:00")


def test_a_system_that_never_opens_says_so() -> None:
    assert hours(closed=("daily 00:00-24:00",)).opens(at("2026-11-25 12:00")) is None
    assert hours("2026-01-01 00:00 - 2026-02-01 00:00").opens(at("2026-11-25 12:00")) is None


def test_the_hours_are_those_of_the_systems_own_zone() -> None:
    helsinki = hours("mon-fri 06:00-20:00", zone=ZoneInfo("Europe/Helsinki"))
    assert helsinki.open_at(at("2026-11-25 05:00"))
    assert not helsinki.open_at(at("2026-11-25 19:00"))
    assert helsinki.opens(at("2026-11-25 19:00")) == at("2026-11-26 05:00")


# -- the two nights ---------------------------------------------------------------------------------------------


def test_maintenance_is_an_hour_shorter_on_the_short_night() -> None:
    maintenance = hours(closed=("sun 01:00-06:00",))  # 29 March 2026: 02:00 is 03:00 at once
    assert not maintenance.open_at(utc("2026-03-29 00:00"))
    assert maintenance.opens(utc("2026-03-29 00:00")) == utc("2026-03-29 04:00")


def test_maintenance_is_an_hour_longer_on_the_long_night() -> None:
    maintenance = hours(closed=("sun 01:00-06:00",))  # 25 October 2026: 03:00 is 02:00 once more
    assert not maintenance.open_at(utc("2026-10-24 23:00"))
    assert maintenance.opens(utc("2026-10-24 23:00")) == utc("2026-10-25 05:00")


def test_a_window_in_the_hour_that_is_left_out_begins_when_the_clock_jumps_over_its_beginning() -> None:
    given = hours("sun 02:30-05:00")
    assert not given.open_at(utc("2026-03-29 00:59"))
    assert given.opens(utc("2026-03-29 00:00")) == utc("2026-03-29 01:00") == at("2026-03-29 03:00")


def test_a_window_that_lies_in_the_hour_that_is_left_out_is_left_out_too() -> None:
    given = hours("sun 02:15-02:45")
    assert given.opens(utc("2026-03-29 00:00")) == at("2026-04-05 02:15")


def test_a_window_in_the_hour_that_comes_twice_is_open_twice() -> None:
    given = hours("sun 02:15-02:45")
    assert given.open_at(at("2026-10-25 02:30"))
    assert given.open_at(at("2026-10-25 02:30", fold=1))
    assert given.opens(at("2026-10-25 02:45")) == at("2026-10-25 02:15", fold=1)


def test_a_window_that_ended_opens_again_when_the_clock_is_put_back_into_it() -> None:
    given = hours("sun 01:00-02:30")
    assert given.opens(at("2026-10-25 02:30")) == utc("2026-10-25 01:00") == at("2026-10-25 02:00", fold=1)


# -- any hours --------------------------------------------------------------------------------------------------

clocks = st.tuples(st.integers(0, 23), st.sampled_from([0, 15, 30, 45])).map(lambda it: f"{it[0]:02}:{it[1]:02}")
spans = st.tuples(clocks, clocks).filter(lambda it: it[0] != it[1]).map("-".join)
days = st.one_of(st.sampled_from([*DAYS, "daily"]), st.tuples(*[st.sampled_from(DAYS)] * 2).map("-".join))
weekly = st.tuples(days, spans).map(" ".join)
near_a_change = st.sampled_from([utc("2026-03-28 12:00"), utc("2026-10-24 12:00"), utc("2026-06-01 00:00")])
moments = st.tuples(near_a_change, st.integers(0, 36 * 12)).map(lambda it: it[0] + it[1] * STEP)


@settings(max_examples=60, deadline=None)
@given(st.lists(weekly, max_size=2), st.lists(weekly, max_size=2), moments)
def test_the_opening_is_the_first_open_moment_that_one_finds_by_looking_at_each(
    opened: list[str], closed: list[str], now: datetime
) -> None:
    hours = Hours.read(opened, closed, COPENHAGEN)
    if hours.open_at(now):
        return
    looked_at = (now + number * STEP for number in range(1, 15 * 24 * 12))
    assert hours.opens(now) == next((moment for moment in looked_at if hours.open_at(moment)), None)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("mon-fri 6-20", "'mon-fri 6-20' is no window of time; write it like 'mon-fri 06:00-20:00'"),
        ("man-fre 06:00-20:00", "'man' is no day; days are mon, tue"),
        ("mon 25:00-26:00", "there is no such time of day"),
        ("mon 06:00-20:60", "there is no such time of day"),
        ("mon 24:00-06:00", "there is no such time of day"),
        ("mon 06:00-06:00", "it ends when it begins; the whole day is 00:00-24:00"),
        ("2027-01-01 06:00 - 2026-12-31 12:00", "it ends before it begins"),
        ("2026-02-30 06:00 - 2026-12-31 12:00", "'2026-02-30 06:00 - 2026-12-31 12:00': "),
        ("", "'' is no window of time"),
    ],
)
def test_what_is_no_window_is_told_with_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        window(text)
