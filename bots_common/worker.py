"""The worker: claims items, lets robots handle them at several desks at once, and writes down what came of it."""

from __future__ import annotations

import asyncio
import math
import os
import platform
import time
import uuid
from collections.abc import Callable, Collection, Sequence
from contextlib import AsyncExitStack
from importlib.metadata import version
from typing import Any, Final

from loguru import logger
from playwright.async_api import Error as PlaywrightError

from bots_common import finding
from bots_common.canary import Canary
from bots_common.claims import NO_LIMITS, Claims, Finishing, Limits
from bots_common.desk import Browser, BrowserDesk
from bots_common.desk.manners import SharedManners, Standing
from bots_common.desk.trouble import classified
from bots_common.errors import (
    BrowserGone,
    Drifted,
    KollegaError,
    LeaseLost,
    LoginRefused,
    RobotStopped,
    ScreenChanged,
    SessionExpired,
    StoreUnavailable,
    SystemClosed,
)
from bots_common.evidence import EVIDENCE, EvidenceFolder
from bots_common.handling import Outcome, attempt
from bots_common.robot import Robot
from bots_common.settings import Settings
from bots_common.stopping import Stopping
from bots_common.work import Added, Claimed, Codec, State, Store, ask
from bots_common.work.states import TECHNICAL
from bots_common.work.system_records import Health, Order

CURES: Final = 3
DRIFT: Final = "drift"


Told = Callable[[Outcome], None]


class Worker:
    """One worker process: one browser, several desks, any number of robots."""

    def __init__(
        self,
        store: Store,
        codec: Codec,
        robots: Sequence[Robot[Any]],
        settings: Settings,
        told: Told | None = None,
        limits: Limits = NO_LIMITS,
    ) -> None:
        self.name = f"{platform.node()}/{os.getpid()}/{uuid.uuid4().hex[:4]}"
        self._store = store
        self._robots = {robot.name: robot for robot in robots}
        self._settings = settings
        self._rules = settings.worker
        self._told = told or (lambda outcome: None)
        self._manners = SharedManners(store.systems, settings, self.name)
        self._evidence = EvidenceFolder(settings.folder / EVIDENCE, codec, store.ledger)
        self._canary = Canary(store, self._evidence, self._robots, self._rules, self.name)
        self._stopping = Stopping(store, self._rules.poll_seconds)
        self._lookout: BrowserDesk | None = None
        self._claims = Claims(store, self.name, self._rules, self._workable, limits)
        self._finish = Finishing(store, self.name)
        self._at_hand: set[BrowserDesk] = set()
        self._handled = 0

    def stop(self) -> None:
        """Finish the items in hand and take no more."""
        self._claims.stop()

    @property
    def spent(self) -> bool:
        """Whether it has taken as many items as its limits allow."""
        return self._claims.spent

    @property
    def idle_seconds(self) -> float | None:
        """Since something at one of the desks last got on; None where nothing is in hand."""
        return min((desk.guard.idle_seconds for desk in self._at_hand), default=None)

    # -- finding ------------------------------------------------------------------------------------------

    async def find(self) -> dict[str, Added]:
        """Let every robot find its work; says for each what was new.

        Raises Drifted, SystemClosed or RobotStopped, after the others have found theirs, where a robot stands before
        a changed screen or a system that lets nobody in, or a person has stopped it.
        """
        with logger.contextualize(worker=self.name):
            return await self._find_all()

    async def _find_all(self) -> dict[str, Added]:
        added: dict[str, Added] = {}
        stopped: KollegaError | None = None
        async with AsyncExitStack() as house:
            browser = await self._browser(house)
            for name, robot in self._robots.items():
                try:
                    await self._require(name)
                    added[name] = await self._find(robot, browser)
                except (Drifted, SystemClosed, RobotStopped) as error:
                    stopped = stopped or error
        if stopped is not None:
            raise stopped
        return added

    async def _require(self, robot: str) -> None:
        """Raises RobotStopped, SystemClosed or Drifted where the robot can do nothing now."""
        await self._stopping.require(robot)
        if standing := await self._shut_out(robot):
            raise standing.refusal(self._settings)
        await self._canary.require(robot)

    async def _browser(self, house: AsyncExitStack) -> Browser:
        """The browser of this worker, launched only where a robot uses systems."""
        browser = Browser(self._settings.browser)
        if any(robot.systems for robot in self._robots.values()):
            await house.enter_async_context(browser)
        return browser

    async def _find(self, robot: Robot[Any], browser: Browser) -> Added:
        desk = self._desk(browser)
        self._at_hand.add(desk)
        try:
            return await finding.find(robot, desk, self._store, self._rules.progress_seconds)
        except ScreenChanged:
            if await self._canary.stumbled(robot.name, desk):
                await self._canary.require(robot.name)
            raise
        finally:
            self._at_hand.discard(desk)
            await desk.leave()

    # -- working ------------------------------------------------------------------------------------------

    async def work(self, *, until_empty: bool = False) -> None:
        """Handle items until told to stop; with `until_empty`, until none is left to handle or to try again.

        Raises LoginRefused where a system does not accept the robot's login, StoreUnavailable where the database
        stays away and, with `until_empty`, SystemClosed, Drifted or RobotStopped where what is left waits for a
        system, stands before a changed screen, or is that of a robot that a person has stopped.
        """
        with logger.contextualize(worker=self.name):
            await self._work(until_empty=until_empty)

    async def _work(self, *, until_empty: bool) -> None:
        at_desks = asyncio.create_task(self._at_desks(until_empty))
        reporting = asyncio.create_task(self._report(at_desks))
        try:
            await asyncio.wait({at_desks, reporting}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _ended(reporting)
            await _ended(at_desks)
            await self._leave()
        for task in (at_desks, reporting):
            if not task.cancelled():
                task.result()
        if until_empty:
            await self._stopping.require_none_left(self._robots)
            await self._say_what_waits()
            await self._canary.require_none_left()

    async def _leave(self) -> None:
        try:
            await asyncio.to_thread(self._store.fleet.leave, self.name)
        except StoreUnavailable:
            logger.warning("The database is away; this worker stays in the list until it is forgotten.")

    async def _at_desks(self, until_empty: bool) -> None:
        if until_empty and not await self._let_in():
            return  # no browser is launched for nothing
        try:
            async with AsyncExitStack() as house, asyncio.TaskGroup() as desks:
                browser = await self._browser(house)
                self._lookout = self._desk(browser)
                for _ in range(self._rules.desks):
                    desks.create_task(self._sit(self._desk(browser), until_empty))
        except* KollegaError as several:
            raise several.exceptions[0] from several
        finally:
            await self._claims.hand_back()

    async def _sit(self, desk: BrowserDesk, until_empty: bool) -> None:
        try:
            while claimed := await self._claims.next(until_empty=until_empty):
                self._at_hand.add(desk)
                with logger.contextualize(robot=claimed.robot, item=claimed.lease.item_id):
                    outcome = await self._serve(claimed, desk)
                    _log(outcome)
                self._told(outcome)
                self._at_hand.discard(desk)
                self._handled += 1
        finally:
            self._at_hand.discard(desk)
            await desk.leave()

    def _desk(self, browser: Browser) -> BrowserDesk:
        return BrowserDesk(browser, self._settings, self._manners)

    async def _workable(self) -> Collection[str]:
        assert self._lookout is not None
        return await self._canary.workable(await self._let_in(), self._lookout)

    async def _let_in(self) -> list[str]:
        stopped = await self._stopping.stopped()
        return [name for name in self._robots if name not in stopped and await self._shut_out(name) is None]

    async def _shut_out(self, robot: str) -> Standing | None:
        """The first of the robot's systems that lets nobody in now."""
        for system in self._robots[robot].systems:
            if not (standing := await self._manners.standing(system.name)).lets_in:
                return standing
        return None

    async def _say_what_waits(self) -> None:
        for robot in self._robots:
            if (standing := await self._shut_out(robot)) and (left := await ask(self._store.open_count, [robot])):
                closed = standing.refusal(self._settings)
                raise SystemClosed(f"{robot} has {left} left to handle, but {closed.what}", closed.mend)

    async def _report(self, at_desks: asyncio.Task[None]) -> None:
        """Tell how this worker is, and do what staff have ordered."""
        while True:
            match await ask(self._store.fleet.report, self._health()):
                case Order.FINISH:
                    self.stop()
                case Order.NOW:
                    logger.warning("Told to stop at once; the items in hand are handed back.")
                    at_desks.cancel()
                    return
            await self._stopping.obey()
            await asyncio.sleep(self._rules.report_seconds)

    def _health(self) -> Health:
        return Health(
            name=self.name,
            machine=platform.node(),
            version=version("kollega"),
            robots=tuple(self._robots),
            in_hand=len(self._at_hand),
            handled=self._handled,
            idle_seconds=self.idle_seconds,
        )

    async def _serve(self, claimed: Claimed, desk: BrowserDesk) -> Outcome:
        """Handle one item, renewing its lease for as long as it gets on."""
        desk.guard.begin()
        # Waiting until a request that nobody saw answered has come to rest is no standing still.
        patience = self._rules.progress_seconds + desk.settle_seconds(self._robots[claimed.robot].systems)
        handling = asyncio.create_task(self._handle(claimed, desk))
        try:
            with self._stopping.minding(claimed.robot, handling):
                while not (await asyncio.wait({handling}, timeout=self._rules.lease_seconds / 4))[0]:
                    if desk.guard.idle_seconds > patience:
                        return await self._hung(claimed, desk, handling)
                    await ask(self._store.renew, claimed.lease, self._rules.lease)
            return await self._let_go(claimed, desk) if handling.cancelled() else handling.result()
        except asyncio.CancelledError:  # told to stop at once: nobody shall have to wait for the lease to run out
            await _ended(handling)
            if handling.cancelled():
                await ask(self._store.hand_back, [claimed.lease], self.name)
            raise
        except LeaseLost:
            await _ended(handling)  # it may have finished the item this very moment
            return Outcome.of(claimed, None) if handling.cancelled() else handling.result()
        finally:
            await _ended(handling)

    async def _let_go(self, claimed: Claimed, desk: BrowserDesk) -> Outcome:
        """A person wants the robot to stop at once."""
        await desk.leave()
        await ask(self._store.hand_back, [claimed.lease], self.name, "the robot was stopped")
        return Outcome.of(claimed, State.NEW)

    async def _hung(self, claimed: Claimed, desk: BrowserDesk, handling: asyncio.Task[Outcome]) -> Outcome:
        await _ended(handling)
        if not handling.cancelled():
            return handling.result()
        await desk.leave()
        error = KollegaError(
            f"No progress for {self._rules.progress_seconds:.0f} seconds.",
            "The desk was torn down; it is tried again.",
        )
        return await self._failed(claimed, error)

    async def _handle(self, claimed: Claimed, desk: BrowserDesk) -> Outcome:
        for cure in range(CURES + 1):
            try:
                if self._robots[claimed.robot].systems:
                    await desk.ready()
                return await self._attempt(claimed, desk)
            except LeaseLost as lost:
                logger.warning("{} {}: {}", claimed.robot, claimed.reference, lost)
                return Outcome.of(claimed, None)
            except (SessionExpired, BrowserGone) as error:
                if cure == CURES:
                    return await self._failed(claimed, error)
                logger.info("{} {}: {}", claimed.robot, claimed.reference, error)
                await desk.leave()
            except SystemClosed as closed:
                logger.info("{} {} waits: {}", claimed.robot, claimed.reference, closed)
                await ask(self._store.hand_back, [claimed.lease], self.name, str(closed))
                return Outcome.of(claimed, State.NEW)
            except LoginRefused as error:
                await self._failed(claimed, error)
                raise
            except Exception as error:  # noqa: BLE001 - a robot's bug must not stop the worker; it is kept on the item
                logger.opt(exception=error).warning("{} {} failed.", claimed.robot, claimed.reference)
                await self._witness(claimed, desk, TECHNICAL)
                if isinstance(error, ScreenChanged) and await self._canary.stumbled(claimed.robot, desk):
                    return await self._stood_still(claimed, error)
                return await self._failed(claimed, error)
        raise AssertionError("the last cure returns")

    async def _attempt(self, claimed: Claimed, desk: BrowserDesk) -> Outcome:
        robot = self._robots[claimed.robot]

        async def still_ours() -> None:
            asked = -math.inf
            while time.monotonic() - asked >= self._rules.lease_seconds:  # a yes that is older than the lease is none
                asked = time.monotonic()
                await ask(self._store.renew, claimed.lease, self._rules.lease, to_act=True)

        async def witness(about: str) -> None:
            await self._witness(claimed, desk, about)

        desk.guard.lease_check = still_ours
        settle_seconds = desk.settle_seconds(robot.systems)
        try:
            return await attempt(
                self._store,
                robot,
                claimed,
                desk,
                worker=self.name,
                settle_seconds=settle_seconds,
                witness=witness,
                finish=self._finish,
            )
        except PlaywrightError as error:  # from a page that the robot uses by itself
            raise classified(claimed.robot, error) from error

    async def _stood_still(self, claimed: Claimed, error: ScreenChanged) -> Outcome:
        """Before a drift: an item of which nothing was begun goes back as it came."""
        if await ask(self._store.ledger.begun, claimed.lease.item_id):
            return await self._failed(claimed, error)
        await ask(self._store.hand_back, [claimed.lease], self.name, "its screen has changed")
        return Outcome.of(claimed, State.NEW, DRIFT)

    async def _failed(self, claimed: Claimed, error: Exception) -> Outcome:
        try:
            state = await ask(
                self._store.fail,
                claimed.lease,
                self.name,
                f"{type(error).__name__}: {error}",
                max_attempts=self._rules.max_attempts,
                retry_seconds=self._rules.retry_seconds,
            )
        except LeaseLost:
            return Outcome.of(claimed, None)
        return Outcome.of(claimed, state, TECHNICAL)

    async def _witness(self, claimed: Claimed, desk: BrowserDesk, about: str) -> None:
        await self._evidence.keep(claimed.lease.item_id, about, desk.page_in_front)


def _log(outcome: Outcome) -> None:
    if outcome.state is not None:  # else it has been told already that another has taken it over
        reason = f" ({outcome.reason})" if outcome.reason else ""
        logger.info("{}{}.", outcome.state.capitalize(), reason)


async def _ended(task: asyncio.Task[Any]) -> None:
    task.cancel()
    await asyncio.wait({task})
