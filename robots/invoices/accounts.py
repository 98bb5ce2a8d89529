"""The municipality's own Excel sheet: which PSP element bears a paragraph, art, ownership and target group.

The sheet is kept by hand and changes with the chart of accounts (catalogue case 6), so reading it is
forgiving about case, spaces, column order and number cells, and strict about all that decides where money
is booked: every wrong cell is named at once, as Excel names it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from bots_common.sheets import Cell, Line, lines, wrong_cells

WHAT: Final = "accounts sheet"
COLUMNS: Final = ("Paragraf", "Art", "Ejerforhold", "Målgruppe", "PSP-element")
PSP: Final = re.compile(r"[A-ZÆØÅ]{2}-\d{10}-\d{5}")


class AccountKey(NamedTuple):
    """What decides the account, spelled in one way."""

    paragraph: str
    art: str
    ownership: str
    target_group: str


@dataclass(frozen=True, slots=True)
class NoAccount:
    """The sheet does not say one account: `rows` are the Excel rows that claim the key, none or several."""

    rows: tuple[int, ...]


@lru_cache(maxsize=4096)
def paragraph_of(text: str) -> str:
    """A paragraph in one spelling: "§103" and "§  103" are "§ 103"."""
    return re.sub(r"§\s*", "§ ", " ".join(text.split()))


@lru_cache(maxsize=4096)
def art_of(text: str) -> str:
    """An art in one spelling: "4,7" is "4.7", and "4" (a number cell loses its nought) is "4.0"."""
    art = text.strip().replace(",", ".")
    return f"{art}.0" if art.isdigit() else art


@lru_cache(maxsize=4096)
def account_key(paragraph: str, art: str, ownership: str, target_group: str) -> AccountKey:
    """The key of a grant or a row, whatever the case and spaces it is written with."""

    def plain(text: str) -> str:
        return " ".join(text.split()).casefold()

    return AccountKey(plain(paragraph_of(paragraph)), art_of(art), plain(ownership), plain(target_group))


class AccountSheet:
    """The sheet as read; look up with `psp_for`."""

    def __init__(self, rows: Mapping[AccountKey, Mapping[int, str]]) -> None:
        """`rows` holds, for each key, the PSP element by Excel row."""
        self._rows = rows

    @classmethod
    def read(cls, path: Path) -> AccountSheet:
        """Read the first sheet of an .xlsx, .xls or .ods file.

        Its first row that is not blank holds the headings; other columns than `COLUMNS` and blank rows are
        ignored.

        Raises: SettingsError: the file cannot be read, a column is missing, or cells are wrong; all of them
        are named.
        """
        rows: dict[AccountKey, dict[int, str]] = {}
        wrong: list[str] = []
        for line in lines(path, COLUMNS, WHAT):
            faults = _faults(line)
            wrong.extend(faults)
            if not faults:
                rows.setdefault(account_key(*line.fields[:4]), {})[line.number] = line.fields[4]
        if wrong:
            raise wrong_cells(path, WHAT, wrong)
        return cls(rows)

    def psp_for(self, paragraph: str, art: str, ownership: str, target_group: str) -> str | NoAccount:
        """The PSP element, or which rows keep it from being known."""
        found = self._rows.get(account_key(paragraph, art, ownership, target_group), {})
        if len(found) == 1:
            return next(iter(found.values()))
        return NoAccount(tuple(found))


def _faults(line: Line) -> list[str]:
    """What is wrong with a row, cell by cell."""
    cells = zip(COLUMNS, line.fields, line.cells, strict=True)
    return [line.fault(heading, fault) for heading, field, cell in cells if (fault := _fault(heading, field, cell))]


def _fault(heading: str, field: str, cell: Cell) -> str | None:
    if not field:
        return "is empty"
    if isinstance(cell, date | time | timedelta):
        return "is a date to Excel: format the column as text and write it again"
    if heading == "PSP-element" and not PSP.fullmatch(field):
        return f"holds {field!r}, and a PSP element looks like XG-5385010001-00001"
    return None
