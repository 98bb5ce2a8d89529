"""One browser process a worker: found, launched, launched again when it has died, and never left behind."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import uuid
from collections.abc import Awaitable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil
from loguru import logger
from playwright.async_api import Browser as PlaywrightBrowser
from playwright.async_api import BrowserContext, Playwright, StorageState, async_playwright
from playwright.async_api import Error as PlaywrightError

from bots_common.errors import BrowserGone, SettingsError
from bots_common.settings import BrowserSettings

INSTALLED = ("chromium-headless-shell", "chromium", "chromium-browser")
CHANNELS = ("chrome", "msedge")
MARK = "--kollega-worker="
DRIVER = "run-driver"
CLOSE_SECONDS = 2.0
ANSWER_SECONDS = 15.0
LAUNCHES = 2
VIEWPORT = {"width": 1280, "height": 900}


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to launch a browser, and its name for people."""

    name: str
    options: dict[str, Any]


class Browser:
    """The worker's browser. Contexts come from `context()`, which launches it again where it has died."""

    def __init__(self, settings: BrowserSettings) -> None:
        self._settings = settings
        self._mark = f"{MARK}{uuid.uuid4().hex}"
        self._launching = asyncio.Lock()
        self._playwright: Playwright | None = None
        self._browser: PlaywrightBrowser | None = None
        self._choice: Choice | None = None

    async def __aenter__(self) -> Self:
        try:
            await self._ready()
        except SettingsError:
            await self._close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    @property
    def described(self) -> str:
        """Which browser this is, for `doctor`."""
        if self._browser is None or self._choice is None:
            return "not running"
        return f"{self._choice.name}, version {self._browser.version}"

    @property
    def alive(self) -> bool:
        return self._browser is not None and self._browser.is_connected()

    async def context(self, state: StorageState | None = None) -> BrowserContext:
        """A fresh context, logged in as `state` remembers. Raises BrowserGone where the browser dies meanwhile."""
        for _ in range(LAUNCHES):
            browser = await self._ready()
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    return await browser.new_context(storage_state=state, viewport=VIEWPORT, locale="da-DK")  # type: ignore[arg-type]
            except (PlaywrightError, TimeoutError) as error:
                logger.warning("The browser gives no context: {}", type(error).__name__)
                await self._give_up(browser)
        raise BrowserGone("The browser died again at once.", "It is launched again by itself.")

    async def _give_up(self, browser: PlaywrightBrowser) -> None:
        """Close one that may still say that it is connected: a dead driver or a hung process says nothing else."""
        async with self._launching:
            if self._browser is browser:
                await self._close()

    async def _ready(self) -> PlaywrightBrowser:
        async with self._launching:
            if self._browser is None or not self._browser.is_connected():
                if self._browser is not None:
                    logger.warning("The browser has died; launching it again.")
                self._browser = await self._start()
            return self._browser

    async def _start(self) -> PlaywrightBrowser:
        """Driver and browser; once more where that fails, since either may have been killed as it started."""
        try:
            return await self._start_once(fetch=False)
        except SettingsError as error:
            logger.debug("Starting the browser again: {}", error)
            return await self._start_once(fetch=True)

    async def _start_once(self, *, fetch: bool) -> PlaywrightBrowser:
        await self._close()
        await asyncio.to_thread(reap_orphans)
        self._playwright = await _driver()
        return await self._launch(self._playwright, fetch=fetch)

    async def _launch(self, playwright: Playwright, *, fetch: bool) -> PlaywrightBrowser:
        """Launch what worked last time, else the first browser that starts, else `fetch` Playwright's own."""
        browser = await self._first_that_starts(playwright)
        if browser is None and fetch and not self._settings.executable and await _fetch():
            browser = await self._first_that_starts(playwright)
        if browser is not None:
            return browser
        if self._settings.executable:
            raise SettingsError(
                f"The browser {self._settings.executable} does not start.",
                "Correct browser.executable (KOLLEGA_BROWSER__EXECUTABLE), or leave it out to let Kollega look.",
            )
        raise SettingsError(
            "No browser was found and none could be fetched.",
            "Install Chromium, Chrome or Edge (on Debian: `apt-get install chromium`), "
            "or run `python -m playwright install chromium`.",
        )

    async def _first_that_starts(self, playwright: Playwright) -> PlaywrightBrowser | None:
        for choice in [self._choice] if self._choice else _choices(self._settings):
            try:
                browser = await playwright.chromium.launch(
                    headless=self._settings.headless, args=self._arguments(), **choice.options
                )
            except PlaywrightError as error:
                logger.debug("{} does not start: {}", choice.name, error.message.splitlines()[0])
                continue
            self._choice = choice
            return browser
        return None

    def _arguments(self) -> list[str]:
        root = hasattr(os, "geteuid") and os.geteuid() == 0
        return [self._mark, *(["--no-sandbox"] if root else [])]

    async def _close(self) -> None:
        browser, self._browser = self._browser, None
        playwright, self._playwright = self._playwright, None
        if browser is not None:
            await _patiently(browser.close())
        await asyncio.to_thread(reap, self._mark)  # before the driver, which waits for a browser that hangs
        if playwright is not None:
            await _patiently(playwright.stop())


async def _patiently(closing: Awaitable[None]) -> None:
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await closing
    except (PlaywrightError, TimeoutError) as error:
        logger.debug("Closing the browser: {}", type(error).__name__)


def reap(mark: str) -> None:
    """End the browser processes that carry the mark, and theirs; a driver that was killed leaves them behind."""
    _end([process for process in psutil.process_iter(["cmdline"]) if mark in (process.info["cmdline"] or ())])


def reap_orphans() -> None:
    """End the browsers of workers that died with their drivers: nobody can reach them, and one may hang for ever."""
    for process in psutil.process_iter(["cmdline"]):
        if any(word.startswith(MARK) for word in process.info["cmdline"] or ()) and not _has_driver(process):
            logger.warning("A browser of a worker that died is ended.")
            _end([process])


def _has_driver(process: psutil.Process) -> bool:
    """Whether a driver stands above it, if only behind the script that Debian starts its headless shell by.

    Where nobody may look at the one right above, the browser is left alone.
    """
    try:
        above = process.parents()
    except psutil.NoSuchProcess:
        return False
    for place, parent in enumerate(above):
        try:
            if DRIVER in parent.cmdline():
                return True
        except psutil.NoSuchProcess:
            continue
        except psutil.AccessDenied:
            if place == 0:
                return True
    return False


def _end(browsers: list[psutil.Process]) -> None:
    for process in [one for its in browsers for one in (*_children(its), its)]:
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):  # Windows denies it for one that is just ending
            process.kill()


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _choices(settings: BrowserSettings) -> Iterator[Choice]:
    if settings.executable:
        yield Choice(str(settings.executable), {"executable_path": settings.executable})
        return
    yield Choice("Playwright's own Chromium", {})
    for name in INSTALLED:
        if (found := shutil.which(name)) and not (name.endswith("-shell") and not settings.headless):
            yield Choice(Path(found).as_posix(), {"executable_path": found})
    for channel in CHANNELS:
        yield Choice(channel, {"channel": channel})


async def _driver() -> Playwright:
    try:
        return await async_playwright().start()
    except Exception as error:
        raise SettingsError(
            f"Playwright's driver does not start: {error}.",
            "Run `python -m playwright --version` to see why; a minimal Debian lacks `apt-get install libatomic1`.",
        ) from error


async def _fetch() -> bool:
    logger.info("No browser is installed; fetching Chromium through Playwright.")
    fetching = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "playwright",
        "install",
        "chromium",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    return await fetching.wait() == 0
