"""An operator's day in a real browser: see what robots and systems do, stop, pause, and look at a changed screen."""

from __future__ import annotations

import multiprocessing
import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
import stamina
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from bots_common.autonomy import Level
from bots_common.settings import AutonomySettings, GivenSettings, SystemSettings
from bots_common.work import Codec, Store
from bots_common.work.system_records import Expected, Health, Landmark
from reports import web
from reports.web.access import SESSION
from tests.handled import ROBOT, day_of_work
from tests.visitors import session
from tests.widths import sticking_out

KEY = bytes(range(32))
SCHEMES = ("light", "dark")
OLD = frozenset({Landmark("field", "CPR-nummer"), Landmark("button", "Vis"), Landmark("column", "Bevilling")})
SEEN = frozenset({Landmark("field", "Personnummer"), Landmark("button", "Vis"), Landmark("column", "Bevilling")})
NEWER = SEEN | {Landmark("button", "Slet")}
ADDRESSES = ("/robots", f"/robots/{ROBOT}", "/robots/flexwage", "/systems", "/drifts/1", "/drifts/2")
AT = {"url": "http://127.0.0.1:9/", "username": "robot", "password": "x"}


def settings_of(folder: Path) -> GivenSettings:
    return GivenSettings(
        folder=folder,
        systems={
            "finance": SystemSettings(**AT, calls_per_minute=30, concurrency=1, closed=("sun 02:00-06:00",)),
            "grants": SystemSettings(**AT),
        },
        autonomy={ROBOT: AutonomySettings(ramp=(10, 20, 40))},
    )


def serve(folder: Path, port: int) -> None:
    codec, settings = Codec(KEY), settings_of(folder)
    app = web.create(Store.open(settings.database_url, codec), codec, settings)
    web.serve(app, settings.web, "127.0.0.1", port)


class Served(NamedTuple):
    """Where the pages are, the session of somebody with every role, and the store."""

    address: str
    token: str
    store: Store


@pytest.fixture(scope="module")
def base(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Workers, one of them silent; a screen that was accepted before and has changed again, with both pictures."""
    folder = tmp_path_factory.mktemp("stations")
    codec = Codec(KEY)
    with closing(Store.open(settings_of(folder).database_url, codec)) as store:
        day_of_work(store)
        store.levels.set(ROBOT, Level.AUTO, "anna", "59 without an error")
        store.fleet.report(Health("pc-1/4711/ab12", "pc-1", "0.1.0", (ROBOT,), 1, 5, 3))
        for holder in ("pc-1/4711/ab12", "pc-2/12/cd34"):
            store.systems.line_up("finance", holder, timedelta(hours=1))
        store.systems.pause("income", "anna", "Månedsluk til kl. 14")
        for expected, now in ((Expected(OLD), SEEN), (Expected(SEEN, exact=True), NEWER)):
            drift_id = store.drift.report("grants", "citizen search", expected, now, "pc-1/4711/ab12")
            assert drift_id is not None
            file = folder / "evidence" / "ab" / f"{drift_id}.sealed"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(codec.seal(_picture(browser, drift_id)))
            store.drift.keep_picture(drift_id, f"ab/{drift_id}.sealed")
            if drift_id == 1:
                store.drift.accept(drift_id, "anna", "Kun etiketten er ny")
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        server = multiprocessing.get_context("spawn").Process(target=serve, args=(folder, port), daemon=True)
        server.start()
        address = f"http://127.0.0.1:{port}"
        for attempt in stamina.retry_context(on=httpx.TransportError, attempts=None, timeout=60, wait_max=0.2):
            with attempt:
                httpx.get(address)
        yield Served(address, session(store), store)
        server.terminate()
        server.join(timeout=10)


def _picture(browser: Browser, number: int) -> bytes:
    page = browser.new_page(viewport={"width": 800, "height": 500})
    page.set_content(f"<h1>Sensum {number}</h1><label>Personnummer <input></label><button>Vis</button>")
    taken = page.screenshot(type="jpeg")
    page.close()
    return taken


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
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.goto(address)
        for details in page.locator("summary").all():
            details.click()
        result = Axe().run(page)
        assert result.violations_count == 0, result.generate_report()
    for width in (320, 390, 768, 1280):
        assert sticking_out(page, width) == []
    assert said == []


def test_an_operator_stops_a_robot_and_lets_it_work_again(page: Page, base: Served) -> None:
    page.goto("/robots")
    page.get_by_role("link", name="Fakturaer", exact=True).click()
    page.locator("summary", has_text="Stop robotten").click()
    page.get_by_label("Hvorfor?").fill("Konto 5 er forkert")
    page.get_by_role("button", name="Gør færdig og stop").click()
    expect(page.get_by_role("status")).to_contain_text("Fakturaer gør færdig, hvad den har i hånden")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Stoppet af en medarbejder")
    expect(page.get_by_role("main")).to_contain_text("Konto 5 er forkert")
    page.get_by_role("button", name="Lad den arbejde igen").click()
    expect(page.get_by_role("status")).to_have_text("Fakturaer arbejder igen.")
    assert base.store.stops.all() == {}


def test_an_operator_pauses_a_system_by_keyboard_and_opens_it_again(page: Page) -> None:
    page.goto("/systems")
    page.locator("summary", has_text="Sæt systemet på pause …: grants").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Opdatering i aften")
    page.keyboard.press("Enter")
    grants = page.get_by_role("region", name="grants")
    expect(grants).to_contain_text("Opdatering i aften")
    grants.get_by_role("button", name="Lad robotterne bruge det igen : grants").click()
    expect(grants).to_contain_text("Åbent for robotter")


def test_an_operator_looks_at_both_pictures_and_accepts_the_screen(page: Page, base: Served) -> None:
    page.goto("/systems")
    page.get_by_role("link", name="grants: citizen search").first.click()
    expect(page.get_by_role("row", name="Knap Slet ny")).to_be_visible()
    for heading in ("Som det blev godkendt tidligere", "Som det ser ud nu"):
        page.locator("summary", has_text=heading).click()
        picture = page.get_by_role("img", name=f"Skærmbilledet: {heading}")
        expect(picture).to_have_js_property("complete", value=True)
        assert picture.evaluate("image => image.naturalWidth") == 800
    page.get_by_label("Hvorfor kan robotterne fortsætte?").fill("Knappen bruges ikke af robotten")
    page.get_by_role("button", name="Godkend det ændrede skærmbillede").click()
    expect(page.get_by_role("status")).to_contain_text("Godkendt")
    assert base.store.drift.open() == []


def test_the_page_is_loaded_anew_but_never_under_the_hands_of_somebody(page: Page, base: Served) -> None:
    page.clock.install()
    page.goto("/robots/flexwage")
    badge = page.get_by_role("heading", level=1)
    base.store.systems.resume("income")
    page.locator("summary", has_text="Stop robotten").click()
    page.get_by_label("Hvorfor?").fill("Jeg skriver")
    page.clock.run_for(60_000)
    expect(page.get_by_label("Hvorfor?")).to_have_value("Jeg skriver")
    page.locator("summary", has_text="Stop robotten").click()
    page.evaluate("document.activeElement.blur()")
    with page.expect_navigation():
        page.clock.run_for(16_000)
    expect(badge).to_contain_text("Intet at gøre")
    expect(page.get_by_role("main")).not_to_contain_text("Sat på pause af en medarbejder")
