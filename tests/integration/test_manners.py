"""Workers that share a system: they keep to its limits together, and lose nothing when it is out of order."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import httpx
import pytest
from sqlalchemy import Engine, event

from bots_common.desk.manners import SharedManners
from bots_common.errors import ScreenChanged, SystemClosed, SystemUnavailable
from bots_common.settings import GivenSettings, SystemSettings
from bots_common.work.codec import Codec
from bots_common.work.store import Store
from tests.clerk import Clerk
from tests.clocks import Clock
from tests.integration.conftest import MockServer


class Caller:
    """A desk at a made-up system. `troubles` strike its calls, the first first."""

    name: ClassVar[str] = "office"

    def __init__(self) -> None:
        self.troubles: list[Exception] = []
        self.asked = 0
        self.waits = asyncio.Event()

    def waiting(self) -> None:
        self.waits.set()

    async def answers(self) -> None:
        self.asked += 1
        await asyncio.sleep(0)
        if self.troubles:
            raise self.troubles.pop(0)

    async def work(self, manners: SharedManners) -> None:
        async with manners.step(self, counts=SystemUnavailable), manners.call(self):
            await self.answers()


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 25, 12, tzinfo=UTC))


@pytest.fixture
def store(database_url: str, codec: Codec, clock: Clock) -> Iterator[Store]:
    with closing(Store.open(database_url, codec, clock=clock)) as store:
        yield store


@pytest.fixture(autouse=True)
def _always_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one worker writes is seen by the next call of another, not a second later."""
    monkeypatch.setattr("bots_common.desk.manners.SEEN_SECONDS", 0.0)


def worker(store: Store, **treated: Any) -> SharedManners:
    """The manners of one worker, for a system that wants to be treated so."""
    its = SystemSettings.model_validate({"url": "http://x/", "username": "u", "password": "p", **treated})
    return SharedManners(store.systems, GivenSettings(systems={"office": its}), "worker")


def down() -> SystemUnavailable:
    return SystemUnavailable("office answered 500.")


# -- limits -----------------------------------------------------------------------------------------------------


async def test_a_system_without_limits_costs_no_write(store: Store) -> None:
    written: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("SELECT", "BEGIN")):
            written.append(statement)

    manners = worker(store)
    event.listen(Engine, "before_cursor_execute", note)
    try:
        for _ in range(5):
            await Caller().work(manners)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert written == []


@pytest.mark.parametrize("places", [1, 3])
async def test_all_workers_together_are_no_more_than_the_places_at_a_time(store: Store, places: int) -> None:
    at_once: list[int] = []
    inside = 0

    class Counting(Caller):
        async def answers(self) -> None:
            nonlocal inside
            inside += 1
            at_once.append(inside)
            await asyncio.sleep(0.01)
            inside -= 1

    workers = [worker(store, concurrency=places) for _ in range(2)]
    await asyncio.gather(*(Counting().work(manners) for manners in workers for _ in range(6)))
    assert len(at_once) == 12
    assert max(at_once) <= places
    assert store.systems.lines() == {}


async def test_who_waits_says_so_and_who_is_stopped_waiting_leaves_the_queue(store: Store) -> None:
    manners, caller = worker(store, concurrency=1), Caller()
    inside = store.systems.line_up("office", "another", timedelta(minutes=1))
    waiting = asyncio.create_task(caller.work(manners))
    await caller.waits.wait()
    waiting.cancel()
    await asyncio.wait({waiting})
    assert store.systems.lines() == {"office": 1}
    assert caller.asked == 0
    store.systems.leave(inside)
    await caller.work(manners)
    assert caller.asked == 1


# -- pauses and hours -------------------------------------------------------------------------------------------


async def test_a_paused_system_is_not_called_before_somebody_resumes_it(store: Store) -> None:
    manners, caller = worker(store), Caller()
    store.systems.pause("office", "birgit", "month-end")
    with pytest.raises(SystemClosed, match=r"office is paused: birgit: month-end\. `kollega systems resume office`"):
        await caller.work(manners)
    assert caller.asked == 0
    store.systems.resume("office")
    await caller.work(manners)
    assert caller.asked == 1


async def test_a_closed_system_is_called_when_it_opens(store: Store, clock: Clock) -> None:
    manners, caller = worker(store, open=["mon-fri 14:00-16:00"]), Caller()
    with pytest.raises(SystemClosed, match="office is closed until 2026-11-25 14:00"):
        await caller.work(manners)
    clock.now += timedelta(hours=1)
    await caller.work(manners)
    assert caller.asked == 1


async def test_a_pause_reaches_those_who_wait_for_their_turn(store: Store) -> None:
    manners, caller = worker(store, concurrency=1), Caller()
    inside = store.systems.line_up("office", "another", timedelta(minutes=1))
    waiting = asyncio.create_task(caller.work(manners))
    await caller.waits.wait()
    store.systems.pause("office", "birgit", "month-end")
    store.systems.leave(inside)
    with pytest.raises(SystemClosed, match="paused"):
        await waiting
    assert caller.asked == 0


# -- the circuit breaker ----------------------------------------------------------------------------------------


async def break_it(store: Store, failures: int = 2) -> None:
    manners, caller = worker(store, breaker_failures=failures), Caller()
    caller.troubles = [down() for _ in range(failures)]
    for _ in range(failures):
        with pytest.raises(SystemUnavailable):
            await caller.work(manners)


async def test_a_system_that_is_out_of_order_is_left_alone_by_every_worker(store: Store) -> None:
    await break_it(store)
    caller = Caller()
    with pytest.raises(SystemClosed, match=r"office is out of order until 2026-11-25 13:01: office answered 500\."):
        await caller.work(worker(store))
    assert caller.asked == 0


async def test_one_alone_tries_it_and_the_others_go_on_when_it_answers(store: Store, clock: Clock) -> None:
    await break_it(store)
    clock.now += timedelta(minutes=1)
    waiting: set[Caller] = set()
    everybody_else_waits = asyncio.Event()
    probes = 0

    class Prober(Caller):
        async def answers(self) -> None:
            nonlocal probes
            probes += 1
            await everybody_else_waits.wait()

        def waiting(self) -> None:
            waiting.add(self)
            if len(waiting) == 8:
                everybody_else_waits.set()

    workers = [worker(store) for _ in range(3)]
    working = [asyncio.create_task(Prober().work(workers[number % 3])) for number in range(9)]
    await everybody_else_waits.wait()
    assert probes == 1
    await asyncio.gather(*working)
    assert probes == 1 + 9


async def test_while_it_stays_out_of_order_only_the_one_who_tries_calls_it(store: Store, clock: Clock) -> None:
    await break_it(store)
    clock.now += timedelta(minutes=1)
    caller = Caller()
    caller.troubles = [down()]
    with pytest.raises(SystemClosed, match="until 2026-11-25 13:03"):
        await caller.work(worker(store, breaker_failures=2))
    assert caller.asked == 1


async def test_a_screen_that_has_changed_is_an_answer_too(store: Store, clock: Clock) -> None:
    await break_it(store)
    clock.now += timedelta(minutes=1)
    caller = Caller()
    caller.troubles = [ScreenChanged("no such page")]
    await caller.work(worker(store))
    assert caller.asked == 2


async def test_who_dies_while_trying_leaves_it_to_the_next(store: Store, clock: Clock) -> None:
    await break_it(store)
    clock.now += timedelta(minutes=1)
    caller = Caller()
    caller.troubles = [KeyError("a bug")]
    with pytest.raises(KeyError):
        await caller.work(worker(store))
    await caller.work(worker(store))
    assert caller.asked == 3


async def test_a_failure_while_it_is_out_of_order_is_handed_back_and_not_counted(store: Store) -> None:
    manners, caller = worker(store, breaker_failures=2), Caller()
    with pytest.raises(SystemClosed, match="out of order"):
        async with manners.step(caller, counts=SystemUnavailable):
            await break_it(store)
            raise down()
    assert store.systems.seen().of("office").failures == 2


async def test_only_failures_in_a_row_count(store: Store) -> None:
    manners, caller = worker(store, breaker_failures=2), Caller()
    for _ in range(3):
        caller.troubles = [down()]
        with pytest.raises(SystemUnavailable):
            await caller.work(manners)
        await caller.work(manners)
    assert store.systems.seen().of("office").broken_until is None


# -- the system that locks out who works too fast ---------------------------------------------------------------


class InboxReader(Caller):
    """Reads the inbox of the mock town as fast as it may."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        super().__init__()
        self.client = client
        self.statuses: list[int] = []

    async def answers(self) -> None:
        self.statuses.append((await self.client.get("/opus/indbakke")).status_code)


@pytest.mark.parametrize(("calls_per_minute", "locked_out"), [(180, False), (None, True)])
async def test_workers_that_keep_to_the_limit_are_never_locked_out(
    clerk: Clerk, mock_town: MockServer, tmp_path: Any, codec: Codec, calls_per_minute: int | None, locked_out: bool
) -> None:
    clerk.faults(kind="locked_out", calls=8, seconds=2, ms=60_000)
    with closing(Store.open(f"sqlite:///{tmp_path / 'k.db'}", codec)) as store:
        async with httpx.AsyncClient(base_url=mock_town.base, cookies=clerk.http.cookies) as client:
            workers = [worker(store, concurrency=2, calls_per_minute=calls_per_minute) for _ in range(2)]
            readers = [InboxReader(client) for _ in range(6)]

            async def read(number: int) -> None:
                for _ in range(3):
                    await readers[number].work(workers[number % 2])

            await asyncio.gather(*map(read, range(6)))
    statuses = [status for reader in readers for status in reader.statuses]
    assert len(statuses) == 18
    assert (429 in statuses) is locked_out
