"""The file that a person uploads: an Excel sheet of the fields where the robot offers nothing else."""

from __future__ import annotations

from io import BytesIO

from openpyxl import load_workbook

from bots_common.handfile import EXCEL, sheet


def test_every_field_has_a_column_and_every_effect_a_row() -> None:
    intents = [
        {"cpr": "0101901234", "name": "Mette", "copies": 2},
        {"cpr": "6101901234", "name": "=1+1\x07", "posts": ["a", "b"]},
    ]
    file = sheet("certificates-children/§ 123", intents, {"name": "Navn"})
    assert (file.name, file.media_type) == ("certificates-children-§ 123.xlsx", EXCEL)
    page = load_workbook(BytesIO(file.content)).worksheets[0]
    assert [[cell.value for cell in row] for row in page.iter_rows()] == [
        ["cpr", "Navn", "copies", "posts"],
        ["0101901234", "Mette", 2, None],
        ["6101901234", "=1+1", None, '["a", "b"]'],
    ]
    assert page["B3"].data_type == "s", "what looks like a formula is none"
