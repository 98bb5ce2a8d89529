"""A process that launches a browser, and dies together with Playwright's driver while the browser hangs."""

from __future__ import annotations

import asyncio

import psutil

from bots_common.desk import Browser
from bots_common.settings import BrowserSettings
from tests.browser.processes import browsers, kill_drivers, suspend_browsers


async def main() -> None:
    async with Browser(BrowserSettings()):
        suspend_browsers()
        print(*(process.pid for process in browsers()), flush=True)
        kill_drivers()
        psutil.Process().kill()


asyncio.run(main())
