"""Shared by the browser tests: the made-up office, and one browser for all tests of a module."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.sync_api import Browser as PlainBrowser
from playwright.sync_api import sync_playwright

from bots_common.desk import Browser
from bots_common.desk.browser import INSTALLED
from bots_common.settings import BrowserSettings
from tests.browser.office import OfficeServer, office_server


@pytest.fixture
def office() -> Iterator[OfficeServer]:
    with office_server() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with Browser(BrowserSettings()) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[PlainBrowser]:
    """A browser without anything of ours, for tests that look at pages as a person does."""
    installed = next(filter(None, map(shutil.which, (*INSTALLED, "google-chrome"))), None)
    as_root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=installed, args=as_root)
        yield opened
        opened.close()
