"""`kollega certificates`, as people type it."""

from __future__ import annotations

from pathlib import Path

from openpyxl import load_workbook

from robots.certificates.model import Kind
from robots.certificates.table import PostTable, Row
from tests.integration.command_line import Office, words
from tests.unit.certificates import hired


def test_an_empty_table_of_posts_is_filled_in_and_read(office: Office) -> None:
    said = office.says("certificates", "table", "poster.xlsx")
    assert (said.code, said.err) == (0, "")
    assert words(said.out).startswith("poster.xlsx: fill it in, then name it in the settings")
    book = load_workbook("poster.xlsx")
    book.worksheets[0].append(("Pædagog", "", 0, 6, "Ja", "Børneattest", "Børneattestloven § 2", ""))
    book.save("poster.xlsx")
    row = PostTable.read(Path("poster.xlsx")).row_for(hired(post="Pædagog", youngest=0, oldest=6))
    assert isinstance(row, Row)
    assert row.kinds == (Kind.CHILDREN,)


def test_what_people_have_filled_in_is_not_written_over(office: Office) -> None:
    Path("poster.xlsx").write_bytes(b"filled in")
    said = office.says("certificates", "table", "poster.xlsx")
    assert (said.code, said.out) == (1, "")
    assert words(said.err) == "poster.xlsx is there already. Name another file; what people have filled in stays."
    assert Path("poster.xlsx").read_bytes() == b"filled in"
