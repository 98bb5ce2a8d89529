"""The web pages: what they show of a day's work, and what they keep to themselves."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from httpx import AsyncClient

from bots_common.autonomy import Level
from bots_common.errors import SettingsError
from bots_common.settings import AutonomySettings, GivenSettings
from bots_common.work import Codec, NewItem, Store
from bots_common.work.database import Clock, utc_now
from bots_common.work.records import Wish
from reports import web
from tests import visitors
from tests.handled import (
    BROKEN,
    DIFFERS,
    NO_CPR,
    NOON,
    PLAIN,
    ROBOT,
    WAITING,
    WORKER,
    claimed,
    day_of_work,
    from_a_swindler,
    handled,
    keep_evidence,
    proposed,
)
from tests.unit.care import ANNA, BENT, CARL, grant, invoice

pytestmark = pytest.mark.usefixtures("prepared")

PICTURE = b"\xff\xd8\xff\xe0 a picture"
PAGE = f"<h1>Bilag</h1><script>alert(1)</script><p>Borger {ANNA.shown()}</p>".encode()


@pytest.fixture
def store(tmp_path: Path, codec: Codec) -> Iterator[Store]:
    opened = Store.open(url(tmp_path), codec, clock=lambda: NOON)
    yield opened
    opened.close()


@pytest.fixture
def ids(store: Store, codec: Codec, tmp_path: Path) -> dict[str, int]:
    ids = day_of_work(store)
    keep_evidence(store, codec, tmp_path, ids[DIFFERS], "amount_differs", "page", PAGE)
    keep_evidence(store, codec, tmp_path, ids[DIFFERS], "amount_differs", "picture", PICTURE)
    return ids


@pytest.fixture
async def pages(store: Store, codec: Codec, tmp_path: Path) -> AsyncIterator[AsyncClient]:
    """A browser's view of the pages, three days later."""
    async with visitor(store, codec, tmp_path, clock=lambda: NOON + timedelta(days=3)) as client:
        yield client


def url(folder: Path) -> str:
    return f"sqlite:///{(folder / 'kollega.db').as_posix()}"


def visitor(store: Store, codec: Codec, folder: Path, clock: Clock = utc_now) -> AsyncClient:
    return visitors.visitor(web.create(store, codec, GivenSettings(folder=folder), clock), store)


def words(html: str) -> str:
    """What a reader sees, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


async def seen(pages: AsyncClient, address: str) -> str:
    answer = await pages.get(address)
    assert answer.status_code == 200
    return words(answer.text)


@pytest.mark.usefixtures("ids")
async def test_the_day_in_figures_with_the_reasons(pages: AsyncClient) -> None:
    shown = await seen(pages, "/")
    assert "8. nov. 2024" in shown
    for figure in (
        "Klaret af robotten 1",
        "Bogført 38.750,00 kr.",
        "Andel uden medarbejder 25 %",
        "Givet til en medarbejder 3",
        "Nye den dag 5",
        "Lige nu: 1 venter på robotten, 3 ligger hos en medarbejder",
        "Beløbet afviger 1 33 % 33 %",
        "Teknisk fejl 1 33 % 100 %",
    ):
        assert figure in shown


@pytest.mark.usefixtures("ids")
async def test_another_day_has_its_own_figures(pages: AsyncClient) -> None:
    shown = await seen(pages, "/?day=2024-11-07")
    assert "7. nov. 2024" in shown
    assert "Robotten lavede intet den dag." in shown
    assert 'href="/report.xlsx?day=2024-11-07"' in (await pages.get("/?day=2024-11-07")).text


async def test_an_exception_is_told_in_plain_words_with_its_figures(pages: AsyncClient, ids: dict[str, int]) -> None:
    shown = await seen(pages, f"/items/{ids[DIFFERS]}")
    assert (
        "Beløbet afviger Linje 1, oktober 2024: leverandøren kræver 38.750,00 kr., og bevilling B-2 giver "
        "40.300,00 kr. (31 døgn × 1.300,00), en forskel på -1.550,00 kr., som sagsbehandleren tager op med "
        "leverandøren."
    ) in shown


@pytest.mark.usefixtures("ids")
async def test_exceptions_by_robot_and_reason(pages: AsyncClient) -> None:
    assert await references(pages, "/worklist?robot=invoices&reason=no_cpr") == [NO_CPR]
    assert await references(pages, "/worklist?robot=&reason=&page=1") == [DIFFERS, NO_CPR, BROKEN]
    assert await references(pages, "/worklist?robot=flexwage") == []
    assert "Her er intet, som en medarbejder skal tage." in await seen(pages, "/worklist?robot=flexwage")


@pytest.mark.usefixtures("ids")
async def test_items_by_state(pages: AsyncClient) -> None:
    assert await references(pages, "/items") == [WAITING, BROKEN, NO_CPR, DIFFERS, PLAIN]
    assert await references(pages, "/items?state=done") == [PLAIN]
    assert await references(pages, "/items?state=new&robot=invoices") == [WAITING]
    assert f"{PLAIN} Færdig 38.750,00 kr. 08.11.2024 12.00" in await seen(pages, "/items")


async def references(pages: AsyncClient, address: str) -> list[str]:
    return re.findall(r'href="/items/\d+(?:\?[^"]*)?"(?: data-open)?>([^<]+)</a>', (await pages.get(address)).text)


async def test_a_long_list_has_pages_that_keep_the_choice(store: Store, pages: AsyncClient) -> None:
    store.add(ROBOT, [NewItem(f"N{n:03}", {}) for n in range(120)])
    assert "Side 1 af 3" in await seen(pages, "/items?state=new")
    assert 'href="?state=new&amp;page=2"' in (await pages.get("/items?state=new")).text
    assert len(await references(pages, "/items?state=new&page=2")) == 50
    for last in (3, 4):  # what stood on a page past the last has been decided meanwhile
        assert await references(pages, f"/items?state=new&page={last}") == [f"N{n:03}" for n in reversed(range(20))]


async def test_near_misses_with_expected_actual_difference_and_the_test_that_struck(
    pages: AsyncClient, ids: dict[str, int]
) -> None:
    html = (await pages.get(f"/items/{ids[DIFFERS]}")).text
    table = html[html.index("<caption>Overvejede bevillinger") :]
    rows = [
        [words(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)]
        for row in table[: table.index("</table>")].split("</tr>")[:-1]
    ]
    assert rows[0] == ["", "Fakturaen", "Bevilling B-1", "Bevilling B-2"]
    told = {row[0]: row[1:] for row in rows}
    assert told["Beløb"] == ["38.750,00 kr.", "38.750,00 kr.", "≠ Afviger: 40.300,00 kr."]
    assert told["Difference"] == ["", "0,00 kr.", "≠ Afviger: -1.550,00 kr."]
    assert told["Resultat"] == ["", "Paragraffen behandles ikke", "Beløbet afviger"]


async def test_the_story_of_a_posted_invoice(pages: AsyncClient, ids: dict[str, int]) -> None:
    shown = await seen(pages, f"/items/{ids[PLAIN]}")
    for told in (
        "B2024-000001 Færdig",
        "Bogføring Kvittering 5100000001 38.750,00 kr. 08.11.2024 12.00",
        "Markering som betalt: B-1001 Kvittering K000001",
        "XG-5385010001-00001 4.9",
        "Leverandør Botilbuddet Elmely ApS",
        "08.11.2024 12.00 Fundet Venter på robotten Fakturaer",
        f"08.11.2024 12.00 Færdig I gang → Færdig {WORKER}",
    ):
        assert told in shown


async def test_an_effect_without_an_answer_is_shown_as_unknown(store: Store, pages: AsyncClient) -> None:
    lease = claimed(store, NewItem("B9", {}))
    store.ledger.intend(lease, "post", {"amount": "12.50"})
    store.hand_over(lease, WORKER, "uncertain", {"effect": "post", "vouchers": ["5100000007: 12.50"]})
    shown = await seen(pages, f"/items/{lease.item_id}")
    assert "Uvist udfald Ingen kan sige, om dette er gjort: Bogføring." in shown
    assert "Bogføring Udfaldet er ukendt Begyndt 08.11.2024 12.00" in shown
    assert "Bilag 5100000007: 12.50" in shown


async def test_what_is_proposed_is_shown_with_its_fields_and_what_was_decided(
    store: Store, pages: AsyncClient
) -> None:
    store.levels.set("invoices", Level.APPROVE, "anna", "begins")
    item = proposed(store, "B2024-000007", invoice(), [grant()])
    page = await seen(pages, f"/items/{item}")
    assert "Venter på godkendelse" in page
    assert "Robotten må ikke gøre dette alene: Bogføring." in page
    assert "Bogføring: 38.750,00 kr. En medarbejder godkender alt" in page
    store.people.reject(store.people.to_decide(item).id, "bo", f"forkert konto, se {ANNA.digits}")
    page = await seen(pages, f"/items/{item}")
    assert "bo har afvist det, robotten ville gøre: Bogføring." in page
    assert "Afgjort af bo" in page
    assert "forkert konto, se ******-****" in page


async def test_what_was_done_differently_is_shown_beside_what_was_wanted(store: Store, pages: AsyncClient) -> None:
    lease = claimed(store, NewItem("B9", {}))
    fields = {"effect": "post", "done": {"amount": "1.00"}, "wanted": {"amount": "2.00"}, "receipt": "5100000007"}
    store.hand_over(lease, WORKER, "done_differently", fields)
    shown = await seen(pages, f"/items/{lease.item_id}")
    assert "Bogføring, kvittering 5100000007" in shown
    assert "Side om side Gjort Ville gøre nu Beløb 1,00 kr. ≠ Afviger: 2,00 kr." in shown


async def test_a_technical_error_shows_what_went_wrong(pages: AsyncClient, ids: dict[str, int]) -> None:
    shown = await seen(pages, f"/items/{ids[BROKEN]}")
    assert "Fejlen: SystemUnavailable: no row for ******-****" in shown
    assert "Opgivet, givet til en medarbejder" in shown


async def test_no_personal_number_leaves_the_pages(pages: AsyncClient, ids: dict[str, int]) -> None:
    """Every page that is linked, and of the lists that can be asked in so many ways one for each way of asking."""
    visited: dict[str, str] = {}
    asked: set[tuple[str, frozenset[str]]] = set()
    waiting = ["/", *(f"/items/{item_id}" for item_id in ids.values())]
    while waiting:
        address = waiting.pop()
        way = (urlsplit(address).path, frozenset(parse_qs(urlsplit(address).query)))
        if way in asked:
            continue
        asked.add(way)
        answer = await pages.get(address)
        visited[address] = answer.text
        if answer.headers["content-type"].startswith("text/html"):
            waiting += [unescape(it) for it in re.findall(r'(?:href|src)="(/[^"]*)"', answer.text)]
    assert {"/worklist", "/items", "/evidence/1", "/report.xlsx?day=2024-11-08"} <= set(visited)
    for text in (*visited, *visited.values()):
        for cpr in (ANNA, BENT, CARL):
            assert cpr.digits not in text
            assert cpr.shown() not in text


async def test_evidence_is_a_picture_and_a_page_that_can_do_nothing(pages: AsyncClient, ids: dict[str, int]) -> None:
    story = (await pages.get(f"/items/{ids[DIFFERS]}")).text
    assert re.search(r'<iframe src="/evidence/1" sandbox=""', story)
    page = await pages.get("/evidence/1")
    assert "Borger ******-****" in page.text
    policy = page.headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "sandbox", "frame-ancestors 'self'"} <= set(policy)
    picture = await pages.get("/evidence/2")
    assert (picture.content, picture.headers["content-type"]) == (PICTURE, "image/jpeg")


async def test_evidence_that_is_gone_is_said_to_be(store: Store, pages: AsyncClient, ids: dict[str, int]) -> None:
    store.ledger.keep_evidence(ids[DIFFERS], "amount_differs", "page", "ab/never-written.sealed")
    assert (await pages.get("/evidence/3")).status_code == 404


async def test_an_item_that_has_aged_says_that_it_was_deleted(
    store: Store, pages: AsyncClient, ids: dict[str, int]
) -> None:
    address = f"/items/{ids[PLAIN]}?lang=en"
    gone = "What was known of it has been deleted, as its age demands."
    before = await seen(pages, address)
    assert "The fields entered" in before
    assert gone not in before
    store.retention.empty(-timedelta(seconds=1))
    after = await seen(pages, address)
    assert gone in after
    assert "Receipt 5100000001" in after
    assert "The fields entered" not in after


async def test_what_a_supplier_writes_is_never_markup(store: Store, pages: AsyncClient) -> None:
    item_id = handled(store, "B6", from_a_swindler(), [])
    html = (await pages.get(f"/items/{item_id}")).text
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


async def test_an_item_of_a_robot_that_is_gone_can_still_be_read(store: Store, pages: AsyncClient) -> None:
    lease = claimed(store, NewItem("P1", {"hours": "7"}), robot="parking")
    store.hand_over(lease, WORKER, "no_permit", {"car_number": "AB 12345"})
    shown = await seen(pages, f"/items/{lease.item_id}")
    assert "no_permit" in shown
    assert "Car number AB 12345" in shown
    assert "P1" in await seen(pages, "/worklist?robot=parking")
    assert "parking" in await seen(pages, "/")


@pytest.mark.usefixtures("ids")
@pytest.mark.parametrize(("language", "title"), [("da", "Arbejdsliste"), ("nb", "Arbeidsliste"), ("en", "Worklist")])
async def test_the_language_is_chosen_once_and_remembered(pages: AsyncClient, language: str, title: str) -> None:
    chosen = await pages.get(f"/worklist?reason=no_cpr&lang={language}")
    assert f'<html lang="{language}">' in chosen.text
    later = await pages.get("/worklist")
    assert f"<h1>{title} " in later.text
    assert 'href="?reason=no_cpr&amp;lang=nb"' in chosen.text, "the choice of cases stays"


@pytest.mark.parametrize(
    ("address", "status", "title"),
    [
        ("/nowhere", 404, "Siden findes ikke"),
        ("/items/999", 404, "Siden findes ikke"),
        ("/evidence/999", 404, "Siden findes ikke"),
        ("/static/nothing.css", 404, "Siden findes ikke"),
        ("/items/anna", 422, "Adressen kan ikke forstås"),
        ("/items/99999999999999999999", 422, "Adressen kan ikke forstås"),
        ("/items?page=0", 422, "Adressen kan ikke forstås"),
        ("/items?state=happy", 422, "Adressen kan ikke forstås"),
        ("/?day=yesterday", 422, "Adressen kan ikke forstås"),
        ("/?lang=tlh", 422, "Adressen kan ikke forstås"),
    ],
)
async def test_a_wrong_address_is_explained(pages: AsyncClient, address: str, status: int, title: str) -> None:
    answer = await pages.get(address)
    assert answer.status_code == status
    assert f"<h1>{title}</h1>" in answer.text


async def test_data_sealed_with_another_key_is_an_error_page_that_tells_nothing(
    ids: dict[str, int], tmp_path: Path
) -> None:
    stranger = Codec(bytes(32))
    store = Store.open(url(tmp_path), stranger)
    async with visitor(store, stranger, tmp_path) as pages:
        answer = await pages.get(f"/items/{ids[PLAIN]}")
    store.close()
    assert answer.status_code == 500
    assert "Siden kan ikke vises" in answer.text
    assert "KOLLEGA_KEY" not in answer.text


@pytest.mark.usefixtures("ids")
@pytest.mark.parametrize("address", ["/", "/items/1", "/nowhere", "/evidence/2", "/report.xlsx", "/static/style.css"])
async def test_every_answer_has_the_strict_headers(pages: AsyncClient, address: str) -> None:
    headers = (await pages.get(address)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy, "no script may run but our own files"
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("host", ["localhost", "localhost:8600", "127.0.0.1:8600", "[::1]:8600"])
async def test_this_machine_is_answered(pages: AsyncClient, host: str) -> None:
    assert (await pages.get("/", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "192.168.1.7:8600", "testserver", ""])
async def test_a_request_in_another_name_is_refused(pages: AsyncClient, host: str) -> None:
    answer = await pages.get("/", headers={"Host": host})
    assert answer.status_code == 400
    assert "Kollega" not in answer.text


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "kollega.example", ""])
def test_the_pages_are_not_served_to_other_machines(store: Store, codec: Codec, tmp_path: Path, host: str) -> None:
    settings = GivenSettings(folder=tmp_path)
    with pytest.raises(SettingsError, match="readable"):
        web.serve(web.create(store, codec, settings), settings.web, host, 8600)


async def test_what_a_person_does_by_hand_is_shown_with_its_group_and_pile(store: Store, pages: AsyncClient) -> None:
    store.levels.set(ROBOT, Level.AUTO, "anna", "begins")
    lease = claimed(store, NewItem("B9", {}))
    wish = Wish(ROBOT, "B9", "post", {"document": "B9"}, by_hand="breve")
    store.approvals.permit(lease, wish, AutonomySettings())
    store.piles.wait(lease, WORKER, "post")
    shown = await seen(pages, f"/items/{lease.item_id}")
    assert "Skal gøres i hånden" in shown
    assert "En person gør dette i hånden" in shown
    assert "Venter i gruppen breve" in shown
    number = store.piles.take(ROBOT, "breve", "bo").number
    assert f"I bunke {number} af breve" in await seen(pages, f"/items/{lease.item_id}")
    store.piles.sent(number, "bo", "P1")
    shown = await seen(pages, f"/items/{lease.item_id}")
    assert "Gjort i hånden" in shown
    assert "Kvittering P1" in shown
