"""What auditors see: who saw and did what, and everything about one citizen, without the number anywhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
from fastapi import FastAPI
from openpyxl import load_workbook

from bots_common.roles import Grant, Role
from bots_common.settings import GivenSettings
from bots_common.work import Codec, NewItem, Store
from bots_common.work.records import NewObs
from reports import acts, web
from reports.web import decisions
from tests.handled import NOON, WORKER, claimed
from tests.visitors import Visitor, visitor

pytestmark = pytest.mark.usefixtures("prepared")

CPR = "0101901234"
OTHER = "0202901234"
AUDITOR = Grant(Role.AUDITOR)
ROOT = Path(__file__).parents[2]


class House:
    """Two robots' cases, two about one citizen, and what people have looked at; noon, and a clock that is turned."""

    def __init__(self, folder: Path, codec: Codec) -> None:
        self.now = NOON
        self.database = folder / "kollega.db"
        self.store = Store.open(f"sqlite:///{self.database.as_posix()}", codec, clock=lambda: self.now)
        self.mine = self._case("B1", "invoices", CPR)
        self.flex = self._case("F1", "flexwage", CPR)
        self.others = self._case("B2", "invoices", OTHER)
        self.store.obs.add([NewObs(CPR, "må ikke ringes op", NOON.date(), None, "flexwage")], "anne.berg")
        self.app: FastAPI = web.create(self.store, codec, GivenSettings(folder=folder), lambda: self.now)

    def _case(self, reference: str, robot: str, subject: str) -> int:
        lease = claimed(self.store, NewItem(reference, {"cpr": subject}, subjects=(subject,)), robot)
        self.store.hand_over(lease, WORKER, "uncertain", {})
        return lease.item_id

    async def looked_at(self) -> None:
        """Two caseworkers look, on two days."""
        bo = visitor(self.app, self.store, "bo", [Grant(Role.CASEWORKER)])
        await bo.get(f"/items/{self.mine}")
        await bo.get(f"/items/{self.others}")
        self.now += timedelta(days=1)
        eva = visitor(self.app, self.store, "eva", [Grant(Role.CASEWORKER, "flexwage")])
        await eva.get(f"/items/{self.flex}")

    def auditor(self, *grants: Grant) -> Visitor:
        return visitor(self.app, self.store, "rita", grants or [AUDITOR])


@pytest.fixture
def house(tmp_path: Path, codec: Codec) -> Iterator[House]:
    opened = House(tmp_path, codec)
    yield opened
    opened.store.close()


def rows(html: str) -> list[str]:
    """The rows of all tables, as a reader sees them."""
    bodies = "".join(re.findall(r"<tbody.*?</tbody>", html, re.DOTALL))
    found = re.findall(r"<tr.*?</tr>", bodies, re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", row)).split()) for row in found]


async def test_the_log_says_who_looked_at_what_the_latest_first(house: House) -> None:
    await house.looked_at()
    page = (await house.auditor().get("/audit")).text
    assert rows(page) == [
        f"09.11.2024 12.00 eva Så en sag Fleksløntilskud {house.flex}",
        f"08.11.2024 12.00 bo Så en sag Fakturaer {house.others}",
        f"08.11.2024 12.00 bo Så en sag Fakturaer {house.mine}",
    ]
    assert f'href="/items/{house.flex}"' in page


@pytest.mark.parametrize(
    ("asked", "who"),
    [
        ("who=Eva ", ["eva"]),
        ("who=nobody", []),
        ("act=item.seen", ["eva", "bo", "bo"]),
        ("act=login", []),
        ("item=1", ["bo"]),
        ("day=2024-11-08", ["bo", "bo"]),
        ("day=2024-11-09&who=bo", []),
        ("who=&act=&item=&day=", ["eva", "bo", "bo"]),
    ],
)
async def test_the_log_is_narrowed_down(house: House, asked: str, who: list[str]) -> None:
    await house.looked_at()
    assert [row.split()[2] for row in rows((await house.auditor().get(f"/audit?{asked}")).text)] == who


async def test_a_day_of_the_log_is_a_day_of_the_municipality(house: House) -> None:
    house.now = NOON.replace(hour=23, minute=30)
    await house.looked_at()
    page = (await house.auditor().get("/audit?day=2024-11-09")).text
    assert [row.split()[2] for row in rows(page)] == ["bo", "bo"], "half past midnight in Copenhagen"


async def test_a_long_log_has_pages(house: House) -> None:
    for _ in range(51):
        house.store.audit.note("bo", "login")
    first, second = [(await house.auditor().get(f"/audit?who=bo&page={page}")).text for page in (1, 2)]
    assert (len(rows(first)), len(rows(second))) == (50, 1)
    assert "Side 1 af 2" in first


async def test_who_audits_one_robot_sees_nothing_of_another(house: House) -> None:
    await house.looked_at()
    rita = house.auditor(Grant(Role.AUDITOR, "flexwage"))
    assert [row.split()[2] for row in rows((await rita.get("/audit")).text)] == ["eva"]
    assert [row.split()[2] for row in rows((await rita.get("/audit?who=bo")).text)] == []
    page = (await rita.send_form("/audit/citizen", cpr=CPR)).text
    assert "F1" in page
    assert ">B1<" not in page
    assert "Du har kun indsigt i nogle robotter" in page


async def test_a_citizen_s_cases_and_everyone_who_looked_are_found_by_the_number(house: House) -> None:
    await house.looked_at()
    page = (await house.auditor().send_form("/audit/citizen", cpr="010190-1234")).text
    found = rows(page)
    assert "B1 Fakturaer Hos en medarbejder 08.11.2024 12.00" in found
    assert "F1 Fleksløntilskud Hos en medarbejder 08.11.2024 12.00" in found
    assert f"08.11.2024 12.00 bo Så en sag {house.mine}" in found
    assert f"09.11.2024 12.00 eva Så en sag {house.flex}" in found
    assert f"08.11.2024 12.00 {WORKER} Givet til en medarbejder B1" in found
    assert "Fleksløntilskud 8. nov. 2024 anne.berg" in found
    assert "B2" not in " ".join(found)
    assert "ringes op" not in page, "why somebody is on the list is for those who keep it"


async def test_the_number_is_in_no_address_and_no_answer_and_the_search_is_written_down(house: House) -> None:
    rita = house.auditor()
    answer = await rita.send_form("/audit/citizen", cpr=CPR)
    (sealed,) = re.findall(r'name="citizen" value="([^"]+)"', answer.text)
    book = await rita.send_form("/audit/citizen.xlsx", citizen=sealed)
    for said in (answer.text, str(answer.url), str(book.headers), str(book.url)):
        assert CPR not in said
        assert "010190-1234" not in said
    acts_of_rita = [row.act for row in house.store.audit.of_citizen(CPR).acts if row.who == "rita"]
    assert acts_of_rita == [acts.Act.CITIZEN_SEARCHED, acts.Act.CITIZEN_REPORTED]
    kept = b"".join(file.read_bytes() for file in house.database.parent.glob("kollega.db*"))
    assert CPR.encode() not in kept
    assert (await rita.get("/audit/citizen?cpr=x")).status_code == 200
    assert (await rita.get("/audit/citizen.xlsx")).status_code == 405


async def test_the_report_about_a_citizen_as_excel(house: House) -> None:
    await house.looked_at()
    rita = house.auditor()
    page = (await rita.send_form("/audit/citizen", cpr=CPR)).text
    (sealed,) = re.findall(r'name="citizen" value="([^"]+)"', page)
    answer = await rita.send_form("/audit/citizen.xlsx", citizen=sealed)
    book = load_workbook(BytesIO(answer.content))
    assert book.sheetnames == ["Sager", "Hvem der har set på det", "Hvad der er gjort", "Obs-liste"]
    assert [row[1] for row in book["Sager"].iter_rows(min_row=4, values_only=True)] == ["B1", "F1"]
    looked = [row[1:] for row in book["Hvem der har set på det"].iter_rows(min_row=2, values_only=True)]
    assert looked == [("bo", "Så en sag", "B1"), ("eva", "Så en sag", "F1"), ("rita", "Søgte på en borger", None)]
    assert [row[3] for row in book["Obs-liste"].iter_rows(min_row=2, values_only=True)] == ["anne.berg"]


@pytest.mark.parametrize("text", ["", "123", "9999999999", "<script>"])
async def test_what_is_no_personal_number_is_searched_for_nowhere(house: House, text: str) -> None:
    answer = await house.auditor().send_form("/audit/citizen", cpr=text)
    assert "Et personnummer har ti cifre" in answer.text
    assert house.store.audit.acts() == []


@pytest.mark.parametrize("sealed", ["", "x", "æ", "AAAA" * 20])
async def test_a_report_of_something_that_we_did_not_seal_is_refused(house: House, sealed: str) -> None:
    answer = await house.auditor().send_form("/audit/citizen.xlsx", citizen=sealed)
    assert "Et personnummer har ti cifre" in answer.text
    assert house.store.audit.acts() == []


async def test_of_a_citizen_nobody_knows_nothing_is_found(house: House) -> None:
    answer = await house.auditor().send_form("/audit/citizen", cpr="0303901234")
    assert "Der er ikke noget om denne borger" in answer.text


def test_every_act_that_is_written_down_has_its_words() -> None:
    """The second thing that is told to `audit.note` and its like, wherever the pages and commands call it."""
    told = {act.noted for act in decisions.Act}
    for file in [*(ROOT / "reports").rglob("*.py"), *(ROOT / "kollega").rglob("*.py")]:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        constants = {
            target.id: node.value.value
            for node in ast.walk(tree)
            if isinstance(node, ast.AnnAssign)
            and isinstance(target := node.target, ast.Name)
            and isinstance(node.value, ast.Constant)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and re.search(r"audit\.note(_\w+)?$", ast.unparse(node.func)):
                act = node.args[1]
                if isinstance(act, ast.Name) and act.id in constants:
                    told.add(constants[act.id])
                elif isinstance(act, ast.Constant):
                    told.add(act.value)
                elif isinstance(act, ast.Attribute) and ast.unparse(act.value) == "Act":
                    told.add(acts.Act[act.attr])
    assert "item.seen" in told
    assert told <= set(acts.ACTS)
