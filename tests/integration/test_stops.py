"""A robot that a person has stopped: what the store keeps, what every worker does, and what schedules write down."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bots_common.calendar import Calendar, Kind
from bots_common.errors import RobotStopped, StoreError
from bots_common.work import Codec, NewItem, State, Store
from bots_common.work.run_records import RunState, Stop
from bots_common.work.stops import Stopped
from bots_common.work.system_records import Order
from schedules.plan import Rules, Schedule
from schedules.running import Office
from schedules.scheduler import run_now
from tests.integration.test_fleet import Place, until

NOON = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_who_has_stopped_a_robot_and_why(database_url: str, codec: Codec) -> None:
    store = Store.open(database_url, codec, clock=lambda: NOON)
    store.stops.stop("waiter", Order.FINISH, "anna", " wrong account, says 010190-1234 ")
    said = "wrong account, says ******-****"
    assert store.stops.all() == {"waiter": Stopped("waiter", Order.FINISH, "anna", said, NOON)}
    store.stops.stop("waiter", Order.NOW, "bo", "it goes on")
    assert store.stops.all() == {"waiter": Stopped("waiter", Order.NOW, "bo", "it goes on", NOON)}
    assert store.stops.end("waiter")
    assert store.stops.all() == {}
    assert not store.stops.end("waiter")
    store.close()


@pytest.mark.parametrize(("who", "why"), [("", "wrong account"), ("anna", "  ")])
def test_a_robot_is_stopped_by_somebody_and_for_a_reason(store: Store, who: str, why: str) -> None:
    with pytest.raises(StoreError, match="Say why"):
        store.stops.stop("waiter", Order.NOW, who, why)
    assert store.stops.all() == {}


async def test_what_is_in_hand_is_finished_and_nothing_more_is_begun(
    store: Store, codec: Codec, tmp_path: Path
) -> None:
    place = Place(store, codec, tmp_path, items=5, desks=2)
    working = asyncio.create_task(place.worker.work())
    await place.until_in_hand(2)
    store.stops.stop("waiter", Order.FINISH, "anna", "wrong account")
    await place.until_reported(2)
    await place.until_heard()
    place.robot.go_on.set()
    await place.until_reported(0)
    assert place.states() == {State.DONE: 2, State.NEW: 3}
    store.stops.end("waiter")
    await until(lambda: place.states() == {State.DONE: 5})
    place.worker.stop()
    await working


async def test_at_once_what_is_in_hand_goes_back_and_the_worker_stays(
    store: Store, codec: Codec, tmp_path: Path
) -> None:
    place = Place(store, codec, tmp_path, items=3, desks=2)
    working = asyncio.create_task(place.worker.work())
    await place.until_in_hand(2)
    store.stops.stop("waiter", Order.NOW, "anna", "wrong account")
    await until(lambda: place.states() == {State.NEW: 3})
    item = store.reading.story(1)
    assert [change.step for change in item.history] == ["find", "claim", "hand_back"]
    assert (item.history[-1].why, item.item.attempts) == ("the robot was stopped", 0)
    assert not working.done()
    store.stops.end("waiter")
    place.robot.go_on.set()
    await until(lambda: place.states() == {State.DONE: 3})
    place.worker.stop()
    await working


async def test_a_stopped_robot_finds_nothing_and_says_who_stopped_it(
    store: Store, codec: Codec, tmp_path: Path
) -> None:
    place = Place(store, codec, tmp_path, items=1)
    store.stops.stop("waiter", Order.FINISH, "anna", "wrong account.")
    told = r"anna has stopped waiter: wrong account\.{more} `kollega robots resume waiter`"
    with pytest.raises(RobotStopped, match=told.format(more="")):
        await place.worker.find()
    with pytest.raises(RobotStopped, match=told.format(more=r" 1 items wait\.")):
        await place.worker.work(until_empty=True)
    assert place.states() == {State.NEW: 1}


async def test_nobody_is_kept_waiting_by_a_stopped_robot_that_has_nothing_left(
    store: Store, codec: Codec, tmp_path: Path
) -> None:
    place = Place(store, codec, tmp_path, items=0)
    store.stops.stop("waiter", Order.FINISH, "anna", "wrong account")
    await place.worker.work(until_empty=True)
    assert place.states() == {}


async def test_a_run_of_a_stopped_robot_ends_and_says_who_stopped_it(
    store: Store, codec: Codec, tmp_path: Path
) -> None:
    place = Place(store, codec, tmp_path, items=1)
    rules = Rules(robot="waiter", when="cron 30 6 * * *")
    schedule = Schedule("mornings", rules, place.settings.zone, Calendar(Kind.DENMARK_BANKING))
    store.stops.stop("waiter", Order.FINISH, "anna", "wrong account")
    run = await run_now(Office(store, codec, place.settings), schedule, place.robot, "bo", lambda tally: None)
    await run.run()
    row = store.runs.one(run.row.id)
    assert (row.state, row.stop) == (RunState.ENDED, Stop.ORDERED)
    assert row.detail.startswith("anna has stopped waiter: wrong account.")
    assert place.states() == {State.NEW: 1}


# -- what the pages ask ---------------------------------------------------------------------------------------


def test_what_is_not_at_its_end_is_counted_by_state(store: Store) -> None:
    store.add("waiter", [NewItem(f"{number}", {}) for number in range(6)])
    store.add("other", [NewItem("a", {})])
    done, handed, parked, _ = store.claim(["waiter"], "w", MINUTE, 4)
    store.finish(done.lease, "w")
    store.hand_over(handed.lease, "w", "technical", {})
    store.park(parked.lease, "w", "approval", {})
    assert store.unfinished.by_state() == {
        ("waiter", State.NEW): 2,
        ("waiter", State.WORKING): 1,
        ("waiter", State.EXCEPTION): 1,
        ("waiter", State.WAITING): 1,
        ("other", State.NEW): 1,
    }


def test_calls_are_counted_by_the_minute_they_were_given_out_for(database_url: str, codec: Codec) -> None:
    now = NOON + timedelta(seconds=30)
    store = Store.open(database_url, codec, clock=lambda: now)
    for _ in range(4):  # at :30, :45, 1:00 and 1:15
        store.systems.next_call("finance", timedelta(seconds=15))
    row = store.systems.seen().of("finance")
    assert (row.minute, row.calls, row.calls_before) == (NOON + MINUTE, 2, 2)
    assert row.next_call_at == NOON + timedelta(seconds=90)
    now += timedelta(minutes=5)
    store.systems.next_call("finance", timedelta(seconds=15))
    row = store.systems.seen().of("finance")
    assert (row.calls, row.calls_before) == (1, 0)
    store.close()


def test_who_is_inside_and_who_waits(store: Store) -> None:
    for holder in ("pc-1", "pc-2", "pc-3"):
        store.systems.line_up("finance", holder, MINUTE)
    queue = store.systems.queues()["finance"]
    assert (queue.inside(2), queue.waiting(2)) == (("pc-1", "pc-2"), ("pc-3",))
    assert store.systems.lines() == {"finance": 3}
