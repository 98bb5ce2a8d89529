"""Systems that are paused, closed or out of order while a worker works: items wait for them and none is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bots_common.desk import Desk
from bots_common.errors import SystemClosed
from bots_common.settings import SystemSettings
from bots_common.work import Codec, State, Store
from bots_common.work.states import Step
from tests.browser.office import OfficeServer
from tests.browser.test_worker import Bench, Clock
from tests.town_at_work import ROBOT, TownAtWork, town_at_work

HOUR = 3600.0


@pytest.fixture
def bench(office: OfficeServer, tmp_path: Path, codec: Codec, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr("bots_common.desk.manners.SEEN_SECONDS", 0.0)
    clock = Clock()
    with closing(Store.open(f"sqlite:///{tmp_path / 'kollega.db'}", codec, clock=clock)) as store:
        yield Bench(office, tmp_path, codec, store, clock)


async def test_while_a_system_is_paused_nothing_is_begun_and_the_worker_ends_with_the_reason(bench: Bench) -> None:
    bench.store.systems.pause("office", "birgit", "month-end")
    with pytest.raises(SystemClosed, match="clerk has 2 left to handle, but office is paused: birgit: month-end"):
        await bench.work("a", "b")
    with pytest.raises(SystemClosed, match="office is paused"):
        await bench.worker().find()
    assert bench.office.asked == []
    assert bench.store.reading.by_state("clerk") == {State.NEW: 2}
    bench.store.systems.resume("office")
    await bench.work()
    assert bench.office.acts == ["a", "b"]


async def test_an_item_in_hand_when_its_system_is_paused_is_handed_back_without_a_failed_attempt(
    bench: Bench,
) -> None:
    async def pause(desk: Desk) -> None:
        bench.store.systems.pause("office", "birgit", "month-end")

    bench.robot.troubles["a"] = [pause]
    with pytest.raises(SystemClosed, match="clerk has 1 left to handle"):
        await bench.work("a")
    story = bench.story("a")
    assert (story.item.state, story.item.attempts) == (State.NEW, 0)
    assert story.history[-1].step == Step.HAND_BACK
    assert "office is paused: birgit: month-end." in story.history[-1].why
    bench.store.systems.resume("office")
    await bench.work()
    assert bench.office.acts == ["a"]


async def test_a_worker_that_stays_goes_on_when_the_system_is_resumed(bench: Bench) -> None:
    async def stop(desk: Desk) -> None:
        worker.stop()

    worker = bench.worker()
    bench.robot.troubles["a"] = [stop]
    bench.add("a")
    bench.store.systems.pause("office", "birgit", "month-end")
    working = asyncio.create_task(worker.work())
    while not bench.store.fleet.workers():  # it is at work
        await asyncio.wait({working}, timeout=0.05)
    assert bench.office.asked == []
    bench.store.systems.resume("office")
    await working
    assert bench.office.acts == ["a"]


async def test_a_system_out_of_order_is_left_alone_and_tried_when_its_time_is_up(bench: Bench) -> None:
    bench.treat(breaker_failures=1, breaker_seconds=HOUR)
    bench.office.statuses["/form"] = [500] * 4
    with pytest.raises(
        SystemClosed, match=r"clerk has 2 left to handle, but office is out of order until .* answered 500"
    ):
        await bench.work("a", "b")
    assert [bench.story(reference).item.attempts for reference in "ab"] == [1, 0]
    bench.office.statuses["/home"] = [500]
    bench.clock.ahead += timedelta(seconds=HOUR)
    with pytest.raises(SystemClosed, match="out of order"):
        await bench.work()
    assert [bench.story(reference).item.attempts for reference in "ab"] == [1, 0]
    bench.clock.ahead += timedelta(seconds=2 * HOUR)
    await bench.work(desks=2)
    assert sorted(bench.office.acts) == ["a", "b"]


# -- the town that locks out a robot that works too fast --------------------------------------------------------


@pytest.fixture
def town(tmp_path: Path) -> Iterator[TownAtWork]:
    with town_at_work(tmp_path, seed=3, size=12, desks=3) as town:
        yield town


def lock_out_who_works_too_fast(town: TownAtWork) -> None:
    """Finance puts up with two calls at once; slow answers make it likely that there are more."""
    locked_out = {"kind": "locked_out", "at_once": 2, "ms": 600_000, "system": "finance"}
    town.switch_on({"kind": "latency", "ms": 100}, locked_out)


def treat_finance(town: TownAtWork, **manners: object) -> None:
    its = SystemSettings.model_validate(dict(town.settings.systems["finance"]) | manners)
    town.settings = town.settings.model_copy(update={"systems": {**town.settings.systems, "finance": its}})


async def two_workers(town: TownAtWork) -> None:
    working = [asyncio.create_task(town.worker().work(until_empty=True)) for _ in range(2)]
    await asyncio.wait(working)
    await asyncio.gather(*working)


async def test_two_workers_that_keep_to_the_limits_are_never_locked_out(town: TownAtWork) -> None:
    treat_finance(town, concurrency=2, calls_per_minute=1200)
    lock_out_who_works_too_fast(town)
    await town.worker().find()
    await two_workers(town)
    assert town.strikes()["locked_out"] == 0
    assert town.disagreements() == []


async def test_two_workers_without_limits_are_locked_out_and_lose_nothing(town: TownAtWork) -> None:
    treat_finance(town, breaker_failures=3, breaker_seconds=HOUR)
    await town.worker().find()
    lock_out_who_works_too_fast(town)
    with pytest.raises(
        SystemClosed, match=r"invoices has \d+ left to handle, but finance is out of order .* answered 429"
    ):
        await two_workers(town)
    assert town.strikes()["locked_out"] == 1
    assert town.store.open_count([ROBOT]) > 0
    town.switch_on()
    town.store.systems.resume("finance")
    await two_workers(town)
    assert town.disagreements() == []
