"""Runs as the store keeps them: one leader, one row a moment, one process a run, and nothing lost with a process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from bots_common.errors import NotFound, StoreError
from bots_common.work import Codec, Store
from bots_common.work.run_records import NewRun, RunCause, RunRow, RunState, Stop, Tally, Wanted, stalled
from bots_common.work.runs import MAX_TAKEOVERS, Runs
from tests.clocks import Clock

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LEASE = timedelta(seconds=10)
PATIENCE = timedelta(minutes=15)
SIX = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)
EVERYTHING = ("invoices", "flexwage")


@pytest.fixture
def clock() -> Clock:
    return Clock(SIX)


@pytest.fixture
def runs(database_url: str, codec: Codec, clock: Clock) -> Iterator[Runs]:
    with closing(Store.open(database_url, codec, clock=clock)) as store:
        yield store.runs


def begun(runs: Runs, holder: str = "a", robots: tuple[str, ...] = EVERYTHING) -> RunRow | None:
    return runs.begin(holder, robots, LEASE, "0.1.0")


def took(runs: Runs, holder: str = "a") -> RunRow:
    run = begun(runs, holder)
    assert run is not None
    return run


def due(*moments: datetime, waits: bool = False) -> list[NewRun]:
    return [NewRun(moment, moment, waits) for moment in moments]


def states(runs: Runs) -> list[tuple[datetime, RunState, Stop | None]]:
    return [(run.due, run.state, run.stop) for run in reversed(runs.latest())]


# -- who leads ------------------------------------------------------------------------------------------------


def test_one_leads_until_it_says_nothing_more(runs: Runs, clock: Clock) -> None:
    assert runs.elect("scheduler", "a", LEASE) == SIX
    assert runs.elect("scheduler", "b", LEASE) is None
    clock.now += LEASE / 2
    assert runs.elect("scheduler", "a", LEASE) == SIX + LEASE / 2
    clock.now += LEASE
    assert runs.elect("scheduler", "b", LEASE) is None  # to the last moment
    assert runs.leader("scheduler") == "a"
    clock.now += timedelta(milliseconds=1)
    assert runs.leader("scheduler") is None
    assert runs.elect("scheduler", "b", LEASE) is not None
    assert runs.elect("scheduler", "a", LEASE) is None
    assert runs.leader("scheduler") == "b"


def test_who_resigns_is_followed_at_once_and_only_by_its_own_word(runs: Runs) -> None:
    assert runs.elect("scheduler", "a", LEASE)
    runs.resign("scheduler", "b")
    assert runs.elect("scheduler", "b", LEASE) is None
    runs.resign("scheduler", "a")
    assert runs.elect("scheduler", "b", LEASE)


def test_of_many_that_ask_at_once_one_is_elected(database_url: str, codec: Codec) -> None:
    elected: list[str] = []
    gate = threading.Barrier(8)

    def ask(name: str) -> None:
        gate.wait()
        if store.runs.elect("scheduler", name, MINUTE):
            elected.append(name)

    with closing(Store.open(database_url, codec)) as store:
        threads = [threading.Thread(target=ask, args=(f"{number}",)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert elected == [store.runs.leader("scheduler")]


# -- planning -------------------------------------------------------------------------------------------------


def test_a_moment_has_one_row_however_often_it_is_planned(runs: Runs) -> None:
    moments = due(SIX, SIX + HOUR)
    assert runs.plan("mornings", "invoices", SIX + HOUR, moments) == 2
    assert runs.plan("mornings", "invoices", SIX + HOUR, moments) == 0
    assert runs.plan("mornings", "invoices", SIX + 2 * HOUR, due(SIX + HOUR, SIX + 2 * HOUR)) == 1
    assert runs.plan("others", "invoices", SIX, due(SIX)) == 1
    assert len(runs.latest("mornings")) == 3 and len(runs.latest()) == 4


def test_planning_never_goes_back(runs: Runs) -> None:
    runs.plan("mornings", "invoices", SIX + HOUR)
    runs.plan("mornings", "invoices", SIX)
    assert runs.planning()["mornings"].planned_until == SIX + HOUR


def test_what_is_not_in_the_file_any_more_is_forgotten_but_its_pause(runs: Runs) -> None:
    for name in ("kept", "gone", "paused"):
        runs.plan(name, "invoices", SIX)
    runs.pause("paused", "birgit", "holidays")
    runs.keep(["kept"])
    assert set(runs.planning()) == {"kept", "paused"}


# -- running --------------------------------------------------------------------------------------------------


def test_a_run_begins_when_its_moment_has_come_and_ends_with_what_came_of_it(runs: Runs, clock: Clock) -> None:
    runs.plan("mornings", "invoices", SIX, [NewRun(SIX, SIX + 5 * MINUTE)])
    assert begun(runs) is None  # the jitter is not over
    clock.now += 5 * MINUTE
    run = took(runs)
    assert (run.schedule, run.robot, run.cause, run.who) == ("mornings", "invoices", RunCause.SCHEDULE, "mornings")
    assert (run.state, run.version, run.holder) == (RunState.RUNNING, "0.1.0", "a")
    assert begun(runs, "b") is None
    clock.now += HOUR
    tally = Tally(found=9, handled=4, exceptions=3, waiting=1, skipped=0, failed=1)
    assert runs.finish(run, tally, Stop.EMPTY)
    ended = runs.one(run.id)
    assert (ended.state, ended.stop, ended.tally, ended.seconds) == (RunState.ENDED, Stop.EMPTY, tally, 3600)
    assert tally.finished == 9
    assert runs.last_begun() == {"mornings": ended}
    assert not runs.finish(run, tally, Stop.FAILED)


def test_runs_of_different_robots_go_side_by_side(runs: Runs) -> None:
    runs.plan("mornings", "invoices", SIX, due(SIX))
    runs.plan("tenth", "flexwage", SIX, due(SIX))
    assert {took(runs).robot, took(runs).robot} == set(EVERYTHING)


def test_a_process_takes_only_runs_of_robots_that_it_reaches(runs: Runs) -> None:
    runs.plan("mornings", "invoices", SIX, due(SIX))
    assert begun(runs, robots=("flexwage",)) is None
    assert begun(runs, robots=("invoices",)) is not None


def test_while_its_robot_is_running_a_run_waits_or_is_left_out(runs: Runs) -> None:
    runs.plan("mornings", "invoices", SIX, due(SIX))
    first = took(runs)
    runs.plan("many", "invoices", SIX, due(SIX - MINUTE))
    runs.plan("patient", "invoices", SIX, due(SIX - 2 * MINUTE, waits=True))
    assert begun(runs, "b") is None
    assert [(run.schedule, run.stop) for run in runs.latest() if run.state is RunState.LEFT_OUT] == [
        ("many", Stop.OVERLAP)
    ]
    runs.finish(first, Tally(), Stop.EMPTY)
    assert took(runs, "b").schedule == "patient"


def test_of_many_processes_one_gets_a_run(database_url: str, codec: Codec) -> None:
    got: list[RunRow] = []
    gate = threading.Barrier(6)

    def take(name: str) -> None:
        gate.wait()
        if run := store.runs.begin(name, ["invoices"], MINUTE, "0.1.0"):
            got.append(run)

    with closing(Store.open(database_url, codec)) as store:
        store.runs.plan("mornings", "invoices", SIX, due(SIX, SIX + MINUTE, SIX + HOUR, waits=True))
        threads = [threading.Thread(target=take, args=(f"{number}",)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(got) == 1
        assert [run.state for run in store.runs.latest()].count(RunState.RUNNING) == 1


def test_progress_is_written_while_it_runs_and_a_halt_is_told_once(runs: Runs, clock: Clock) -> None:
    runs.plan("mornings", "invoices", SIX, due(SIX))
    run = took(runs)

    def beat(handled: int, *, moved: bool) -> bool:
        beaten = runs.beat(run, Tally(handled=handled), moved=moved, lease=LEASE, patience=PATIENCE)
        assert beaten.ours
        return beaten.stalled

    assert not beat(3, moved=True)
    clock.now += PATIENCE
    assert not beat(3, moved=False)
    clock.now += MINUTE
    assert beat(3, moved=False)
    assert not beat(3, moved=False)
    assert runs.one(run.id).stalled_at == clock.now
    assert not beat(4, moved=True)
    assert runs.one(run.id).stalled_at is None
    assert runs.one(run.id).tally.handled == 4
    assert runs.one(run.id).progress_at == clock.now


def test_the_run_of_a_process_that_died_is_gone_on_with_by_another(runs: Runs, clock: Clock) -> None:
    runs.plan("mornings", "invoices", SIX, due(SIX))
    run = took(runs)
    tally = Tally(found=9, handled=4)
    runs.beat(run, tally, moved=True, lease=LEASE, patience=PATIENCE)
    clock.now += LEASE
    assert runs.take_over() == []
    clock.now += timedelta(seconds=1)
    (freed,) = runs.take_over()
    assert (freed.id, freed.takeovers) == (run.id, 1)
    again = took(runs, "b")
    assert (again.id, again.tally, again.begun_at) == (run.id, tally, run.begun_at)
    # whoever wakes up and finds itself robbed changes nothing
    assert not runs.beat(run, Tally(), moved=True, lease=LEASE, patience=PATIENCE).ours
    assert not runs.finish(run, Tally(), Stop.EMPTY)
    assert runs.finish(again, tally, Stop.EMPTY)


def test_a_process_that_was_robbed_by_itself_is_no_longer_believed(runs: Runs, clock: Clock) -> None:
    runs.plan("mornings", "invoices", SIX, due(SIX))
    before = took(runs, "a")
    clock.now += HOUR
    runs.take_over()
    after = took(runs, "a")
    assert not runs.finish(before, Tally(), Stop.EMPTY)
    assert runs.finish(after, Tally(), Stop.EMPTY)


def test_a_run_that_costs_every_process_its_life_ends(runs: Runs, clock: Clock) -> None:
    runs.plan("mornings", "invoices", SIX, due(SIX))
    for _ in range(MAX_TAKEOVERS + 1):
        took(runs)
        clock.now += MINUTE
        runs.take_over()
    (run,) = runs.latest()
    assert (run.state, run.stop) == (RunState.ENDED, Stop.FAILED)
    assert begun(runs) is None


def test_a_process_that_ends_in_good_order_gives_its_run_back(runs: Runs) -> None:
    runs.plan("mornings", "invoices", SIX, due(SIX))
    run = took(runs)
    runs.give_back(run, Tally(handled=2))
    again = took(runs, "b")
    assert (again.id, again.tally, again.takeovers) == (run.id, Tally(handled=2), 0)


# -- people ---------------------------------------------------------------------------------------------------


def test_a_pause_leaves_out_what_had_not_begun_and_lets_what_runs_go_on(runs: Runs) -> None:
    runs.plan("mornings", "invoices", SIX, due(SIX, SIX + MINUTE))
    run = took(runs)
    runs.pause("mornings", "birgit", "finance is being moved, case 610190-1234")
    planning = runs.planning()["mornings"]
    assert planning.paused and planning.paused_by == "birgit" and planning.paused_at == SIX
    assert "1234" not in planning.paused_why
    assert states(runs) == [(SIX, RunState.RUNNING, None), (SIX + MINUTE, RunState.LEFT_OUT, Stop.PAUSED)]
    assert runs.finish(run, Tally(), Stop.EMPTY)
    assert runs.resume("mornings")
    assert not runs.planning()["mornings"].paused
    assert not runs.resume("mornings")


@pytest.mark.parametrize(("who", "why"), [("", "because"), ("birgit", " ")])
def test_who_pauses_says_who_and_why(runs: Runs, who: str, why: str) -> None:
    with pytest.raises(StoreError, match="--who and --why"):
        runs.pause("mornings", who, why)


def test_a_person_may_have_a_run_now_even_of_a_paused_schedule(runs: Runs, clock: Clock) -> None:
    runs.pause("mornings", "birgit", "holidays")
    run = runs.start("mornings", "invoices", "lars", "a", LEASE, "0.1.0")
    assert (run.state, run.cause, run.who, run.due) == (RunState.RUNNING, RunCause.PERSON, "lars", SIX)
    clock.now += MINUTE
    number = runs.request("mornings", "invoices", "birgit")
    assert begun(runs) is None  # it waits for its turn
    runs.finish(run, Tally(), Stop.EMPTY)
    assert took(runs).id == number


def test_a_person_is_told_where_the_robot_is_running_and_nothing_is_left_behind(runs: Runs) -> None:
    runs.plan("mornings", "invoices", SIX, due(SIX))
    run = took(runs)
    with pytest.raises(StoreError, match="running already"):
        runs.start("others", "invoices", "lars", "b", LEASE, "0.1.0")
    assert runs.latest() == [run]


def test_a_run_that_is_not_there_is_said(runs: Runs) -> None:
    with pytest.raises(NotFound, match="schedule log"):
        runs.one(7)


# -- no progress ----------------------------------------------------------------------------------------------


def test_a_run_stalls_where_it_is_marked_or_its_process_has_died_unseen(runs: Runs, clock: Clock) -> None:
    runs.plan("mornings", "invoices", SIX, due(SIX))
    waits = runs.latest()[0]
    run = took(runs)
    assert not stalled(waits, SIX + HOUR) and not stalled(run, SIX)
    alive = {"lease": HOUR, "patience": PATIENCE}
    clock.now += 2 * PATIENCE
    runs.beat(run, Tally(), moved=False, **alive)
    assert stalled(runs.one(run.id), clock.now)
    runs.beat(run, Tally(handled=1), moved=True, **alive)
    moves = runs.one(run.id)
    assert not stalled(moves, clock.now)
    assert not stalled(moves, clock.now + HOUR + MINUTE)
    assert stalled(moves, clock.now + HOUR + 2 * MINUTE), "nobody goes on with it"
    runs.finish(run, Tally(handled=1), Stop.EMPTY)
    assert not stalled(runs.one(run.id), clock.now + 2 * HOUR)


# -- lists ----------------------------------------------------------------------------------------------------


def test_runs_are_listed_by_robot_and_schedule_those_left_out_on_request(runs: Runs) -> None:
    runs.plan("mornings", "invoices", SIX, [NewRun(SIX - HOUR, SIX - HOUR, left_out=Stop.MISSED), *due(SIX)])
    runs.plan("grants", "flexwage", SIX, due(SIX, SIX + HOUR))

    def listed(wanted: Wanted, limit: int = 50, offset: int = 0) -> list[tuple[str, datetime]]:
        return [(run.schedule, run.due) for run in runs.page(wanted, limit, offset)]

    everything = [("grants", SIX + HOUR), ("grants", SIX), ("mornings", SIX), ("mornings", SIX - HOUR)]
    assert listed(Wanted(all=True)) == everything
    assert listed(Wanted()) == everything[:3]
    assert listed(Wanted(), limit=1, offset=1) == everything[1:2]
    assert listed(Wanted(robots=frozenset({"invoices"}))) == listed(Wanted(schedule="mornings")) == everything[2:3]
    assert listed(Wanted(robots=frozenset())) == listed(Wanted(frozenset({"invoices"}), robot="flexwage")) == []
    assert (runs.count(Wanted(all=True)), runs.count(Wanted(robot="flexwage"))) == (4, 2)


def test_what_is_not_finished_is_listed_by_its_turn(runs: Runs, clock: Clock) -> None:
    runs.plan("mornings", "invoices", SIX, due(SIX, SIX + HOUR))
    runs.plan("grants", "flexwage", SIX, due(SIX + MINUTE))
    run = took(runs)
    assert [(it.schedule, it.state) for it in runs.unfinished()] == [
        ("mornings", RunState.RUNNING),
        ("grants", RunState.DUE),
        ("mornings", RunState.DUE),
    ]
    runs.finish(run, Tally(), Stop.EMPTY)
    assert [it.schedule for it in runs.unfinished()] == ["grants", "mornings"]
