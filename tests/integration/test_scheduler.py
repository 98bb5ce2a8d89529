"""Scheduler processes at work: what is due is run once, with the limits that the schedule sets, whoever dies."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bots_common.autonomy import Level
from bots_common.calendar import Calendar, Kind
from bots_common.desk import Desk
from bots_common.errors import SettingsError, StoreError
from bots_common.robot import Found, Item, Known, Robot
from bots_common.settings import GivenSettings, WorkerSettings
from bots_common.work import Codec, State, Store
from bots_common.work.run_records import RunCause, RunRow, RunState, Stop
from bots_common.work.run_records import Tally as Counts
from schedules.file import Plan
from schedules.plan import Rules, Schedule
from schedules.running import Office, Pace
from schedules.scheduler import Scheduler, run_now
from tests import tally
from tests.tally import Case, Tally

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
START = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)
"""A Wednesday, six o'clock in Copenhagen."""


class Slow(Tally):
    """Handles a case when it is let go on."""

    name = "slow"
    reached: asyncio.Queue[str]
    go_on: asyncio.Event

    async def handle(self, item: Item[Case], desk: Desk) -> None:
        self.reached.put_nowait(item.reference)
        await self.go_on.wait()
        await super().handle(item, desk)


class Seeker(Tally):
    """Never comes to an end of finding."""

    name = "seeker"
    reached: asyncio.Event

    async def find(self, desk: Desk, known: Known) -> AsyncIterator[Found[Case]]:
        self.reached.set()
        await asyncio.Event().wait()
        yield Found("never", Case(reference="never"))


class Broken(Tally):
    name = "broken"

    async def find(self, desk: Desk, known: Known) -> AsyncIterator[Found[Case]]:
        raise ValueError("the list of 610190-1234 is odd")
        yield


ROBOTS: Mapping[str, type[Robot[Any]]] = {robot.name: robot for robot in (Tally, Slow, Seeker, Broken)}


class Town:
    """A clock that the test turns, schedules, and any number of scheduler processes."""

    def __init__(self, url: str, codec: Codec, folder: Path) -> None:
        self.now = START
        self.store = Store.open(url, codec, clock=lambda: self.now)
        self.folder = folder
        self.schedules: list[Schedule] = []
        table = tally.settings_of(folder)["tally"]
        self.settings = GivenSettings(
            folder=folder,
            robots=dict.fromkeys(ROBOTS, table),
            worker=WorkerSettings(poll_seconds=0.01, retry_seconds=0.01, max_attempts=1),
        )
        self.office = Office(self.store, codec, self.settings, Pace(tick=0.01, beat=0.01))
        self.cases("a", "b", "odd-c")
        for name in ROBOTS:
            self.store.levels.set(name, Level.AUTO, "birgit", "for this test")

    def cases(self, *references: str) -> None:
        (self.folder / "cases.txt").write_text(" ".join(references), encoding="utf-8")

    def schedule(self, name: str, when: str, robot: str = "tally", **rules: object) -> Schedule:
        made = Schedule(name, Rules(robot=robot, when=when, **rules), COPENHAGEN, Calendar(Kind.DENMARK_BANKING))
        self.schedules.append(made)
        return made

    def scheduler(self) -> Scheduler:
        return Scheduler(self.office, lambda: Plan(tuple(self.schedules)), ROBOTS)

    async def at(self, moment: datetime, *schedulers: Scheduler) -> None:
        """The clock comes to that moment, and the schedulers look at it."""
        self.now = moment
        for scheduler in schedulers:
            await scheduler.tick()

    async def done(self) -> None:
        """Until nothing runs or could run."""
        await until(lambda: not any(run.state in (RunState.RUNNING, RunState.DUE) for run in self.runs()))

    def runs(self) -> list[Any]:
        return list(reversed(self.store.runs.latest(limit=100_000)))

    def told(self) -> list[tuple[str, RunState, Stop | None]]:
        return [(f"{run.due.astimezone(COPENHAGEN):%d-%m %H:%M}", run.state, run.stop) for run in self.runs()]

    def witnessed(self) -> list[str]:
        return tally.witnessed(self.folder / "witness.txt")


async def until(true: Callable[[], bool]) -> None:
    """A database tells nobody that it has changed: it has to be asked."""
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@pytest.fixture
def town(database_url: str, codec: Codec, tmp_path: Path) -> Iterator[Town]:
    made = Town(database_url, codec, tmp_path)
    yield made
    made.store.close()


ENDED = (RunState.ENDED, Stop.EMPTY)


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
