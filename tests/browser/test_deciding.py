"""Obs-list, approvals and sample control in a real browser: one walk for each, accessible wherever it leads."""

from __future__ import annotations

import multiprocessing
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest
import stamina
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from bots_common.autonomy import Level
from bots_common.settings import GivenSettings
from bots_common.work import Codec, NewItem, State, Store
from bots_common.work.records import NewObs
from reports import web
from reports.web.access import SESSION
from tests.handled import ROBOT, proposed
from tests.unit.care import ANNA, BENT, grant, invoice
from tests.visitors import session
from tests.widths import sticking_out

KEY = bytes(range(32))
SCHEMES = ("light", "dark")
WIDTHS = (320, 390, 768, 1280)


def serve(folder: Path, port: int) -> None:
    codec, settings = Codec(KEY), GivenSettings(folder=folder)
    app = web.create(Store.open(settings.database_url, codec), codec, settings)
    web.serve(app, settings.web, "127.0.0.1", port)


def furnish(store: Store) -> None:
    """Three postings wait; two citizens are on the list, and a case of one of them was left to people."""
    store.levels.set(ROBOT, Level.APPROVE, "test", "approvals are shown")
    for reference in ("P1", "P2", "P3"):
        proposed(store, reference, invoice(), [grant()])
    today = store.stats.today()
    store.obs.add([NewObs(ANNA.digits, "Har egen sagsbehandler", today, None, ROBOT)], "anna")
    store.obs.add([NewObs(BENT.digits, "Aftale om fast beløb", date(2024, 1, 1), today)], "bo")
    store.add(ROBOT, [NewItem("L1", {}, subjects=(BENT.digits,))])


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    folder = tmp_path_factory.mktemp("deciding")
    with closing(Store.open(GivenSettings(folder=folder).database_url, Codec(KEY))) as store:
        furnish(store)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(folder, port), daemon=True)
    server.start()
    address = f"http://127.0.0.1:{port}"
    for attempt in stamina.retry_context(on=httpx.TransportError, attempts=None, timeout=60, wait_max=0.2):
        with attempt:
            httpx.get(address)
    yield address, folder
    server.terminate()
    server.join(timeout=10)


@pytest.fixture
def store(served: tuple[str, Path]) -> Iterator[Store]:
    with closing(Store.open(GivenSettings(folder=served[1]).database_url, Codec(KEY))) as opened:
        yield opened


@pytest.fixture
def page(browser: Browser, served: tuple[str, Path], store: Store) -> Iterator[Page]:
    context = browser.new_context(base_url=served[0])
    context.add_cookies([{"name": SESSION, "value": session(store, "anna"), "url": served[0]}])
    yield context.new_page()
    context.close()


Look = Callable[[], None]


@pytest.fixture
def look(page: Page) -> Look:
    """The page as it stands, whatever is open on it: accessible light and dark, and never wider than the screen."""

    def looks() -> None:
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            result = Axe().run(page)
            assert result.violations_count == 0, f"{page.url}\n{result.generate_report()}"
        for width in WIDTHS:
            assert sticking_out(page, width) == [], f"{page.url} at {width}"

    return looks


def test_a_caseworker_says_yes_to_two_and_no_to_one(page: Page, store: Store, look: Look) -> None:
    page.goto("/approvals")
    look()
    page.get_by_role("rowheader").get_by_role("link").click()
    look()
    page.get_by_role("checkbox", name="P1").check()
    page.get_by_role("checkbox", name="P2").check()
    page.get_by_role("button", name="Godkend").click()
    expect(page.get_by_role("status")).to_have_text("Godkendt: 2. Robotten går videre med dem.")
    page.get_by_role("checkbox", name="P3").check()
    page.get_by_label("En bemærkning").fill("forkert måned")
    page.get_by_role("button", name="Afvis").click()
    expect(page.get_by_role("status")).to_contain_text("Afvist: 1.")
    expect(page.get_by_text("Ingen robot venter på et ja eller nej.")).to_be_visible()
    states = {item.reference: item.state for item in store.reading.items(robot=ROBOT)}
    assert (states["P1"], states["P2"], states["P3"]) == (State.NEW, State.NEW, State.EXCEPTION)


def test_what_was_found_is_seen_and_the_robot_is_lowered(page: Page, store: Store, look: Look) -> None:
    page.goto("/sample")
    look()
    page.get_by_role("link", name="Fakturaer").click()
    look()
    page.get_by_label("Hvad den må", exact=True).select_option("shadow")
    page.get_by_label("Hvorfor? Det står i loggen.").fill("en ud af tre var forkert")
    page.get_by_role("button", name="Ændr", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Ser kun på")
    assert store.levels.of(ROBOT).level is Level.SHADOW
    while claims := store.claim([ROBOT], "test", timedelta(minutes=1)):
        store.finish_all([claim.lease for claim in claims], "test")  # what was approved
    proposed(store, "S1", invoice(), [grant()])
    page.reload()
    look()
    page.get_by_role("button", name="Rigtig").click()
    expect(page.get_by_role("status")).to_have_text("Markeret som rigtig.")


def test_the_list_is_kept_by_hand_and_by_sheet(page: Page, store: Store, look: Look, tmp_path: Path) -> None:
    page.goto("/obs")
    for details in page.locator("summary").all():
        details.click()
    look()
    page.get_by_label("CPR-nummer", exact=True).fill("123")
    page.get_by_label("Hvorfor skal robotter lade borgeren være?").fill("advokat")
    page.get_by_role("button", name="Sæt på listen").click()
    expect(page.get_by_text("Det er ikke et CPR-nummer.")).to_be_visible()
    look()
    page.get_by_role("row", name="Har egen sagsbehandler").get_by_role("button", name="Vis").click()
    expect(page.get_by_text(ANNA.shown())).to_be_visible()
    ends = page.get_by_role("row", name="Aftale om fast beløb")
    ends.get_by_label("Sidste dag").fill("2035-12-31")
    ends.get_by_role("button", name="Behold til da").click()
    expect(page.get_by_role("status")).to_have_text("Den sidste dag er gemt.")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Hent skabelonen").click()
    file = tmp_path / "obs.xlsx"
    taken.value.save_as(file)
    book = load_workbook(file)
    for place, value in enumerate(("123", "Fakturaer", "x", "i morgen"), start=1):
        book.worksheets[0].cell(2, place, value)
    for place, value in enumerate((ANNA.shown(), "", "advokat"), start=1):
        book.worksheets[0].cell(3, place, value)
    book.save(file)
    page.get_by_label("Et udfyldt ark").set_input_files(file)
    page.get_by_role("button", name="Indlæs på listen").click()
    expect(page.get_by_role("rowheader", name="A2")).to_be_visible()
    look()
    page.get_by_role("button", name="Indlæs de rigtige rækker (1)").click()
    expect(page.get_by_role("status")).to_have_text("Sat på listen: 1.")
    assert [it.reason for it in store.obs.entries()] == ["Har egen sagsbehandler", "Aftale om fast beløb", "advokat"]
    page.get_by_role("link", name="Sager, der skal klares i hånden").click()
    look()
    expect(page.get_by_role("rowheader", name="L1")).to_be_visible()
