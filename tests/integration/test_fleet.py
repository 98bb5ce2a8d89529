"""Workers as staff see them: their health, the orders they obey, and how their desks share claims and finishes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import ClassVar

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from bots_common.claims import Finishing
from bots_common.desk import Desk
from bots_common.errors import LeaseLost, NotFound
from bots_common.reasons import ReasonText
from bots_common.robot import Found, Item, Known, Robot
from bots_common.settings import GivenSettings, WorkerSettings
from bots_common.values import Frozen
from bots_common.work import Codec, NewItem, State, Store
from bots_common.work.database import Database
from bots_common.work.system_records import Health, Order
from bots_common.worker import Worker

HEALTH = Health("pc-1/7/ab", "pc-1", "0.1.0", ("invoices",), in_hand=2, handled=5, idle_seconds=3)
MINUTE = timedelta(minutes=1)
NOON = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)


class Case(Frozen):
    """Nothing to know."""


class Reason(StrEnum):
    """No reasons."""


class Waiter(Robot[Case]):
    """Handles an item when it is let go on."""

    name = "waiter"
    title = "Waiter"
    systems = ()
    payload = Case
    reasons = Reason
    reason_texts: ClassVar[Mapping[str, ReasonText]] = {}
    locales = Path(__file__).parent

    def __init__(self, settings: GivenSettings) -> None:
        super().__init__(settings)
        self.go_on = asyncio.Event()
        self.begun: asyncio.Queue[str] = asyncio.Queue()

    async def find(self, desk: Desk, known: Known) -> AsyncIterator[Found[Case]]:
        for reference in ("a", "b"):
            yield Found(reference, Case())

    async def handle(self, item: Item[Case], desk: Desk) -> None:
        self.begun.put_nowait(item.reference)
        await self.go_on.wait()


async def until(true: Callable[[], bool]) -> None:
    """A database tells nobody that it has changed: it has to be asked."""
    while not true():  # noqa: ASYNC110
        await asyncio.sleep(0.01)


class Place:
    """A store with items for the waiter, and a worker for them."""

    def __init__(self, store: Store, codec: Codec, folder: Path, items: int, **rules: object) -> None:
        rules = {"report_seconds": 0.01, "poll_seconds": 0.01} | rules
        self.settings = GivenSettings(folder=folder, worker=WorkerSettings(**rules))
        self.store = store
        self.robot = Waiter(self.settings)
        self.worker = Worker(store, codec, [self.robot], self.settings)
        store.add("waiter", [NewItem(f"{number}", {}) for number in range(items)])

    async def until_in_hand(self, count: int) -> None:
        for _ in range(count):
            await self.robot.begun.get()

    async def until_reported(self, in_hand: int) -> None:
        await until(lambda: [row.in_hand for row in self.store.fleet.workers()] == [in_hand])

    async def until_heard(self) -> None:
        """Until the worker has reported twice: with the first it got its order, before the second it obeyed."""
        for _ in range(2):
            (before,) = self.store.fleet.workers()
            await until(lambda: [row.seen_at for row in self.store.fleet.workers()] != [before.seen_at])  # noqa: B023

    def states(self) -> dict[State, int]:
        return self.store.reading.by_state("waiter")


# -- health and orders ------------------------------------------------------------------------------------


def test_staff_see_what_a_worker_last_said(database_url: str, codec: Codec) -> None:
    store = Store.open(database_url, codec, clock=lambda: NOON)
    store.fleet.report(HEALTH)
    (row,) = store.fleet.workers()
    assert (row.machine, row.version, row.robots, row.in_hand, row.handled) == ("pc-1", "0.1.0", ("invoices",), 2, 5)
    assert (row.seen_at, row.progress_at, row.silent) == (NOON, NOON - timedelta(seconds=3), False)
    store.close()


def test_progress_is_remembered_when_nothing_is_in_hand(store: Store) -> None:
    store.fleet.report(HEALTH)
    (before,) = store.fleet.workers()
    store.fleet.report(Health("pc-1/7/ab", "pc-1", "0.1.0", ("invoices",), 0, 6, idle_seconds=None))
    (after,) = store.fleet.workers()
    assert (after.in_hand, after.handled, after.progress_at) == (0, 6, before.progress_at)


def test_a_worker_that_says_nothing_is_silent_and_after_a_day_forgotten(database_url: str, codec: Codec) -> None:
    now = NOON
    store = Store.open(database_url, codec, clock=lambda: now)
    store.fleet.report(HEALTH)
    now += timedelta(minutes=2)
    assert [row.silent for row in store.fleet.workers()] == [True]
    now += timedelta(days=1)
    store.fleet.report(Health("pc-2/9/cd", "pc-2", "0.1.0", ("invoices",), 0, 0, None))
    assert [row.name for row in store.fleet.workers()] == ["pc-2/9/cd"]
    store.close()


def test_an_order_reaches_the_worker_it_is_for(store: Store) -> None:
    store.fleet.report(HEALTH)
    other = Health("pc-2/9/cd", "pc-2", "0.1.0", ("invoices",), 0, 0, None)
    store.fleet.report(other)
    assert store.fleet.order(Order.FINISH, "anna", "pc-1/7/ab") == 1
    assert store.fleet.report(HEALTH) is Order.FINISH
    assert store.fleet.report(other) is None


def test_an_order_without_a_name_is_for_all(store: Store) -> None:
    store.fleet.report(HEALTH)
    assert store.fleet.order(Order.NOW, "anna") == 1
    assert store.fleet.report(HEALTH) is Order.NOW


def test_an_order_for_nobody_says_where_to_look(store: Store) -> None:
    with pytest.raises(NotFound, match="kollega workers list"):
        store.fleet.order(Order.NOW, "anna", "pc-9")


async def test_finish_lets_the_items_in_hand_end_and_takes_no_more(
    store: Store, codec: Codec, tmp_path: Path
) -> None:
    place = Place(store, codec, tmp_path, items=6, desks=2)
    working = asyncio.create_task(place.worker.work())
    await place.until_in_hand(2)
    await place.until_reported(2)
    store.fleet.order(Order.FINISH, "anna")
    await place.until_heard()
    place.robot.go_on.set()
    await working
    assert place.states() == {State.DONE: 2, State.NEW: 4}
    assert store.fleet.workers() == []


async def test_now_hands_back_what_is_in_hand(store: Store, codec: Codec, tmp_path: Path) -> None:
    place = Place(store, codec, tmp_path, items=3, desks=2)
    working = asyncio.create_task(place.worker.work())
    await place.until_in_hand(2)
    await place.until_reported(2)
    store.fleet.order(Order.NOW, "anna")
    await working
    assert place.states() == {State.NEW: 3}
    item = store.reading.story(1)
    assert [change.step for change in item.history] == ["find", "claim", "hand_back"]
    assert (item.item.attempts, item.item.takeovers) == (0, 0)
    assert store.fleet.workers() == []


# -- claims and finishes ----------------------------------------------------------------------------------


async def test_one_claim_serves_all_idle_desks(store: Store, codec: Codec, tmp_path: Path) -> None:
    place = Place(store, codec, tmp_path, items=8, desks=4)
    working = asyncio.create_task(place.worker.work(until_empty=True))
    await place.until_in_hand(4)
    assert place.states() == {State.WORKING: 4, State.NEW: 4}
    place.robot.go_on.set()
    await working
    assert place.states() == {State.DONE: 8}
    assert {count.outcome: count.count for count in store.stats.counts()} == {"found": 8, "done": 8}


async def test_items_that_end_together_are_finished_together(store: Store) -> None:
    store.add("waiter", [NewItem(f"{number}", {}) for number in range(20)])
    leases = [claimed.lease for claimed in store.claim(["waiter"], "w", MINUTE, 20)]
    finish = Finishing(store, "w")
    await asyncio.gather(*map(finish, leases))
    assert store.reading.by_state("waiter") == {State.DONE: 20}


async def test_one_that_was_taken_over_does_not_hold_up_the_others(store: Store) -> None:
    store.add("waiter", [NewItem("late", {})])
    (late,) = store.claim(["waiter"], "w", timedelta(seconds=-1))
    store.take_over_expired(max_takeovers=5)
    store.add("waiter", [NewItem("fine", {}, priority=9)])
    (fine,) = store.claim(["waiter"], "w", MINUTE, 1)
    finish = Finishing(store, "w")
    ends = await asyncio.gather(finish(late.lease), finish(fine.lease), return_exceptions=True)
    assert [type(end) for end in ends] == [LeaseLost, type(None)]
    assert store.reading.by_state("waiter") == {State.NEW: 1, State.DONE: 1}


async def test_an_error_that_nobody_foresaw_reaches_whoever_finishes_and_holds_up_nobody_after(
    shared_database: str, codec: Codec
) -> None:
    with closing(Store.open(shared_database, codec)) as store, closing(Database(shared_database)) as database:
        store.add("waiter", [NewItem("a", {})])
        (claimed,) = store.claim(["waiter"], "w", MINUTE)
        with database.write() as tx:
            tx.execute(text("ALTER TABLE history RENAME TO mislaid"))
        finish = Finishing(store, "w")
        async with asyncio.timeout(30):
            with pytest.raises(ProgrammingError):
                await finish(claimed.lease)
            with database.write() as tx:
                tx.execute(text("ALTER TABLE mislaid RENAME TO history"))
            await finish(claimed.lease)
        assert store.reading.by_state("waiter") == {State.DONE: 1}


def test_what_another_worker_has_by_now_is_not_handed_back(store: Store) -> None:
    store.add("waiter", [NewItem("a", {})])
    (mine,) = store.claim(["waiter"], "w", timedelta(seconds=-1))
    store.take_over_expired(max_takeovers=5)
    store.claim(["waiter"], "other", MINUTE)
    store.hand_back([mine.lease], "w")
    assert store.reading.story(1).item.state is State.WORKING
