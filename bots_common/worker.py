"""The worker: claims items, lets robots handle them at several desks at once, and writes down what came of it."""

from __future__ import annotations

import asyncio
import os
import platform
import time
import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final, ParamSpec, TypeVar

import stamina
from loguru import logger
from playwright.async_api import Error as PlaywrightError

from bots_common.desk import Browser, BrowserDesk
from bots_common.desk.system import classified
from bots_common.effects import Effects
from bots_common.errors import (
    BrowserGone,
    BusinessException,
    KollegaError,
    LeaseLost,
    SessionExpired,
    StoreUnavailable,
)
from bots_common.evidence import EvidenceFolder
from bots_common.robot import Found, Item, Robot
from bots_common.settings import Settings
from bots_common.work import Added, Claimed, Codec, State, Store
from bots_common.work.store import TECHNICAL, shard_of

P = ParamSpec("P")
T = TypeVar("T")

CURES: Final = 3
FOUND_BATCH: Final = 200
STORE_PATIENCE_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one item: `state` is None where another worker has taken it over."""

    robot: str
    reference: str
    state: State | None
    reason: str = ""


Told = Callable[[Outcome], None]


class Worker:
    """One worker process: one browser, several desks, any number of robots."""

    def __init__(
        self, store: Store, codec: Codec, robots: Sequence[Robot[Any]], settings: Settings, told: Told | None = None
    ) -> None:
        self.name = f"{platform.node()}/{os.getpid()}/{uuid.uuid4().hex[:4]}"
        self._store = store
        self._robots = {robot.name: robot for robot in robots}
        self._settings = settings
        self._rules = settings.worker
        self._told = told or (lambda outcome: None)
        self._evidence = EvidenceFolder(settings.folder / "evidence", codec, store.ledger)
        self._stopping = asyncio.Event()
        self._next_sweep = 0.0

    def stop(self) -> None:
        """Finish the items in hand and take no more."""
        self._stopping.set()

    # -- finding ------------------------------------------------------------------------------------------

    async def find(self) -> dict[str, Added]:
        """Let every robot find its work; says for each what was new."""
        async with Browser(self._settings.browser) as browser:
            return {name: await self._find(robot, browser) for name, robot in self._robots.items()}

    async def _find(self, robot: Robot[Any], browser: Browser) -> Added:
        async def known(references: Collection[str]) -> set[str]:
            had = await self._ask(self._store.reading.known, robot.name, references)
            old.extend(sorted(had))
            return had

        desk = BrowserDesk(browser, self._settings)
        await desk.ready()
        new: list[str] = []
        old: list[str] = []
        batch: list[Found[Any]] = []

        async def put() -> None:
            added = await self._ask(self._store.add, robot.name, [found.as_item() for found in batch])
            new.extend(added.new)
            old.extend(added.known)
            batch.clear()

        try:
            async for found in robot.find(desk, known):
                batch.append(found)
                if len(batch) >= FOUND_BATCH:
                    await put()
            await put()
        finally:
            await desk.close()
        logger.info("{} found {} new items and {} known ones.", robot.name, len(new), len(old))
        return Added(tuple(new), tuple(old))

    # -- working ------------------------------------------------------------------------------------------

    async def work(self, *, until_empty: bool = False) -> None:
        """Handle items until told to stop; with `until_empty`, until none is left to handle or to try again."""
        async with Browser(self._settings.browser) as browser, asyncio.TaskGroup() as desks:
            for _ in range(self._rules.desks):
                desks.create_task(self._sit(BrowserDesk(browser, self._settings), until_empty))

    async def _sit(self, desk: BrowserDesk, until_empty: bool) -> None:
        try:
            while not self._stopping.is_set():
                claimed = await self._claim()
                if claimed is not None:
                    self._told(await self._serve(claimed, desk))
                elif until_empty and not await self._ask(self._store.open_count, list(self._robots)):
                    return
                else:
                    await self._pause()
        finally:
            await desk.close()

    async def _claim(self) -> Claimed | None:
        if time.monotonic() >= self._next_sweep:
            self._next_sweep = time.monotonic() + self._rules.lease_seconds / 4
            await self._ask(self._store.take_over_expired, self._rules.max_takeovers)
        claimed = await self._ask(self._store.claim, list(self._robots), self.name, self._rules.lease)
        return claimed[0] if claimed else None

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(self._rules.poll_seconds):
                await self._stopping.wait()
        except TimeoutError:
            return

    async def _serve(self, claimed: Claimed, desk: BrowserDesk) -> Outcome:
        """Handle one item, renewing its lease for as long as it gets on."""
        desk.guard.progress()
        handling = asyncio.create_task(self._handle(claimed, desk))
        while not (await asyncio.wait({handling}, timeout=self._rules.lease_seconds / 4))[0]:
            if desk.guard.idle_seconds > self._rules.progress_seconds:
                handling.cancel()
                await asyncio.wait({handling})
                return await self._hung(claimed, desk)
            try:
                await self._ask(self._store.renew, claimed.lease, self._rules.lease)
            except LeaseLost:
                handling.cancel()
                await asyncio.wait({handling})
                return self._outcome(claimed, None)
        return handling.result()

    async def _hung(self, claimed: Claimed, desk: BrowserDesk) -> Outcome:
        error = KollegaError(
            f"No progress for {self._rules.progress_seconds:.0f} seconds.",
            "The desk was torn down; it is tried again.",
        )
        await desk.reset()
        return await self._failed(claimed, error)

    async def _handle(self, claimed: Claimed, desk: BrowserDesk) -> Outcome:
        for cure in range(CURES + 1):
            try:
                await desk.ready()
                return await self._attempt(claimed, desk)
            except LeaseLost as lost:
                logger.warning("{} {}: {}", claimed.robot, claimed.reference, lost)
                return self._outcome(claimed, None)
            except (SessionExpired, BrowserGone) as error:
                if cure == CURES:
                    return await self._failed(claimed, error)
                logger.info("{} {}: {}", claimed.robot, claimed.reference, error)
                await desk.reset()
            except PlaywrightError as error:
                await self._witness(claimed, desk, TECHNICAL)
                return await self._failed(claimed, classified(claimed.robot, error))
            except Exception as error:  # noqa: BLE001 - a robot's bug must not stop the worker; it is kept on the item
                logger.opt(exception=error).warning("{} {} failed.", claimed.robot, claimed.reference)
                await self._witness(claimed, desk, TECHNICAL)
                return await self._failed(claimed, error)
        raise AssertionError("the last cure returns")

    async def _attempt(self, claimed: Claimed, desk: BrowserDesk) -> Outcome:
        robot = self._robots[claimed.robot]

        async def still_ours() -> None:
            await self._ask(self._store.renew, claimed.lease, self._rules.lease)

        async def witness(effect: str) -> None:
            await self._witness(claimed, desk, effect)

        desk.guard.lease_check = still_ours
        effects = Effects(
            ledger=self._store.ledger,
            lease=claimed.lease,
            robot=claimed.robot,
            shard=shard_of(self.name),
            settle_seconds=desk.settle_seconds(robot.systems),
            witness=witness,
        )
        payload = robot.payload.model_validate(claimed.payload)
        item = Item(claimed.reference, payload, effects.once, effects.begun)
        try:
            await robot.handle(item, desk)
        except BusinessException as reason:
            await self._witness(claimed, desk, reason.code)
            await self._ask(self._store.hand_over, claimed.lease, self.name, reason.code, reason.facts)
            return self._outcome(claimed, State.EXCEPTION, reason.code)
        await self._ask(self._store.finish, claimed.lease, self.name)
        return self._outcome(claimed, State.DONE)

    async def _failed(self, claimed: Claimed, error: Exception) -> Outcome:
        try:
            state = await self._ask(
                self._store.fail,
                claimed.lease,
                self.name,
                f"{type(error).__name__}: {error}",
                max_attempts=self._rules.max_attempts,
                retry_seconds=self._rules.retry_seconds,
            )
        except LeaseLost:
            return self._outcome(claimed, None)
        return self._outcome(claimed, state, TECHNICAL)

    async def _witness(self, claimed: Claimed, desk: BrowserDesk, about: str) -> None:
        await self._evidence.keep(claimed.lease.item_id, about, desk.page_in_front, picture=True)

    def _outcome(self, claimed: Claimed, state: State | None, reason: str = "") -> Outcome:
        return Outcome(claimed.robot, claimed.reference, state, reason)

    async def _ask(self, question: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """Call the store in a thread, and wait for a database that is away for a while."""
        async for attempt in stamina.retry_context(
            on=StoreUnavailable, attempts=None, timeout=STORE_PATIENCE_SECONDS, wait_initial=0.2, wait_max=5.0
        ):
            with attempt:
                return await asyncio.to_thread(question, *arguments, **named)
        raise AssertionError("a retry context ends by a return or a raise")
