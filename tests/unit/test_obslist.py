"""The obs-list as an Excel sheet: what people write comes in, and each wrong cell is named as Excel names it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from bots_common import obslist
from bots_common.errors import SettingsError
from bots_common.obslist import Sheet
from bots_common.texts import Language
from bots_common.work.records import NewObs, ObsRow

TODAY = date(2026, 11, 25)
NOW = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)
TITLES = {"invoices": "Fakturaer", "flexwage": "Fleksløntilskud"}
SPELLINGS = {"invoices": ["Fakturaer", "Invoices"], "flexwage": ["Fleksløntilskud", "Flex wage"]}
DANISH = ("CPR-nummer", "Robot", "Grund", "Fra", "Til")
GURLI = "6101901234"


def sheet_of(*rows: tuple[Any, ...], headings: tuple[str, ...] = DANISH) -> bytes:
    book = Workbook()
    page = book.worksheets[0]
    for row in (headings, *rows):
        page.append(row)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def read(*rows: tuple[Any, ...]) -> Sheet:
    return obslist.read(sheet_of(*rows), SPELLINGS, TODAY)


def entry(**changed: Any) -> ObsRow:
    fields: dict[str, Any] = {
        "id": 1,
        "subject": GURLI,
        "reason": "=sag",
        "first": date(2026, 1, 1),
        "last": None,
        "robot": "flexwage",
        "added_at": NOW,
        "added_by": "anna",
        "confirmed_at": None,
        "ended_at": None,
    }
    return ObsRow(**(fields | changed))


def test_a_row_is_an_entry() -> None:
    row = ("610190-1234", "Fleksløntilskud", "Særlig aftale", date(2026, 12, 1), date(2026, 12, 31))
    assert read(row) == Sheet(
        (NewObs(GURLI, "Særlig aftale", date(2026, 12, 1), date(2026, 12, 31), "flexwage"),), ()
    )


@pytest.mark.parametrize("written", ["", "Alle robotter", "alle robotter", "All robots", "Alle roboter"])
def test_no_robot_is_every_robot(written: str) -> None:
    (made,) = read(("610190-1234", written, "x", None, None)).entries
    assert made.robot is None


@pytest.mark.parametrize("written", ["invoices", "Fakturaer", "fakturaer", "Invoices"])
def test_a_robot_is_known_by_its_name_and_its_titles(written: str) -> None:
    (made,) = read(("610190-1234", written, "x", None, None)).entries
    assert made.robot == "invoices"


def test_without_days_it_counts_from_today_until_somebody_ends_it() -> None:
    (made,) = read(("610190-1234", "", "x", None, None)).entries
    assert (made.first, made.last) == (TODAY, None)


def test_a_number_that_excel_has_taken_the_nought_from_is_mended() -> None:
    (made,) = read((101901234, "", "x", None, None)).entries
    assert made.subject == "0101901234"


@pytest.mark.parametrize("written", ["01-12-2026", "1.12.2026", "01/12/2026", "2026-12-01", date(2026, 12, 1)])
def test_days_are_read_as_people_write_them(written: Any) -> None:
    (made,) = read(("610190-1234", "", "x", written, None)).entries
    assert made.first == date(2026, 12, 1)


def test_blank_rows_are_no_rows() -> None:
    assert len(read((None, None, None, None, None), ("610190-1234", "", "x", None, None)).entries) == 1


@pytest.mark.parametrize("language", list(Language))
def test_headings_may_be_of_any_language(language: Language) -> None:
    written = obslist.write([entry()], TITLES, language)
    (made,) = obslist.read(written, SPELLINGS, TODAY).entries
    assert made == NewObs(GURLI, "=sag", date(2026, 1, 1), None, "flexwage")


def test_each_wrong_cell_is_named_and_the_good_rows_are_kept() -> None:
    sheet = read(
        ("610190-1234", "", "fin", None, None),
        ("123", "", "x", None, None),
        ("610190-1234", "Bogholder", "", "i morgen", date(2026, 1, 1)),
        ("610190-1234", "", "x", date(2026, 3, 1), date(2026, 2, 1)),
    )
    assert [made.reason for made in sheet.entries] == ["fin"]
    assert tuple(map(str, sheet.wrong)) == (
        "A3: this is not a personal number; write it as DDMMYY-SSSS.",
        "B4: there is no such robot; choose one from the list.",
        "C4: say why the robot must leave the citizen alone.",
        "D4: this is not a date; write it as DD-MM-YYYY.",
        "E4: the last day is before the first.",
        "E5: the last day is before the first.",
    )


def test_no_sentence_repeats_what_was_written() -> None:
    sheet = read(("610190-12345", "610190-1234", "", "610190-1234", ""))
    assert sheet.wrong
    assert not [sentence for sentence in sheet.wrong if "610190" in str(sentence)]


def test_a_missing_column_is_named() -> None:
    with pytest.raises(SettingsError, match="no column Grund"):
        obslist.read(sheet_of(headings=("CPR-nummer", "Robot", "Fra", "Til")), SPELLINGS, TODAY)


def test_what_is_no_excel_file_says_so() -> None:
    with pytest.raises(SettingsError, match=r"Save it as \.xlsx"):
        obslist.read(b"CPR;Robot", SPELLINGS, TODAY)


def test_the_template_offers_the_robots_and_keeps_numbers_as_texts() -> None:
    page = load_workbook(BytesIO(obslist.write([], TITLES, Language.DA))).worksheets[0]
    assert [cell.value for cell in page[1]] == list(DANISH)
    choices = {str(check.sqref): check.formula1 for check in page.data_validations.dataValidation}
    assert choices["B2:B2000"] == '"Alle robotter,Fakturaer,Fleksløntilskud"'
    assert page["A2"].number_format == "@"


def test_a_reason_never_becomes_a_formula() -> None:
    page = load_workbook(BytesIO(obslist.write([entry()], TITLES, Language.DA))).worksheets[0]
    assert (page["C2"].value, page["C2"].data_type) == ("=sag", "s")


def test_what_ends_within_two_weeks_is_told() -> None:
    soon, later, endless = entry(last=TODAY + timedelta(14)), entry(last=TODAY + timedelta(15)), entry()
    assert obslist.expiring([soon, later, endless], TODAY) == [soon]


def test_after_three_months_somebody_is_asked_until_it_is_confirmed() -> None:
    old = entry(added_at=NOW - timedelta(days=91))
    confirmed = entry(added_at=NOW - timedelta(days=200), confirmed_at=NOW - timedelta(days=2))
    assert obslist.still_right([old, confirmed, entry()], NOW) == [old]


def test_who_keeps_the_list_for_some_robots_only_names_one() -> None:
    rows = (("610190-1234", "", "x", None, None), ("610190-1234", "invoices", "x", None, None))
    sheet = obslist.read(sheet_of(*rows), SPELLINGS, TODAY, for_all=False)
    assert [str(fault) for fault in sheet.wrong] == ["B2: name a robot; you keep the list for some robots only."]
    assert [entry.robot for entry in sheet.entries] == ["invoices"]


def test_what_is_wrong_is_told_in_the_readers_language() -> None:
    (fault,) = read(("610190-1234", "nobody", "x", None, None)).wrong
    assert (fault.cell, fault.told(Language.DA)) == ("B2", "Den robot findes ikke. Vælg en fra listen.")
