"""One run: a robot finds and handles until nothing is left or the schedule says stop, and its row is kept true."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from loguru import logger

from bots_common.autonomy import Level
from bots_common.claims import Limits
from bots_common.errors import Drifted, KollegaError, LoginRefused, RobotStopped, SystemClosed
from bots_common.handling import Outcome
from bots_common.robot import Robot
from bots_common.settings import Settings
from bots_common.work import Codec, State, Store, ask
from bots_common.work.run_records import Beat, RunRow, Stop, Tally
from bots_common.work.states import TECHNICAL
from bots_common.worker import Worker
from schedules.plan import Schedule

Seen = Callable[[Tally], None]
"""Told whenever a run has got on."""

_COUNTED: Final = {
    State.DONE: "handled",
    State.EXCEPTION: "exceptions",
    State.WAITING: "waiting",
    State.SKIPPED: "skipped",
}


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a scheduler looks what is due, how often its runs report, and how long either may be silent before
    another takes over. Seconds."""

    tick: float = 2
    beat: float = 3
    lease: float = 20

    @property
    def silence(self) -> timedelta:
        return timedelta(seconds=self.lease)


@dataclass(frozen=True, slots=True)
class Office:
    """What every run needs. `keep_report` keeps the report of a run that has ended, where its schedule wants one."""

    store: Store
    codec: Codec
    settings: Settings
    pace: Pace = Pace()
    keep_report: Callable[[RunRow], object] | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a run has ended."""

    stop: Stop
    detail: str = ""


class RunAtWork:
    """A run that this process has begun; `run` returns when it has ended, or is somebody else's."""

    def __init__(
        self, office: Office, row: RunRow, schedule: Schedule, robot: Robot[Any], seen: Seen | None = None
    ) -> None:
        self.row = row
        self.tally = row.tally
        self._office = office
        self._schedule = schedule
        self._robot = robot
        self._seen = seen or (lambda tally: None)
        self._worker = Worker(
            office.store, office.codec, [robot], office.settings, self._told, _limits(schedule, row.tally)
        )
        self._finding: asyncio.Task[Any] | None = None
        self._told_to_stop: Stop | None = None
        self._giving_back = False
        self._reported = row.tally

    def give_back(self) -> None:
        """Finish the items in hand; another process goes on with the run."""
        self._giving_back = True
        self.halt()

    def halt(self) -> None:
        """Finish the items in hand, and end. Finding may be broken off at any time."""
        self._worker.stop()
        if self._finding is not None:
            self._finding.cancel()

    async def run(self) -> None:
        """Run to the end. Raises StoreUnavailable where the database stays away: the run is then taken over."""
        with logger.contextualize(run=self.row.id, schedule=self.row.schedule, robot=self.row.robot):
            await self._run()

    async def _run(self) -> None:
        logger.info("Run {} of {} begins: {}.", self.row.id, self.row.schedule, self.row.robot)
        if not await self._still_ours():
            return
        working = asyncio.create_task(self._work())
        try:
            while not (await asyncio.wait({working}, timeout=self._office.pace.beat))[0]:
                if not await self._still_ours():
                    return
            await self._end(working.result())
        finally:
            working.cancel()
            await asyncio.wait({working})

    # -- the robot at work --------------------------------------------------------------------------------

    async def _work(self) -> Ending:
        """Every way in which a robot may come to its end, as a reason."""
        try:
            return await self._find_and_handle()
        except SystemClosed as closed:
            return Ending(Stop.SYSTEM_CLOSED, str(closed))
        except Drifted as drifted:
            return Ending(Stop.DRIFT, str(drifted))
        except RobotStopped as stopped:
            return Ending(Stop.ORDERED, str(stopped))
        except LoginRefused as refused:
            return Ending(Stop.LOGIN, str(refused))
        except KollegaError as error:
            return Ending(Stop.FAILED, str(error))
        except Exception as error:  # noqa: BLE001 - a robot's bug must not stop the scheduler; it is kept on the run
            logger.opt(exception=error).error("Run {} of {} failed.", self.row.id, self.row.schedule)
            return Ending(Stop.FAILED, f"{type(error).__name__}: {error}")

    async def _find_and_handle(self) -> Ending:
        name = self.row.robot
        if not await self._find():
            return Ending(self._told_to_stop or Stop.ORDERED)
        rules = self._schedule.rules
        if rules.min_items:
            waiting = await ask(self._office.store.open_count, [name])
            if waiting + self.tally.finished < rules.min_items:
                return Ending(Stop.FEW, f"{waiting} of {rules.min_items}")
        await self._worker.work(until_empty=True)
        left = await ask(self._office.store.open_count, [name])
        if not left:
            return Ending(Stop.EMPTY)
        stop = self._told_to_stop or (Stop.ITEMS if self._worker.spent else Stop.ORDERED)
        return Ending(stop, f"{left} left")

    async def _find(self) -> bool:
        """Find; False where it is time to stop. Where a system lets nobody in, what was found before is handled."""
        if self._told_to_stop or self._giving_back:
            return False
        self._finding = asyncio.create_task(self._worker.find())
        try:
            await asyncio.wait({self._finding})
            if self._finding.cancelled():
                return False
            added = self._finding.result()[self.row.robot]
            self._count(found=self.tally.found + len(added.new) + len(added.again))
        except SystemClosed as closed:
            logger.info("Run {} of {} finds nothing: {}", self.row.id, self.row.schedule, closed)
        finally:
            finding, self._finding = self._finding, None
            finding.cancel()
            await asyncio.wait({finding})
        return True

    def _told(self, outcome: Outcome) -> None:
        field = _COUNTED.get(outcome.state) if outcome.state else None
        if outcome.state is State.EXCEPTION and outcome.reason == TECHNICAL:
            field = "failed"
        if field is not None:
            self._count(**{field: getattr(self.tally, field) + 1})

    def _count(self, **fields: int) -> None:
        self.tally = replace(self.tally, **fields)
        self._seen(self.tally)

    # -- the run's row ------------------------------------------------------------------------------------

    async def _still_ours(self) -> bool:
        """Report, and stop the robot where its time has come; False where another process has the run by now."""
        beat = await self._beat()
        if not beat.ours:
            logger.warning("Run {} of {} is another's by now.", self.row.id, self.row.schedule)
            return False
        self._mind(beat.at)
        return True

    async def _beat(self) -> Beat:
        idle = self._worker.idle_seconds
        moved = self.tally != self._reported or (idle is not None and idle <= self._office.pace.beat)
        self._reported = self.tally
        beat = await ask(
            self._office.store.runs.beat,
            self.row,
            self.tally,
            moved=moved,
            lease=self._office.pace.silence,
            patience=timedelta(minutes=self._schedule.rules.stalled_minutes),
        )
        if beat.stalled:
            logger.error(
                "Run {} of {} has made no progress for {} minutes.",
                self.row.id,
                self.row.schedule,
                self._schedule.rules.stalled_minutes,
            )
        return beat

    def _mind(self, now: datetime) -> None:
        assert self.row.begun_at is not None
        ends = self._schedule.ends(self.row.begun_at)
        if ends is not None and ends <= now:
            self._stop(Stop.TIME)
        elif self._schedule.forbidden(now):
            self._stop(Stop.CLOSING)

    def _stop(self, why: Stop) -> None:
        if self._told_to_stop is None:
            self._told_to_stop = why
            self.halt()

    async def _end(self, ending: Ending) -> None:
        runs = self._office.store.runs
        if self._giving_back and ending.stop is Stop.ORDERED:
            await ask(runs.give_back, self.row, self.tally)
            logger.info("Run {} of {} is given back.", self.row.id, self.row.schedule)
            return
        await ask(runs.finish, self.row, self.tally, ending.stop, ending.detail)
        logger.info("Run {} of {} ends: {} {}", self.row.id, self.row.schedule, ending.stop, ending.detail)
        await self._keep_report()

    async def _keep_report(self) -> None:
        """A report that cannot be kept is no reason for a run to fail: it can be made again from the pages."""
        if not self._schedule.rules.report or self._office.keep_report is None:
            return
        try:
            await asyncio.to_thread(self._office.keep_report, self.row)
        except (KollegaError, OSError) as error:
            logger.warning("No report was kept with run {} of {}: {}", self.row.id, self.row.schedule, error)


def _limits(schedule: Schedule, tally: Tally) -> Limits:
    """What is left to a run that another process has begun."""
    rules = schedule.rules
    items = None if rules.max_items is None else max(0, rules.max_items - tally.finished)
    return Limits(items, rules.autonomy or Level.AUTO)
