"""What staff have said of robots, as one worker heeds it: a stopped robot begins nothing, and may let go at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from loguru import logger

from bots_common.errors import RobotStopped
from bots_common.work import Store, ask
from bots_common.work.stops import Stopped
from bots_common.work.system_records import Order


class Stopping:
    """One worker's. What it knows is as old as `poll_seconds` at most."""

    def __init__(self, store: Store, poll_seconds: float) -> None:
        self._store = store
        self._poll_seconds = poll_seconds
        self._stopped: Mapping[str, Stopped] = {}
        self._next_ask = 0.0
        self._in_hand: dict[asyncio.Task[Any], str] = {}

    async def stopped(self) -> Mapping[str, Stopped]:
        """The robots that a person has stopped."""
        if time.monotonic() >= self._next_ask:
            self._next_ask = time.monotonic() + self._poll_seconds
            self._stopped = await ask(self._store.stops.all)
        return self._stopped

    async def require(self, robot: str) -> None:
        """Raises RobotStopped where a person has stopped the robot."""
        if said := (await self.stopped()).get(robot):
            raise _refusal(said)

    async def require_none_left(self, robots: Collection[str]) -> None:
        """Raises RobotStopped where a stopped robot has items left."""
        stopped = await self.stopped()
        for robot in robots:
            if robot in stopped and (left := await ask(self._store.open_count, [robot])):
                raise _refusal(stopped[robot], f" {left} items wait.")

    @contextmanager
    def minding(self, robot: str, handling: asyncio.Task[Any]) -> Iterator[None]:
        """While an item is in hand: it is let go where the robot is to stop at once."""
        self._in_hand[handling] = robot
        try:
            yield
        finally:
            del self._in_hand[handling]

    async def obey(self) -> None:
        """Let go of what robots have in hand that are to stop at once."""
        stopped = await self.stopped()
        for handling, robot in self._in_hand.items():
            if robot in stopped and stopped[robot].order is Order.NOW and not handling.cancelling():
                logger.warning("{} is told to stop at once; what it has in hand is handed back.", robot)
                handling.cancel()


def _refusal(said: Stopped, more: str = "") -> RobotStopped:
    return RobotStopped(
        f"{said.who} has stopped {said.robot}: {said.why.rstrip('.')}.{more}",
        f"`kollega robots resume {said.robot}`, or the page of the robot, lets it work again.",
    )
