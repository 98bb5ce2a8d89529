"""A robot that uses no system with screens needs no browser, neither to find nor to work."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import ClassVar

from bots_common.desk import Desk
from bots_common.errors import SystemUnavailable
from bots_common.handling import Outcome
from bots_common.reasons import ReasonText
from bots_common.robot import Found, Item, Known, Robot
from bots_common.settings import BrowserSettings, GivenSettings, Settings
from bots_common.values import Frozen
from bots_common.work import Codec, NewItem, State, Store
from bots_common.worker import Worker


class Case(Frozen):
    """The robot needs to know nothing of a case."""


class Reason(StrEnum):
    """This robot has none of its own."""


class Sorter(Robot[Case]):
    """Finds two cases, and has nothing to do with them."""

    name = "sorter"
    title = "Sorter"
    systems = ()
    payload = Case
    reasons = Reason
    reason_texts: ClassVar[Mapping[str, ReasonText]] = {}
    locales = Path(__file__).parent

    async def find(self, desk: Desk, known: Known) -> AsyncIterator[Found[Case]]:
        for reference in ("a", "b"):
            yield Found(reference, Case())

    async def handle(self, item: Item[Case], desk: Desk) -> None:
        return


class Unlucky(Sorter):
    """Its system fails twice in the midst of finding."""

    name = "unlucky"

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.failures = 2

    async def find(self, desk: Desk, known: Known) -> AsyncIterator[Found[Case]]:
        had = await known([f"{number}" for number in range(500)])
        for number in range(500):
            if number == 300 and self.failures:
                self.failures -= 1
                raise SystemUnavailable("The inbox answered 500.", "It is tried again by itself.")
            if f"{number}" not in had:
                yield Found(f"{number}", Case())


async def test_a_system_that_fails_while_a_robot_finds_is_asked_again(tmp_path: Path, codec: Codec) -> None:
    settings = GivenSettings(folder=tmp_path)
    with closing(Store.open(settings.database_url, codec)) as store:
        found = (await Worker(store, codec, [Unlucky(settings)], settings).find())["unlucky"]
        assert sorted(found.new, key=int) == [f"{number}" for number in range(500)]
        assert found.known == ()


async def test_a_worker_does_not_wait_for_a_case_of_next_week(tmp_path: Path, codec: Codec) -> None:
    settings = GivenSettings(folder=tmp_path)
    next_week = datetime.now(UTC) + timedelta(days=7)
    with closing(Store.open(settings.database_url, codec)) as store:
        store.add("sorter", [NewItem("a", {}, not_before=next_week), NewItem("b", {})])
        await Worker(store, codec, [Sorter(settings)], settings).work(until_empty=True)
        assert store.reading.by_state("sorter") == {State.NEW: 1, State.DONE: 1}


async def test_a_robot_without_systems_finds_and_works_on_a_machine_without_a_browser(
    tmp_path: Path, codec: Codec
) -> None:
    settings = GivenSettings(folder=tmp_path, browser=BrowserSettings(executable=tmp_path / "no-browser"))
    told: list[Outcome] = []
    with closing(Store.open(settings.database_url, codec)) as store:
        worker = Worker(store, codec, [Sorter(settings)], settings, told.append)
        assert (await worker.find())["sorter"].new == ("a", "b")
        await worker.work(until_empty=True)
    assert {outcome.reference: outcome.state for outcome in told} == {"a": State.DONE, "b": State.DONE}
