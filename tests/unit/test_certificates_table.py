"""The table of posts as municipalities keep it: by hand, in Excel, and not always rightly."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots_common.errors import SettingsError
from robots.certificates import table as posts
from robots.certificates.model import Kind
from robots.certificates.reasons import Detail, Problem, Reason
from robots.certificates.table import ATTESTS, COLUMNS, PostTable, Row
from tests.unit.certificates import check_told, hired, row, sheet, table


def refusal(path: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        PostTable.read(path)
    return str(caught.value)


def found(table: PostTable, **changes: Any) -> Row:
    answer = table.row_for(hired(**changes))
    assert isinstance(answer, Row)
    return answer


def problem(table: PostTable, **changes: Any) -> Problem:
    answer = table.row_for(hired(**changes))
    assert isinstance(answer, Problem)
    check_told(answer)
    return answer


def test_a_post_is_found_whatever_its_spelling(tmp_path: Path) -> None:
    row_for = found(table(tmp_path, row(" pædagog "), row("Lærer", "Ingen")), post="PÆDAGOG")
    assert (row_for.number, row_for.kinds, row_for.contact) == (2, (Kind.CHILDREN,), True)


@pytest.mark.parametrize(
    ("attest", "kinds"),
    [
        ("Ingen", ()),
        ("privat straffeattest", (Kind.PRIVATE,)),
        ("Offentlig  straffeattest", (Kind.PUBLIC,)),
        ("Børneattest", (Kind.CHILDREN,)),
        ("Straffeattest og børneattest", (Kind.PRIVATE, Kind.CHILDREN)),
    ],
)
def test_each_word_means_its_certificates(tmp_path: Path, attest: str, kinds: tuple[Kind, ...]) -> None:
    assert found(table(tmp_path, row(attest=attest, basis="§ 22, stk. 1"))).kinds == kinds


def test_the_row_that_says_most_counts(tmp_path: Path) -> None:
    """Workplace and ages over either of them, and either over none."""
    rows = (
        row(attest="Ingen"),
        row(attest="Privat straffeattest", workplace="Børnehuset Solen"),
        row(attest="Børneattest", workplace="Børnehuset Solen", ages=(0, 14)),
    )
    assert found(table(tmp_path, *rows)).number == 4
    assert found(table(tmp_path, *rows), youngest=15, oldest=18).number == 3
    assert found(table(tmp_path, *rows), workplace="Skolen").number == 2


def test_rows_that_say_as_much_and_differ_are_for_a_person(tmp_path: Path) -> None:
    one, other = row(attest="Børneattest", ages=(0, 14)), row(attest="Ingen", workplace="Børnehuset Solen")
    unclear = problem(table(tmp_path, one, other))
    assert unclear.reason is Reason.POST_UNCLEAR
    assert unclear.facts["rows"] == "2, 3"


def test_rows_that_say_the_same_twice_do_no_harm(tmp_path: Path) -> None:
    assert found(table(tmp_path, row(), row(workplace=""), row())).number == 2


def test_a_post_that_is_not_there_is_for_a_person(tmp_path: Path) -> None:
    unknown = problem(table(tmp_path, row()), post="Fyrmester")
    assert (unknown.reason, unknown.facts["post"]) == (Reason.POST_UNKNOWN, "Fyrmester")


@pytest.mark.parametrize("ages", [(6, 16), (15, 18), (None, None), (13, None)])
def test_ages_that_no_row_covers_are_for_a_person(tmp_path: Path, ages: tuple[int | None, int | None]) -> None:
    unclear = problem(table(tmp_path, row(ages=(0, 14))), youngest=ages[0], oldest=ages[1])
    assert (unclear.reason, unclear.facts["detail"]) == (Reason.POST_UNCLEAR, Detail.NO_ROW_FITS)


@given(low=st.integers(0, 120), high=st.integers(0, 120), young=st.integers(0, 120), old=st.integers(0, 120))
def test_a_row_with_ages_is_for_those_within_them(low: int, high: int, young: int, old: int) -> None:
    it = Row(2, "pædagog", "", low, high, contact=True, attest="Børneattest", basis="")
    assert it.fits(hired(youngest=young, oldest=old)) == (low <= young and old <= high)


def test_every_wrong_cell_is_named_as_excel_names_it(tmp_path: Path) -> None:
    told = refusal(
        sheet(
            tmp_path,
            row(""),
            row(ages=("seks", 200)),
            row(ages=(10, 6)),
            row(contact="måske"),
            row(attest="Kørekort"),
            row(attest="Offentlig straffeattest", basis="Samtykke"),
        )
    )
    for fault in (
        "A2 (Stilling) is empty",
        "C3 (Alder fra) holds 'seks', and an age is a whole number from 0 to 120",
        "D3 (Alder til) holds '200.0', and an age",
        "D4 (Alder til) holds 6, which is below Alder fra",
        "E5 (Direkte kontakt) holds 'måske'; choose one of Ja, Nej",
        "F6 (Attest) holds 'Kørekort'; choose one of Ingen, Privat straffeattest",
        "G7 (Hjemmel) holds 'Samtykke', and a public certificate is ordered by § 22 or § 23: name it",
    ):
        assert fault in told


@pytest.mark.parametrize("basis", ["§ 22", "BEK 1860/2021 § 23, stk. 2", "§22 stk. 1"])
def test_a_public_certificate_has_its_basis(tmp_path: Path, basis: str) -> None:
    assert found(table(tmp_path, row(attest="Offentlig straffeattest", basis=basis))).basis == basis


@pytest.mark.parametrize("basis", ["", "§ 2", "§ 220", "22"])
def test_a_public_certificate_without_its_basis_is_an_error_of_the_table(tmp_path: Path, basis: str) -> None:
    assert "G2 (Hjemmel)" in refusal(sheet(tmp_path, row(attest="Offentlig straffeattest", basis=basis)))


def test_columns_stand_in_any_order_and_others_are_ignored(tmp_path: Path) -> None:
    turned = [(*reversed(COLUMNS), "Noter"), (*reversed(row()), "hej")]
    path = sheet(tmp_path, *turned[1:], headings=turned[0])
    assert found(PostTable.read(path)).attest == "Børneattest"


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    assert "lacks Attest, Hjemmel" in refusal(
        sheet(tmp_path, headings=[it for it in COLUMNS if it not in ("Attest", "Hjemmel")])
    )


def test_the_empty_table_can_be_read_and_offers_what_may_be_written(tmp_path: Path) -> None:
    path = tmp_path / "ny.xlsx"
    path.write_bytes(posts.write())
    assert problem(PostTable.read(path)).reason is Reason.POST_UNKNOWN
    page = openpyxl.load_workbook(BytesIO(posts.write())).worksheets[0]
    offered = {str(it.sqref): it.formula1 for it in page.data_validations.dataValidation}
    assert offered["E2:E1000"] == '"Ja,Nej"'
    assert offered["F2:F1000"] == f'"{",".join(ATTESTS)}"'
    assert offered["C2:D1000"] == "0"
