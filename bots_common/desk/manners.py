"""How a system wants to be called: in its hours, so often, by so many at a time, and not while it is out of order.

What a system's state means is pure. The rest asks the store, so that all workers together keep to it. A system
without limits costs nothing but the shared state of all systems, read once a second at most.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final, Protocol, TypedDict

from loguru import logger

from bots_common.errors import (
    Failure,
    ScreenChanged,
    SessionExpired,
    StoreUnavailable,
    SystemClosed,
    SystemUnavailable,
)
from bots_common.hours import Hours
from bots_common.settings import Settings, SystemSettings
from bots_common.work.patience import ask
from bots_common.work.system_records import Place, SystemRow, SystemsSeen
from bots_common.work.systems import Systems

SEEN_SECONDS: Final = 1.0
TICKET_TIME: Final = timedelta(seconds=20)
STAY_SECONDS: Final = 6.0
PROBE_CALLS: Final = 5
"""A probe may have to log in: so many calls, each with the system's time limit, before another may try."""
STEP_SECONDS: Final = 0.05
LONGEST_STEP: Final = 2.0


class Caller(Protocol):
    """Who calls a system: a page object."""

    name: ClassVar[str]

    def waiting(self) -> None:
        """Told again and again while a call waits for its turn."""

    async def answers(self) -> object:
        """Make one call that shows whether the system answers. Raises SystemUnavailable where it does not."""


class Mode(StrEnum):
    """What a system is to those who want to call it."""

    OPEN = "open"
    CLOSED = "closed"
    PAUSED = "paused"
    BROKEN = "out of order"
    PROBING = "being tried"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a system is now, why, and since or until when; `until` None: until somebody does something."""

    system: str
    mode: Mode
    why: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def lets_in(self) -> bool:
        """Whether it is of use to begin something with it."""
        return self.mode in (Mode.OPEN, Mode.PROBING)

    def refusal(self, settings: Settings) -> SystemClosed:
        """The error for who wants to call it now."""
        until = f" until {self.until.astimezone(settings.zone):%Y-%m-%d %H:%M}" if self.until else ""
        why = f": {self.why}" if self.why else ""
        mend = "What is left waits."
        if self.mode is Mode.PAUSED:
            mend = f"`kollega systems resume {self.system}` ends the pause. {mend}"
        return SystemClosed(f"{self.system} is {self.mode}{until}{why.rstrip('.')}.", mend)


def standing(system: str, row: SystemRow, hours: Hours, now: datetime) -> Standing:
    """What the system is at that moment: a person's word goes first, then its hours, then what happened to it."""
    if row.paused_by is not None:
        return Standing(system, Mode.PAUSED, f"{row.paused_by}: {row.paused_why}", since=row.paused_at)
    if not hours.open_at(now):
        return Standing(system, Mode.CLOSED, until=hours.opens(now))
    if row.broken_until is None:
        return Standing(system, Mode.OPEN)
    if row.probing or row.broken_until <= now:
        return Standing(system, Mode.PROBING, row.broken_why)
    return Standing(system, Mode.BROKEN, row.broken_why, until=row.broken_until)


def pause_before_looking(ahead: int, places: int) -> float:
    """Seconds that a call waits before it looks whether it is its turn: the longer the queue, the more seldom."""
    return min(STEP_SECONDS * (ahead - places + 1), LONGEST_STEP)


class Manners:
    """What a desk asks before each call. This one knows no limits: for a desk that stands alone."""

    @asynccontextmanager
    async def step(self, caller: Caller, counts: type[Failure]) -> AsyncIterator[None]:
        """Around a step with all its retries; an error of the kind `counts` is a failure of the system.

        Raises SystemClosed where the system is out of order.
        """
        yield

    @asynccontextmanager
    async def call(self, caller: Caller) -> AsyncIterator[None]:
        """Around a single call: waits for its turn. Raises SystemClosed outside the hours and while paused."""
        yield


class SharedManners(Manners):
    """The manners of one worker, which all workers share through the store."""

    def __init__(self, systems: Systems, settings: Settings, worker: str) -> None:
        self._systems = systems
        self._settings = settings
        self._worker = worker
        self._hours: dict[str, Hours] = {}
        self._seen: SystemsSeen | None = None
        self._asked_at = self._changed_at = 0.0
        self._looking = asyncio.Lock()

    async def standing(self, system: str) -> Standing:
        """What the system is, as it was at most a second ago."""
        if system not in self._hours:
            self._hours[system] = self._settings.hours(system)
        seen = await self._look()
        return standing(system, seen.of(system), self._hours[system], seen.at)

    # -- the circuit breaker --------------------------------------------------------------------------------

    @asynccontextmanager
    async def step(self, caller: Caller, counts: type[Failure]) -> AsyncIterator[None]:
        await self._in_order(caller)
        try:
            yield
        except counts as error:
            if await self._failed(caller.name, error):
                raise (await self.standing(caller.name)).refusal(self._settings) from error
            raise
        if (await self._look()).of(caller.name).failures:
            await ask(self._systems.succeeded, caller.name)
            self._forget()

    async def _in_order(self, caller: Caller) -> None:
        """Wait while somebody tries the system, or try it. Raises SystemClosed where it stays out of order."""
        while (now := await self.standing(caller.name)).mode is not Mode.OPEN:
            if now.mode is not Mode.PROBING:
                raise now.refusal(self._settings)
            if not await self._tried(caller):
                caller.waiting()
                await asyncio.sleep(SEEN_SECONDS)

    async def _tried(self, caller: Caller) -> bool:
        """Try the system where nobody else does; says whether it was us."""
        its = self._settings.system(caller.name)
        prober = f"{self._worker}/{uuid.uuid4().hex[:8]}"  # one desk, not the whole worker
        length = timedelta(seconds=PROBE_CALLS * its.timeout_seconds)
        if not await ask(self._systems.probe, caller.name, prober, length):
            return False
        logger.bind(system=caller.name).info("Trying whether {} is in order again.", caller.name)
        why: str | None = None
        try:
            await caller.answers()
        except SystemUnavailable as error:
            why = str(error)
            logger.bind(system=caller.name).warning("{} is still out of order: {}", caller.name, why)
        except (SessionExpired, ScreenChanged) as error:
            # That is enough; the step will meet what is wrong.
            logger.bind(system=caller.name).info("{} answers: {}", caller.name, error)
        except Exception:
            await ask(self._systems.probe_dropped, caller.name, prober)
            raise
        finally:
            self._forget()
        await ask(self._systems.probe_ended, caller.name, prober, why=why, **_breaker(its))
        self._forget()
        return True

    async def _failed(self, system: str, error: Failure) -> bool:
        """Count the failure; says whether the system was out of order before it."""
        its = self._settings.system(system)
        before = await ask(self._systems.failed, system, str(error), **_breaker(its))
        self._forget()
        now = await self.standing(system)
        if now.mode is Mode.BROKEN and not before:
            logger.bind(system=system).warning(
                "{} failed {} times in a row and is left alone. {}",
                system,
                its.breaker_failures,
                now.refusal(self._settings),
            )
        return before

    # -- whose turn it is -----------------------------------------------------------------------------------

    @asynccontextmanager
    async def call(self, caller: Caller) -> AsyncIterator[None]:
        await self._let_in(caller)
        its = self._settings.system(caller.name)
        async with self._inside(caller, its):
            await self._moment(caller, its)
            if its.concurrency or its.calls_per_minute:  # it may have waited past closing time
                await self._let_in(caller)
            yield

    async def _let_in(self, caller: Caller) -> None:
        now = await self.standing(caller.name)
        if now.mode in (Mode.CLOSED, Mode.PAUSED):
            raise now.refusal(self._settings)

    async def _moment(self, caller: Caller, its: SystemSettings) -> None:
        """Wait for the call's own moment, where there may be only so many a minute."""
        if its.calls_per_minute is None:
            return
        left = await ask(self._systems.next_call, caller.name, timedelta(minutes=1) / its.calls_per_minute)
        end = time.monotonic() + left.total_seconds()
        while (rest := end - time.monotonic()) > 0:
            caller.waiting()
            await asyncio.sleep(min(rest, LONGEST_STEP))
        caller.waiting()

    @asynccontextmanager
    async def _inside(self, caller: Caller, its: SystemSettings) -> AsyncIterator[None]:
        """Hold one of the system's places, where it has only so many."""
        if its.concurrency is None:
            yield
            return
        place = await ask(self._systems.line_up, caller.name, self._worker, TICKET_TIME)
        try:
            while place.ahead >= its.concurrency:
                caller.waiting()
                await asyncio.sleep(pause_before_looking(place.ahead, its.concurrency))
                place = await ask(self._systems.look, place, its.concurrency, TICKET_TIME)
            staying = asyncio.create_task(self._stay(place))
            try:
                yield
            finally:
                staying.cancel()
        finally:
            await ask(self._systems.leave, place)

    async def _stay(self, place: Place) -> None:
        """Keep the ticket good for as long as the call takes; a dead worker does not, and the next one gets in."""
        try:
            while True:
                await asyncio.sleep(STAY_SECONDS)
                if not await ask(self._systems.stay, place, TICKET_TIME):
                    logger.bind(system=place.system).warning(
                        "A call to {} took so long that its place went to another.", place.system
                    )
                    return
        except StoreUnavailable as error:
            logger.bind(system=place.system).warning(
                "The place of a call to {} cannot be kept: {}", place.system, error
            )

    # -- shared ---------------------------------------------------------------------------------------------

    async def _look(self) -> SystemsSeen:
        async with self._looking:
            now = time.monotonic()
            if self._seen is None or self._asked_at <= max(self._changed_at, now - SEEN_SECONDS):
                self._seen = await ask(self._systems.seen)
                self._asked_at = now
            return self._seen

    def _forget(self) -> None:
        """What was seen has changed by our own doing."""
        self._changed_at = time.monotonic()


class _Breaker(TypedDict):
    limit: int
    length: timedelta


def _breaker(its: SystemSettings) -> _Breaker:
    return {"limit": its.breaker_failures, "length": timedelta(seconds=its.breaker_seconds)}
