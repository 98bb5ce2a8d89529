"""The Excel report, read back as a spreadsheet program would read it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from bots_common.autonomy import Decision
from bots_common.settings import GivenSettings
from bots_common.texts import Language
from bots_common.values import Period
from bots_common.work import Codec, Store
from reports import excel
from tests.handled import DIFFERS, FORMULA, NO_CPR, NOON, PLAIN, day_of_work, from_a_swindler, handled, proposed
from tests.unit.care import ANNA, BENT, CARL, grant, invoice

pytestmark = pytest.mark.usefixtures("prepared")

TODAY = date(2024, 11, 8)
SETTINGS = GivenSettings()
LOCAL_NOON = NOON.astimezone(SETTINGS.zone).replace(tzinfo=None)
"""As a spreadsheet knows it: without a zone."""


@pytest.fixture
def store(tmp_path: Path, codec: Codec) -> Iterator[Store]:
    opened = Store.open(url(tmp_path), codec, clock=lambda: NOON)
    yield opened
    opened.close()


def url(folder: Path) -> str:
    return f"sqlite:///{(folder / 'kollega.db').as_posix()}"


def read(store: Store, days: date | Period = TODAY, language: Language = Language.DA) -> Workbook:
    now = NOON + timedelta(days=3)
    return load_workbook(BytesIO(excel.workbook(store, SETTINGS, days, language=language, now=now)))


def table(sheet: Worksheet, name: str) -> list[dict[str, Any]]:
    """The rows of a real Excel table, by their headers."""
    header, *rows = sheet[sheet.tables[name].ref]
    return [{head.value: cell.value for head, cell in zip(header, row, strict=True)} for row in rows]


def test_what_a_robot_only_watched_stands_beside_what_people_did(store: Store) -> None:
    proposed(store, PLAIN, invoice(), [grant()])
    proposed(store, "610190-1234", invoice(), [grant()])
    (_, first), _ = store.approvals.shadowed("invoices")
    store.approvals.compared(first.id, Decision.SAME, "5100000001", "comparison")
    watched = table(read(store)["Kun iagttaget"], "Watched")
    assert [row["Reference"] for row in watched] == [PLAIN, "******-****"]
    assert watched[0] == {
        "Robot": "Fakturaer",
        "Reference": PLAIN,
        "Hvad robotten ville have gjort": "Bogføring",
        "Kroner": 38750,
        "Hvad medarbejderne gjorde": "Medarbejderne gjorde det samme",
        "Deres kvittering": "5100000001",
        "Hvornår": LOCAL_NOON,
    }
    assert "Kun iagttaget" not in read(store, TODAY - timedelta(days=1)).sheetnames


def test_the_overview_of_the_day(store: Store) -> None:
    day_of_work(store)
    sheet = read(store)["Overblik"]
    assert sheet["A1"].value == "Kollega: 8. nov. 2024"
    row, *others = sorted(table(sheet, "Robots"), key=lambda row: row["Robot"])
    assert row == {
        "Robot": "Fakturaer",
        "Fundet": 5,
        "Klaret af robotten": 1,
        "Givet til en medarbejder": 3,
        "Sprunget over": 0,
        "Andel uden medarbejder": 0.25,
        "Bogført (kr.)": 38750,
    }
    assert {other["Fundet"] for other in others} == {0}
    reasons = table(sheet, "Reasons")
    assert [(row["Årsag"], row["Antal"]) for row in reasons] == [
        ("Beløbet afviger", 1),
        ("CPR-nummer mangler", 1),
        ("Teknisk fejl", 1),
    ]


def test_what_was_booked_with_its_receipts(store: Store) -> None:
    day_of_work(store)
    sheet = read(store)["Bogført"]
    (row,) = table(sheet, "Booked")
    assert row == {
        "Robot": "Fakturaer",
        "Reference": PLAIN,
        "Bogført (kr.)": 38750,
        "Kvitteringer": "Bogføring: 5100000001\nMarkering som betalt: B-1001: K000001",
        "Hvornår": LOCAL_NOON,
    }
    assert sheet["C2"].number_format == "#,##0.00"
    assert sheet.freeze_panes == "C2"


def test_the_exceptions_with_their_key_figures(store: Store) -> None:
    day_of_work(store)
    rows = {row["Reference"]: row for row in table(read(store)["Undtagelser"], "Exceptions")}
    assert rows[DIFFERS]["Årsag"] == "Beløbet afviger"
    assert rows[DIFFERS]["Forklaring"].startswith("Linje 1, oktober 2024: leverandøren kræver 38.750,00 kr.")
    figures = [rows[DIFFERS][key] for key in ("Bevilling", "Periode", "Beløb", "Bevillingen giver", "Difference")]
    assert figures == ["B-2", "oktober 2024", 38750, 40300, -1550]
    assert (rows[DIFFERS]["Siden"], rows[DIFFERS]["Alder (dage)"]) == (LOCAL_NOON, 3)
    assert rows[NO_CPR]["Beløb"] is None
    assert len(rows) == 3


def test_a_day_begins_at_midnight_in_copenhagen(tmp_path: Path, codec: Codec) -> None:
    midnight = datetime.fromisoformat("2024-11-08T00:00:00+01:00")
    moments = {"before": midnight - timedelta(minutes=1), "at": midnight, "a day later": midnight + timedelta(days=1)}
    for reference, moment in moments.items():
        store = Store.open(url(tmp_path), codec, clock=partial(datetime.astimezone, moment))
        handled(store, reference, from_a_swindler(), [])
        in_report = [row["Reference"] for row in table(read(store)["Undtagelser"], "Exceptions")]
        store.close()
    assert in_report == ["at"]


def test_a_period_of_several_days(store: Store) -> None:
    day_of_work(store)
    book = read(store, Period.month(2024, 11))
    assert book["Overblik"]["A1"].value == "Kollega: 1. nov. 2024 – 30. nov. 2024"
    assert len(table(book["Undtagelser"], "Exceptions")) == 3


def test_a_day_without_work_is_a_sound_file_with_empty_tables(store: Store) -> None:
    book = read(store)
    assert set(table(book["Bogført"], "Booked")[0].values()) == {None}
    assert set(table(book["Undtagelser"], "Exceptions")[0].values()) == {None}


@pytest.mark.parametrize(
    ("language", "sheets"),
    [
        (Language.DA, ["Overblik", "Bogført", "Undtagelser"]),
        (Language.NB, ["Oversikt", "Bokført", "Unntak"]),
        (Language.EN, ["Overview", "Booked", "Exceptions"]),
    ],
)
def test_every_table_has_headers_of_its_own_in_every_language(
    store: Store, language: Language, sheets: list[str]
) -> None:
    book = read(store, language=language)
    assert book.sheetnames == sheets
    for sheet in book.worksheets:
        for found in sheet.tables.values():
            headers = [cell.value for cell in sheet[found.ref][0]]
            assert len(set(headers)) == len(headers), "Excel repairs a table whose headers are not unique"
            assert headers == [column.name for column in found.tableColumns]


def test_no_personal_number_is_in_the_file(store: Store) -> None:
    day_of_work(store)
    with zipfile.ZipFile(BytesIO(excel.workbook(store, SETTINGS, TODAY, language=Language.DA, now=NOON))) as file:
        everything = b"".join(file.read(name) for name in file.namelist()).decode()
    for cpr in (ANNA, BENT, CARL):
        assert cpr.digits not in everything
        assert cpr.shown() not in everything


def test_what_a_supplier_writes_is_never_a_formula(store: Store) -> None:
    handled(store, "B6", from_a_swindler(), [])
    sheet = read(store)["Undtagelser"]
    (cell,) = [cell for row in sheet.iter_rows() for cell in row if cell.value == FORMULA]
    assert cell.data_type == "s"
    assert cell.quotePrefix, "a formula must not come of it when somebody edits the cell"


def test_the_report_is_written_in_the_language_of_the_settings(store: Store, tmp_path: Path) -> None:
    day_of_work(store)
    path = excel.write(tmp_path / "new folder" / "report.xlsx", store, GivenSettings(language="nb"), TODAY)
    assert load_workbook(path).sheetnames == ["Oversikt", "Bokført", "Unntak"]
