"""The scheduler: any number of processes, of which one plans and every one runs what its machine reaches.

APScheduler only ticks. What is due is written down before anything begins, by `store.runs`, and its moments are those
of `schedules.plan`: so it does not matter when a process ticks, nor how many do, nor which of them dies.
"""

from __future__ import annotations

import asyncio
import logging
import os
import platform
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import Any, Final

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from loguru import logger

from bots_common.errors import KollegaError, NotFound, StoreUnavailable
from bots_common.robot import Robot
from bots_common.settings import Settings
from bots_common.work import ask
from bots_common.work.run_records import NewRun, Planning, Stop
from bots_common.work.runs import SCHEDULER
from schedules.file import Plan
from schedules.noticing import Noticing
from schedules.plan import LATE, Overlap, Schedule, planned
from schedules.running import Office, RunAtWork, Seen

PLANNED_EVERY: Final = timedelta(minutes=1)
"""How often it is written down that nothing was due: a schedule that is changed has missed no more than that."""
_NOTED: Final = 100
"""So many of the moments that were missed are written down; all, where each is to be run."""

Robots = Mapping[str, type[Robot[Any]]]


class Scheduler:
    """One process. `plan` reads the schedule file; `robots` are those installed."""

    def __init__(self, office: Office, plan: Callable[[], Plan], robots: Robots) -> None:
        self.name = holder()
        self._office = office
        self._runs = office.store.runs
        self._read = plan
        self._robots = within_reach(robots, office.settings)
        self._plan = Plan()
        self._fault = ""
        self._noticing = Noticing(office.store, office.settings, robots, self.name)
        self._at_work: dict[RunAtWork, asyncio.Task[None]] = {}
        self._stopping = asyncio.Event()
        self._ticking = asyncio.Lock()

    def stop(self) -> None:
        """Begin nothing more, let robots finish the items in hand, and give their runs back."""
        self._stopping.set()

    async def serve(self) -> None:
        """Run what is due until told to stop. Raises SettingsError where the schedule file is wrong at first."""
        self._plan = await asyncio.to_thread(self._read)
        logging.getLogger("apscheduler").setLevel(
            logging.CRITICAL
        )  # it would print unmasked, and a late tick is none
        ticking = AsyncIOScheduler(timezone=UTC)
        ticking.add_job(
            self.tick,
            "interval",
            seconds=self._office.pace.tick,
            next_run_time=datetime.now(UTC),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
        ticking.start()
        try:
            await self._stopping.wait()
        finally:
            async with self._ticking:  # else a run might have been begun that nobody here knows of
                ticking.shutdown(wait=False)
            await self._leave()

    async def tick(self) -> None:
        """Write down what has come due, if this process leads; begin what may begin."""
        try:
            async with self._ticking:
                await self._tick()
        except StoreUnavailable as error:
            logger.warning("{}", error)
        except Exception as error:  # noqa: BLE001 - the next tick is another chance; APScheduler would say it unmasked
            logger.opt(exception=error).error("The scheduler failed.")

    async def _tick(self) -> None:
        if self._stopping.is_set():
            return
        await self._read_again()
        now = await asyncio.to_thread(self._runs.elect, SCHEDULER, self.name, self._office.pace.silence)
        if now is not None:
            await self._lead(now)
        await self._begin()

    async def _read_again(self) -> None:
        """The file as it is now; while it is wrong, as it was."""
        try:
            self._plan = await asyncio.to_thread(self._read)
            self._fault = ""
        except KollegaError as error:
            if str(error) != self._fault:
                self._fault = str(error)
                logger.error("The schedules stay as they were: {}", error)

    # -- planning, in one process ---------------------------------------------------------------------------

    async def _lead(self, now: datetime) -> None:
        planning = await ask(self._runs.planning)
        for schedule in self._plan.schedules:
            await self._write_down(schedule, planning.get(schedule.name), now)
        names = {schedule.name for schedule in self._plan.schedules}
        if any(name not in names and not its.paused for name, its in planning.items()):
            await ask(self._runs.keep, names)
        for row in await ask(self._runs.take_over):
            logger.warning("Run {} of {}: its process has died; another goes on with it.", row.id, row.schedule)
        self._noticing.begin(self._plan.schedules, now)

    async def _write_down(self, schedule: Schedule, planning: Planning | None, now: datetime) -> None:
        """Give what is due its rows. A schedule that is seen for the first time has missed nothing."""
        runs = [] if planning is None else coming(schedule, planning, now)
        if planning is None or runs or now - planning.planned_until >= PLANNED_EVERY:
            await ask(self._runs.plan, schedule.name, schedule.rules.robot, now, runs)
        if runs:
            left_out = sum(run.left_out is not None for run in runs)
            logger.info("{}: {} runs are due, {} are left out.", schedule.name, len(runs) - left_out, left_out)

    # -- running, in every process --------------------------------------------------------------------------

    async def _begin(self) -> None:
        lease, program = self._office.pace.silence, version("kollega")
        while not self._stopping.is_set():
            row = await asyncio.to_thread(self._runs.begin, self.name, tuple(self._robots), lease, program)
            if row is None:
                return
            try:
                schedule = self._plan.of(row.schedule)
            except NotFound:
                await ask(self._runs.leave_out, row, Stop.GONE)
                continue
            robot = self._robots[row.robot](self._office.settings)
            run = RunAtWork(self._office, row, schedule, robot)
            self._at_work[run] = asyncio.create_task(self._watched(run))

    async def _watched(self, run: RunAtWork) -> None:
        try:
            await run.run()
        except StoreUnavailable as error:
            logger.error("Run {} of {}: {}", run.row.id, run.row.schedule, error)
        finally:
            del self._at_work[run]

    async def _leave(self) -> None:
        for run in self._at_work:
            run.give_back()
        await asyncio.gather(*self._at_work.values(), self._noticing.end())
        try:
            await asyncio.to_thread(self._runs.resign, SCHEDULER, self.name)
        except StoreUnavailable:
            logger.warning("The database is away; another process leads in {:.0f} seconds.", self._office.pace.lease)


def coming(schedule: Schedule, planning: Planning, now: datetime) -> list[NewRun]:
    """The rows of what has come due since the schedule was planned last."""
    found = planned(schedule, planning.planned_until, now)
    if planning.paused:
        return [NewRun(due, due, left_out=Stop.PAUSED) for due in found.run if due >= now - LATE]
    missed = [NewRun(due, due, left_out=Stop.MISSED) for due in found.missed[-_NOTED:]]
    patient = schedule.rules.overlap is Overlap.WAIT
    return missed + [NewRun(due, schedule.begins(due), patient or due < now - LATE) for due in found.run]


def within_reach(robots: Robots, settings: Settings) -> Robots:
    """Those of the robots whose systems this machine reaches."""
    return {
        name: robot
        for name, robot in robots.items()
        if all(settings.reaches(system.name) for system in robot.systems)
    }


def holder() -> str:
    """What this process is called in the rows of its runs."""
    return f"{platform.node()}/{os.getpid()}/{uuid.uuid4().hex[:4]}"


async def run_now(office: Office, schedule: Schedule, robot: Robot[Any], who: str, seen: Seen) -> RunAtWork:
    """A person's run, begun here: what is returned is to be run. Raises StoreError where its robot is running."""
    start = office.store.runs.start
    row = await ask(start, schedule.name, robot.name, who, holder(), office.pace.silence, version("kollega"))
    return RunAtWork(office, row, schedule, robot, seen)
