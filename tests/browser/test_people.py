"""People coming in and going, in a real browser: password, forced change, lock, link, the municipality's login."""

from __future__ import annotations

import multiprocessing
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import stamina
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from bots_common.roles import Grant, Role
from bots_common.settings import GivenSettings
from bots_common.web_settings import OidcSettings, WebSettings
from bots_common.work import Codec, NewItem, Store
from reports import web
from tests.provider import CLIENT, SECRET, Provider, provider
from tests.visitors import EVERY_ROLE
from tests.widths import sticking_out

KEY = bytes(range(32))
GOOD = "tre blå cykler i regn"
BETTER = "fire grønne biler i sol"
CPR = "010190-1234"
HOME = "Dagens arbejde"


def given(folder: Path, issuer: str) -> GivenSettings:
    roles = {"rpa": ("caseworker",)}
    oidc = OidcSettings(issuer=issuer, client_id=CLIENT, client_secret=SECRET, roles=roles)  # type: ignore[arg-type]
    return GivenSettings(folder=folder, web=WebSettings(oidc=oidc))


def serve(folder: Path, issuer: str, port: int) -> None:
    codec, settings = Codec(KEY), given(folder, issuer)
    app = web.create(Store.open(settings.database_url, codec), codec, settings)
    web.serve(app, settings.web, "127.0.0.1", port)


class Town:
    """The pages at `base`, their store, and a municipality with a login of its own."""

    def __init__(self, base: str, store: Store, at: Provider) -> None:
        self.base = base
        self.store = store
        self.at = at

    def somebody(self, name: str, *, must_change: bool = False) -> str:
        self.store.accounts.add(name, name.title(), "test", grants=EVERY_ROLE)
        self.store.accounts.set_password(name, GOOD, must_change=must_change)
        return name


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("kollega")
    with provider() as at, socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        free.close()
        store = Store.open(given(folder, at.issuer).database_url, Codec(KEY))
        arguments = (folder, at.issuer, port)
        server = multiprocessing.get_context("spawn").Process(target=serve, args=arguments, daemon=True)
        server.start()
        for attempt in stamina.retry_context(on=httpx.TransportError, attempts=None, timeout=60, wait_max=0.2):
            with attempt:
                httpx.get(f"http://127.0.0.1:{port}/login")
        yield Town(f"http://127.0.0.1:{port}", store, at)
        server.terminate()
        server.join(timeout=10)
        store.close()


@pytest.fixture
def page(browser: Browser, town: Town) -> Iterator[Page]:
    context = browser.new_context(base_url=town.base, locale="da-DK")
    yield context.new_page()
    context.close()


Look = Callable[[], None]


@pytest.fixture
def look(page: Page) -> Look:
    """Look at the page as it stands: nothing is inaccessible, light or dark, and nothing goes over its edge."""

    def looks() -> None:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            result = Axe().run(page)
            assert result.violations_count == 0, result.generate_report()
        for width in (320, 1280):
            assert sticking_out(page, width) == []

    return looks


def log_in(page: Page, name: str, password: str) -> None:
    page.get_by_label("Navn").fill(name)
    page.get_by_label("Adgangskode").fill(password)
    page.get_by_role("button", name="Log ind").click()


def home(page: Page) -> None:
    expect(page.get_by_role("link", name=HOME)).to_have_attribute("aria-current", "page")


def test_in_by_name_and_password_to_where_one_wanted_and_out_again(page: Page, town: Town, look: Look) -> None:
    name = town.somebody("in.og.ud")
    page.goto("/items?state=done")
    expect(page.get_by_role("heading", level=1)).to_have_text("Log ind")
    log_in(page, name, "noget helt andet")
    expect(page.get_by_role("alert")).to_have_text("Navnet eller adgangskoden er forkert.")
    look()
    log_in(page, name, GOOD)
    expect(page).to_have_url(f"{town.base}/items?state=done")
    page.get_by_role("button", name="Log ud").click()
    expect(page.get_by_role("status")).to_have_text("Du er logget ud.")
    look()
    page.reload()
    expect(page.get_by_role("status")).to_have_count(0)
    page.goto("/items")
    expect(page).to_have_url(f"{town.base}/login?next=%2Fitems")


def test_in_by_keyboard_alone(page: Page, town: Town) -> None:
    name = town.somebody("kun.tastatur")
    page.goto("/login")
    page.get_by_label("Navn").focus()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(GOOD)
    page.keyboard.press("Enter")
    home(page)


def test_a_first_password_is_changed_before_anything_else(page: Page, town: Town, look: Look) -> None:
    name = town.somebody("ny.her", must_change=True)
    page.goto("/")
    log_in(page, name, GOOD)
    expect(page.get_by_role("heading", level=1)).to_have_text("Skift adgangskode")
    expect(page.get_by_role("navigation", name="Sider")).to_have_count(0)
    page.goto("/items")
    expect(page).to_have_url(f"{town.base}/password")
    change_to(page, GOOD, "kort")
    expect(page.get_by_role("alert")).to_contain_text("En adgangskode er på 12 til 200 tegn.")
    look()
    change_to(page, GOOD, BETTER)
    expect(page).to_have_url(f"{town.base}/me")
    look()
    page.get_by_role("link", name="Tal", exact=True).click()
    home(page)


def change_to(page: Page, present: str, new: str) -> None:
    page.get_by_label("Nuværende adgangskode").fill(present)
    page.get_by_label("Ny adgangskode", exact=True).fill(new)
    page.get_by_label("Den nye adgangskode igen").fill(new)
    page.get_by_role("button", name="Skift adgangskode").click()


def test_a_token_is_made_shown_once_and_ended(page: Page, town: Town, look: Look) -> None:
    name = town.somebody("lan.er")
    page.goto("/login?next=/me")
    log_in(page, name, GOOD)
    page.get_by_label("Hvad den er til").fill("natjob")
    page.get_by_role("checkbox", name="Se sager").check()
    page.get_by_label("Robot", exact=True).select_option("invoices")
    page.get_by_role("button", name="Lav nøglen").click()
    look()
    token = page.get_by_role("status").get_by_role("code").inner_text()
    asked = httpx.get(f"{town.base}/api/v1/items", headers={"authorization": f"Bearer {token}"})
    assert asked.status_code == 200
    page.goto("/me")
    expect(page.get_by_role("cell", name="Se sager: Fakturaer")).to_be_visible()
    expect(page.get_by_text(token)).to_have_count(0)
    page.get_by_role("button", name="Afslut : natjob").click()
    expect(page.get_by_text("Nøglen natjob er afsluttet.")).to_be_visible()
    assert httpx.get(f"{town.base}/api/v1/items", headers={"authorization": f"Bearer {token}"}).status_code == 401


def test_five_wrong_passwords_lock_and_an_administrator_opens(page: Page, town: Town, look: Look) -> None:
    name = town.somebody("uheldig")
    page.goto("/login")
    for _ in range(5):
        log_in(page, name, "forkert")
    log_in(page, name, GOOD)
    expect(page.get_by_role("alert")).to_contain_text("For mange forkerte adgangskoder i træk. Prøv igen")
    look()
    log_in(page, town.somebody("hjaelper"), GOOD)
    page.get_by_role("link", name="Administration").click()
    page.get_by_role("link", name="Konti").click()
    look()
    page.get_by_role("link", name=name).click()
    expect(page.get_by_text("Låst indtil")).to_be_visible()
    look()
    page.get_by_role("button", name="Åbn kontoen").click()
    expect(page.get_by_text("Låst indtil")).to_have_count(0)
    page.get_by_role("button", name="Log ud").click()
    log_in(page, name, GOOD)
    home(page)


def test_an_administrator_lets_somebody_new_in_by_a_link(
    page: Page, town: Town, browser: Browser, look: Look
) -> None:
    page.goto("/login")
    log_in(page, town.somebody("chefen"), GOOD)
    page.get_by_role("link", name="Administration").click()
    page.get_by_role("link", name="Konti").click()
    page.get_by_label("Navn").fill("eva.dahl")
    page.get_by_label("Person").fill("Eva Dahl")
    page.get_by_role("button", name="Opret kontoen").click()
    page.get_by_label("Rolle", exact=True).select_option(label="Sagsbehandler")
    page.get_by_role("button", name="Giv rollen").click()
    page.get_by_role("button", name="Lav et link").click()
    look()
    link = page.locator("code").inner_text()
    with browser.new_context(locale="da-DK") as hers:
        eva = hers.new_page()
        eva.goto(link)
        eva.get_by_role("button", name="Kom ind").click()
        expect(eva.get_by_text("Du har ingen adgangskode endnu.")).to_be_visible()
        eva.get_by_label("Ny adgangskode", exact=True).fill(BETTER)
        eva.get_by_label("Den nye adgangskode igen").fill(BETTER)
        eva.get_by_role("button", name="Skift adgangskode").click()
        expect(eva.get_by_role("heading", level=1)).to_contain_text("Eva Dahl")
        expect(eva.get_by_role("link", name="Administration")).to_have_count(0)
        eva.goto(f"{town.base}/accounts")
        expect(eva.get_by_role("heading", level=1)).to_have_text("Det må du ikke")
        eva.goto(link)
        eva.get_by_role("button", name="Kom ind").click()
        expect(eva.get_by_role("alert")).to_contain_text("Linket er brugt eller for gammelt.")


def test_in_through_the_municipality(page: Page, town: Town, look: Look) -> None:
    town.at.claims["anne"] = {"preferred_username": "anne.berg", "name": "Anne Berg", "roles": ["rpa"]}
    page.goto("/me")
    page.get_by_role("link", name="Log ind med kommunens login").click()
    page.get_by_label("Name").fill("anne")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{town.base}/me")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Anne Berg")
    expect(page.get_by_role("link", name="Skift adgangskode")).to_have_count(0)
    look()


def test_an_auditor_finds_who_looked_at_a_citizen_s_case(page: Page, town: Town, look: Look) -> None:
    found = NewItem("B7", {}, subjects=(CPR.replace("-", ""),))
    town.store.add("invoices", [found])
    (item,) = town.store.reading.items(robot="invoices")
    town.store.accounts.add("rita", "Rita", "test", grants=[Grant(Role.AUDITOR)])
    town.store.audit.note("bo.holm", "item.seen", robot="invoices", item_id=item.id)
    page.goto(f"/enter/{town.store.accounts.link('rita')}")
    page.get_by_role("button", name="Kom ind").click()
    page.get_by_role("link", name="Administration").click()
    page.get_by_label("Hvad", exact=True).select_option(label="Så en sag")
    page.get_by_role("button", name="Vis").click()
    expect(page.get_by_role("rowheader", name="bo.holm")).to_be_visible()
    look()
    page.get_by_role("link", name="Søg på borger").click()
    page.get_by_label("CPR-nummer").fill(CPR)
    page.get_by_role("button", name="Søg").click()
    expect(page.get_by_role("rowheader", name="B7")).to_be_visible()
    expect(page.get_by_role("rowheader", name="bo.holm")).to_be_visible()
    expect(page).to_have_url(f"{town.base}/audit/citizen")
    look()
    with page.expect_download() as download:
        page.get_by_role("button", name="Hent som Excel").click()
    assert Path(download.value.path()).read_bytes().startswith(b"PK")
    assert "0101" not in download.value.suggested_filename
