"""Tables in Excel sheets: real ones with headers, amounts as numbers, and texts that never become a formula."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, TypeAlias

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from reports.telling import Teller

KRONER: Final = "#,##0.00"
COUNT: Final = "#,##0"
SHARE: Final = "0.0%"
MOMENT: Final = "yyyy-mm-dd hh:mm"
TEXT: Final = "@"
STYLE: Final = TableStyleInfo(name="TableStyleMedium2", showRowStripes=True)
TOP: Final = Alignment(vertical="top", wrap_text=True)
FORMULA_SIGNS: Final = ("=", "+", "-", "@")

Value: TypeAlias = str | int | Decimal | datetime | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its header, how its values look, and its width in characters."""

    header: str
    width: int
    format: str = TEXT


def local(at: datetime, teller: Teller) -> datetime:
    """Excel knows no zones: the municipality's own time, to the minute."""
    return at.astimezone(teller.zone).replace(tzinfo=None, second=0, microsecond=0)


def table(sheet: Worksheet, name: str, top: int, columns: Sequence[Column], rows: Sequence[Sequence[Value]]) -> None:
    """A real Excel table whose header stands in row `top`. Excel wants one row at least, if only an empty one."""
    for place, column in enumerate(columns, start=1):
        put(sheet.cell(top, place), column.header)
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = max(column.width, sheet.column_dimensions[letter].width)
    for down, row in enumerate(rows, start=top + 1):
        for place, (column, value) in enumerate(zip(columns, row, strict=True), start=1):
            cell = sheet.cell(down, place)
            put(cell, value)
            cell.number_format = column.format
            cell.alignment = TOP
    corner = f"{get_column_letter(len(columns))}{top + max(len(rows), 1)}"
    table = Table(displayName=name, ref=f"A{top}:{corner}")
    table.tableStyleInfo = STYLE
    sheet.add_table(table)


def put(cell: Cell | MergedCell, value: Value) -> None:
    """Texts stay texts, whatever they begin with, also when somebody edits the cell."""
    if not isinstance(value, str):
        cell.value = value
        return
    text = ILLEGAL_CHARACTERS_RE.sub("", value)
    cell.value = text
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(FORMULA_SIGNS)
