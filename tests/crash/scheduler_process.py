"""A scheduler process whose clock runs fast, to be killed: `start` it, and it ends when it is told to or dies."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bots_common import logs
from bots_common.calendar import Calendar, Kind
from bots_common.desk import Desk
from bots_common.robot import Found, Known
from bots_common.settings import GivenSettings, Settings, WorkerSettings
from bots_common.work import Codec, Store
from schedules.file import Plan
from schedules.plan import Rules, Schedule
from schedules.running import Office, Pace
from schedules.scheduler import Scheduler
from tests.tally import Case, Tally, settings_of

KEY = bytes(range(32))
PACE = Pace(tick=0.1, beat=0.1, lease=2400)
"""The lease is by the fast clock."""


@dataclass(frozen=True)
class Stage:
    """Where and when the schedulers play. Their clock stood at `start` when the machine's was at `epoch` (seconds),
    and runs `speed` times as fast."""

    folder: Path
    url: str
    start: datetime
    epoch: float
    speed: float

    def clock(self) -> datetime:
        return self.start + timedelta(seconds=(time.time() - self.epoch) * self.speed)

    def plan(self) -> Plan:
        zone, calendar = ZoneInfo("Europe/Copenhagen"), Calendar(Kind.DENMARK_PUBLIC)
        written = {
            "hourly": ("hours", "cron 0 * * * *"),
            "nights": ("hours", "every 40 minutes daily 22:30-06:00"),
            "quarters": ("quarters", "every 15 minutes daily 00:00-24:00"),
        }
        return Plan(
            tuple(
                Schedule(name, Rules(robot=robot, when=when, missed="each", overlap="wait"), zone, calendar)
                for name, (robot, when) in written.items()
            )
        )

    def settings(self) -> Settings:
        table = settings_of(self.folder)["tally"]
        own = {name: {**table, "witness": str(self.witness(name))} for name in ("hours", "quarters")}
        rules = WorkerSettings(poll_seconds=0.02, lease_seconds=2, max_takeovers=1000, report_seconds=0.5)
        return GivenSettings(folder=self.folder, robots=own, worker=rules)

    def witness(self, robot: str) -> Path:
        return self.folder / f"{robot}.txt"

    @contextmanager
    def opened(self) -> Iterator[Store]:
        """Items and their leases by the true clock, schedules and their runs by the fast one."""
        fast = Store.open(self.url, Codec(KEY), clock=self.clock)
        with closing(fast), closing(Store.open(self.url, Codec(KEY))) as store:
            store.runs = fast.runs
            yield store

    def found_by(self, robot: str, moment: datetime) -> list[str]:
        """What the robot finds at a moment: a case for each hour, or quarter, that has passed."""
        step = timedelta(hours=1) if robot == "hours" else timedelta(minutes=15)
        return [f"{robot}-{number}" for number in range((moment - self.start) // step)]


@dataclass(frozen=True)
class Playing:
    """A scheduler process. `listens` is set as soon as it ends in good order when it is told to."""

    process: BaseProcess
    listens: Event

    def kill(self) -> bool:
        """Kill it without warning; whether it was alive."""
        alive = self.process.is_alive()
        self.process.kill()
        self.process.join()
        return alive

    def stop(self) -> int | None:
        """Tell it to finish what is in hand and to end; the code that it ends with."""
        assert self.listens.wait(60) and self.process.pid is not None
        os.kill(self.process.pid, signal.SIGTERM)
        self.process.join(60)
        return self.process.exitcode


def start(stage: Stage) -> Playing:
    """Start a process; where it can be, cheaply, by a fork of one that has only imported these modules."""
    forks = "forkserver" in multiprocessing.get_all_start_methods()
    context: Any = multiprocessing.get_context("forkserver" if forks else "spawn")
    if forks:
        context.set_forkserver_preload([__name__])
    listens = context.Event()
    process: BaseProcess = context.Process(target=run, args=(stage, listens), daemon=True)
    process.start()
    return Playing(process, listens)


def run(stage: Stage, listens: Event) -> None:
    """The body of the process."""
    logs.configure(stage.folder / "logs", level="ERROR")

    class Passing(Tally):
        """Finds a case for each stretch of time that has passed."""

        async def find(self, desk: Desk, known: Known) -> AsyncIterator[Found[Case]]:
            references = stage.found_by(self.name, stage.clock())
            for reference in sorted(set(references) - await known(references)):
                yield Found(reference, Case(reference=reference))

    class Hours(Passing):
        name = "hours"

    class Quarters(Passing):
        name = "quarters"

    with stage.opened() as store:
        office = Office(store, Codec(KEY), stage.settings(), PACE)
        scheduler = Scheduler(office, stage.plan, {"hours": Hours, "quarters": Quarters})
        asyncio.run(_serve(scheduler, listens))


async def _serve(scheduler: Scheduler, listens: Event) -> None:
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, scheduler.stop)
    listens.set()
    await scheduler.serve()
