"""The leaders' pages: what they show and to whom, what can be taken home, and how a measure is kept."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
from fastapi import FastAPI
from lxml import etree
from openpyxl import load_workbook

from bots_common.autonomy import Level
from bots_common.roles import Grant, Role
from bots_common.settings import GivenSettings
from bots_common.work import Codec, NewItem, Store
from bots_common.work.audit import Asked
from reports import web
from tests import visitors
from tests.handled import DIFFERS, NO_CPR, NOON, PLAIN, ROBOT, WORKER, claimed, day_of_work, proposed
from tests.unit.care import grant, invoice
from tests.visitors import Visitor

pytestmark = pytest.mark.usefixtures("prepared")

LEADER = (Grant(Role.LEADER),)
MEASURE = {"before": "10", "after": "2,5", "kroner": "320", "why": "50 sager i uge 44, på tid"}
CHARTS = ("handled", "outcomes", "share", "reasons", "ages", "waited", "deadlines")


@pytest.fixture
def store(tmp_path: Path, codec: Codec) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{(tmp_path / 'kollega.db').as_posix()}", codec, clock=lambda: NOON)
    day_of_work(opened)
    yield opened
    opened.close()


@pytest.fixture
def app(store: Store, codec: Codec, tmp_path: Path) -> FastAPI:
    return web.create(store, codec, GivenSettings(folder=tmp_path), lambda: NOON)


@pytest.fixture
async def leader(app: FastAPI, store: Store) -> AsyncIterator[Visitor]:
    async with visitors.visitor(app, store, "lene.leder", LEADER) as somebody:
        yield somebody


def words(html: str) -> str:
    """What a reader sees, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


async def seen(somebody: Visitor, address: str) -> str:
    answer = await somebody.get(address)
    assert answer.status_code == 200
    return words(answer.text)


# -- the dashboard --------------------------------------------------------------------------------------------


async def test_the_figures_of_the_month(leader: Visitor) -> None:
    shown = await seen(leader, f"/dashboard?robot={ROBOT}")
    for figure in (
        "Fakturaer 1.–8. nov. 2024",
        "Klaret af robotten alene 1 af 5 nye sager",
        "Andel uden medarbejder 25 %",
        "Givet til medarbejdere 3",
        "Hos medarbejdere nu 3",
        "Sparede timer Ikke målt",
        "Bogført 38.750 kr.",
        "Fejl, højst (95 %) Ikke kendt",
        "Beløbet afviger 1 33 %",
        "Fundet Klaret af robotten alene 1",
        "Beløbet afviger Ikke afgjort endnu 1",
        "Fakturaer 1 3 0",
    ):
        assert figure in shown


async def test_hours_and_kroner_are_shown_once_somebody_has_measured(leader: Visitor, store: Store) -> None:
    store.baselines.set(ROBOT, before=5400, after=600, ore_per_hour=32_000, who="lene.leder", why="by clock")
    shown = await seen(leader, f"/dashboard?robot={ROBOT}")
    assert "Sparede timer 1,5 480 kr." in shown
    assert "Sparede timer = sager, robotten klarede alene × minutter før" in shown
    assert "Ikke målt og derfor ikke talt med: Straffeattester, Fleksløntilskud" in await seen(leader, "/dashboard")


async def test_the_error_rate_of_the_sample_with_its_bound(leader: Visitor, store: Store) -> None:
    store.levels.set(ROBOT, Level.APPROVE, "anne", "new here")
    (claim,) = store.claim([ROBOT], WORKER, NOON - NOON)  # what waits for the robot goes first
    store.finish(claim.lease, WORKER)
    for reference in ("B1", "B2"):
        item_id = proposed(store, reference, invoice(), [grant()])
        decide = store.people.approve if reference == "B1" else store.people.reject
        decide(store.people.to_decide(item_id).id, "bo", "seen")
        if reference == "B1":
            (claim,) = store.claim([ROBOT], WORKER, NOON - NOON)
            store.finish(claim.lease, WORKER)
    shown = await seen(leader, f"/dashboard?robot={ROBOT}")
    assert "Fejl, højst (95 %) 97,5 % 1 forkerte af 2, som medarbejdere har set på" in shown
    assert "Venter på godkendelse Godkendt eller gjort i hånden 1" in shown
    assert "Venter på godkendelse Afvist 1" in shown


@pytest.mark.parametrize(
    ("span", "days"),
    [
        ("span=week", "4.–8. nov. 2024"),
        ("span=last_month", "oktober 2024"),
        ("span=quarter", "1. okt.–8. nov. 2024"),
        ("span=year", "1. jan.–8. nov. 2024"),
        ("span=own&first=2024-11-08&last=2024-11-08", "8. nov. 2024"),
        ("span=own&first=2024-11-08&last=2024-11-07", "7.–8. nov. 2024"),
    ],
)
async def test_the_days_can_be_chosen(leader: Visitor, span: str, days: str) -> None:
    shown = await seen(leader, f"/dashboard?{span}&lang=da")
    assert f"Overblik {days}" in shown
    assert ("af 0 nye sager" in shown) == (span == "span=last_month")


async def test_days_without_anything_have_no_empty_pictures(leader: Visitor) -> None:
    page = (await leader.get("/dashboard?span=last_month&robot=flexwage")).text
    assert "/dashboard/handled.svg" not in page
    assert "Intet at vise for disse dage." in words(page)


@pytest.mark.parametrize("language", ["nb", "en"])
async def test_in_other_languages(leader: Visitor, language: str) -> None:
    shown = await seen(leader, f"/dashboard?lang={language}")
    for text in {
        "nb": ("Gjort av robotene alene 1 av 5 nye saker", "Andel uten medarbeider 25 %", "Bokført 38 750 DKK"),
        "en": ("Handled by the robots alone 1 of 5 new cases", "Share without a person 25%", "Booked 38,750 DKK"),
    }[language]:
        assert text in shown


async def test_a_wall_screen_loads_itself_again_and_has_a_way_back(leader: Visitor) -> None:
    answer = await leader.get("/dashboard?wall=1&span=week&robot=invoices")
    assert answer.headers["refresh"] == "60"
    page = answer.text
    assert "<nav" not in page
    assert "<details" not in page.partition('class="charts"')[2]
    assert 'href="/dashboard?span=week&amp;robot=invoices"' in page
    assert "refresh" not in (await leader.get("/dashboard?span=week")).headers


@pytest.mark.parametrize("address", ["span=century", "first=yesterday", "wall=perhaps"])
async def test_an_address_that_cannot_be_understood_is_explained(leader: Visitor, address: str) -> None:
    answer = await leader.get(f"/dashboard?{address}")
    assert answer.status_code == 422
    assert "Adressen" in words(answer.text)


# -- who sees what --------------------------------------------------------------------------------------------


async def test_a_leader_of_one_robot_sees_nothing_of_the_others(app: FastAPI, store: Store) -> None:
    store.finish(claimed(store, NewItem("A", {}), "flexwage"), WORKER)
    async with visitors.visitor(app, store, "nora", (Grant(Role.LEADER, "flexwage"),)) as nora:
        shown = await seen(nora, "/dashboard")
        assert "Klaret af robotten alene 1 af 1 nye sager" in shown
        assert "Faktura" not in shown
        for address in ("/dashboard", "/dashboard.xlsx", "/dashboard/handled.svg", "/dashboard/flow.svg"):
            assert (await nora.get(f"{address}?robot=invoices")).status_code == 403
        assert (await nora.get("/robots/invoices/baseline")).status_code == 404
        assert (await nora.send_form("/robots/invoices/baseline", **MEASURE)).status_code == 404
        book = load_workbook(BytesIO((await nora.get("/dashboard.xlsx")).content))
        assert [row[0].value for row in book["Robotter"]["A4:A9"] if row[0].value] == ["Fleksløntilskud"]
    assert store.baselines.all() == {}


@pytest.mark.parametrize(
    ("role", "home"),
    [
        (Role.LEADER, "/dashboard"),
        (Role.OPERATOR, "/dashboard"),
        (Role.CASEWORKER, "/"),
        (Role.AUDITOR, "/"),
        (Role.ADMINISTRATOR, "/accounts"),
    ],
)
async def test_the_day_begins_where_somebody_has_something_to_do(
    app: FastAPI, store: Store, role: Role, home: str
) -> None:
    account = store.accounts.add("nina", "Nina", "test", grants=(Grant(role),))
    store.accounts.set_password(account.name, "tre blå cykler i regn")
    async with visitors.nobody(app) as nina:
        answer = await nina.send_form(f"/enter/{store.accounts.link(account.name)}")
        assert (answer.status_code, answer.headers["location"]) == (303, home)
        assert f'class="brand" href="{home}"' in (await nina.get(home)).text


async def test_an_administrator_sees_no_figures(app: FastAPI, store: Store) -> None:
    async with visitors.visitor(app, store, "adam", (Grant(Role.ADMINISTRATOR),)) as adam:
        for address in ("/dashboard", "/dashboard.xlsx", "/dashboard/share.svg", f"/robots/{ROBOT}/baseline"):
            assert (await adam.get(address)).status_code == 403


# -- pictures and downloads -----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", ["wide", "narrow"])
@pytest.mark.parametrize("name", CHARTS)
async def test_a_picture_is_an_svg_that_may_style_itself_and_run_nothing(
    leader: Visitor, name: str, size: str
) -> None:
    answer = await leader.get(f"/dashboard/{name}.svg?size={size}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'; style-src 'unsafe-inline';" in policy
    assert "sandbox" in policy
    picture = etree.fromstring(answer.content)
    assert etree.QName(picture).localname == "svg"
    assert not list(picture.iter("{*}script"))


async def test_the_flow_of_a_robot_is_a_picture_and_of_none_is_not_there(leader: Visitor) -> None:
    assert b"<svg" in (await leader.get(f"/dashboard/flow.svg?robot={ROBOT}")).content
    for address in ("/dashboard/flow.svg", "/dashboard/nothing.svg", "/dashboard.xlsx?chart=nothing"):
        assert (await leader.get(address)).status_code == 404


async def test_every_picture_of_the_page_is_there(leader: Visitor) -> None:
    page = unescape((await leader.get("/dashboard?span=week")).text)
    pictures = re.findall(r'(?:src|srcset)="(/dashboard/[^"]+)"', page)
    assert len(pictures) >= 2 * 4 + 1
    for picture in pictures:
        assert "span=week" in picture
        assert (await leader.get(picture)).status_code == 200


async def test_all_of_it_in_excel(leader: Visitor, store: Store) -> None:
    store.baselines.set(ROBOT, before=5400, after=600, ore_per_hour=32_000, who="lene.leder", why="by clock")
    answer = await leader.get("/dashboard.xlsx")
    assert 'filename="kollega-2024-11-01-2024-11-08.xlsx"' in answer.headers["content-disposition"]
    book = load_workbook(BytesIO(answer.content))
    assert len(book.sheetnames) == 1 + len(CHARTS) + 3
    assert all(len(sheet.tables) == 1 for sheet in book)
    sheet = book["Robotter"]
    assert sheet["A1"].value == "Kollega: 1.–8. nov. 2024"
    header, *rows = sheet[sheet.tables["Robots"].ref]
    figures = {
        head.value: (cell.value, cell.number_format)
        for head, cell in zip(header, next(row for row in rows if row[0].value == "Fakturaer"), strict=True)
    }
    assert figures["Klaret af robotten alene"] == (1, "#,##0")
    assert figures["Andel uden medarbejder"] == (0.25, "0.0%")
    assert figures["Bogført (kr.)"] == (38750, "#,##0.00")
    assert figures["Sparede timer"] == (1.5, "#,##0.0")
    assert figures["Sparede kroner"] == (480, "#,##0.00")
    (flexwage,) = [row for row in rows if row[0].value == "Fleksløntilskud"]
    assert flexwage[10].value is None  # nobody has measured it


async def test_one_chart_in_excel_is_its_table(leader: Visitor) -> None:
    answer = await leader.get(f"/dashboard.xlsx?chart=reasons&robot={ROBOT}")
    assert 'filename="kollega-reasons-2024-11-01-2024-11-08.xlsx"' in answer.headers["content-disposition"]
    (sheet,) = load_workbook(BytesIO(answer.content)).worksheets
    table = [[cell.value for cell in row] for row in sheet[sheet.tables["Reasons"].ref]]
    assert table[0] == ["Årsag", "Sager", "Akkumuleret"]
    assert sorted(row[:2] for row in table[1:]) == [
        ["Beløbet afviger", 1],
        ["CPR-nummer mangler", 1],
        ["Teknisk fejl", 1],
    ]
    assert table[3][2] == 1


async def test_nobody_is_named_in_figures(leader: Visitor) -> None:
    book = load_workbook(BytesIO((await leader.get("/dashboard.xlsx")).content))
    cells = " ".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    page = (await leader.get("/dashboard")).text
    for reference in (PLAIN, DIFFERS, NO_CPR):
        assert reference not in cells + page


# -- what a case costs ----------------------------------------------------------------------------------------


async def test_a_leader_says_what_a_case_takes(leader: Visitor, store: Store) -> None:
    assert "Ingen har målt det endnu." in await seen(leader, f"/robots/{ROBOT}/baseline")
    answer = await leader.send_form(f"/robots/{ROBOT}/baseline", **MEASURE)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/robots/{ROBOT}/baseline")
    shown = await seen(leader, f"/robots/{ROBOT}/baseline")
    assert "Målingen er gemt og gælder nu." in shown
    assert "08.11.2024 12.00 10 2,5 320 lene.leder 50 sager i uge 44, på tid" in shown
    measured = store.baselines.of(ROBOT)
    assert measured is not None
    assert (measured.before, measured.after, measured.ore_per_hour) == (600, 150, 32_000)
    assert [(it.who, it.act, it.robot) for it in store.audit.log(Asked(), limit=1)] == [
        ("lene.leder", "baseline.set", ROBOT)
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"before": ""},
        {"before": "ten"},
        {"before": "0"},
        {"before": "2.5"},
        {"after": "-1"},
        {"after": "NaN"},
        {"kroner": "1e9"},
        {"kroner": "9999"},
        {"why": "  "},
    ],
)
async def test_a_measure_that_cannot_be_is_refused_and_stays_in_the_form(
    leader: Visitor, store: Store, wrong: dict[str, str]
) -> None:
    answer = await leader.send_form(f"/robots/{ROBOT}/baseline", **(MEASURE | wrong))
    assert answer.status_code == 422
    assert "Intet er gemt." in words(answer.text)
    assert f'value="{(MEASURE | wrong)["after"]}"' in answer.text
    assert store.baselines.of(ROBOT) is None


async def test_numbers_are_read_as_the_reader_writes_them(leader: Visitor, store: Store) -> None:
    await leader.send_form(f"/robots/{ROBOT}/baseline?lang=en", **(MEASURE | {"after": "2.5"}))
    measured = store.baselines.of(ROBOT)
    assert measured is not None
    assert measured.after == 150


async def test_who_may_not_measure_sees_what_was_measured_and_no_form(app: FastAPI, store: Store) -> None:
    store.baselines.set(ROBOT, before=600, after=0, ore_per_hour=32_000, who="lene.leder", why="by clock")
    async with visitors.visitor(app, store, "carl", (Grant(Role.CASEWORKER),)) as carl:
        page = (await carl.get(f"/robots/{ROBOT}/baseline")).text
        assert "lene.leder" in page
        assert 'name="before"' not in page
        assert (await carl.send_form(f"/robots/{ROBOT}/baseline", **MEASURE)).status_code == 403
    assert len(store.baselines.log(ROBOT)) == 1


async def test_a_robot_that_is_not_known_has_no_measure(leader: Visitor) -> None:
    assert (await leader.get("/robots/nobody/baseline")).status_code == 404
    assert (await leader.send_form("/robots/nobody/baseline", **MEASURE)).status_code == 404
