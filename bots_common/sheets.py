"""The sheets that municipalities keep by hand in Excel: written to be filled in, and cells read as they stand, each
named as Excel names it.

`what` is what people call the sheet ("accounts sheet"); it stands in every error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Generic, TypeAlias, TypeVar

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineError, CalamineWorkbook

from bots_common.errors import SettingsError

Cell: TypeAlias = str | float | bool | date | time | timedelta
SheetT = TypeVar("SheetT")


class SheetFile(Generic[SheetT]):
    """A sheet that people go on keeping while a robot works: read again whenever it has been saved."""

    def __init__(self, path: Path, read: Callable[[Path], SheetT]) -> None:
        self._path = path
        self._read = read
        self._sheet: SheetT | None = None
        self._saved = 0.0

    def sheet(self) -> SheetT:
        """The sheet as it was saved last. Raises what `read` raises."""
        saved = self._path.stat().st_mtime if self._path.exists() else 0.0
        if self._sheet is None or saved != self._saved:
            self._sheet = self._read(self._path)
            self._saved = saved
        return self._sheet


@dataclass(frozen=True, slots=True)
class Line:
    """A row that is not blank: its number in Excel, and its cells in the order of the columns asked for."""

    number: int
    cells: tuple[Cell, ...]
    places: Mapping[str, str]

    @property
    def fields(self) -> tuple[str, ...]:
        """The cells as text; a number cell is a float, and its shortest text is what a person sees in Excel."""
        return tuple(" ".join(str(cell).split()) for cell in self.cells)

    def fault(self, column: str, fault: str) -> str:
        """The fault of a cell, which is named as Excel does: "B7 (Art) is empty"."""
        return f"{self.places[column]}{self.number} ({column}) {fault}"


def headed(headings: Sequence[str], widths: Sequence[int], title: str = "") -> tuple[Workbook, Worksheet]:
    """A book with one sheet whose bold headings stay in view; `widths` are in characters."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title or sheet.title
    for place, (heading, width) in enumerate(zip(headings, widths, strict=True), start=1):
        sheet.cell(1, place, heading).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "A2"
    return book, sheet


def choose(sheet: Worksheet, cells: str, words: Iterable[str]) -> None:
    """A drop-down for the cells: one of the words, or nothing."""
    choice = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
    choice.add(cells)
    sheet.add_data_validation(choice)


def saved(book: Workbook) -> bytes:
    """The book as an .xlsx file."""
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def lines(path: Path, columns: Sequence[str], what: str) -> list[Line]:
    """The rows of the first sheet of an .xlsx, .xls or .ods file.

    Its first row that is not blank holds the headings; other columns and blank rows are left out.

    Raises: SettingsError: the file cannot be read, is empty, or lacks a column.
    """
    grid = _grid(path, what)
    top = next((n for n, row in enumerate(grid) if not _blank(row)), None)
    if top is None:
        raise SettingsError(f"The {what} {path.name} is empty.", f"It needs the columns {', '.join(columns)}.")
    at = _columns(grid[top], columns, f"{what} {path.name}")
    places = {column: get_column_letter(place + 1) for column, place in zip(columns, at, strict=True)}
    return list(_lines(grid[top + 1 :], at, places, top + 2))


def wrong_cells(path: Path, what: str, faults: Sequence[str]) -> SettingsError:
    """The error that names all wrong cells at once."""
    return SettingsError(f"The {what} {path.name} has wrong cells: {'; '.join(faults)}.", "Correct them.")


def _grid(path: Path, what: str) -> Sequence[Sequence[Cell]]:
    """All cells from A1 on, so that positions are Excel's own."""
    try:
        with CalamineWorkbook.from_path(path) as workbook:
            return workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except OSError as error:
        raise SettingsError(
            f"The {what} {path} cannot be opened ({error}).", "Put it there, and close it in Excel."
        ) from error
    except CalamineError as error:
        raise SettingsError(
            f"The {what} {path} is not a readable Excel file ({error}).", "Save it as .xlsx without a password."
        ) from error


def _columns(headings: Sequence[Cell], columns: Sequence[str], what: str) -> list[int]:
    """Where each of the columns stands."""
    places = {str(heading).strip().casefold(): n for n, heading in reversed(list(enumerate(headings)))}
    if missing := [column for column in columns if column.casefold() not in places]:
        raise SettingsError(
            f"The {what} lacks {', '.join(missing)}.", f"Its first row must hold {', '.join(columns)}."
        )
    return [places[column.casefold()] for column in columns]


def _lines(
    rows: Sequence[Sequence[Cell]], at: Sequence[int], places: Mapping[str, str], first: int
) -> Iterator[Line]:
    for number, row in enumerate(rows, start=first):
        line = Line(number, tuple(row[place] for place in at), places)
        if any(line.fields):
            yield line


def _blank(row: Sequence[Cell]) -> bool:
    return not any(str(cell).strip() for cell in row)
