"""Scheduler processes at work: what is due is run once, whoever dies, and nothing is missed."""

from __future__ import annotations

import random
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bots_common.calendar import Calendar, Kind
from bots_common.work import Codec
from bots_common.work.run_records import RunCause, RunRow, RunState, Stop
from bots_common.work.run_records import Tally as Counts
from schedules.file import Plan
from schedules.scheduler import Scheduler
from tests.integration.scheduled import (
    COPENHAGEN,
    DAY,
    ENDED,
    HOUR,
    MINUTE,
    START,
    Town,
    town,
    until,
)

__all__ = ["town"]


async def test_what_is_due_is_found_and_handled_and_the_run_says_what_came_of_it(town: Town) -> None:
    town.schedule("mornings", "cron 30 6 * * *")
    one, two = town.scheduler(), town.scheduler()
    await town.at(START, one, two)
    assert town.runs() == []
    await town.at(START + 29 * MINUTE, one, two)
    assert town.runs() == []
    await town.at(START + 31 * MINUTE, one, two)
    await town.done()
    (run,) = town.runs()
    assert town.told() == [("25-11 06:30", *ENDED)]
    assert (run.cause, run.who, run.holder) == (RunCause.SCHEDULE, "mornings", one.name)
    assert run.tally == Counts(found=3, handled=2, exceptions=1)
    assert run.version
    assert sorted(town.witnessed()) == ["a", "b"]
    await town.at(START + 40 * MINUTE, two, one)
    assert len(town.runs()) == 1


async def test_a_schedule_that_wants_it_has_a_report_kept_with_its_run(town: Town) -> None:
    asked: list[str] = []

    def keep(run: RunRow) -> None:
        asked.append(run.schedule)
        raise OSError("the disk is full")  # no reason for the run to fail

    town.office = replace(town.office, keep_report=keep)
    town.schedule("mornings", "cron 30 6 * * *", report=True)
    town.schedule("noons", "cron 0 12 * * *")
    scheduler = town.scheduler()
    await town.at(START, scheduler)
    for moment in (START + 31 * MINUTE, START + 7 * HOUR):
        await town.at(moment, scheduler)
        await town.done()
    await until(lambda: asked == ["mornings"])
    assert town.told() == [("25-11 06:30", *ENDED), ("25-11 12:00", *ENDED)]


async def test_another_leads_when_the_leader_is_silent_and_misses_nothing(town: Town) -> None:
    town.schedule("mornings", "every 10 minutes daily 00:00-24:00")
    one, two = town.scheduler(), town.scheduler()
    await town.at(START, one, two)
    await town.at(START + 10 * MINUTE, one, two)
    await town.done()
    await town.at(START + 20 * MINUTE, two)  # one has died
    await town.done()
    assert town.told() == [("25-11 06:10", *ENDED), ("25-11 06:20", *ENDED)]
    assert [run.holder for run in town.runs()] == [one.name, two.name]


@pytest.mark.parametrize(
    ("missed", "expected"),
    [
        ("skip", [(RunState.LEFT_OUT, Stop.MISSED)] * 3),
        ("once", [(RunState.LEFT_OUT, Stop.MISSED)] * 2 + [ENDED]),
        ("each", [ENDED] * 3),
    ],
)
async def test_what_was_missed_during_a_stop_is_found_after_it(
    town: Town, missed: str, expected: list[tuple[RunState, Stop]]
) -> None:
    town.schedule("mornings", "cron 30 6 * * *", missed=missed)
    await town.at(START, town.scheduler())
    later = town.scheduler()
    for number in range(5):
        await town.at(START + 2 * DAY + HOUR + number * MINUTE, later)
        await until(lambda: not any(run.state is RunState.RUNNING for run in town.runs()))
    assert [(run.state, run.stop) for run in town.runs()] == expected
    assert [f"{run.due:%d}" for run in town.runs()] == ["25", "26", "27"]


async def test_a_schedule_that_is_new_or_comes_back_has_missed_nothing(town: Town) -> None:
    scheduler = town.scheduler()
    town.schedule("mornings", "cron 30 6 * * *", missed="each")
    await town.at(START, scheduler)
    away = town.schedules.pop()
    await town.at(START + 5 * MINUTE, scheduler)
    town.schedules.append(away)
    await town.at(START + 10 * DAY, scheduler)
    assert town.runs() == []


async def test_a_schedule_that_is_changed_has_missed_nothing_by_its_new_times(town: Town) -> None:
    scheduler = town.scheduler()
    town.schedule("mornings", "cron 0 5 1 * *", missed="each")
    for minute in range(0, 120, 5):
        await town.at(START + minute * MINUTE, scheduler)
    town.schedules.clear()
    town.schedule("mornings", "cron 30 6 * * *", missed="each")
    await town.at(START + 2 * HOUR, scheduler)
    assert town.runs() == []


async def test_a_paused_schedule_leaves_out_and_goes_on_when_it_is_resumed(town: Town) -> None:
    town.schedule("mornings", "every 10 minutes daily 00:00-24:00")
    scheduler = town.scheduler()
    await town.at(START, scheduler)
    town.store.runs.pause("mornings", "birgit", "finance moves")
    for minute in (10, 20):
        await town.at(START + minute * MINUTE, scheduler)
    town.store.runs.resume("mornings")
    await town.at(START + 30 * MINUTE, scheduler)
    await town.done()
    assert [(run.state, run.stop) for run in town.runs()] == [(RunState.LEFT_OUT, Stop.PAUSED)] * 2 + [ENDED]


async def test_what_was_due_during_a_pause_is_not_missed_even_if_no_scheduler_was_there_to_leave_it_out(
    town: Town,
) -> None:
    town.schedule("mornings", "every 10 minutes daily 00:00-24:00", missed="each")
    await town.at(START, town.scheduler())
    town.store.runs.pause("mornings", "birgit", "finance moves")
    town.now = START + DAY
    town.store.runs.resume("mornings")
    await town.at(START + DAY + 11 * MINUTE, town.scheduler())
    await town.done()
    assert town.told() == [("26-11 06:10", *ENDED)]


# -- a year ---------------------------------------------------------------------------------------------------

TENTH = ("12-01", "10-02", "10-03", "10-04", "11-05", "10-06", "10-07", "10-08", "10-09", "12-10", "10-11", "10-12")
"""As published [S:amino] but for January and August, of which the page says nothing that can be used."""


async def test_a_year_of_three_schedules_comes_on_exactly_the_right_days(codec: Codec, tmp_path: Path) -> None:
    """The clock travels in steps of up to thirty hours, each seen by one of two schedulers; nothing is begun."""
    town = Town("sqlite://", codec, tmp_path)
    with closing(town.store):
        chance = random.Random(7)
        rules: dict[str, Any] = {"missed": "each"}
        town.schedule("invoices", "cron 30 6 * * mon-fri", **rules)
        town.schedule("flexwage", "10th or next banking day 05:00", **rules)
        town.schedule("certificates", "every 30 minutes mon-fri 07:00-17:00", **rules)
        public = Calendar(Kind.DENMARK_PUBLIC)
        town.schedules = [it if it.name == "flexwage" else replace(it, calendar=public) for it in town.schedules]
        watching = [Scheduler(town.office, lambda: Plan(tuple(town.schedules)), {}) for _ in range(2)]
        town.now = datetime(2025, 12, 31, 18, 0, tzinfo=UTC)
        end = datetime(2027, 1, 1, 0, 0, tzinfo=UTC)
        while town.now < end:
            await town.at(min(town.now + chance.uniform(0.1, 30) * HOUR, end), chance.choice(watching))
        walls = {
            name: [run.due.astimezone(COPENHAGEN) for run in reversed(town.store.runs.latest(name, limit=100_000))]
            for name in ("invoices", "flexwage", "certificates")
        }
    assert [f"{wall:%d-%m %H:%M}" for wall in walls["flexwage"]] == [f"{day} 05:00" for day in TENTH]
    days = workdays()
    assert [f"{wall:%d-%m %H:%M}" for wall in walls["invoices"]] == [f"{day:%d-%m} 06:30" for day in days]
    half_hours = [f"{day:%d-%m} {7 + half // 2:02}:{half % 2 * 30:02}" for day in days for half in range(20)]
    assert [f"{wall:%d-%m %H:%M}" for wall in walls["certificates"]] == half_hours


def workdays() -> list[date]:
    """The weekdays of 2026 that are no Danish public holiday, by the law's list and not by our calendar."""
    holidays = {
        date(2026, *day)
        for day in ((1, 1), (4, 2), (4, 3), (4, 5), (4, 6), (5, 14), (5, 24), (5, 25), (12, 25), (12, 26))
    }
    year = (date(2026, 1, 1) + number * DAY for number in range(365))
    return [day for day in year if day.weekday() < 5 and day not in holidays]
