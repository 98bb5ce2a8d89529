"""When schedules are due: on ordinary days, on days that a calendar closes, and on the two nights of the clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots_common.calendar import Calendar, Kind
from schedules.plan import LATE, Missed, Planned, Rules, Schedule, planned
from schedules.when import when

COPENHAGEN, OSLO = ZoneInfo("Europe/Copenhagen"), ZoneInfo("Europe/Oslo")
BANKS = Calendar(Kind.DENMARK_BANKING)
DENMARK = Calendar(Kind.DENMARK_PUBLIC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def schedule(when: str, calendar: Calendar | None = None, zone: ZoneInfo = COPENHAGEN, **rules: object) -> Schedule:
    return Schedule("morning", Rules(robot="invoices", when=when, **rules), zone, calendar)


def at(text: str, zone: ZoneInfo = COPENHAGEN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def walls(its: Schedule, first: str, last: str) -> list[str]:
    """The clock on the wall at each due moment from one wall-clock time up to another."""
    due = its.due(at(first, its.zone) - MINUTE, at(last, its.zone))
    return [f"{moment.astimezone(its.zone):%d-%m %H:%M}" for moment in due]


def utc(its: Schedule, first: str, last: str) -> list[str]:
    return [f"{moment:%H:%M}" for moment in its.due(at(first, its.zone) - MINUTE, at(last, its.zone))]


# -- the forms ------------------------------------------------------------------------------------------------


def test_every_weekday_morning_but_on_holidays() -> None:
    its = schedule("cron 30 6 * * mon-fri", DENMARK)
    assert walls(its, "2026-03-30 00:00", "2026-04-08 23:00") == [
        "30-03 06:30", "31-03 06:30", "01-04 06:30", "07-04 06:30", "08-04 06:30",
    ]  # fmt: skip


def test_the_tenth_or_next_banking_day_of_a_year() -> None:
    its = schedule("10th or next banking day 05:00", BANKS)
    days = [
        "12-01",
        "10-02",
        "10-03",
        "10-04",
        "11-05",
        "10-06",
        "10-07",
        "10-08",
        "10-09",
        "12-10",
        "10-11",
        "10-12",
    ]
    assert walls(its, "2026-01-01 00:00", "2026-12-31 23:00") == [f"{day} 05:00" for day in days]


def test_the_last_banking_day_of_a_year() -> None:
    its = schedule("last banking day at 16:00", BANKS)
    days = [
        "30-01",
        "27-02",
        "31-03",
        "30-04",
        "29-05",
        "30-06",
        "31-07",
        "31-08",
        "30-09",
        "30-10",
        "30-11",
        "30-12",
    ]
    assert walls(its, "2026-01-01 00:00", "2026-12-31 23:00") == [f"{day} 16:00" for day in days]


def test_the_31st_of_a_shorter_month_is_its_last_and_may_move_into_the_next() -> None:
    its = schedule("31st or next banking day 08:00", BANKS)
    assert walls(its, "2026-01-15 00:00", "2026-05-15 23:00") == [
        "02-02 08:00", "02-03 08:00", "31-03 08:00", "30-04 08:00",
    ]  # fmt: skip


def test_every_so_many_minutes_within_a_window() -> None:
    its = schedule("every 45 minutes mon-fri 07:00-09:00", DENMARK)
    assert walls(its, "2026-11-27 00:00", "2026-11-30 12:00") == [
        "27-11 07:00", "27-11 07:45", "27-11 08:30", "30-11 07:00", "30-11 07:45", "30-11 08:30",
    ]  # fmt: skip


def test_a_window_over_midnight_belongs_to_the_day_on_which_it_opens() -> None:
    its = schedule("every 60 minutes fri 22:00-01:00")
    assert walls(its, "2026-11-27 00:00", "2026-11-30 12:00") == ["27-11 22:00", "27-11 23:00", "28-11 00:00"]


def test_once_is_once() -> None:
    its = schedule("once 2026-12-01 08:00")
    assert walls(its, "2020-01-01 00:00", "2040-01-01 00:00") == ["01-12 08:00"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sometimes", "write it like"),
        ("cron 30 6 * * 1-5", "names"),
        ("cron 30 6 * *", "five fields"),
        ("cron 61 6 * * mon", "does not understand"),
        ("cron 0 6 30 2 *", "no year has"),
        ("32nd or next banking day 05:00", "no month has a day 32"),
        ("last banking day 25:00", "no time of day"),
        ("every 0 minutes daily 00:00-24:00", "shortest step"),
        ("every 5 minutes 2026-12-31 12:00 - 2027-01-01 06:00", "hours of the week"),
        ("every 5 minutes mun 07:00-09:00", "no day"),
        ("once 2026-02-30 08:00", "there is no"),
    ],
)
def test_what_is_not_understood_is_said_with_what_to_write(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        when(text)


# -- the two nights -------------------------------------------------------------------------------------------

NIGHTS = pytest.mark.parametrize("zone", [COPENHAGEN, OSLO])


@NIGHTS
def test_a_time_that_the_spring_night_leaves_out_is_due_when_the_clock_jumps(zone: ZoneInfo) -> None:
    for minute in (0, 30, 59):
        its = schedule(f"cron {minute} 2 * * *", zone=zone)
        assert utc(its, "2026-03-29 00:00", "2026-03-29 12:00") == ["01:00"]
        assert walls(its, "2026-03-29 00:00", "2026-03-29 12:00") == ["29-03 03:00"]


@NIGHTS
def test_two_times_that_fall_together_in_the_spring_night_are_one_run(zone: ZoneInfo) -> None:
    its = schedule("cron */30 1-3 * * *", zone=zone)
    assert utc(its, "2026-03-29 00:00", "2026-03-29 12:00") == ["00:00", "00:30", "01:00", "01:30"]


@NIGHTS
def test_a_time_that_the_autumn_night_has_twice_is_due_the_first_time(zone: ZoneInfo) -> None:
    its = schedule("cron 30 2 * * *", zone=zone)
    assert utc(its, "2026-10-25 00:00", "2026-10-25 12:00") == ["00:30"]
    after = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)  # between the two
    assert list(its.due(after, after + 12 * HOUR)) == []


@NIGHTS
def test_every_half_hour_of_the_autumn_night_is_half_an_hour(zone: ZoneInfo) -> None:
    its = schedule("every 30 minutes daily 00:00-24:00", zone=zone)
    day = list(its.due(at("2026-10-25 00:00", zone) - MINUTE, at("2026-10-25 23:59", zone)))
    assert len(day) == 50
    assert {after - before for before, after in pairwise(day)} == {30 * MINUTE}
    spring = list(its.due(at("2026-03-29 00:00", zone) - MINUTE, at("2026-03-29 23:59", zone)))
    assert len(spring) == 46


@NIGHTS
def test_a_window_that_opens_in_the_hour_that_is_left_out_opens_when_the_clock_jumps(zone: ZoneInfo) -> None:
    its = schedule("every 30 minutes sun 02:00-04:00", zone=zone)
    assert utc(its, "2026-03-29 00:00", "2026-03-29 12:00") == ["01:00", "01:30"]


# -- what is left out -----------------------------------------------------------------------------------------


def test_nothing_runs_during_the_month_end_of_finance() -> None:
    its = schedule(
        "cron 0 6 * * *", BANKS, not_during=["last 2 banking days", "first banking day", "wed 00:00-24:00"]
    )
    assert walls(its, "2026-11-20 00:00", "2026-12-04 12:00") == [
        "20-11 06:00", "23-11 06:00", "24-11 06:00", "26-11 06:00", "03-12 06:00", "04-12 06:00",
    ]  # fmt: skip


def test_the_month_end_holds_through_the_weekend_after_the_last_banking_day() -> None:
    its = schedule("cron 0 6 * * *", BANKS, not_during=["last banking day"])
    assert its.forbidden(at("2026-01-30 00:00")) and its.forbidden(at("2026-01-31 23:59"))
    assert not its.forbidden(at("2026-01-29 23:59")) and not its.forbidden(at("2026-02-01 00:00"))


def test_a_run_ends_by_the_time_of_day_that_comes_first() -> None:
    its = schedule("cron 0 22 * * *", until="04:00")
    assert its.ends(at("2026-11-25 22:00")) == at("2026-11-26 04:00")
    assert its.ends(at("2026-11-26 03:00")) == at("2026-11-26 04:00")
    assert schedule("cron 0 22 * * *").ends(at("2026-11-25 22:00")) is None


def test_jitter_is_the_same_each_time_it_is_asked_and_no_longer_than_said() -> None:
    its = schedule("cron 0 * * * *", jitter_minutes=10)
    due = list(its.due(at("2026-11-01 00:00"), at("2026-11-08 00:00")))
    late = [its.begins(moment) - moment for moment in due]
    assert late == [its.begins(moment) - moment for moment in due]
    assert timedelta() <= min(late) < 2 * MINUTE and 8 * MINUTE < max(late) <= 10 * MINUTE


# -- missed ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("missed", "run", "left"),
    [
        (Missed.SKIP, [], ["02", "03", "04"]),
        (Missed.ONCE, ["04"], ["02", "03"]),
        (Missed.EACH, ["02", "03", "04"], []),
    ],
)
def test_what_was_missed_during_a_stop(missed: Missed, run: list[str], left: list[str]) -> None:
    its = schedule("cron 0 6 * * *", missed=missed)
    found = planned(its, at("2026-11-01 12:00"), at("2026-11-04 12:00"))
    assert [f"{it:%d}" for it in found.run] == run
    assert [f"{it:%d}" for it in found.missed] == left


def test_what_has_just_come_is_not_missed_and_stands_for_what_was() -> None:
    now = at("2026-11-04 06:00") + LATE
    found = planned(schedule("cron 0 6 * * *", missed="skip"), now - HOUR, now)
    assert found == Planned((at("2026-11-04 06:00"),), ())
    found = planned(schedule("cron 0 6 * * *", missed="once"), now - DAY - HOUR, now)
    assert found == Planned((at("2026-11-04 06:00"),), (at("2026-11-03 06:00"),))


# -- properties -----------------------------------------------------------------------------------------------

WHENS = st.sampled_from(
    [
        "cron */20 * * * *",
        "cron 30 2 * * *",
        "cron 15 1-3 * * sun",
        "10th or next banking day 02:30",
        "last banking day 02:30",
        "31st or next banking day 00:00",
        "every 7 minutes daily 00:00-24:00",
        "every 25 minutes sat-sun 22:30-03:15",
        "every 90 minutes sun 02:00-03:00",
        "once 2026-10-25 02:30",
    ]
)
NIGHT = st.sampled_from([datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)])
STARTS = st.integers(0, 4 * 365 * 24 * 60).map(lambda it: datetime(2024, 1, 1, tzinfo=UTC) + it * MINUTE) | st.builds(
    lambda night, minutes: night + timedelta(minutes=minutes), NIGHT, st.integers(-300, 300)
)
SCHEDULES = st.builds(
    schedule,
    WHENS,
    st.sampled_from([BANKS, Calendar(Kind.NORWAY_WORKING), BANKS.with_own({date(2026, 11, 10): "Flytning"})]),
    st.sampled_from([COPENHAGEN, OSLO]),
    not_during=st.sampled_from([(), ("last 2 banking days",), ("sun 01:00-02:45", "first banking day")]),
)


@settings(max_examples=80, deadline=None)
@given(its=SCHEDULES, after=STARTS, cuts=st.lists(st.integers(0, 45 * 24 * 60), max_size=4))
def test_however_time_is_cut_each_moment_is_due_once_in_order_and_on_an_open_day(
    its: Schedule, after: datetime, cuts: list[int]
) -> None:
    end = after + 45 * DAY
    whole = list(its.due(after, end))
    assert all(before < later for before, later in pairwise(whole))
    assert all(after < moment <= end for moment in whole)
    edges = [after, *sorted(after + timedelta(minutes=cut) for cut in cuts), end]
    assert [moment for first, last in pairwise(edges) for moment in its.due(first, last)] == whole
    assert its.calendar is not None
    for moment in whole:
        assert its.calendar.is_open(moment.astimezone(its.zone).date())
        assert not its.forbidden(moment)


@settings(max_examples=60, deadline=None)
@given(
    after=STARTS,
    step=st.integers(1, 200),
    window=st.sampled_from(["mon-fri 07:00-17:00", "daily 00:00-24:00", "sat 22:00-04:00", "sun 02:15-02:45"]),
    zone=st.sampled_from([COPENHAGEN, OSLO]),
)
def test_whatever_comes_every_so_many_minutes_comes_within_its_window(
    after: datetime, step: int, window: str, zone: ZoneInfo
) -> None:
    its = schedule(f"every {step} minutes {window}", zone=zone)
    jumps = (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2025, 3, 30, 1, tzinfo=UTC))
    for moment in its.due(after, after + 9 * DAY):
        wall = moment.astimezone(zone).replace(tzinfo=None)
        assert its.when.window.has(wall) or moment in jumps


@settings(max_examples=60, deadline=None)
@given(its=SCHEDULES, after=STARTS, missed=st.sampled_from(Missed))
def test_a_missed_moment_is_either_run_or_written_down(its: Schedule, after: datetime, missed: Missed) -> None:
    rules = its.rules.model_copy(update={"missed": missed})
    its = Schedule(its.name, rules, its.zone, its.calendar)
    now = after + 3 * DAY
    found = planned(its, after, now)
    assert sorted(found.run + found.missed) == list(its.due(after, now))
