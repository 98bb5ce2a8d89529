"""What workers share about systems: turns are fair, limits hold, and one alone tries what is out of order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from bots_common.work.codec import Codec
from bots_common.work.store import Store
from bots_common.work.system_records import Place, SystemRow
from bots_common.work.systems import LONGEST_BREAK, Systems
from tests.clocks import Clock

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
START = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> Clock:
    return Clock(START)


@pytest.fixture
def systems(database_url: str, codec: Codec, clock: Clock) -> Iterator[Systems]:
    with closing(Store.open(database_url, codec, clock=clock)) as store:
        yield store.systems


@pytest.fixture
def live(store: Store) -> Systems:
    """With the database's own clock."""
    return store.systems


def row(systems: Systems, system: str = "finance") -> SystemRow:
    return systems.seen().of(system)


def at_once(count: int, act: Callable[[int], None]) -> None:
    """Let `count` threads act as nearly at once as can be."""
    ready = threading.Barrier(count)

    def go(number: int) -> None:
        ready.wait()
        act(number)

    with ThreadPoolExecutor(count) as pool:
        list(pool.map(go, range(count)))


# -- calls a minute ---------------------------------------------------------------------------------------------


def test_moments_are_given_an_interval_apart_in_the_order_asked(systems: Systems) -> None:
    waits = [systems.next_call("finance", 2 * SECOND) for _ in range(4)]
    assert waits == [timedelta(), 2 * SECOND, 4 * SECOND, 6 * SECOND]
    assert systems.next_call("grants", SECOND) == timedelta()


def test_what_was_not_used_is_not_saved_up(systems: Systems, clock: Clock) -> None:
    systems.next_call("finance", 2 * SECOND)
    clock.now += MINUTE
    assert [systems.next_call("finance", 2 * SECOND) for _ in range(2)] == [timedelta(), 2 * SECOND]


def test_many_who_ask_at_once_get_a_moment_each(systems: Systems) -> None:
    waits: list[timedelta] = []
    at_once(12, lambda number: waits.append(systems.next_call("finance", SECOND)))
    assert sorted(waits) == [number * SECOND for number in range(12)]


def test_by_the_databases_own_clock_no_moment_comes_before_its_interval(live: Systems) -> None:
    interval = timedelta(milliseconds=40)
    moments: list[datetime] = []
    begun = live.seen().at

    def call(number: int) -> None:
        for _ in range(3):
            time.sleep(live.next_call("finance", interval).total_seconds())
            moments.append(live.seen().at)

    at_once(4, call)
    assert len(moments) == 12
    assert all(moment - begun >= number * interval for number, moment in enumerate(sorted(moments)))


# -- calls at a time --------------------------------------------------------------------------------------------


def test_the_first_are_inside_and_the_others_come_in_as_they_asked(systems: Systems) -> None:
    places = [systems.line_up("finance", f"desk {number}", MINUTE) for number in range(4)]
    assert [place.ahead for place in places] == [0, 1, 2, 3]
    systems.leave(places[1])
    assert [systems.look(place, 2, MINUTE).ahead for place in places[2:]] == [1, 2]
    assert systems.lines() == {"finance": 3}
    assert systems.line_up("grants", "desk 9", MINUTE).ahead == 0


def test_a_ticket_of_a_dead_worker_runs_out(systems: Systems, clock: Clock) -> None:
    systems.line_up("finance", "dead", SECOND)
    waiting = systems.line_up("finance", "alive", MINUTE)
    assert systems.look(waiting, 1, MINUTE).ahead == 1
    clock.now += 2 * SECOND
    assert systems.look(waiting, 1, MINUTE).ahead == 0


def test_a_ticket_that_is_looked_at_does_not_run_out(systems: Systems, clock: Clock) -> None:
    inside = systems.line_up("finance", "inside", 10 * SECOND)
    waiting = systems.line_up("finance", "waiting", 10 * SECOND)
    for _ in range(10):
        clock.now += 6 * SECOND
        assert systems.stay(inside, 10 * SECOND)
        waiting = systems.look(waiting, 1, 10 * SECOND)
        assert waiting.ahead == 1
    systems.leave(inside)
    assert systems.look(waiting, 1, 10 * SECOND).ahead == 0


def test_who_slept_through_the_ticket_is_not_let_in_beside_the_next(systems: Systems, clock: Clock) -> None:
    late = systems.line_up("finance", "late", SECOND)
    next_one = systems.line_up("finance", "next", MINUTE)
    clock.now += 2 * SECOND
    assert systems.look(next_one, 1, MINUTE).ahead == 0
    assert not systems.stay(late, MINUTE)
    assert systems.look(late, 1, MINUTE).ahead == 1


def test_a_late_leave_takes_nobody_elses_place(systems: Systems, clock: Clock) -> None:
    late = systems.line_up("finance", "late", SECOND)
    clock.now += 2 * SECOND
    present = systems.line_up("finance", "present", MINUTE)
    systems.leave(late)
    assert systems.lines() == {"finance": 1}
    assert systems.stay(present, MINUTE)


@pytest.mark.parametrize("places", [1, 2])
def test_no_more_than_the_places_are_inside_and_all_get_in(live: Systems, places: int) -> None:
    inside: set[int] = set()
    most: list[int] = []
    tickets: list[int] = []
    lock = threading.Lock()

    def until_inside(place: Place) -> Place:
        while place.ahead >= places:
            time.sleep(0.01)
            place = live.look(place, places, MINUTE)
        return place

    def call(number: int) -> None:
        for _ in range(3):
            place = until_inside(live.line_up("finance", f"desk {number}", MINUTE))
            with lock:
                inside.add(number)
                most.append(len(inside))
                tickets.append(place.ticket)
            time.sleep(0.005)
            with lock:
                inside.discard(number)
            live.leave(place)

    at_once(6, call)
    assert len(most) == 18
    assert max(most) <= places
    if places == 1:  # where two are inside, who came first may notice it last
        assert tickets == sorted(tickets)


# -- people -----------------------------------------------------------------------------------------------------


def test_a_pause_says_who_and_why_without_a_personal_number(systems: Systems) -> None:
    systems.pause("finance", "birgit", "month-end, ask about 610190-1234")
    paused = row(systems)
    assert (paused.paused_by, paused.paused_why) == ("birgit", "month-end, ask about ******-****")
    assert paused.paused_at == START
    systems.resume("finance")
    assert row(systems) == SystemRow()


# -- the circuit breaker ----------------------------------------------------------------------------------------


def fail(systems: Systems, times: int = 1) -> list[bool]:
    return [systems.failed("finance", "answered 500.", limit=3, length=MINUTE) for _ in range(times)]


def test_failures_in_a_row_put_a_system_out_of_order(systems: Systems) -> None:
    assert fail(systems, 2) == [False, False]
    systems.succeeded("finance")
    assert fail(systems, 3) == [False, False, False]
    broken = row(systems)
    assert (broken.broken_until, broken.broken_why, broken.failures) == (START + MINUTE, "answered 500.", 3)
    assert fail(systems) == [True]
    assert row(systems) == broken


def test_failures_are_counted_across_workers(systems: Systems) -> None:
    at_once(8, lambda number: systems.failed("finance", f"worker {number}", limit=9, length=MINUTE))
    assert row(systems).failures == 8


def test_a_late_success_does_not_mend_what_is_out_of_order(systems: Systems) -> None:
    fail(systems, 3)
    systems.succeeded("finance")
    assert row(systems).broken_until == START + MINUTE


def test_nobody_tries_before_the_time_is_up_and_then_one_alone(systems: Systems, clock: Clock) -> None:
    fail(systems, 3)
    assert not systems.probe("finance", "early", MINUTE)
    clock.now += MINUTE
    won: list[bool] = []
    at_once(16, lambda number: won.append(systems.probe("finance", f"desk {number}", MINUTE)))
    assert sorted(won) == [False] * 15 + [True]
    assert row(systems).probing


def test_an_answer_mends_the_system(systems: Systems, clock: Clock) -> None:
    fail(systems, 3)
    clock.now += MINUTE
    systems.probe("finance", "desk", MINUTE)
    systems.probe_ended("finance", "desk", why=None, limit=3, length=MINUTE)
    assert row(systems) == SystemRow()


def test_each_failed_probe_doubles_the_break_up_to_the_longest(systems: Systems, clock: Clock) -> None:
    fail(systems, 3)
    breaks = []
    for _ in range(6):
        clock.now = row(systems).broken_until or clock.now
        assert systems.probe("finance", "desk", MINUTE)
        systems.probe_ended("finance", "desk", why="answered 503.", limit=3, length=MINUTE)
        breaks.append((row(systems).broken_until or clock.now) - clock.now)
    assert breaks == [2 * MINUTE, 4 * MINUTE, 8 * MINUTE, LONGEST_BREAK, LONGEST_BREAK, LONGEST_BREAK]
    assert row(systems).broken_why == "answered 503."


def test_another_may_try_when_the_one_who_tried_is_dead_or_does_not_know(systems: Systems, clock: Clock) -> None:
    fail(systems, 3)
    clock.now += MINUTE
    assert systems.probe("finance", "dead", MINUTE)
    assert not systems.probe("finance", "next", MINUTE)
    clock.now += MINUTE
    assert systems.probe("finance", "next", MINUTE)
    systems.probe_ended("finance", "dead", why=None, limit=3, length=MINUTE)
    assert row(systems).probing
    systems.probe_dropped("finance", "next")
    assert systems.probe("finance", "third", MINUTE)


def test_staff_may_let_a_system_be_tried_at_once(systems: Systems) -> None:
    fail(systems, 3)
    systems.resume("finance")
    assert systems.probe("finance", "desk", MINUTE)
