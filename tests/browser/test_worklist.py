"""A caseworker's day at the worklist in a real browser: by mouse, by keys alone, without scripts, and two at once."""

from __future__ import annotations

import multiprocessing
import socket
from collections.abc import Callable, Iterator
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
from bots_common.settings import GivenSettings
from bots_common.work import Codec, NewItem, State, Store
from bots_common.work.database import utc_now
from reports import web
from reports.web.access import SESSION
from tests.handled import ROBOT, STRUCK, WORKER, claimed, handled, keep_evidence, payload, proposed
from tests.unit.care import ANNA, grant, invoice, line
from tests.visitors import session
from tests.widths import sticking_out

KEY = bytes(range(32))
SCHEMES = ("light", "dark")


def serve(folder: Path, port: int) -> None:
    codec = Codec(KEY)
    settings = GivenSettings(folder=folder)
    app = web.create(Store.open(settings.database_url, codec), codec, settings)
    web.serve(app, settings.web, "127.0.0.1", port)


class Office(NamedTuple):
    """The pages over a store of the test's own, and the sessions of two colleagues."""

    address: str
    store: Store
    ids: dict[str, int]
    anna: str
    bo: str

    def state(self, reference: str) -> tuple[State, str | None]:
        item = self.store.reading.story(self.ids[reference]).item
        return item.state, item.reason


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    folder = tmp_path_factory.mktemp("worklist")
    Store.open(GivenSettings(folder=folder).database_url, Codec(KEY)).close()
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
def office(served: tuple[str, Path]) -> Iterator[Office]:
    """Cases of every kind; what an earlier test left is settled first."""
    address, folder = served
    codec = Codec(KEY)
    with closing(Store.open(GivenSettings(folder=folder).database_url, codec)) as store:
        for row in store.reading.items(states=[State.EXCEPTION, State.WAITING]):
            if row.assignee:
                store.worklist.let_go(row.id, row.assignee)
            store.people.settle(row.id, "test", "an earlier test")
        for entry in store.obs.entries():
            store.obs.end(entry.id, "test")
        while claims := store.claim([ROBOT], WORKER, timedelta(minutes=1)):
            store.finish_all([claim.lease for claim in claims], WORKER)
        number = store.reading.count()
        store.levels.set(ROBOT, Level.APPROVE, "test", "approvals are shown")
        late = NewItem(f"U{number}", payload("U", invoice()), (ANNA.digits,), deadline=utc_now() - timedelta(days=1))
        lease = claimed(store, late)
        store.ledger.intend(lease, "post", {"document": "U", "amount": "38750.00"})
        store.hand_over(lease, WORKER, "uncertain", {"effect": "post"})
        ids = {
            "uncertain": lease.item_id,
            "differs": handled(store, f"D{number}", invoice(), STRUCK),
            "first": handled(store, f"N{number}", invoice(line(cpr=None)), [grant()]),
            "second": handled(store, f"M{number}", invoice(line(cpr=None)), [grant()]),
            "waits": proposed(store, f"P{number}", invoice(), [grant()]),
        }
        keep_evidence(store, codec, folder, ids["differs"], "amount_differs", "page", b"<h1>Bilag</h1>")
        yield Office(address, store, ids, session(store, "anna"), session(store, "bo"))


Opened = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, office: Office) -> Iterator[Opened]:
    """Opens a browser of somebody's own."""
    contexts = []

    def open_page(token: str, *, scripts: bool = True) -> Page:
        context = browser.new_context(base_url=office.address, java_script_enabled=scripts)
        context.add_cookies([{"name": SESSION, "value": token, "url": office.address}])
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(opened: Opened, office: Office) -> Page:
    return opened(office.anna)


def presses(page: Page, *keys: str) -> None:
    page.wait_for_load_state()  # the keys are the script's, which comes after what is seen
    for key in keys:
        page.keyboard.press(key)


# -- by mouse -------------------------------------------------------------------------------------------------


def test_open_understand_decide_in_two_clicks_and_the_next_case_is_there(page: Page, office: Office) -> None:
    page.goto("/worklist?reason=amount_differs")
    page.get_by_role("rowheader").get_by_role("link").click()
    expect(page.get_by_role("heading", name="Beløbet afviger", level=2)).to_be_visible()
    expect(page.locator(".differs").filter(has_text="40.300,00 kr.")).to_be_visible()
    page.get_by_role("button", name="Send til robotten igen").click()
    expect(page.get_by_role("status")).to_contain_text("går til robotten igen.")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Arbejdsliste")
    assert office.state("differs") == (State.NEW, None)


def test_the_list_is_narrowed_down_by_links_and_by_the_form(page: Page, office: Office) -> None:
    page.goto("/worklist")
    expect(page.locator("[data-row]")).to_have_count(5)
    page.get_by_role("link", name="Overskredet").click()
    expect(page.locator("[data-row]")).to_have_count(1)
    page.get_by_role("link", name="Overskredet").click()
    page.get_by_label("Årsag").select_option("no_cpr")
    page.get_by_role("button", name="Vis", exact=True).click()
    expect(page.locator("[data-row]")).to_have_count(2)
    page.get_by_role("button", name="Tag").first.click()
    expect(page.get_by_role("status")).to_contain_text("Du har nu")
    page.goto("/worklist?whose=mine")
    expect(page.locator("[data-row]")).to_have_count(1)


def test_two_cases_of_one_reason_are_settled_together(page: Page, office: Office) -> None:
    page.goto("/worklist?robot=invoices&reason=no_cpr")
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_label("Hvorfor, eller hvad der er gjort").fill("sendt retur til leverandøren")
    page.get_by_role("button", name="Klaret i hånden").click()
    expect(page.get_by_role("status")).to_contain_text("Klaret i hånden: 2.")
    assert office.state("first") == office.state("second") == (State.DONE, "settled")


def test_the_plain_question_is_answered(page: Page, office: Office) -> None:
    page.goto(f"/items/{office.ids['uncertain']}")
    page.get_by_label("Ja, det er der").check()
    page.get_by_label("Nummeret, som systemet viser").fill("5100000077")
    page.get_by_role("button", name="Svar, og lad robotten fortsætte").click()
    expect(page.get_by_role("status")).to_contain_text("Tak.")
    assert office.state("uncertain") == (State.NEW, None)


def test_exactly_what_is_shown_is_approved(page: Page, office: Office) -> None:
    page.goto(f"/items/{office.ids['waits']}")
    expect(page.get_by_role("heading", name="Robotten vil indtaste præcis dette:")).to_be_visible()
    page.get_by_role("button", name="Godkend", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Godkendt")
    assert office.state("waits") == (State.NEW, None)


def test_a_field_is_corrected_and_the_citizen_is_put_on_the_obs_list(page: Page, office: Office) -> None:
    page.goto(f"/items/{office.ids['uncertain']}")
    page.locator("summary", has_text="Sæt borgeren på obs-listen").click()
    page.get_by_label("Hvorfor skal robotter lade borgeren være?").fill("har egen sagsbehandler")
    page.get_by_role("button", name="Sæt på listen").click()
    expect(page.get_by_role("status")).to_contain_text("er på obs-listen")
    page.goto(f"/items/{office.ids['differs']}")
    page.locator("summary", has_text="Ret sagen").click()
    page.get_by_label("Nummer (Faktura)").fill("F-78")
    page.get_by_role("button", name="Ret og send").click()
    expect(page.get_by_role("status")).to_contain_text("er rettet")
    assert office.store.reading.story(office.ids["differs"]).payload["invoice"]["number"] == "F-78"


# -- by keys alone --------------------------------------------------------------------------------------------


def test_open_understand_decide_in_three_keys(page: Page, office: Office) -> None:
    page.goto("/worklist?reason=amount_differs")
    presses(page, "j")
    presses(page, "Enter")
    expect(page.get_by_role("heading", name="Beløbet afviger", level=2)).to_be_visible()
    presses(page, "r")
    expect(page.get_by_role("button", name="Send til robotten igen")).to_be_focused()
    presses(page, "Enter")
    expect(page.get_by_role("status")).to_contain_text("går til robotten igen.")
    assert office.state("differs") == (State.NEW, None)


def test_keys_move_tick_and_take(page: Page, office: Office) -> None:
    page.goto("/worklist?robot=invoices&reason=no_cpr")
    links = page.locator("[data-open]")
    presses(page, "j", "j")
    expect(links.nth(1)).to_be_focused()
    presses(page, "k")
    expect(links.nth(0)).to_be_focused()
    presses(page, "x")
    expect(page.get_by_role("checkbox").nth(0)).to_be_checked()
    presses(page, "t")
    expect(page.get_by_role("status")).to_contain_text("Du har nu")
    presses(page, "l")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Arbejdsliste")


def test_a_case_is_settled_by_keys_alone(page: Page, office: Office) -> None:
    page.goto(f"/items/{office.ids['first']}?reason=no_cpr")
    presses(page, "s")
    page.keyboard.type("ringet til dem: r, t og n er bogstaver her")
    presses(page, "Tab", "Enter")
    expect(page.get_by_role("status")).to_contain_text("er klaret i hånden.")
    assert office.state("first") == (State.DONE, "settled")
    expect(page.get_by_role("heading", level=1)).to_contain_text("M")


def test_the_keys_can_be_turned_off(page: Page, office: Office) -> None:
    page.goto("/worklist")
    presses(page, "?")
    page.get_by_role("button", name="Slå tasterne fra").click()
    page.goto("/worklist")
    presses(page, "j")
    expect(page.locator("body")).to_be_focused()
    page.locator("summary", has_text="Taster").click()
    page.get_by_role("button", name="Slå tasterne til").click()
    presses(page, "j")
    expect(page.locator("[data-open]").first).to_be_focused()


# -- two people, no scripts, evidence -------------------------------------------------------------------------


def test_of_two_at_one_case_the_second_is_told_and_nothing_is_overwritten(opened: Opened, office: Office) -> None:
    anna, bo = opened(office.anna), opened(office.bo)
    address = f"/items/{office.ids['differs']}"
    for theirs in (anna, bo):
        theirs.goto(address)
    anna.locator("summary", has_text="Klaret i hånden").click()
    anna.get_by_label("Hvad har du gjort?").fill("bogført i hånden")
    anna.get_by_role("button", name="Sagen er klaret").click()
    expect(anna.get_by_role("status")).to_contain_text("er klaret i hånden")
    bo.get_by_role("button", name="Send til robotten igen").click()
    expect(bo.get_by_role("alert")).to_contain_text("Anna kom først: Klaret i hånden.")
    assert office.state("differs") == (State.DONE, "settled")


def test_all_of_it_works_without_scripts(opened: Opened, office: Office) -> None:
    page = opened(office.anna, scripts=False)
    page.goto("/worklist?reason=no_cpr")
    expect(page.locator("summary", has_text="Taster")).to_be_hidden()
    page.get_by_role("rowheader").get_by_role("link").first.click()
    page.get_by_role("button", name="Tag sagen").click()
    page.locator("summary", has_text="Giv til en kollega").click()
    page.get_by_label("Kollega", exact=True).select_option("bo")
    page.get_by_role("button", name="Giv videre").click()
    expect(page.get_by_role("status")).to_contain_text("er givet til din kollega")
    assert office.store.reading.story(office.ids["first"]).item.assignee == "bo"


def test_evidence_is_fetched_only_when_it_is_opened(page: Page, office: Office) -> None:
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.goto(f"/items/{office.ids['differs']}")
    page.mouse.wheel(0, 5000)
    page.wait_for_load_state("networkidle")
    assert [url for url in fetched if "/evidence/" in url] == []
    with page.expect_request("**/evidence/*"):
        page.locator("summary", has_text="Vis siden").click()
    expect(page.frame_locator("iframe").get_by_role("heading", name="Bilag")).to_be_visible()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_pages_are_accessible_whatever_stands_open(page: Page, office: Office, scheme: str) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    cases = [f"/items/{item_id}" for item_id in office.ids.values()]
    for address in ("/worklist", "/worklist?robot=invoices&reason=no_cpr&whose=nobody", "/mine", *cases):
        page.goto(address)
        for details in page.locator("summary").all():
            details.click()
        assert [text for text in said if "frame is sandboxed" not in text] == []  # before axe writes there itself
        result = Axe().run(page)
        assert result.violations_count == 0, f"{address}\n{result.generate_report()}"
        for width in (320, 390, 768, 1280):
            assert sticking_out(page, width) == [], address
        said.clear()
