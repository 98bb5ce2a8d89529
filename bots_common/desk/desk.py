"""A desk: the logged-in systems that a robot sits at while it handles one item after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Protocol, TypeVar, cast

from loguru import logger
from playwright.async_api import BrowserContext, Page, StorageState
from playwright.async_api import Error as PlaywrightError

from bots_common.desk.browser import Browser
from bots_common.desk.guard import Guard
from bots_common.desk.manners import Manners
from bots_common.desk.system import System
from bots_common.errors import BrowserGone, KollegaError
from bots_common.settings import Settings

S = TypeVar("S", bound=System)
T = TypeVar("T")

CLOSE_SECONDS = 5.0


class Desk(Protocol):
    """What a robot sees of its desk: its systems, by their class."""

    def __getitem__(self, system: type[S], /) -> S: ...


class BrowserDesk:
    """A desk in a context of the worker's browser. Pages live on from item to item.

    The context is made anew every `recycle_after` items, since a page that lives for ever grows without end.
    """

    def __init__(self, browser: Browser, settings: Settings, manners: Manners | None = None) -> None:
        self.guard = Guard(manners)
        self._browser = browser
        self._settings = settings
        self._context: BrowserContext | None = None
        self._login: StorageState | None = None
        self._systems: dict[type[System], System] = {}
        self._items = 0

    def __getitem__(self, system: type[S], /) -> S:
        if self._context is None:
            raise KollegaError("The desk is not ready.", "Call `ready()` before the item.")
        if system not in self._systems:
            self._systems[system] = system(self._context, self._settings.system(system.name), self.guard)
        return cast(S, self._systems[system])

    async def ready(self) -> None:
        """Make the desk fit for the next item. Raises BrowserGone where the browser dies meanwhile."""
        self._items += 1
        if self._items > self._settings.worker.recycle_after:
            await self.leave(keep_login=True)
        if self._context is None:
            self._context = await self._browser.context(self._login)
            self._items = 1

    async def leave(self, *, keep_login: bool = False) -> None:
        """Close everything that is open; `ready` begins afresh, logged in as before where that is wanted."""
        context, self._context = self._context, None
        self._systems.clear()
        self._login = await _closed(context, keep_login) if context is not None else None

    @property
    def page_in_front(self) -> Page | None:
        """The page that was opened last for the item in hand, for evidence."""
        system = self.guard.in_front
        return system.shown if system is not None and system in self._systems.values() else None

    def settle_seconds(self, systems: tuple[type[System], ...]) -> float:
        """The longest time that a request to any of these systems may still be on its way."""
        return max((self._settings.system(system.name).settle_seconds for system in systems), default=0)


async def getting_on(work: Coroutine[Any, Any, T], desk: BrowserDesk, seconds: float) -> T:
    """Do the work at the desk for as long as it gets on; a browser that hangs may never answer nor fail.

    Raises BrowserGone, the desk torn down, where no step was taken for so many seconds.
    """
    desk.guard.progress()
    task = asyncio.create_task(work)
    try:
        while not (await asyncio.wait({task}, timeout=seconds / 4))[0]:
            if desk.guard.idle_seconds > seconds:
                break
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
    if not task.cancelled():
        return task.result()
    await desk.leave()
    raise BrowserGone(f"No step was taken for {seconds:.0f} seconds.", "The desk was torn down; it is tried again.")


async def _closed(context: BrowserContext, keep_login: bool) -> StorageState | None:
    state = None
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            if keep_login:
                state = await context.storage_state()
            await context.close()
    except (PlaywrightError, TimeoutError) as error:
        logger.debug("A desk was left without closing it: {}", type(error).__name__)
    return state
