"""The worker's browser, the desk in it, and the evidence kept of its pages, in a real browser."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from playwright.async_api import BrowserContext, Page

from bots_common import evidence
from bots_common.desk import Browser, BrowserDesk
from bots_common.desk import browser as browser_module
from bots_common.errors import KollegaError, NotFound, SettingsError
from bots_common.evidence import EvidenceFolder
from bots_common.settings import BrowserSettings, GivenSettings, WorkerSettings
from bots_common.work import Codec, NewItem, Store
from bots_common.work.records import EvidenceRow
from tests.browser.office import Office, OfficeServer
from tests.browser.processes import alive, browsers, drivers, kill_browsers, kill_drivers, suspend_browsers

SECRET = "Karen Blixen, Rungstedlund"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with Browser(BrowserSettings()) as running:
        yield running
    assert browsers() == []
    assert drivers() == []


@pytest.fixture
async def page(browser: Browser, office: OfficeServer) -> Page:
    page = await (await browser.context()).new_page()
    await page.goto(office.address)
    return page


async def shows_a_page(context: BrowserContext, office: OfficeServer) -> bool:
    page = await context.new_page()
    await page.goto(office.address)
    return await page.get_by_label("Password").is_visible()


# -- the browser ------------------------------------------------------------------------------------------


async def test_a_browser_that_is_not_there_is_said_with_the_name_of_the_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere does not start.*KOLLEGA_BROWSER__EXECUTABLE"):
        async with Browser(BrowserSettings(executable=tmp_path / "nowhere")):
            pass
    assert drivers() == []


async def test_a_browser_is_found_without_any_setting(browser: Browser, office: OfficeServer) -> None:
    assert browser.alive
    assert "version" in browser.described
    assert await shows_a_page(await browser.context(), office)


@pytest.mark.parametrize("kill", [kill_browsers, kill_drivers])
async def test_what_was_killed_is_launched_again(
    browser: Browser, office: OfficeServer, kill: Callable[[], None]
) -> None:
    old = {process.pid for process in browsers()}
    kill()
    assert await shows_a_page(await browser.context(), office)
    assert old.isdisjoint(process.pid for process in browsers())


@pytest.mark.parametrize("victims", [browsers, drivers])
async def test_what_dies_as_it_starts_is_started_again(
    office: OfficeServer, victims: Callable[[], list[psutil.Process]]
) -> None:
    def kill_the_first() -> None:
        while not (born := victims()):
            pass
        for process in born:
            process.kill()

    killing = asyncio.create_task(asyncio.to_thread(kill_the_first))
    async with Browser(BrowserSettings()) as browser:
        await killing
        assert await shows_a_page(await browser.context(), office)


async def test_a_browser_that_hangs_is_replaced(
    browser: Browser, office: OfficeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser_module, "ANSWER_SECONDS", 0.5)
    monkeypatch.setattr(browser_module, "CLOSE_SECONDS", 0.5)
    suspend_browsers()
    assert await shows_a_page(await browser.context(), office)


def test_what_a_dead_worker_left_behind_is_ended_by_the_next(office: OfficeServer) -> None:
    async def show() -> bool:
        async with Browser(BrowserSettings()) as browser:
            assert not alive(left)
            return await shows_a_page(await browser.context(), office)

    dead = subprocess.run([sys.executable, "-m", "tests.browser.abandoned"], stdout=subprocess.PIPE, text=True)
    left = [int(pid) for pid in dead.stdout.split()]
    assert left
    assert alive(left) == left
    assert asyncio.run(show())


@pytest.mark.skipif(sys.platform == "win32", reason="there, no browser is started by a script")
async def test_a_worker_that_starts_leaves_the_browsers_of_living_ones_alone(
    browser: Browser, office: OfficeServer, tmp_path: Path
) -> None:
    """Debian starts its headless shell by a script that stays between the driver and the browser."""
    script = tmp_path / "shell"
    script.write_text(f'#!/bin/sh\n{browsers()[-1].exe()} "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    async with Browser(BrowserSettings(executable=script)) as living:
        context = await living.context()
        async with Browser(BrowserSettings()):
            assert living.alive
        assert await shows_a_page(context, office)


# -- the desk ---------------------------------------------------------------------------------------------


@pytest.fixture
def settings(office: OfficeServer, tmp_path: Path) -> GivenSettings:
    worker = WorkerSettings(recycle_after=2)
    return GivenSettings(folder=tmp_path, worker=worker, systems={"office": office.settings()})


async def test_a_desk_that_is_not_ready_says_so(browser: Browser, settings: GivenSettings) -> None:
    with pytest.raises(KollegaError, match="not ready"):
        BrowserDesk(browser, settings)[Office]


async def test_a_system_without_an_address_is_a_wrong_setting(browser: Browser, tmp_path: Path) -> None:
    desk = BrowserDesk(browser, GivenSettings(folder=tmp_path))
    await desk.ready()
    with pytest.raises(SettingsError, match=r"systems\.office"):
        desk[Office]
    await desk.leave()


async def test_a_desk_is_made_anew_after_so_many_items_and_stays_logged_in(
    browser: Browser, settings: GivenSettings, office: OfficeServer
) -> None:
    desk = BrowserDesk(browser, settings)
    pages = []
    for _ in range(5):
        await desk.ready()
        pages.append(await desk[Office].goto("home"))
    first, second, third, fourth, fifth = pages
    assert first is second
    assert second is not third
    assert third is fourth
    assert fourth is not fifth
    assert first.is_closed()
    assert office.logins == 1
    await desk.leave()


async def test_a_desk_whose_browser_died_is_ready_again_after_leaving_it(
    browser: Browser, settings: GivenSettings, office: OfficeServer
) -> None:
    desk = BrowserDesk(browser, settings)
    await desk.ready()
    await desk[Office].goto("home")
    kill_browsers()
    await desk.leave()
    await desk.ready()
    await desk[Office].goto("home")
    assert office.logins == 2
    await desk.leave()


async def test_the_page_in_front_is_that_of_the_system_used_last(browser: Browser, settings: GivenSettings) -> None:
    desk = BrowserDesk(browser, settings)
    await desk.ready()
    assert desk.page_in_front is None
    page = await desk[Office].goto("home")
    assert desk.page_in_front is page
    await desk.leave()
    assert desk.page_in_front is None


# -- evidence ---------------------------------------------------------------------------------------------


class Kept:
    """An evidence folder with the store behind it, and one item."""

    def __init__(self, folder: Path, store: Store, codec: Codec) -> None:
        self.path = folder
        self.folder = EvidenceFolder(folder, codec, store.ledger)
        self._store = store
        store.add("clerk", [NewItem("one", {})])
        (self.item,) = store.reading.items()

    def pieces(self) -> list[EvidenceRow]:
        return self._store.reading.story(self.item.id).evidence


@pytest.fixture
def kept(tmp_path: Path, codec: Codec) -> Iterator[Kept]:
    with closing(Store.open("sqlite://", codec)) as store:
        yield Kept(tmp_path / "evidence", store, codec)


async def test_page_and_picture_are_kept_sealed(kept: Kept, page: Page) -> None:
    await page.set_content(f"<h1>{SECRET}</h1>")
    await kept.folder.keep(kept.item.id, "post", page)
    html, picture = kept.pieces()
    assert (html.about, html.kind) == ("post", evidence.PAGE)
    assert (picture.about, picture.kind) == ("post", evidence.PICTURE)
    assert SECRET in kept.folder.open(html.file).decode()
    assert kept.folder.open(picture.file).startswith(b"\xff\xd8\xff")  # a JPEG
    files = [file.read_bytes() for file in kept.path.rglob("*.sealed")]
    assert len(files) == 2
    assert not any(SECRET.encode() in file or b"<h1>" in file or b"JFIF" in file for file in files)


async def test_a_page_that_hangs_costs_no_more_than_the_limit_and_no_error(
    kept: Kept, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "CAPTURE_SECONDS", 0.5)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await page.evaluate("() => { for (;;); }")
    await kept.folder.keep(kept.item.id, "post", page)
    assert kept.pieces() == []


async def test_no_page_and_a_closed_page_are_no_error(kept: Kept, page: Page) -> None:
    await page.close()
    await kept.folder.keep(kept.item.id, "post", page)
    await kept.folder.keep(kept.item.id, "post", None)
    assert kept.pieces() == []


def test_nothing_outside_the_folder_is_opened(kept: Kept, tmp_path: Path) -> None:
    outside = tmp_path / "kollega.key"
    outside.write_text("secret", encoding="utf-8")
    for file in ("../kollega.key", str(outside), "aa/../../kollega.key", "aa/gone.sealed", ""):
        with pytest.raises(NotFound):
            kept.folder.open(file)
