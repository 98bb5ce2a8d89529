"""Scheduler processes at work: the limits that a schedule sets, and robots side by side and one after another."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bots_common.autonomy import Level
from bots_common.errors import SettingsError, StoreError
from bots_common.work import State
from bots_common.work.run_records import RunCause, RunState, Stop
from bots_common.work.run_records import Tally as Counts
from schedules.file import Plan
from schedules.running import Pace
from schedules.scheduler import Scheduler, run_now
from tests.integration.scheduled import (
    ENDED,
    HOUR,
    MINUTE,
    ROBOTS,
    START,
    Seeker,
    Slow,
    Town,
    town,
    until,
)
from tests.tally import Tally

__all__ = ["town"]


# -- limits ---------------------------------------------------------------------------------------------------


async def test_too_few_cases_are_left_for_later_and_no_more_are_taken_than_may_be(town: Town) -> None:
    town.schedule("many", "every 10 minutes daily 00:00-24:00", min_items=4, max_items=5)
    scheduler = town.scheduler()
    await town.at(START, scheduler)
    await town.at(START + 10 * MINUTE, scheduler)
    await town.done()
    town.cases(*"abcdefgh")
    await town.at(START + 20 * MINUTE, scheduler)
    await town.done()
    few, many = town.runs()
    assert (few.stop, few.detail, few.tally.finished) == (Stop.FEW, "3 of 4", 0)
    assert (many.stop, many.tally.finished) == (Stop.ITEMS, 5)


async def test_a_schedule_may_let_the_robot_do_less_and_never_more(town: Town) -> None:
    town.schedule("carefully", "cron 10 6 * * *", autonomy="approve")
    town.schedule("boldly", "cron 20 6 * * *", autonomy="auto")
    scheduler = town.scheduler()
    await town.at(START, scheduler)
    await town.at(START + 10 * MINUTE, scheduler)
    await town.done()
    assert town.witnessed() == []
    town.store.levels.set("tally", Level.SHADOW, "birgit", "errors")
    town.cases("d", "e")
    await town.at(START + 20 * MINUTE, scheduler)
    await town.done()
    assert town.witnessed() == []
    assert [run.tally for run in town.runs()] == [
        Counts(found=3, exceptions=1, waiting=2),
        Counts(found=2, skipped=2),
    ]


async def test_a_run_ends_when_its_time_is_up_and_finishes_what_is_in_hand(town: Town) -> None:
    Slow.reached, Slow.go_on = asyncio.Queue(), asyncio.Event()
    town.cases(*(f"c{number}" for number in range(20)))
    town.schedule("mornings", "cron 30 6 * * *", robot="slow", until="07:00")
    scheduler = town.scheduler()
    await town.at(START, scheduler)
    await town.at(START + 30 * MINUTE, scheduler)
    await Slow.reached.get()
    for moment in (START + HOUR, START + HOUR + MINUTE):  # the second report comes when the first has been heeded
        town.now = moment
        await until(lambda: town.runs()[0].alive_until >= town.now)
    Slow.go_on.set()
    await town.done()
    (run,) = town.runs()
    assert run.stop is Stop.TIME
    assert 0 < run.tally.handled <= 8
    assert town.store.reading.by_state("slow")[State.NEW] == 20 - run.tally.handled
    assert len(town.witnessed()) == run.tally.handled


async def test_a_run_that_waited_into_a_forbidden_time_does_not_touch_anything(town: Town) -> None:
    town.schedule("mornings", "cron 30 6 * * *", missed="each", not_during=["wed 08:00-20:00"])
    scheduler = town.scheduler()
    await town.at(START, scheduler)
    await town.at(START + 3 * HOUR, scheduler)
    await town.done()
    (run,) = town.runs()
    assert (run.stop, run.tally) == (Stop.CLOSING, Counts())


async def test_a_time_that_is_up_breaks_off_finding(town: Town) -> None:
    Seeker.reached = asyncio.Event()
    town.schedule("mornings", "cron 30 6 * * *", robot="seeker", until="07:00")
    scheduler = town.scheduler()
    await town.at(START, scheduler)
    await town.at(START + 30 * MINUTE, scheduler)
    await Seeker.reached.wait()
    town.now = START + HOUR
    await town.done()
    assert town.runs()[0].stop is Stop.TIME


async def test_a_robot_that_breaks_ends_its_run_and_not_the_scheduler(town: Town) -> None:
    town.schedule("mornings", "cron 10 6 * * *", robot="broken")
    town.schedule("others", "cron 10 6 * * *")
    scheduler = town.scheduler()
    await town.at(START, scheduler)
    await town.at(START + 10 * MINUTE, scheduler)
    await town.done()
    ended = {run.schedule: run for run in town.runs()}
    assert (ended["mornings"].stop, ended["others"].stop) == (Stop.FAILED, Stop.EMPTY)
    assert "ValueError" in ended["mornings"].detail and "1234" not in ended["mornings"].detail


async def test_a_run_without_progress_is_marked(town: Town) -> None:
    Slow.reached, Slow.go_on = asyncio.Queue(), asyncio.Event()
    town.schedule("mornings", "cron 30 6 * * *", robot="slow", stalled_minutes=10)
    town.office = replace(town.office, pace=Pace(beat=0.01, lease=7200))
    scheduler = town.scheduler()
    await town.at(START, scheduler)
    await town.at(START + 30 * MINUTE, scheduler)
    await Slow.reached.get()

    def halted() -> bool:
        town.now += MINUTE
        return town.runs()[0].stalled_at is not None

    await until(halted)
    Slow.go_on.set()
    await until(lambda: town.runs()[0].state is RunState.ENDED)


# -- side by side, and one after another ----------------------------------------------------------------------


async def test_robots_run_side_by_side_and_one_robot_not_beside_itself(town: Town) -> None:
    Slow.reached, Slow.go_on = asyncio.Queue(), asyncio.Event()
    town.schedule("slow", "cron 10 6 * * *", robot="slow")
    town.schedule("again", "cron 20 6 * * *", robot="slow", overlap="skip")
    town.schedule("later", "cron 20 6 * * *", robot="slow", overlap="wait")
    town.schedule("beside", "cron 20 6 * * *")
    town.office = replace(town.office, pace=Pace(beat=0.01, lease=7200))
    one, two = town.scheduler(), town.scheduler()
    await town.at(START, one, two)
    await town.at(START + 10 * MINUTE, one, two)
    await Slow.reached.get()
    await town.at(START + 20 * MINUTE, one, two)
    await until(lambda: [it.schedule for it in town.runs() if it.state is RunState.ENDED] == ["beside"])
    states = {run.schedule: (run.state, run.stop) for run in town.runs()}
    assert states["again"] == (RunState.LEFT_OUT, Stop.OVERLAP)
    assert states["later"] == (RunState.DUE, None)
    Slow.go_on.set()
    await until(lambda: town.runs()[0].state is RunState.ENDED)
    await town.at(START + 30 * MINUTE, two)
    await town.done()
    assert {run.schedule for run in town.runs() if run.stop is Stop.EMPTY} == {"slow", "later", "beside"}


async def test_who_stops_in_good_order_finishes_what_is_in_hand_and_another_goes_on(town: Town) -> None:
    Slow.reached, Slow.go_on = asyncio.Queue(), asyncio.Event()
    town.cases(*(f"c{number}" for number in range(20)))
    town.schedule("mornings", "once 2026-11-25 06:30", robot="slow")
    one, two = town.scheduler(), town.scheduler()
    town.now = START
    serving = asyncio.create_task(one.serve())
    await until(lambda: "mornings" in town.store.runs.planning())
    town.now += 30 * MINUTE
    await Slow.reached.get()
    one.stop()
    Slow.go_on.set()
    await serving
    (run,) = town.runs()
    assert run.state is RunState.DUE
    begun = run.tally.handled
    assert 0 < begun < 20 and town.store.runs.leader("scheduler") is None
    await town.at(town.now, two)
    await town.done()
    (run,) = town.runs()
    assert (run.holder, run.stop, run.takeovers) == (two.name, Stop.EMPTY, 0)
    assert run.tally.handled == 20 and len(set(town.witnessed())) == len(town.witnessed()) == 20


async def test_a_scheduler_takes_no_run_of_a_robot_that_it_does_not_have(town: Town) -> None:
    town.schedule("mornings", "cron 10 6 * * *")
    other = Scheduler(town.office, lambda: Plan(tuple(town.schedules)), {"slow": Slow})
    await town.at(START, other)
    await town.at(START + 10 * MINUTE, other)
    assert [run.state for run in town.runs()] == [RunState.DUE]
    await town.at(START + 11 * MINUTE, town.scheduler())
    await town.done()


async def test_a_run_whose_schedule_has_gone_is_left_out(town: Town) -> None:
    town.schedule("mornings", "cron 10 6 * * *", jitter_minutes=60)
    scheduler = town.scheduler()
    await town.at(START, scheduler)
    await town.at(START + 10 * MINUTE, scheduler)
    assert [run.state for run in town.runs()] == [RunState.DUE]
    town.schedules.clear()
    await town.at(START + 80 * MINUTE, scheduler)
    assert [(run.state, run.stop) for run in town.runs()] == [(RunState.LEFT_OUT, Stop.GONE)]


async def test_while_the_file_is_wrong_the_schedules_stay_as_they_were(town: Town) -> None:
    town.schedule("mornings", "cron 10 6 * * *")
    wrong = False

    def plan() -> Plan:
        if wrong:
            raise SettingsError("schedules.mornings.when: no.", "Correct it.")
        return Plan(tuple(town.schedules))

    scheduler = Scheduler(town.office, plan, ROBOTS)
    await town.at(START, scheduler)
    wrong = True
    await town.at(START + 10 * MINUTE, scheduler)
    await town.done()
    assert town.told() == [("25-11 06:10", *ENDED)]
    with pytest.raises(SettingsError):
        await Scheduler(town.office, plan, ROBOTS).serve()


async def test_a_person_may_let_a_schedule_run_now(town: Town) -> None:
    its = town.schedule("mornings", "cron 30 6 * * *")
    seen: list[Counts] = []
    robot = Tally(town.settings)
    run = await run_now(town.office, its, robot, "birgit", seen.append)
    with pytest.raises(StoreError, match="running already"):
        await run_now(town.office, its, robot, "lars", seen.append)
    await run.run()
    (row,) = town.runs()
    assert (row.cause, row.who, row.stop) == (RunCause.PERSON, "birgit", Stop.EMPTY)
    assert seen[0] == Counts(found=3) and seen[-1] == row.tally
