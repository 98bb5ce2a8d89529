"""The reports: what pages, Excel and files kept with runs show of a month, to whom, and whom one can write to."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
from fastapi import FastAPI
from openpyxl import load_workbook

from bots_common.autonomy import Cause, Figures, Level
from bots_common.reasons import Wanted
from bots_common.roles import Grant, Role
from bots_common.settings import GivenSettings, Settings
from bots_common.values import Period
from bots_common.work import Codec, NewItem, Store
from bots_common.work.audit import Asked
from bots_common.work.run_records import RunRow, Stop, Tally
from reports import kept, web
from reports.card import year_to
from robots.certificates.robot import Certificates
from robots.flexwage.robot import FlexWage
from robots.invoices.robot import Invoices
from tests import visitors
from tests.handled import BROKEN, DIFFERS, NO_CPR, NOON, ROBOT, WORKER, claimed, day_of_work, handled, proposed
from tests.unit.care import ELM, grant, invoice, line
from tests.visitors import Visitor

pytestmark = pytest.mark.usefixtures("prepared")

CPR = re.compile(r"\d{6}-?\d{4}")
NOVEMBER = f"/reports/{ROBOT}/2024-11"
CASEWORKER = (Grant(Role.CASEWORKER),)
LEADER = (Grant(Role.LEADER),)
LEASE = timedelta(minutes=1)


@pytest.fixture
def office(tmp_path: Path, codec: Codec) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{(tmp_path / 'kollega.db').as_posix()}", codec, clock=lambda: NOON)
    day_of_work(opened)
    yield opened
    opened.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return GivenSettings(folder=tmp_path)


@pytest.fixture
def app(office: Store, codec: Codec, settings: Settings) -> FastAPI:
    return web.create(office, codec, settings, lambda: NOON)


@pytest.fixture
async def leader(app: FastAPI, office: Store) -> AsyncIterator[Visitor]:
    async with visitors.visitor(app, office, "lene.leder", LEADER) as somebody:
        yield somebody


@pytest.fixture
async def caseworker(app: FastAPI, office: Store) -> AsyncIterator[Visitor]:
    async with visitors.visitor(app, office, "carl", CASEWORKER) as somebody:
        yield somebody


def words(html: str) -> str:
    """What a reader sees, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


async def seen(somebody: Visitor, address: str) -> str:
    answer = await somebody.get(address)
    assert answer.status_code == 200
    return words(answer.text)


def measured(store: Store) -> None:
    store.baselines.set(ROBOT, before=5400, after=600, ore_per_hour=32_000, who="lene.leder", why="by clock")


# -- what the store says --------------------------------------------------------------------------------------


def test_what_came_to_people_is_known_by_its_reason_also_when_they_have_settled_it(store: Store) -> None:
    ids = day_of_work(store)
    store.people.settle(ids[DIFFERS], "anne", "K1234")
    now = datetime.now(UTC)
    found = {it.item.id: it for it in store.reading.handed(ROBOT, now - LEASE, now + LEASE)}
    assert {key: it.reason for key, it in found.items()} == {
        ids[DIFFERS]: "amount_differs",
        ids[NO_CPR]: "no_cpr",
        ids[BROKEN]: "technical",
    }
    assert found[ids[NO_CPR]].payload["document"] == NO_CPR
    assert store.reading.handed(ROBOT, now - 2 * LEASE, now - LEASE) == []
    assert store.reading.handed("flexwage", now - LEASE, now + LEASE) == []


def test_what_people_looked_at_is_counted_by_why_they_were_asked(store: Store) -> None:
    for level, names in ((Level.SHADOW, "AB"), (Level.APPROVE, "CDE")):
        store.levels.set(ROBOT, level, "anne", "new here")
        ids = [proposed(store, name, invoice(), [grant()]) for name in names]
    store.people.approve(store.people.to_decide(ids[0]).id, "bo", "seen")
    store.people.reject(store.people.to_decide(ids[1]).id, "bo", "wrong")
    now = datetime.now(UTC)
    assert store.levels.looked_at(ROBOT, now - LEASE, now + LEASE) == {
        Cause.SHADOW: Figures(proposed=2, decided=0, wrong=0),
        Cause.APPROVE: Figures(proposed=3, decided=2, wrong=1),
    }
    assert store.levels.looked_at(ROBOT, now - 2 * LEASE, now - LEASE) == {}


# -- the pages ------------------------------------------------------------------------------------------------


async def test_the_reports_of_a_month_and_the_ways_to_them(leader: Visitor, office: Store) -> None:
    measured(office)
    page = (await leader.get("/reports?month=2024-11")).text
    assert "Rapporter november 2024" in words(page)
    assert "Fakturaer 5 1 25 % – 1,5" in words(page)
    for way in ("", "/card", "/reasons", ".xlsx"):
        assert f'href="{NOVEMBER}{way}"' in page
        assert (await leader.get(f"{NOVEMBER}{way}")).status_code == 200
    assert 'rel="next"' not in page
    assert 'rel="next" href="/reports?month=2024-11"' in (await leader.get("/reports")).text, "the last whole month"


async def test_a_month_on_paper(leader: Visitor, office: Store) -> None:
    measured(office)
    office.levels.set(ROBOT, Level.APPROVE, "anne", "new here")
    (claim,) = office.claim([ROBOT], WORKER, LEASE)  # what waits for the robot goes first
    office.finish(claim.lease, WORKER)
    item_id = proposed(office, "B1", invoice(), [grant()])
    office.people.reject(office.people.to_decide(item_id).id, "bo", "wrong grant")
    shown = await seen(leader, NOVEMBER)
    for part in (
        "Fakturaer Månedsrapport, november 2024",
        "Fundet 6 0",
        "Klaret af robotten 2 0",
        "Sparede timer 3 0",
        "Sparede kroner 960 0",
        "Beløbet afviger 1 25 % 25 % Bevillingens takst og leverandørens beløb skulle stemme",
        "Afvist 1 25 %",
        "En medarbejder godkender alt 1 1 1 100 % 100 %",
    ):
        assert part in shown
    for picture in re.findall(r'src="(/dashboard/[^"]+)"', (await leader.get(NOVEMBER)).text):
        assert "last=2024-11-30" in picture
        assert (await leader.get(unescape(picture))).status_code == 200


async def test_a_month_is_read_again_when_something_of_it_has_changed(leader: Visitor, office: Store) -> None:
    shown = await seen(leader, NOVEMBER)
    assert shown == await seen(leader, NOVEMBER)
    (differs,) = (it for it in office.reading.items(robot=ROBOT) if it.reference == DIFFERS)
    office.people.settle(differs.id, "anne", "K1234")
    assert ("Klaret i hånden 0 0" in shown, "Klaret i hånden 1 0" in await seen(leader, NOVEMBER)) == (True, True)


async def test_the_benefit_card_says_before_and_now_and_who_has_measured(leader: Visitor, office: Store) -> None:
    assert "Ingen har målt det endnu." in await seen(leader, f"{NOVEMBER}/card")
    measured(office)
    shown = await seen(leader, f"{NOVEMBER}/card")
    for part in (
        "Sager på et år 5 talt siden 1. nov. 2024",
        "Sparede timer på et år 1,5 480 kr.",
        "Før 90 100 %",
        "Nu 10 11 %",
        "Før 7,5 100 %",
        "Nu 6 80 %",
        "Hvem der har målt lene.leder",
        "by clock",
        "Tal november 2024 1. dec. 2023–30. nov. 2024",
        "Andel uden medarbejder 25 % 25 %",
    ):
        assert part in shown


def test_the_year_of_a_card_is_twelve_whole_months() -> None:
    assert year_to(Period.month(2024, 11)) == Period(first=date(2023, 12, 1), last=date(2024, 11, 30))
    assert year_to(Period.month(2024, 12)) == Period(first=date(2024, 1, 1), last=date(2024, 12, 31))
    assert year_to(Period.month(2024, 2)) == Period(first=date(2023, 3, 1), last=date(2024, 2, 29))


async def test_the_worst_reasons_with_examples_and_a_letter_that_names_no_citizen(
    caseworker: Visitor, office: Store
) -> None:
    for reference in ("B2024-000007", "B2024-000008"):
        handled(office, reference, invoice(line(cpr=None)), [grant()])
    page = (await caseworker.get(f"{NOVEMBER}/reasons")).text
    shown = words(page)
    assert "CPR-nummer mangler 3 60 % 60 % Leverandøren skulle skrive borgerens personnummer på linjen." in shown
    assert f'">{NO_CPR}</a> Der står ikke noget CPR-nummer på fakturaen.' in page
    (letter,) = re.findall(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL)
    assert unescape(letter) == (
        f"Kære {ELM.name}\n\n"
        "I november 2024 kunne 4 af jeres fakturaer ikke behandles automatisk, og så tager betalingen længere tid. "
        "I kan hjælpe med dette:\n\n"
        "- Fakturér efter den aftalte takst, med antal, enhed og pris på hver linje.\n"
        f"  Fakturaer: {invoice().number}\n"
        "- Skriv borgerens personnummer på den linje, som ydelsen vedrører.\n"
        f"  Fakturaer: {invoice().number}\n\n"
        "Sørg venligst for det på jeres næste fakturaer. Fakturaer, der er betalt, skal ikke sendes igen.\n\n"
        "Med venlig hilsen"
    )
    assert not CPR.search(shown)
    for language, greeting in (("nb", f"Til {ELM.name}"), ("en", f"Dear {ELM.name}")):
        assert greeting in (await caseworker.get(f"{NOVEMBER}/reasons?lang={language}")).text


async def test_who_may_not_see_cases_sees_reasons_and_no_case(leader: Visitor) -> None:
    shown = await seen(leader, f"{NOVEMBER}/reasons")
    assert "CPR-nummer mangler 1 33 %" in shown
    assert NO_CPR not in shown
    assert ELM.name not in shown
    assert "Eksempler og breve vises for dem, der må se robottens sager." in shown


async def test_the_excel_report_has_a_chart_and_cases_only_for_who_may_see_them(
    leader: Visitor, caseworker: Visitor, office: Store
) -> None:
    measured(office)
    figures = ["Overblik", "Dag for dag", "Diagram dag for dag", "De værste årsager", "Tider", "Stikprøver"]
    answer = await leader.get(f"{NOVEMBER}.xlsx")
    assert 'filename="invoices-2024-11.xlsx"' in answer.headers["content-disposition"]
    book = load_workbook(BytesIO(answer.content))
    assert book.sheetnames == [*figures, "Gevinst"]
    assert [len(sheet._charts) for sheet in book.chartsheets] == [1]
    assert book["Dag for dag"].max_row == 31
    assert [sheet.freeze_panes for sheet in book.worksheets[1:]] == ["B2"] * 5
    rows = {row[0].value: row for row in book["Gevinst"]["A1:C12"]}
    assert [(cell.value, cell.number_format) for cell in rows["Sparede timer"][1:]] == [(1.5, "#,##0.0")] * 2
    cells = " ".join(str(cell.value) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row)
    assert NO_CPR not in cells
    assert ELM.name not in cells
    book = load_workbook(BytesIO((await caseworker.get(f"{NOVEMBER}.xlsx")).content))
    assert book.sheetnames == [*figures, "Gevinst", "Skal klares i hånden", "Hvem der kan skrives til"]
    (header, row) = book["Hvem der kan skrives til"].iter_rows(values_only=True)
    assert header[0] == "Hvem"
    assert row[0] == ELM.name
    assert not CPR.search(row[4])
    acts = [(it.who, it.act, it.robot, it.detail) for it in office.audit.log(Asked(), limit=2)]
    assert acts == [(who, "report.taken", ROBOT, "2024-11") for who in ("carl", "lene.leder")]


@pytest.mark.parametrize(
    "address",
    ["nobody/2024-11", "invoices/2024-13", "invoices/2025-01", "invoices/0001-01", "invoices/٢٠٢٤-11"],
)
@pytest.mark.parametrize("way", ["", ".xlsx", "/card", "/reasons"])
async def test_what_is_not_there_is_not_found(leader: Visitor, address: str, way: str) -> None:
    assert (await leader.get(f"/reports/{address}{way}")).status_code == 404


async def test_nobody_reaches_the_reports_of_a_robot_that_is_not_theirs(app: FastAPI, office: Store) -> None:
    office.finish(claimed(office, NewItem("A", {}), "flexwage"), WORKER)
    async with visitors.visitor(app, office, "nora", (Grant(Role.LEADER, "flexwage"),)) as nora:
        assert "Faktura" not in await seen(nora, "/reports?month=2024-11")
        assert (await nora.get(NOVEMBER)).status_code == 404
        assert (await nora.get("/reports/flexwage/2024-11")).status_code == 200


# -- kept with runs -------------------------------------------------------------------------------------------


def ended(store: Store) -> RunRow:
    run = store.runs.start("mornings", ROBOT, "anne", "office-7", LEASE, "1")
    store.runs.finish(run, Tally(found=5, handled=1), Stop.EMPTY)
    return run


async def test_a_report_that_is_kept_with_its_run_is_listed_and_can_be_taken(
    leader: Visitor, office: Store, settings: Settings
) -> None:
    run = ended(office)
    assert (await leader.get(f"/reports/runs/{run.id}.xlsx")).status_code == 404
    file = kept.keep(office, settings, run)
    assert file == settings.folder / "reports" / ROBOT / f"{run.id}.xlsx"
    assert "mornings Fakturaer 08.11.2024 12.00 Excel" in await seen(leader, "/reports")
    handled(office, "B2024-000009", invoice(line(cpr=None)), [grant()])
    answer = await leader.get(f"/reports/runs/{run.id}.xlsx")
    assert answer.content == file.read_bytes(), "as it stood then"
    assert "Skal klares i hånden" not in load_workbook(BytesIO(answer.content)).sheetnames
    assert [(it.act, it.detail) for it in office.audit.log(Asked(), limit=1)] == [("report.taken", f"run {run.id}")]


# -- whom to write to -----------------------------------------------------------------------------------------


def test_a_supplier_is_not_asked_for_what_is_ours_to_do() -> None:
    payload = {"invoice": {"number": "F-1", "supplier": {"name": "Elm"}}, "supplier": None}
    assert Invoices.wanted("no_grant", {}, payload) is None
    assert Invoices.wanted("amount_differs", {"detail": "no_rate"}, payload) is None
    assert Invoices.wanted("unreadable", {}, {"invoice": None}) is None
    asked = Invoices.wanted("amount_differs", {"detail": "hours_not_stated"}, payload)
    assert asked == Wanted("Elm", "", "Write the number of hours on the line.", "F-1")


def test_an_employer_is_asked_to_report_better() -> None:
    asked = FlexWage.wanted("hours", {"employer": "25313763"}, {})
    assert asked == Wanted("25313763", "25313763", "Report the hours together with the pay.")
    assert FlexWage.wanted("hours", {}, {}) is None
    assert FlexWage.wanted("amount_above", {"employer": "25313763"}, {}) is None


def test_a_workplace_is_asked_for_what_is_missing_about_its_hires() -> None:
    asked = Certificates.wanted("cpr_missing", {"workplace": "Solsikken", "hire": "A-7"}, {})
    assert asked == Wanted("Solsikken", "", "Register the personal number together with the hire.", "A-7")
    assert Certificates.wanted("remark", {"workplace": "Solsikken"}, {}) is None
    assert Certificates.wanted("no_consent", {}, {}) is None
