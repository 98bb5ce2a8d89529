"""The web pages in a real browser, served by a process of their own: accessible, silent, and readable when narrow."""

from __future__ import annotations

import multiprocessing
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
import stamina
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from bots_common.settings import GivenSettings
from bots_common.work import Codec, Store
from reports import web
from reports.web.access import SESSION
from tests.handled import DIFFERS, PLAIN, day_of_work, keep_evidence
from tests.visitors import session
from tests.widths import sticking_out

KEY = bytes(range(32))
NOWHERE = "/nowhere"
ADDRESSES = (
    "/",
    "/?day=2024-01-01",
    "/worklist",
    "/worklist?robot=invoices&reason=amount_differs",
    "/worklist?robot=nobody",
    "/mine",
    "/items",
    "/items/1",
    "/items/2",
    "/dashboard",
    "/dashboard?span=year&robot=invoices",
    "/dashboard?wall=1",
    "/robots/invoices/baseline",
    "/me",
    "/password",
    "/audit",
    "/audit/citizen",
    "/accounts",
    "/accounts/anne.berg",
    "/login",
    "/enter/nothing",
    NOWHERE,
)
SCHEMES = ("light", "dark")
EVIDENCE = b"<style>h1 { color: navy }</style><h1>Bilag</h1><script>document.title = 'run'</script>"


def serve(folder: Path, port: int) -> None:
    codec = Codec(KEY)
    settings = GivenSettings(folder=folder)
    app = web.create(Store.open(settings.database_url, codec), codec, settings)
    web.serve(app, settings.web, "127.0.0.1", port)


class Served(NamedTuple):
    """Where the pages are, and the session of somebody who may see them all."""

    address: str
    token: str


@pytest.fixture(scope="module")
def base(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("kollega")
    codec = Codec(KEY)
    store = Store.open(GivenSettings(folder=folder).database_url, codec)
    item_id = day_of_work(store)[DIFFERS]
    keep_evidence(store, codec, folder, item_id, "amount_differs", "page", EVIDENCE)
    keep_evidence(store, codec, folder, item_id, "amount_differs", "picture", _picture(browser))
    token = session(store)
    store.close()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(folder, port), daemon=True)
    server.start()
    address = f"http://127.0.0.1:{port}"
    for attempt in stamina.retry_context(on=httpx.TransportError, attempts=None, timeout=30, wait_max=0.2):
        with attempt:
            httpx.get(address)
    yield Served(address, token)
    server.terminate()
    server.join(timeout=10)


def _picture(browser: Browser) -> bytes:
    page = browser.new_page()
    page.set_content("<h1>Bilag</h1>")
    taken = page.screenshot(type="jpeg")
    page.close()
    return taken


@pytest.fixture
def page(browser: Browser, base: Served) -> Iterator[Page]:
    context = browser.new_context(base_url=base.address)
    context.add_cookies([{"name": SESSION, "value": base.token, "url": base.address}])
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_is_accessible_and_says_nothing_to_the_console(page: Page, address: str, scheme: str) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(address)
    for details in page.locator("summary").all():
        details.click()
    expected = "status of 404" if address == NOWHERE else "frame is sandboxed"
    assert [text for text in said if expected not in text] == []  # axe itself talks to frames that do not listen
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_never_scrolls_sideways(page: Page, address: str) -> None:
    """WCAG 1.4.10: 320 px is what 1280 px are at 400 %."""
    page.goto(address)
    for width in (320, 390, 640, 768, 1280):
        assert sticking_out(page, width) == []


def test_from_the_days_work_to_the_evidence_by_keyboard_alone(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Gå til indholdet")).to_be_focused()
    page.get_by_role("link", name="Beløbet afviger").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name=DIFFERS).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(DIFFERS)
    page.locator("summary", has_text="Vis siden").focus()
    page.keyboard.press("Enter")
    kept = page.frame_locator("iframe")
    expect(kept.get_by_role("heading", name="Bilag")).to_have_css("color", "rgb(0, 0, 128)")
    expect(kept.locator("title")).to_have_count(0)
    page.locator("summary", has_text="Vis billedet").focus()
    page.keyboard.press("Enter")
    picture = page.get_by_role("img", name="Skærmbilledet: Beløbet afviger")
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("complete", value=True)
    assert picture.evaluate("image => image.naturalWidth > 0")


def test_the_cases_are_narrowed_down_by_a_form(page: Page) -> None:
    page.goto("/items")
    page.get_by_label("Tilstand").select_option(label="Færdig")
    page.get_by_role("button", name="Vis").click()
    expect(page.get_by_role("row")).to_have_count(2)
    expect(page.get_by_role("rowheader", name=PLAIN)).to_be_visible()


def test_a_list_is_still_a_table_to_a_screen_reader_when_it_is_narrow(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/items")
    expect(page.get_by_role("row")).to_have_count(6)
    expect(page.get_by_role("columnheader", name="Tilstand")).to_have_count(1)


def test_the_excel_report_is_downloaded(page: Page) -> None:
    page.goto("/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Excel-rapport").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    assert Path(download.value.path()).read_bytes().startswith(b"PK")
