"""The mock systems in a real browser: native questions, and how faults look from a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Dialog, Page, expect
from playwright.sync_api import Error as BrowserError

from mocks import ledger, state
from mocks.faults import PREFIXES
from mocks.serve import STATE, running
from tests.small_flex import EVA
from tests.small_hires import LIS
from tests.small_town import ANNA, small_town

DOCUMENT = "/opus/bilag/B2024-000001"
GRANT = "/sensum/bevilling/G-000001"
CASE = "/ky/sag/FLX000001"
HIRE, MESSAGE, FOLDER = "/sd/ansaettelse/ANS000001", "/post/besked/M000002", "/esdh/mappe/PS000001"
RESULT = ""
"""Where a search of the income register leads to."""
SCREENS = (
    *("/eindkomst/login", "/eindkomst/soeg", RESULT, "/eindkomst/resultat/99999"),
    *("/ky/arbejdsliste", "/ky/borger", CASE, f"{CASE}/beregning", f"{CASE}/brev", "/ky/udbetalinger", "/ky/breve"),
    *(
        "/sd/ansaettelser",
        HIRE,
        "/politi/anmodning",
        "/politi/anmodninger",
        "/post/indbakke",
        MESSAGE,
        "/post/slettede",
    ),
    *("/esdh/find", FOLDER, f"{FOLDER}/dokument", "/esdh/dokument/D000001", "/esdh/dokumenter"),
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    directory = tmp_path_factory.mktemp("town")
    state.open_or_create(directory / STATE, small_town).close()
    with running(directory) as base:
        yield base, directory / STATE


@pytest.fixture
def page(browser: Browser, server: tuple[str, Path]) -> Iterator[Page]:
    context = browser.new_context(base_url=server[0])
    page = context.new_page()
    page.set_default_timeout(10_000)
    for prefix in PREFIXES.values():
        page.goto(f"{prefix}/login")
        page.get_by_label("Brugernavn").fill("robot")
        page.get_by_label("Adgangskode").fill("robot")
        page.get_by_role("button", name="Log på").click()
        expect(page.get_by_role("link", name="Log af")).to_be_visible()
    yield page
    httpx.delete(f"{server[0]}/_faults")
    context.close()


def switch_on(server: tuple[str, Path], **fault: object) -> None:
    httpx.post(f"{server[0]}/_faults", json={"faults": [fault]}).raise_for_status()


def fill_posting(page: Page) -> None:
    page.goto(f"{DOCUMENT}/kontering")
    typed = {"PSP-element": "XG-5385810001-00001", "Art": "4.9", "Beløb": "12.345,67", "Tekst": "Ophold"}
    for label, text in (typed | {"Periode fra": "01-10-2024", "Periode til": "31-10-2024"}).items():
        page.get_by_label(f"{label} 1", exact=True).fill(text)


def fill_payment(page: Page) -> None:
    page.goto(GRANT)
    typed = {"Periode fra": "01-10-2024", "Periode til": "31-10-2024", "Bilagsnummer": "5100000008"}
    for label, text in (typed | {"Beløb": "12.345,67"}).items():
        page.get_by_label(label, exact=True).fill(text)


def fill_calculation(page: Page) -> None:
    """Up to the page whose button pays."""
    page.goto(f"{CASE}/beregning?maaned=11-2024")
    amounts = {"Løn i fleksjob": "14.616,00", "Anden løn": "0,00", "Pension": "1.800,00", "Nedsættelse": "4.680,00"}
    typed = amounts | {
        "Lønloft": "32.067,00",
        "Fleksløntilskud": "15.272,00",
        "ATP": "500,00",
        "Begrundelse": "§ 123",
    }
    for label, text in typed.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name="Gem beregning").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Beregning BER")


def fill_letter(page: Page) -> None:
    page.goto(f"{CASE}/brev?maaned=11-2024")
    page.get_by_label("Overskrift").fill("Dit fleksløntilskud")
    page.get_by_label("Brevtekst").fill("Du får 15.272,00 kr.")


def look_up(page: Page) -> None:
    page.goto("/eindkomst/soeg")
    page.get_by_label("CPR-nummer").fill(EVA)
    page.get_by_label("Adgangsformål").select_option(label="171 Fleksløntilskud")
    page.get_by_label("Søg på").select_option(label="Basismåned")
    page.get_by_label("Periode fra").fill("10-2024")
    page.get_by_label("Periode til").fill("11-2024")
    page.get_by_role("button", name="Søg").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Indkomstoplysninger for person")


def fill_request(page: Page) -> None:
    """Up to the page whose button sends."""
    page.goto("/politi/anmodning")
    page.get_by_label("Attesttype").select_option(label="Børneattest")
    typed = {"Hjemmel": "Børneattestloven § 2", "Formål": "Ansættelse", "Kontaktperson": "Eva Dam"}
    for label, text in (typed | {"Personer": f"{LIS};Lis Bro"}).items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name="Kontrollér").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kontrollér anmodning")


def fill_note(page: Page) -> None:
    page.goto(f"{FOLDER}/dokument")
    page.get_by_label("Titel").fill("Børneattest indhentet")
    page.get_by_label("Adgangskategori").select_option(label="Personale-fortrolig")
    page.get_by_label("Fil").set_input_files({"name": "note.txt", "mimeType": "text/plain", "buffer": b"Ren."})


WRITING = [
    (fill_posting, "Bogfør"),
    (fill_payment, "Markér som betalt"),
    (fill_calculation, "Godkend udbetaling"),
    (fill_letter, "Send brev"),
    (fill_request, "Underskriv og send"),
    (fill_note, "Gem dokument"),
]
WHERE = ("/opus", "/sensum", "/ky/beregning", "/ky", "/politi", "/esdh")
NAMES = ["posting", "payment", "subsidy", "letter", "request", "note"]


@pytest.mark.parametrize(
    ("fill", "button", "question", "done"),
    [
        (*WRITING[0], "Vil du bogføre bilag B2024-000001?", "Bilag bogført"),
        (*WRITING[1], "Vil du markere perioden som betalt på bevilling G-000001?", "Betaling registreret"),
        (
            *WRITING[2],
            "Vil du godkende udbetaling af 15.272,00 kr. for 11-2024 på sag FLX000001?",
            "Udbetaling godkendt",
        ),
        (*WRITING[3], "Vil du sende brevet til borgeren?", "Brev sendt"),
        (*WRITING[4], "Vil du sende 1 anmodning om Børneattest?", "Anmodning sendt"),
        (*WRITING[5], "Vil du gemme dokumentet i sagen?", "Dokument gemt"),
    ],
    ids=NAMES,
)
def test_the_native_question_decides_whether_anything_is_written(
    page: Page, server: tuple[str, Path], fill: Callable[[Page], None], button: str, question: str, done: str
) -> None:
    asked: list[str] = []

    def refuse(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    fill(page)
    before = len(ledger.read(server[1]))
    page.once("dialog", refuse)
    page.get_by_role("button", name=button).click()
    assert asked == [question]
    assert len(ledger.read(server[1])) == before

    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(done)
    assert len(ledger.read(server[1])) == before + 1


@pytest.mark.parametrize(
    ("fill", "button", "where"),
    [(*it, where) for it, where in zip(WRITING, WHERE, strict=True)],
    ids=NAMES,
)
def test_a_form_sent_twice_writes_once_and_shows_that_it_is_stale(
    page: Page, server: tuple[str, Path], fill: Callable[[Page], None], button: str, where: str
) -> None:
    switch_on(server, kind="double_submit", path=where)
    fill(page)
    before = len(ledger.read(server[1]))
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Siden er udløbet")
    assert len(ledger.read(server[1])) == before + 1


@pytest.mark.parametrize(("kind", "written"), [("cut_before_write", 0), ("cut_after_write", 1)])
@pytest.mark.parametrize(("fill", "button"), WRITING, ids=NAMES)
def test_a_cut_connection_leaves_the_browser_without_an_answer_though_it_sends_again(
    page: Page, server: tuple[str, Path], fill: Callable[[Page], None], button: str, kind: str, written: int
) -> None:
    fill(page)
    before = len(ledger.read(server[1]))
    switch_on(server, kind=kind, count=1)
    page.once("dialog", lambda dialog: dialog.accept())
    with page.expect_event("requestfailed") as failed:
        page.get_by_role("button", name=button).click()
    assert failed.value.failure in ("net::ERR_CONNECTION_RESET", "net::ERR_EMPTY_RESPONSE")
    assert len(ledger.read(server[1])) == before + written


def test_an_unexpected_dialog_opens_with_the_page(page: Page, server: tuple[str, Path]) -> None:
    switch_on(server, kind="unexpected_dialog", count=1)
    with page.expect_event("dialog") as opened:
        page.on("dialog", lambda dialog: dialog.dismiss())
        page.goto("/sensum/leverandoerer")
    assert opened.value.type in ("alert", "confirm")


def test_a_renamed_button_is_not_where_it_was(page: Page, server: tuple[str, Path]) -> None:
    switch_on(server, kind="renamed_label", path="/sensum/borger")
    page.goto("/sensum/borger")
    expect(page.get_by_label("CPR-nummer")).to_have_count(0)
    expect(page.get_by_label("Personnummer")).to_be_visible()
    page.goto(GRANT)
    expect(page.get_by_role("button", name="Markér som betalt")).to_be_visible()


def test_a_citizen_is_found_and_the_number_is_in_no_address(page: Page) -> None:
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.goto("/sensum/borger")
    page.get_by_label("CPR-nummer").fill(ANNA)
    page.get_by_role("button", name="Søg").click()
    expect(page.locator("#navn")).to_have_text("Anna Holm")
    assert page.get_by_role("row").filter(has_text="G-000001").count() == 1
    assert not [address for address in addresses if ANNA in address]


def test_a_half_sent_answer_leaves_the_write_done(page: Page, server: tuple[str, Path]) -> None:
    before = len(ledger.read(server[1]))
    fill_payment(page)
    switch_on(server, kind="http_slow_answer", ms=60_000)
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Markér som betalt").click(no_wait_after=True)
    with pytest.raises(BrowserError, match="Timeout"):
        page.wait_for_load_state("load", timeout=700)
        page.locator("#beloeb").wait_for(timeout=700)
    assert len(ledger.read(server[1])) == before + 1


def test_what_cannot_be_undone_is_asked_about(page: Page, server: tuple[str, Path]) -> None:
    fill_note(page)
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Gem dokument").click()
    document = page.locator("#dokumentnummer").inner_text()
    for address, button, question in (
        (MESSAGE, "Slet besked", "Vil du slette beskeden endeligt?"),
        (f"/esdh/dokument/{document}", "Tjek ind", "Vil du journalisere dokumentet?"),
    ):
        page.goto(address)
        before = len(ledger.read(server[1]))
        with page.expect_event("dialog") as asked:
            page.once("dialog", lambda dialog: dialog.dismiss())
            page.get_by_role("button", name=button).click()
        assert asked.value.message == question
        assert len(ledger.read(server[1])) == before


def test_an_attachment_is_a_download(page: Page) -> None:
    page.goto(MESSAGE)
    with page.expect_download() as started:
        page.get_by_role("link", name="Hent bilag").click()
    assert started.value.suggested_filename == "attest.pdf"
    assert Path(started.value.path()).read_bytes().startswith(b"%PDF")


def test_a_result_of_the_income_register_opens_at_an_address_without_the_number(page: Page) -> None:
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    look_up(page)
    expect(page.locator("#navn")).to_have_text("Eva Dam")
    assert page.get_by_role("row").filter(has_text="IND000000002").count() == 2, "the report and its correction"
    assert "/eindkomst/resultat/" in page.url
    assert not [address for address in addresses if EVA in address]


@pytest.mark.parametrize("address", SCREENS)
def test_a_screen_is_accessible_as_the_law_asks_of_public_systems(page: Page, address: str) -> None:
    look_up(page)
    if address != RESULT:
        page.goto(address)
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
