"""The pages of the obs-list, by requests: what is shown and to whom, what is changed, and sheets in and out."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import Response
from openpyxl import load_workbook

from bots_common.roles import Grant, Role
from bots_common.settings import GivenSettings
from bots_common.work import Codec, NewItem, Store
from bots_common.work.audit import Asked
from bots_common.work.records import NewObs
from reports import web
from tests import visitors
from tests.clocks import Clock
from tests.handled import NOON, ROBOT, WORKER, claimed, payload
from tests.unit.care import ANNA, BENT, invoice
from tests.visitors import SESSION, Visitor, csrf_of

START = date(2024, 1, 1)
TODAY = NOON.date()


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def store(tmp_path: Path, codec: Codec, clock: Clock) -> Iterator[Store]:
    opened = Store.open(GivenSettings(folder=tmp_path).database_url, codec, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def app(store: Store, codec: Codec, tmp_path: Path, clock: Clock) -> FastAPI:
    return web.create(store, codec, GivenSettings(folder=tmp_path), clock)


@pytest.fixture
async def anna(app: FastAPI, store: Store) -> AsyncIterator[Visitor]:
    """She keeps the list for every robot."""
    async with visitors.visitor(app, store, "anna", [Grant(Role.CASEWORKER)]) as client:
        yield client


@pytest.fixture
async def bo(app: FastAPI, store: Store) -> AsyncIterator[Visitor]:
    """He keeps the list for invoices alone."""
    async with visitors.visitor(app, store, "bo", [Grant(Role.CASEWORKER, ROBOT)]) as client:
        yield client


def listed(store: Store, reason: str, robot: str | None = ROBOT, last: date | None = None) -> int:
    store.obs.add([NewObs(ANNA.digits, reason, START, last, robot)], "test")
    return store.obs.entries()[-1].id


def words(answer: Response) -> str:
    """What a reader sees, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


async def said(client: Visitor, answer: Response) -> str:
    assert answer.status_code == 303, words(answer)
    page = await client.get(answer.headers["location"])
    (found,) = re.findall(r'<p class="said" role="status">([^<]+)</p>', page.text)
    return unescape(found)


def log_in_again(client: Visitor, store: Store, name: str) -> None:
    """After days nobody is logged in any more."""
    client.cookies.set(SESSION, visitors.session(store, name))


def noted(store: Store) -> list[tuple[str, str]]:
    return [(it.who, it.act) for it in reversed(store.audit.log(Asked(), limit=99))]


def reasons(store: Store) -> list[str]:
    return [it.reason for it in store.obs.entries()]


# -- the list -------------------------------------------------------------------------------------------------


async def test_a_citizen_is_put_on_the_list_and_stands_there_masked(anna: Visitor, store: Store) -> None:
    answer = await anna.send_form("/obs", cpr=ANNA.shown(), robot=ROBOT, reason="har egen sagsbehandler")
    assert await said(anna, answer) == "Sat på listen: 1."
    page = await anna.get("/obs")
    assert "******-**** Vis CPR-nummeret i linje 1 Fakturaer har egen sagsbehandler 8. nov. 2024 –" in words(page)
    assert ANNA.shown() not in page.text
    (entry,) = store.obs.entries()
    assert (entry.subject, entry.robot, entry.first, entry.last) == (ANNA.digits, ROBOT, TODAY, None)
    assert (entry.added_by, noted(store)) == ("anna", [("anna", "obs.added")])
    assert [it.act for it in store.audit.of_citizen(ANNA.digits).acts] == ["obs.added"]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"cpr": "123"}, "Det er ikke et CPR-nummer. Skriv det som DDMMÅÅ-LLLL."),
        ({"robot": "nobody"}, "Den robot findes ikke. Vælg en fra listen."),
        ({"reason": " "}, "Skriv, hvorfor robotten skal lade borgeren være."),
        ({"first": "i morgen"}, "Det er ikke en dato. Skriv den som DD-MM-ÅÅÅÅ."),
        ({"first": "2024-12-02", "last": "2024-12-01"}, "Den sidste dag ligger før den første."),
        ({"first": "2024-01-01", "last": "2024-11-07"}, "Den sidste dag er allerede gået"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    anna: Visitor, store: Store, wrong: dict[str, str], sentence: str
) -> None:
    good = {"cpr": ANNA.shown(), "robot": ROBOT, "reason": "fordi", "first": "", "last": ""}
    answer = await anna.send_form("/obs", **(good | wrong))
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert "fordi" in answer.text or "reason" in wrong
    assert store.obs.entries() == []


async def test_who_keeps_the_list_for_one_robot_sees_and_changes_what_is_theirs(bo: Visitor, store: Store) -> None:
    mine, everywhere, elsewhere = (listed(store, *it) for it in (("A",), ("B", None), ("C", "flexwage")))
    page = words(await bo.get("/obs"))
    assert ("A" in page, " B " in page, " C " in page) == (True, True, False)
    answers = [(await bo.send_form(f"/obs/{it}/end")).status_code for it in (mine, everywhere, elsewhere)]
    assert answers == [303, 403, 404]
    assert reasons(store) == ["B", "C"]
    for robot, status in (("", 422), ("flexwage", 422), (ROBOT, 303)):
        assert (await bo.send_form("/obs", cpr=BENT.shown(), robot=robot, reason="D")).status_code == status


async def test_the_list_is_narrowed_down_and_no_number_stands_in_an_address(anna: Visitor, store: Store) -> None:
    listed(store, "ny aftale")
    store.obs.end(listed(store, "gammel aftale", "flexwage"), "test")
    assert "ny aftale" in words(await anna.get("/obs?robot=invoices&text=AFTALE"))
    assert "Ingen står på listen." in words(await anna.get("/obs?robot=flexwage"))
    gone = words(await anna.get("/obs?which=gone"))
    assert ("gammel aftale" in gone, "ny aftale" in gone) == (True, False)
    refused = await anna.get(f"/obs?text={ANNA.shown()}")
    assert refused.status_code == 422
    assert "Et CPR-nummer må ikke stå i en adresse." in words(refused)


async def test_a_number_is_shown_to_whoever_asks_and_that_is_noted(anna: Visitor, bo: Visitor, store: Store) -> None:
    first, second = listed(store, "A", "flexwage"), listed(store, "B")
    page = await anna.send_form("/obs/show", entry=str(first))
    assert page.text.count(ANNA.shown()) == 1
    assert (await anna.send_form("/obs/show", entry="all")).text.count(ANNA.shown()) == 2
    assert (await bo.send_form("/obs/show", entry=str(first))).text.count(ANNA.shown()) == 0
    assert noted(store) == [("anna", "obs.seen")] * 3
    assert [it.robot for it in store.audit.of_citizen(ANNA.digits).acts] == ["flexwage", "flexwage", ROBOT]
    assert second == first + 1


async def test_a_long_list_has_pages_and_shows_the_numbers_of_one_alone(store: Store, anna: Visitor) -> None:
    entries = [NewObs(f"{1 + n % 28:02}0170{4000 + n}", f"reason {n:02}", START, None, None) for n in range(60)]
    store.obs.add(entries, "test")
    first, second = (await anna.get("/obs")).text, (await anna.get("/obs?page=2")).text
    assert [it for it in entries if it.reason in first] == entries[:50]
    assert [it for it in entries if it.reason in second] == entries[50:]
    assert "60 i alt" in first and "60 i alt" in second
    shown = (await anna.send_form("/obs/show?page=2", entry="all")).text
    assert [it for it in entries if f"{it.subject[:6]}-{it.subject[6:]}" in shown] == entries[50:]
    assert noted(store) == [("anna", "obs.seen")] * 10
    assert 'href="/obs?page=1"' in shown
    assert entries[59].reason in (await anna.get("/obs?page=9")).text, "the last there is"


async def test_a_citizen_is_looked_for_also_among_what_has_ended(anna: Visitor, store: Store) -> None:
    store.obs.end(listed(store, "gammel aftale"), "test")
    found = await anna.send_form("/obs/citizen", cpr=ANNA.shown())
    assert "gammel aftale" in words(found)
    nobody = words(await anna.send_form("/obs/citizen", cpr=BENT.shown()))
    assert "Borgeren står ikke på listen og har ikke gjort det før." in nobody
    assert (await anna.send_form("/obs/citizen", cpr="hvem?")).status_code == 422
    assert noted(store) == [("anna", "obs.searched")] * 2


async def test_after_three_months_somebody_says_whether_it_is_still_right(
    anna: Visitor, store: Store, clock: Clock
) -> None:
    old = listed(store, "gammel aftale")
    clock.now += timedelta(days=92)
    listed(store, "ny aftale")
    ending = listed(store, "udløber", last=clock.now.date() + timedelta(days=3))
    log_in_again(anna, store, "anna")
    page = words(await anna.get("/obs"))
    assert "2 skal have et svar" in page
    assert page.index("På listen i tre måneder") < page.index("Udløber snart") < page.index("ny aftale")
    assert await said(anna, await anna.send_form(f"/obs/{old}/confirm")) == (
        "Borgeren bliver på listen. Du bliver spurgt igen om tre måneder."
    )
    assert await said(anna, await anna.send_form(f"/obs/{ending}/until", last="")) == "Den sidste dag er gemt."
    assert "skal have et svar" not in words(await anna.get("/obs"))
    assert store.obs.one(ending).last is None
    assert noted(store) == [("anna", "obs.confirmed"), ("anna", "obs.until")]


async def test_a_last_day_that_cannot_be_is_refused(anna: Visitor, store: Store) -> None:
    entry = listed(store, "A", last=date(2024, 12, 1))
    for wrong in ("2024-11-07", "snart"):
        assert (await anna.send_form(f"/obs/{entry}/until", last=wrong)).status_code == 422
    assert store.obs.one(entry).last == date(2024, 12, 1)


async def test_of_two_who_end_an_entry_the_second_is_told(anna: Visitor, bo: Visitor, store: Store) -> None:
    entry = listed(store, "A")
    assert (await bo.send_form(f"/obs/{entry}/end")).status_code == 303
    late = await anna.send_form(f"/obs/{entry}/confirm")
    assert late.status_code == 409
    assert "En kollega har allerede taget borgeren af listen." in words(late)
    assert store.obs.one(entry).ended_by == "bo"


async def test_whom_people_do_by_hand_this_month_stands_there_by_robot(
    anna: Visitor, bo: Visitor, store: Store, clock: Clock
) -> None:
    listed(store, "Særlig aftale", None)
    for robot, reference in (("flexwage", "F1"), (ROBOT, "B1")):
        store.add(robot, [NewItem(reference, {}, subjects=(ANNA.digits,))])
    clock.now += timedelta(days=30)
    store.add(ROBOT, [NewItem("B2", {}, subjects=(ANNA.digits,))])
    for client, name in ((anna, "anna"), (bo, "bo")):
        log_in_again(client, store, name)
    december = words(await anna.get("/obs/by-hand"))
    assert ("B2 Særlig aftale test" in december, "B1" in december) == (True, False)
    november = await anna.get("/obs/by-hand?month=2024-11")
    assert re.findall(r'<a href="/items/(\d)">([^<]+)</a>', november.text) == [("1", "F1"), ("2", "B1")]
    assert "F1" not in words(await bo.get("/obs/by-hand?month=2024-11"))


async def test_from_a_case_too_nobody_lists_for_every_robot_who_keeps_the_list_for_one(
    bo: Visitor, store: Store
) -> None:
    lease = claimed(store, NewItem("B1", payload("B1", invoice()), (ANNA.digits,)))
    store.hand_over(lease, WORKER, "no_cpr", {})
    case = f"/items/{lease.item_id}"
    assert 'value="all"' not in (await bo.get(case)).text
    assert (await bo.send_form(f"{case}/obs", note="x", robots="all")).status_code == 403
    assert store.obs.entries() == []
    assert (await bo.send_form(f"{case}/obs", note="x", robots="this")).status_code == 303
    assert [it.robot for it in store.obs.entries()] == [ROBOT]


# -- sheets ---------------------------------------------------------------------------------------------------


async def sheet(client: Visitor, *rows: tuple[object, ...]) -> bytes:
    """The template as somebody has filled it in."""
    book = load_workbook(BytesIO((await client.get("/obs/template.xlsx")).content))
    for down, row in enumerate(rows, start=2):
        for place, value in enumerate(row, start=1):
            book.worksheets[0].cell(down, place, value)  # type: ignore[arg-type]
    file = BytesIO()
    book.save(file)
    return file.getvalue()


async def load(client: Visitor, content: bytes) -> Response:
    word = csrf_of(client.cookies[SESSION])
    files: Any = {"sheet": ("obs.xlsx", content)} if content else {"sheet": ("", b"")}
    return await client.post("/obs/sheet", data={"csrf": word}, files=files)


async def test_a_good_sheet_is_loaded_and_the_list_taken_home_again(anna: Visitor, store: Store) -> None:
    rows = ((ANNA.shown(), "Fakturaer", "egen aftale", START), (BENT.shown(), "", "advokat"))
    filled = await sheet(anna, *rows)
    assert await said(anna, await load(anna, filled)) == "Sat på listen: 2."
    assert await said(anna, await load(anna, filled)) == "Sat på listen: 0. Stod der allerede: 2."
    taken = await anna.send_form("/obs/list.xlsx")
    book = load_workbook(BytesIO(taken.content)).worksheets[0]
    assert [book["A2"].value, book["B3"].value, book["C3"].value] == [ANNA.shown(), "Alle robotter", "advokat"]
    assert noted(store)[-2:] == [("anna", "obs.taken")] * 2


async def test_where_cells_are_wrong_nothing_is_loaded_until_the_good_rows_are_asked_for(
    anna: Visitor, bo: Visitor, store: Store
) -> None:
    filled = await sheet(anna, (ANNA.shown(), "Fakturaer", "god"), ("123", "Fakturaer", ""))
    answer = await load(anna, filled)
    assert answer.status_code == 422
    assert "A3 Det er ikke et CPR-nummer. Skriv det som DDMMÅÅ-LLLL. C3 Skriv, hvorfor" in words(answer)
    assert ANNA.digits not in answer.text
    assert store.obs.entries() == []
    (rows,) = re.findall(r'name="rows" value="([^"]+)"', answer.text)
    assert (await bo.send_form("/obs/sheet/load", rows=rows)).status_code == 422, "it was sealed for another"
    assert await said(anna, await anna.send_form("/obs/sheet/load", rows=rows)) == "Sat på listen: 1."
    assert reasons(store) == ["god"]


async def test_who_keeps_the_list_for_one_robot_loads_for_that_one_alone(bo: Visitor, store: Store) -> None:
    filled = await sheet(
        bo, (ANNA.shown(), "Fakturaer", "god"), (BENT.shown(), "", "x"), (BENT.shown(), "Fleks", "x")
    )
    told = words(await load(bo, filled))
    assert "B3 Angiv en robot. Du passer kun listen for nogle robotter. B4 Den robot findes ikke." in told
    assert store.obs.entries() == []


@pytest.mark.parametrize(
    ("content", "sentence"), [(b"", "Vælg en fil først."), (b"no sheet", "Det er ikke en Excel-fil med listen")]
)
async def test_what_is_no_sheet_is_refused_in_words(anna: Visitor, content: bytes, sentence: str) -> None:
    answer = await load(anna, content)
    assert answer.status_code == 422
    assert sentence in words(answer)
