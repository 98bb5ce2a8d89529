"""A worker that may take only so many items, or whose robot may do less than its level says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bots_common.autonomy import Level, lower
from bots_common.claims import Limits
from bots_common.handling import Outcome
from bots_common.settings import GivenSettings, WorkerSettings
from bots_common.work import Codec, State, Store
from bots_common.worker import Worker
from tests import tally


class Office:
    """Ten cases for the tally robot, which may do them alone."""

    def __init__(self, store: Store, codec: Codec, folder: Path) -> None:
        self.store = store
        self._codec = codec
        self._witness = folder / "witness.txt"
        self._settings = GivenSettings(
            folder=folder, robots=tally.settings_of(folder), worker=WorkerSettings(poll_seconds=0.01)
        )
        (folder / "cases.txt").write_text("\n".join(f"c{number}" for number in range(10)), encoding="utf-8")
        self.level(Level.AUTO)

    def level(self, level: Level) -> None:
        self.store.levels.set("tally", level, "birgit", "for this test")

    async def work(self, limits: Limits) -> Worker:
        self.told: list[Outcome] = []
        robot = tally.Tally(self._settings)
        worker = Worker(self.store, self._codec, [robot], self._settings, self.told.append, limits)
        await worker.find()
        await worker.work(until_empty=True)
        return worker

    def done(self) -> list[str]:
        return tally.witnessed(self._witness)

    def states(self) -> dict[State, int]:
        return dict(self.store.reading.by_state("tally"))


@pytest.fixture
def office(database_url: str, codec: Codec, tmp_path: Path) -> Iterator[Office]:
    with closing(Store.open(database_url, codec)) as store:
        yield Office(store, codec, tmp_path)


async def test_it_takes_no_more_items_than_it_may(office: Office) -> None:
    worker = await office.work(Limits(items=3))
    assert worker.spent
    assert (len(office.done()), office.states()) == (3, {State.NEW: 7, State.DONE: 3})
    worker = await office.work(Limits(items=20))
    assert not worker.spent
    assert office.states() == {State.DONE: 10}
    assert len(set(office.done())) == 10


async def test_it_may_take_none(office: Office) -> None:
    assert (await office.work(Limits(items=0))).spent
    assert office.states() == {State.NEW: 10}


async def test_its_robot_may_do_less_than_its_level_and_the_next_worker_all_of_it(office: Office) -> None:
    await office.work(Limits(items=4, at_most=Level.APPROVE))
    assert office.done() == []
    assert office.states() == {State.WAITING: 4, State.NEW: 6}
    await office.work(Limits())
    assert len(office.done()) == 6


async def test_its_robot_may_never_do_more_than_its_level(office: Office) -> None:
    office.level(Level.SHADOW)
    await office.work(Limits(at_most=Level.AUTO))
    assert (office.done(), office.states()) == ([], {State.SKIPPED: 10})


def test_the_lower_of_two_levels() -> None:
    assert lower(Level.AUTO, Level.SAMPLE) is lower(Level.SAMPLE, Level.AUTO) is Level.SAMPLE
    assert lower(Level.SHADOW, Level.APPROVE) is Level.SHADOW
