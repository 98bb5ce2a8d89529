"""Those who run the robots, and those who do by hand what robots may not: each a short way through a browser."""

from __future__ import annotations

import multiprocessing
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import stamina
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from bots_common.settings import GivenSettings
from bots_common.work import Codec, Store
from bots_common.work.run_records import NewRun, Stop, Tally
from reports import web
from reports.web.access import SESSION
from tests.browser.test_pages import KEY, SCHEMES, Served
from tests.handled import ROBOT
from tests.piled import GROUP, by_hand
from tests.visitors import session
from tests.widths import sticking_out

FILE = Path(__file__).parents[2] / "docs" / "schedules.example.toml"
ADDRESSES = (
    "/",
    "/schedules",
    "/schedules/file",
    "/runs",
    "/runs?left_out=1",
    "/runs/1",
    "/runs/2?follow=1",
    "/piles",
    "/piles/1",
    "/piles/2",
)
WIDTHS = (320, 390, 640, 768, 1280)


def settings_in(folder: Path) -> GivenSettings:
    robot = {"our_eans": ["5790626108048"], "accounts": folder / "konteringsark.xlsx"}
    return GivenSettings(folder=folder, schedules=folder / "schedules.toml", robots={ROBOT: robot})


def serve(folder: Path, port: int) -> None:
    codec, settings = Codec(KEY), settings_in(folder)
    app = web.create(Store.open(settings.database_url, codec), codec, settings)
    web.serve(app, settings.web, "127.0.0.1", port)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("kollega")
    (folder / "schedules.toml").write_bytes(FILE.read_bytes())
    store = Store.open(settings_in(folder).database_url, Codec(KEY))
    _runs(store)
    by_hand(store, "B1", "B2", "B3", "B4", "B5", "B6")
    for _ in range(2):
        store.piles.take(ROBOT, GROUP, "anne.berg", at_most=2)
    store.piles.sent(2, "anne.berg", "P000001")
    token = session(store)
    store.close()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(folder, port), daemon=True)
    server.start()
    address = f"http://127.0.0.1:{port}"
    for attempt in stamina.retry_context(on=httpx.TransportError, attempts=None, timeout=60, wait_max=0.2):
        with attempt:
            httpx.get(address)
    yield Served(address, token)
    server.terminate()
    server.join(timeout=10)


def _runs(store: Store) -> None:
    """One that has ended, one under way, one left out, and a schedule that is paused."""
    now, lease = datetime.now(UTC), timedelta(hours=1)
    store.runs.plan("invoices-mornings", ROBOT, now, [NewRun(now, now)])
    ended = store.runs.begin("office-7/4711/a1b2", [ROBOT], lease, "0.1.0")
    assert ended is not None
    store.runs.finish(ended, Tally(found=112, handled=97, exceptions=13, failed=2), Stop.EMPTY)
    begun = store.runs.start("flexwage", "flexwage", "anne.berg", "office-7/4711/a1b2", lease, "0.1.0")
    store.runs.beat(begun, Tally(found=40, handled=12, waiting=1), moved=True, lease=lease, patience=lease)
    store.runs.plan("certificates", "certificates", now, [NewRun(now, now, left_out=Stop.MISSED)])
    store.runs.pause("certificates", "anne.berg", "posten flytter")


@pytest.fixture
def page(browser: Browser, base: Served) -> Iterator[Page]:
    context = browser.new_context(base_url=base.address)
    context.add_cookies([{"name": SESSION, "value": base.token, "url": base.address}])
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_is_accessible_silent_and_never_scrolls_sideways(page: Page, address: str) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address)
    for details in page.locator("summary").all():
        details.click()
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        result = Axe().run(page)
        assert result.violations_count == 0, result.generate_report()
    for width in WIDTHS:
        assert sticking_out(page, width) == []
    assert said == []


def test_an_operator_pauses_a_schedule_with_a_reason_lets_it_go_on_and_runs_it(page: Page) -> None:
    page.goto("/schedules")
    page.get_by_label("Hvorfor den holder pause flexwage").fill("økonomi lukker måneden")
    page.get_by_role("button", name="Sæt på pause flexwage").click()
    expect(page.get_by_role("region", name="flexwage")).to_contain_text("økonomi lukker måneden")
    page.get_by_role("button", name="Sæt i gang igen flexwage").click()
    page.get_by_role("button", name="Kør nu flexwage").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Venter på at gå i gang")
    page.get_by_role("link", name="Stop det").click()
    expect(page.get_by_role("link", name="Følg kørslen")).to_be_visible()


def test_an_operator_changes_a_schedule_and_is_told_of_a_slip_at_its_line(page: Page) -> None:
    page.goto("/schedules/file")
    text = page.get_by_label("Tidsplanerne, som de står i filen")
    written = text.input_value()
    text.fill(written.replace("cron 30 6", "cron 30 25"))
    page.get_by_role("button", name="Gem").click()
    expect(page.get_by_role("alert")).to_contain_text("Linje 8")
    text.fill(written.replace("cron 30 6", "cron 30 5"))
    page.get_by_role("button", name="Gem").click()
    expect(page.get_by_role("status")).to_have_text("Tidsplanerne er gemt og gælder fra nu af.")
    expect(page.get_by_role("region", name="invoices-mornings")).to_contain_text("Mandag til fredag kl. 05.30.")


def test_a_caseworker_takes_a_pile_downloads_its_file_and_sends_it_by_one_click(page: Page) -> None:
    page.goto("/piles")
    page.get_by_label(f"Højst {GROUP}").fill("1")
    page.get_by_role("button", name=f"Tag {GROUP}").click()
    with page.expect_download() as taken:
        page.get_by_role("link", name="Hent filen").click()
    assert taken.value.suggested_filename == f"invoices-{GROUP}.xlsx"
    page.get_by_role("button", name="Det er sendt").click()
    expect(page.get_by_role("status")).to_contain_text("er sendt: 1 gjort.")
