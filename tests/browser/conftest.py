"""Shared by the browser tests: the made-up office, and one browser for all tests of a module."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from bots_common.desk import Browser
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
