"""A town with schedules, and robots that a test holds up, for tests of schedulers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bots_common.autonomy import Level
from bots_common.calendar import Calendar, Kind
from bots_common.desk import Desk
from bots_common.robot import Found, Item, Known, Robot
from bots_common.settings import GivenSettings, WorkerSettings
from bots_common.work import Codec, Store
from bots_common.work.run_records import RunState, Stop
from schedules.file import Plan
from schedules.plan import Rules, Schedule
from schedules.running import Office, Pace
from schedules.scheduler import Scheduler
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
