"""`kollega obs`, as staff type it: no personal number is an argument, and none is printed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import typer
from openpyxl import load_workbook

from bots_common import settings
from bots_common.work import NewItem
from bots_common.work.records import NewObs
from kollega.rooms import opened
from tests.integration.command_line import ANNA, Office, words

DIGITS = ANNA.replace("-", "")


def fill_in(file: Path, *rows: tuple[object, ...]) -> None:
    book = load_workbook(file)
    for row in rows:
        for place, value in enumerate(row, start=1):
            book.worksheets[0].cell(2 + rows.index(row), place, value)
    book.save(file)


def entries() -> list[NewObs]:
    with opened(settings.load()) as rooms:
        return [NewObs(it.subject, it.reason, it.first, it.last, it.robot) for it in rooms.store.obs.entries()]


def test_the_number_is_asked_for_and_the_items_in_hand_are_told(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.has()
    with opened(settings.load()) as rooms:
        rooms.store.add("invoices", [NewItem("B9", {}, subjects=(DIGITS,))])
        rooms.store.claim(["invoices"], "desk", rooms.settings.worker.lease)
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: ANNA)
    said = office.says("obs", "add", "--why", "Særlig aftale", "--from", "01-01-2026")
    assert said.code == 0
    assert "1 put on the obs-list" in said.out
    assert "kollega items show" in words(said.out)
    assert entries() == [NewObs(DIGITS, "Særlig aftale", date(2026, 1, 1), None, None)]
    assert "Særlig aftale" in office.says("obs", "list").out


def test_a_sheet_is_filled_in_and_read(office: Office) -> None:
    assert office.says("obs", "template", "obs.xlsx").code == 0
    fill_in(Path("obs.xlsx"), (ANNA, "Fakturaer", "Særlig aftale", date(2026, 1, 1)))
    said = office.says("obs", "import", "obs.xlsx")
    assert (said.code, words(said.out)) == (0, "1 put on the obs-list, 0 stood there already.")
    assert "0 put on the obs-list, 1 stood there already." in words(office.says("obs", "import", "obs.xlsx").out)
    assert "1 entries" in office.says("obs", "export", "ud.xlsx").out
    assert load_workbook("ud.xlsx").worksheets[0]["A2"].value == ANNA


def test_where_a_cell_is_wrong_nothing_is_loaded_unless_the_good_rows_are_asked_for(office: Office) -> None:
    office.says("obs", "template", "obs.xlsx")
    fill_in(Path("obs.xlsx"), (ANNA, "", "god"), (ANNA, "Bogholder", "dårlig"))
    said = office.says("obs", "import", "obs.xlsx")
    assert said.code == 1
    assert "B3: there is no such robot; choose one from the list." in said.err
    assert "Nothing was loaded." in said.err
    assert entries() == []
    assert office.says("obs", "import", "obs.xlsx", "--good-rows").code == 1
    assert [entry.reason for entry in entries()] == ["god"]


def test_entries_are_confirmed_and_ended(office: Office) -> None:
    with opened(settings.load()) as rooms:
        rooms.store.obs.add([NewObs(DIGITS, "Særlig aftale", date(2026, 1, 1), date(2026, 1, 2))], "anna")
        rooms.store.obs.add([NewObs(DIGITS, "Altid", date(2026, 1, 1))], "anna")
    assert "Nothing is due." in office.says("obs", "due").out
    assert office.says("obs", "confirm", "2").code == 0
    assert office.says("obs", "end", "2").code == 0
    said = office.says("obs", "end", "2")
    assert said.code == 1
    assert "No entry 2 is in force." in said.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["add", "--why", "x", "--robot", "nobody"], "There is no robot 'nobody'."),
        (["import", "no.xlsx"], "no.xlsx cannot be opened"),
    ],
)
def test_what_is_wrong_is_one_sentence(office: Office, arguments: list[str], sentence: str) -> None:
    said = office.says("obs", *arguments)
    assert said.code == 1
    assert sentence in words(said.err)
