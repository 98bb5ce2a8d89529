"""A worker that hangs, or sleeps longer than its lease: another goes on, and the late one can do nothing any more.

The sleeper is a process that is stopped and resumed. It is tried on PostgreSQL: where machines share a database, one
may sleep while others work. SQLite's workers share a machine and sleep with it; one that were stopped alone, with the
write lock in its hand, would let the others wait for it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import psutil
import pytest

from bots_common.autonomy import Level
from bots_common.settings import GivenSettings, WorkerSettings
from bots_common.values import Receipt
from bots_common.work import Codec, ItemStory, State, Store
from bots_common.work.states import Step as Change
from bots_common.worker import Worker
from tests.crash import worker_process
from tests.crash.journal import EFFECTS, JournalServer, Scribe, journal_server
from tests.crash.lanes import RULES
from tests.crash.steps import Step, Victim
from tests.crash.worker_process import Orders

EVERYTHING = [("C0", name) for name in EFFECTS]


@pytest.fixture
def journal() -> Iterator[JournalServer]:
    """A journal with one case."""
    with journal_server() as running:
        running.cases = 1
        yield running


def settings_for(journal: JournalServer, folder: Path, database: str, **rules: float) -> GivenSettings:
    return GivenSettings(
        folder=folder,
        database=database,
        worker=WorkerSettings(**{**RULES, **rules}),
        robots={Scribe.name: {"address": journal.address}},
    )


def story_of_the_case(store: Store) -> ItemStory:
    (item,) = store.reading.items()
    return store.reading.story(item.id)


@pytest.mark.parametrize(
    "step",
    [
        Step.CLAIMED,
        Step.BEFORE_INTENT,
        Step.AFTER_INTENT,
        Step.FORM_FILLED,
        Step.LEASE_RENEWED,
        Step.RECEIPT_READ,
        Step.IN_TRANSACTION,
        Step.BEFORE_FINISH,
    ],
)
async def test_a_worker_that_sleeps_through_its_lease_can_neither_click_nor_finish(
    tmp_path: Path, journal: JournalServer, shared_database: str, codec: Codec, step: Step
) -> None:
    settings = settings_for(journal, tmp_path, shared_database, lease_seconds=2)
    with closing(Store.open(shared_database, codec)) as store:
        store.levels.set(Scribe.name, Level.AUTO, "test", "for this test")
        worker = Worker(store, codec, [Scribe(settings)], settings)
        await worker.find()
        with sleeping_at(step, settings) as sleeper:
            await worker.work(until_empty=True)
            done = story_of_the_case(store)
            assert done.item.state is State.DONE
            assert journal.lines == EVERYTHING
            psutil.Process(sleeper.pid).resume()
            await asyncio.to_thread(sleeper.join)
            assert sleeper.exitcode == 0
        assert journal.lines == EVERYTHING
        assert story_of_the_case(store) == done


@contextmanager
def sleeping_at(step: Step, settings: GivenSettings) -> Iterator[BaseProcess]:
    """A worker process that has fallen asleep at the step."""
    orders = Orders(settings, Scribe, find=False, victims=(Victim.SLEEPER,), steps=(step,), latest=1)
    sleeper = worker_process.start(orders)
    try:
        sleeper.tells.recv()
        while psutil.Process(sleeper.process.pid).status() != psutil.STATUS_STOPPED:
            time.sleep(0.01)
        yield sleeper.process
    finally:
        sleeper.process.kill()
        sleeper.process.join()
        sleeper.tells.close()


async def test_a_lease_that_ran_out_before_its_renewal_was_told_gives_no_right_to_click(
    tmp_path: Path,
    journal: JournalServer,
    store: Store,
    database_url: str,
    codec: Codec,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = settings_for(journal, tmp_path, database_url, lease_seconds=1)
    store.levels.set(Scribe.name, Level.AUTO, "test", "for this test")
    worker = Worker(store, codec, [Scribe(settings)], settings)
    await worker.find()
    loop, renew = asyncio.get_running_loop(), store.renew

    def another_takes_over() -> None:
        time.sleep(1.1)  # a robot at the other desk computes, and nothing else gets on
        store.take_over_expired(max_takeovers=20)
        assert store.claim([Scribe.name], "another", timedelta(hours=1))

    def renew_before_it(*given: Any, **named: Any) -> None:
        if not named.get("to_act"):
            time.sleep(1)  # what is asked beside the click comes too late to prevent it
        renew(*given, **named)
        if named.get("to_act"):
            worker.stop()
            loop.call_soon_threadsafe(another_takes_over)

    monkeypatch.setattr(store, "renew", renew_before_it)
    await worker.work()
    assert journal.lines == []
    assert story_of_the_case(store).item.worker == "another"


async def test_an_effect_that_waits_for_ever_loses_its_item_after_the_limit_and_is_not_done_twice(
    tmp_path: Path, journal: JournalServer, store: Store, database_url: str, codec: Codec
) -> None:
    journal.silent = 1
    store.levels.set(Scribe.name, Level.AUTO, "test", "for this test")
    settings = settings_for(journal, tmp_path, database_url, lease_seconds=2, progress_seconds=2)
    worker = Worker(store, codec, [Scribe(settings)], settings)
    await worker.find()
    await worker.work(until_empty=True)
    story = story_of_the_case(store)
    assert story.item.state is State.DONE
    (failure,) = [change for change in story.history if change.step == Change.FAIL]
    assert "No progress for 2 seconds" in failure.why
    assert journal.lines == EVERYTHING
    assert [(row.receipt, row.tries) for row in story.effects] == [(Receipt("0"), 1), (Receipt("1"), 1)]
