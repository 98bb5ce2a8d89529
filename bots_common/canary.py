"""The canary: a changed screen stops the robots that use its system before they touch a case, on every machine.

It looks at the screens before a batch, and again where a robot has stumbled. What no fresh look finds as expected is
a drift; it stands in the database, with a picture, until a person has accepted it.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, Final

from loguru import logger

from bots_common.desk import BrowserDesk, Screen, System
from bots_common.desk.desk import getting_on
from bots_common.desk.drift import look, places
from bots_common.errors import Drifted, Failure, LoginRefused
from bots_common.evidence import EvidenceFolder
from bots_common.robot import Robot
from bots_common.settings import WorkerSettings
from bots_common.work import Store, ask
from bots_common.work.system_records import DriftRow, Expected

FAILED_LOOK_SECONDS: Final = 30.0

Robots = Mapping[str, Robot[Any]]


class Canary:
    """One worker's. What it knows of open drifts is as old as `poll_seconds` at most."""

    def __init__(
        self, store: Store, evidence: EvidenceFolder, robots: Robots, rules: WorkerSettings, worker: str
    ) -> None:
        self._store = store
        self._evidence = evidence
        self._robots = robots
        self._rules = rules
        self._worker = worker
        self._systems = {it.name: it for robot in robots.values() for it in robot.systems if it.screens}
        self._next_look = dict.fromkeys(self._systems, 0.0)
        self._looking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._open: list[DriftRow] = []
        self._next_ask = 0.0

    async def workable(self, robots: Collection[str], desk: BrowserDesk) -> list[str]:
        """Those of the robots whose systems look as expected; where a look is due and there is work, `desk` looks.

        Raises LoginRefused where a system does not accept the robot's login.
        """
        due = [it for it in self._systems.values() if self._next_look[it.name] <= time.monotonic()]
        looked = [await self._look_before_work(it, robots, desk) for it in due]
        if any(looked):
            await desk.leave(keep_login=True)
        return await self._at_work(robots)

    async def stumbled(self, robot: str, desk: BrowserDesk) -> bool:
        """After a ScreenChanged: look again at the system that was used last; whether it is a drift."""
        system = desk.guard.last_used
        if system is None or type(system) not in self._robots[robot].systems:
            return False
        try:
            return await getting_on(self._look(system), desk, self._rules.progress_seconds)
        except (Failure, LoginRefused) as error:
            logger.bind(system=system.name).warning("The screens of {} cannot be looked at: {}", system.name, error)
            return False

    async def require(self, robot: str) -> None:
        """Raises Drifted where the robot must stand still."""
        if drift := _stopping(self._robots[robot], await self._still()):
            raise _drifted(robot, drift)

    async def require_none_left(self) -> None:
        """Raises Drifted where a robot that must stand still has items left."""
        still = await self._still()
        for name, robot in self._robots.items():
            drift = _stopping(robot, still)
            if drift is not None and (left := await ask(self._store.open_count, [name])):
                raise _drifted(name, drift, f" {left} items wait.")

    async def _at_work(self, robots: Collection[str]) -> list[str]:
        still = await self._still()
        return [name for name in robots if _stopping(self._robots[name], still) is None]

    async def _look_before_work(self, system: type[System], robots: Collection[str], desk: BrowserDesk) -> bool:
        """Look, where any of the robots has work for this system; whether there was a look."""
        using = [name for name in await self._at_work(robots) if system in self._robots[name].systems]
        if not using or not await ask(self._store.open_count, using):
            return False
        counts_for = self._rules.canary_minutes * 60
        try:
            await desk.ready()
            await getting_on(self._look(desk[system]), desk, self._rules.progress_seconds)
        except Failure as error:  # whether the system is there at all is for the robot's own attempts to find out
            logger.bind(system=system.name).warning("The screens of {} cannot be looked at: {}", system.name, error)
            counts_for = min(counts_for, FAILED_LOOK_SECONDS)
            await desk.leave()
        self._next_look[system.name] = time.monotonic() + counts_for
        return True

    async def _look(self, system: System) -> bool:
        """Whether a screen of the system has drifted. One desk looks; those that meet the same screen wait for it."""
        async with self._looking[system.name]:
            if await self._is_open(system):
                return True
            for screen, address in places(system):
                await self._look_at(system, screen, address)
                if await self._is_open(system):
                    return True
            return False

    async def _look_at(self, system: System, screen: Screen, address: str) -> None:
        drift = self._store.drift
        accepted = await ask(drift.accepted, system.name, screen.name)
        expected = Expected(screen.landmarks) if accepted is None else Expected(accepted, exact=True)
        seen = await look(system, screen, address, expected)
        if seen is None:
            return
        self._next_ask = 0.0
        number = await ask(drift.report, system.name, screen.name, expected, seen, self._worker)
        if number is None:
            return
        logger.bind(system=system.name).error(
            "The screen {} of {} has changed: drift {}.", screen.name, system.name, number
        )
        if (page := system.shown) and (file := await self._evidence.picture(f"drift {number}", page)):
            await ask(drift.keep_picture, number, file)

    async def _is_open(self, system: System) -> bool:
        return any(it.system == system.name for it in await self._still())

    async def _still(self) -> list[DriftRow]:
        """The open drifts. Asked anew after `poll_seconds`, or at once after one was reported here."""
        if self._systems and time.monotonic() >= self._next_ask:
            self._next_ask = time.monotonic() + self._rules.poll_seconds
            self._open = await ask(self._store.drift.open)
        return self._open


def _stopping(robot: Robot[Any], still: list[DriftRow]) -> DriftRow | None:
    """The drift for which the robot stands still, if any."""
    used = {system.name for system in robot.systems}
    return next((drift for drift in still if drift.system in used), None)


def _drifted(robot: str, drift: DriftRow, more: str = "") -> Drifted:
    return Drifted(
        f"{robot} stands still: the screen {drift.screen!r} of {drift.system} has changed (drift {drift.id}).{more}",
        f"Look at it with `kollega drift show {drift.id}`; "
        f"if the robot can go on, `kollega drift accept {drift.id} --why …`.",
    )
