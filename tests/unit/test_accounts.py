"""The accounts sheet as municipalities keep it: by hand, in Excel, and not always rightly."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bots_common.errors import SettingsError
from robots.invoices.accounts import AccountSheet, NoAccount

HEADINGS = ("Paragraf", "Art", "Ejerforhold", "Målgruppe", "PSP-element")
ONE, OTHER = "XG-5385010001-00001", "ÆØ-5385010001-00002"


def sheet(folder: Path, *rows: Iterable[Any], headings: Iterable[Any] = HEADINGS) -> Path:
    path = folder / "konteringsark.xlsx"
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in (headings, *rows):
        page.append(tuple(row))
    book.save(path)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        AccountSheet.read(path)
    return str(caught.value)


def test_an_account_is_found_by_its_four_parts(tmp_path: Path) -> None:
    accounts = AccountSheet.read(
        sheet(tmp_path, ("§ 107", "4.9", "privat", "Autisme", ONE), ("STU", "4.7", "kommunal", "ADHD", OTHER))
    )
    assert accounts.psp_for("§ 107", "4.9", "privat", "Autisme") == ONE
    assert accounts.psp_for("STU", "4.7", "kommunal", "ADHD") == OTHER
    assert accounts.psp_for("§ 107", "4.7", "privat", "Autisme") == NoAccount(())


@pytest.mark.parametrize(
    "row",
    [
        ("§107", 4.9, "Privat", "AUTISME", ONE),
        (" §  107 ", " 4,9 ", " privat", "autisme ", f" {ONE} "),
        ("§\u00a0107", "4.9", "PRIVAT", "Autisme", ONE),
    ],
)
def test_spelling_does_not_matter(tmp_path: Path, row: tuple[Any, ...]) -> None:
    assert AccountSheet.read(sheet(tmp_path, row)).psp_for("§ 107", "4.9", "privat", "Autisme") == ONE


def test_a_number_cell_keeps_its_nought(tmp_path: Path) -> None:
    """Excel shows art 4.0 as 4 when the cell is a number."""
    accounts = AccountSheet.read(sheet(tmp_path, ("§ 107", 4.0, "privat", "Autisme", ONE)))
    assert accounts.psp_for("§ 107", "4.0", "privat", "Autisme") == ONE
    assert accounts.psp_for("§ 107", "4", "privat", "Autisme") == ONE


def test_columns_stand_in_any_order_among_others(tmp_path: Path) -> None:
    path = sheet(
        tmp_path,
        ("rettet 3/9", ONE, "Autisme", "privat", None, "4.9", "§ 107"),
        headings=("Note", "psp-ELEMENT", "målgruppe ", "EJERFORHOLD", None, "art", "paragraf"),
    )
    assert AccountSheet.read(path).psp_for("§ 107", "4.9", "privat", "Autisme") == ONE


def test_blank_rows_are_skipped_and_rows_numbered_as_in_excel(tmp_path: Path) -> None:
    row = ("§ 107", "4.9", "privat", "Autisme", ONE)
    path = sheet(tmp_path, HEADINGS, (), row, (None, " "), (*row[:4], OTHER), headings=())
    assert AccountSheet.read(path).psp_for("§ 107", "4.9", "privat", "Autisme") == NoAccount((4, 6))


def test_a_double_row_is_no_account_even_with_one_psp(tmp_path: Path) -> None:
    row = ("§ 107", "4.9", "privat", "Autisme", ONE)
    assert AccountSheet.read(sheet(tmp_path, row, row)).psp_for(*row[:4]) == NoAccount((2, 3))


def test_every_wrong_cell_is_named(tmp_path: Path) -> None:
    path = sheet(
        tmp_path,
        ("§ 107", "4.9", "privat", None, ONE),
        ("§ 108", "4.9", "privat", "Autisme", ONE),
        ("§ 103", date(2024, 7, 4), "privat", "Autisme", "XG-538501-00001"),
    )
    text = refusal(path)
    assert "D2 (Målgruppe) is empty" in text
    assert "B4 (Art) is a date to Excel" in text
    assert "E4 (PSP-element) holds 'XG-538501-00001'" in text
    assert "3 (" not in text, "row 3 is right"


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    text = refusal(sheet(tmp_path, headings=("Paragraf", "Ejerforhold", "PSP-element")))
    assert "lacks Art, Målgruppe" in text


def test_an_empty_sheet_says_what_it_needs(tmp_path: Path) -> None:
    assert "is empty. It needs the columns Paragraf, Art" in refusal(sheet(tmp_path, headings=()))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "borte.xlsx" in refusal(tmp_path / "borte.xlsx")


@pytest.mark.parametrize("content", [b"", b"Paragraf;Art\n", b"PK\x03\x04 broken"])
def test_what_is_not_a_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ark.xlsx"
    path.write_bytes(content)
    assert "not a readable Excel file" in refusal(path)
