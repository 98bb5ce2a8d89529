"""The month's report of a robot, read back as a spreadsheet program would read it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from bots_common.settings import GivenSettings
from bots_common.texts import Language
from bots_common.values import Period, Receipt
from bots_common.work import Codec, NewItem, Store
from bots_common.work.records import NewObs
from reports import month_excel
from reports.telling import Teller
from tests.integration.test_excel_report import table

ROBOT = "flexwage"
OCTOBER, NOVEMBER = Period.month(2024, 10), Period.month(2024, 11)
SETTINGS = GivenSettings()
OTTO, GURLI = "6202911235", "6101901234"
MINUTE = timedelta(minutes=1)
FOUND = datetime(2024, 11, 11, 8, tzinfo=UTC)


class Office:
    """A store whose day the test sets."""

    def __init__(self, url: str, codec: Codec) -> None:
        self.now = datetime(2024, 10, 10, 12, tzinfo=UTC)
        self.store = Store.open(url, codec, clock=lambda: self.now)

    def found(self, reference: str, subject: str = GURLI, robot: str = ROBOT) -> None:
        self.store.add(robot, [NewItem(reference, {}, subjects=(subject,), again=frozenset({"no_report"}))])

    def pays(self, amount: str) -> None:
        (claimed,) = self.store.claim([ROBOT], "desk", MINUTE)
        row, _ = self.store.ledger.intend(claimed.lease, "pay", {})
        self.store.ledger.settle(claimed.lease, row, Receipt("U1", Decimal(amount)), ROBOT, 0)
        self.store.finish(claimed.lease, "desk")

    def requests(self, minutes: int) -> None:
        """The certificates robot sends a request; it is at its desk for so long."""
        (claimed,) = self.store.claim(["certificates"], "desk", timedelta(hours=1))
        self.now += MINUTE * minutes
        row, _ = self.store.ledger.intend(claimed.lease, "request/children", {})
        self.store.ledger.settle(claimed.lease, row, Receipt("P000001"), "certificates", 0)
        self.store.finish(claimed.lease, "desk")

    def hands_over(self, reason: str, **facts: Any) -> None:
        (claimed,) = self.store.claim([ROBOT], "desk", MINUTE)
        self.store.hand_over(claimed.lease, "desk", reason, facts)

    def report(
        self,
        month: Period = NOVEMBER,
        language: Language = Language.DA,
        robot: str = ROBOT,
        *,
        cases: bool = True,
    ) -> Workbook:
        teller = Teller(language, SETTINGS.zone)
        return load_workbook(BytesIO(month_excel.workbook(self.store, robot, month, teller, cases=cases)))


@pytest.fixture
def office(tmp_path: Path, codec: Codec) -> Iterator[Office]:
    opened = Office(f"sqlite:///{(tmp_path / 'kollega.db').as_posix()}", codec)
    yield opened
    opened.store.close()


@pytest.fixture
def worked(office: Office) -> Office:
    """October: one paid. November: two paid, one of them after its report came late, one varies, one is kept back."""
    office.found("A/2024-10")
    office.pays("15000.00")
    office.now = datetime(2024, 11, 11, 12, tzinfo=UTC)
    for case in "ABC":
        office.found(f"{case}/2024-11")
    office.pays("15452.00")
    office.hands_over("no_report", month="2024-10-01/2024-10-31", employer="25313763")
    office.hands_over("variation", month="2024-11-01/2024-11-30", subsidy="9000.00", wage="1.00")
    office.now = datetime(2024, 12, 2, 12, tzinfo=UTC)
    office.found("B/2024-11")
    office.pays("10000.50")
    office.now = datetime(2024, 11, 12, 12, tzinfo=UTC)
    office.store.obs.add([NewObs(OTTO, "Klagesag", date(2024, 1, 1))], "anna")
    office.found("D/2024-11", OTTO)
    return office


def test_what_came_of_the_month_beside_the_month_before_and_the_goal(worked: Office) -> None:
    sheet = worked.report()["Overblik"]
    assert sheet["A1"].value == "Fleksløntilskud: november 2024"
    rows = {row["Tal"]: (row["Denne måned"], row["Måneden før"]) for row in table(sheet, "Month")}
    assert rows == {
        "Fundet": (4, 1),
        "Klaret af robotten": (2, 1),
        "Sprunget over": (1, 0),
        "Heraf på grund af obs-listen": (1, 0),
        "Givet til en medarbejder": (1, 0),
        "Klaret i hånden": (0, 0),
        "Ikke færdige endnu": (0, 0),
        "Andel klaret af robotten": (0.5, 1),
        "Mål": (0.5, 0.5),
        "Bogført (kr.)": (25452.5, 15000),
        "Sparede timer": (None, None),
        "Sparede kroner": (None, None),
    }
    assert [sheet[cell].number_format for cell in ("B4", "B11", "B13")] == ["#,##0", "0.0%", "#,##0.00"]


def test_why_people_have_the_rest(worked: Office) -> None:
    rows = table(worked.report()["Overblik"], "Reasons")
    assert [(row["Årsag"], row["Denne måned"], row["Måneden før"]) for row in rows] == [
        ("På obs-listen", 1, 0),
        ("Indkomsten svinger", 1, 0),
    ]


def test_what_staff_must_do_by_hand(worked: Office) -> None:
    rows = table(worked.report()["Skal klares i hånden"], "ByHand")
    assert [(row["Reference"], row["Årsag"]) for row in rows] == [
        ("C/2024-11", "Indkomsten svinger"),
        ("D/2024-11", "På obs-listen"),
    ]
    assert "Klagesag (anna)" in rows[1]["Forklaring"]
    assert OTTO not in str(rows)


def test_how_long_cases_took_is_measured_and_stands_beside_what_was_expected(office: Office) -> None:
    """Three requests of November are out after one, two and ten hours; the robot was a minute or two at each."""
    for reference, hours in (("A", 1), ("B", 2), ("C", 10)):
        office.now = FOUND
        office.found(reference, robot="certificates")
        office.now = FOUND + timedelta(hours=hours) - MINUTE * hours
        office.requests(hours)
    rows = {
        row["Tid"]: tuple(row.values())[1:] for row in table(office.report(robot="certificates")["Tider"], "Times")
    }
    assert rows == {
        "Robottens arbejdstid, halvdelen af sagerne inden for (sekunder)": (120, None, None, None),
        "Anmodning til politiet: halvdelen er klar inden for (timer)": (2, None, 2, 48),
        "Notat i arkivet: halvdelen er klar inden for (timer)": (None, None, None, None),
    }


@pytest.mark.parametrize("language", list(Language))
def test_a_month_without_work_is_a_sound_file_in_every_language(office: Office, language: Language) -> None:
    book = office.report(OCTOBER, language)
    for sheet in book.worksheets:
        for found in sheet.tables.values():
            headers = [cell.value for cell in sheet[found.ref][0]]
            assert len(set(headers)) == len(headers), "Excel repairs a table whose headers are not unique"
            assert all(headers)
