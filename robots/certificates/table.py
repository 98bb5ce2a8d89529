"""The municipality's own Excel sheet: which certificate a post asks for.

The sheet is kept by hand. Reading it is forgiving about case, spaces and column order, and strict about all that
decides which certificate is obtained: every wrong cell is named at once, as Excel names it. A row without workplace
or ages holds for any; where several rows fit a hire, the one that says most about it counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path
from typing import Final

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from bots_common.sheets import Cell, Line, choose, headed, lines, saved, wrong_cells
from robots.certificates.model import Hire, Kind
from robots.certificates.reasons import Detail, Problem, Reason

WHAT: Final = "table of posts"
COLUMNS: Final = (
    "Stilling",
    "Arbejdssted",
    "Alder fra",
    "Alder til",
    "Direkte kontakt",
    "Attest",
    "Hjemmel",
    "Bemærkning",
)
POST, WORKPLACE, FROM, TO, CONTACT, ATTEST, BASIS, REMARK = COLUMNS
YES, NO = "Ja", "Nej"
ATTESTS: Final[Mapping[str, tuple[Kind, ...]]] = {
    "Ingen": (),
    "Privat straffeattest": (Kind.PRIVATE,),
    "Offentlig straffeattest": (Kind.PUBLIC,),
    "Børneattest": (Kind.CHILDREN,),
    "Straffeattest og børneattest": (Kind.PRIVATE, Kind.CHILDREN),
}
PUBLIC_BASIS: Final = re.compile(r"§\s*2[23]\b")
"""A public certificate is ordered by § 22 or § 23 of the police's order, and the orderer says which [S:politi]."""

OLDEST: Final = 120
ROWS_TO_FILL: Final = 1000
WIDTHS: Final = (32, 28, 11, 11, 16, 30, 36, 48)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table; `number` is Excel's. None and "" mean any."""

    number: int
    post: str
    workplace: str
    youngest: int | None
    oldest: int | None
    contact: bool
    attest: str
    basis: str

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return ATTESTS[self.attest]

    @property
    def says(self) -> tuple[bool, str, str]:
        """What follows from the row; rows that say the same do not contradict each other."""
        return self.contact, self.attest, self.basis

    @property
    def aged(self) -> bool:
        """Whether the row is for certain ages."""
        return self.youngest is not None or self.oldest is not None

    @property
    def narrowness(self) -> int:
        """How much the row says of whom it is for."""
        return bool(self.workplace) + self.aged

    def fits(self, hire: Hire) -> bool:
        """Whether the row is for the hire's workplace, and for all the ages that it serves."""
        return self.workplace in ("", plain(hire.workplace)) and (not self.aged or self._covers(hire))

    def _covers(self, hire: Hire) -> bool:
        if hire.youngest is None and hire.oldest is None:
            return False
        youngest, oldest = hire.youngest or 0, OLDEST if hire.oldest is None else hire.oldest
        return (self.youngest or 0) <= youngest and oldest <= (OLDEST if self.oldest is None else self.oldest)


def plain(text: str) -> str:
    """A name in one spelling, whatever its case and spaces."""
    return " ".join(text.split()).casefold()


class PostTable:
    """The table as read; look up with `row_for`."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows: dict[str, list[Row]] = {}
        for row in rows:
            self._rows.setdefault(row.post, []).append(row)

    @classmethod
    def read(cls, path: Path) -> PostTable:
        """Read the first sheet of an .xlsx, .xls or .ods file with the headings `COLUMNS`.

        Raises: SettingsError: the file cannot be read, a column is missing, or cells are wrong; all of them are
        named.
        """
        rows: list[Row] = []
        wrong: list[str] = []
        for line in lines(path, COLUMNS, WHAT):
            faults = list(_faults(line))
            wrong += [line.fault(column, fault) for column, fault in faults]
            if not faults:
                rows.append(_row(line))
        if wrong:
            raise wrong_cells(path, WHAT, wrong)
        return cls(rows)

    def row_for(self, hire: Hire) -> Row | Problem:
        """The row that counts for the hire: the narrowest of those that fit, if no other of them says otherwise."""
        of_post = self._rows.get(plain(hire.post), [])
        where = {"hire": hire.number, "post": hire.post, "workplace": hire.workplace}
        if not of_post:
            return Problem(Reason.POST_UNKNOWN, where)
        fitting = [row for row in of_post if row.fits(hire)]
        if not fitting:
            ages = {"youngest": hire.youngest, "oldest": hire.oldest}
            return Problem(
                Reason.POST_UNCLEAR, {**where, **ages, "detail": Detail.NO_ROW_FITS, "rows": _numbers(of_post)}
            )
        narrowest = max(row.narrowness for row in fitting)
        best = [row for row in fitting if row.narrowness == narrowest]
        if len({row.says for row in best}) > 1:
            return Problem(Reason.POST_UNCLEAR, {**where, "rows": _numbers(best)})
        return best[0]


def write() -> bytes:
    """An empty table as an .xlsx file with drop-downs, ready to be filled in."""
    book, sheet = headed(COLUMNS, WIDTHS, "Stillinger")
    choose(sheet, _cells(CONTACT), (YES, NO))
    choose(sheet, _cells(ATTEST), ATTESTS)
    ages = DataValidation(type="whole", operator="between", formula1="0", formula2=str(OLDEST), allow_blank=True)
    ages.add(_cells(FROM, TO))
    sheet.add_data_validation(ages)
    return saved(book)


def _cells(first: str, last: str = "") -> str:
    """The cells that people fill in, of a column or of several side by side."""
    left, right = (get_column_letter(COLUMNS.index(column) + 1) for column in (first, last or first))
    return f"{left}2:{right}{ROWS_TO_FILL}"


def _row(line: Line) -> Row:
    written = dict(zip(COLUMNS, line.fields, strict=True))
    return Row(
        number=line.number,
        post=plain(written[POST]),
        workplace=plain(written[WORKPLACE]),
        youngest=_age(written[FROM]),
        oldest=_age(written[TO]),
        contact=plain(written[CONTACT]) == plain(YES),
        attest=_among(written[ATTEST], ATTESTS) or "",
        basis=written[BASIS],
    )


def _faults(line: Line) -> Iterator[tuple[str, str]]:
    """What is wrong with a row, cell by cell."""
    written = dict(zip(COLUMNS, line.fields, strict=True))
    dates = [column for column, cell in zip(COLUMNS, line.cells, strict=True) if _is_date(cell)]
    yield from ((column, "is a date to Excel: format the column as text and write it again") for column in dates)
    if not written[POST]:
        yield POST, "is empty"
    for column in (FROM, TO):
        if column not in dates and written[column] and _age(written[column]) is None:
            yield column, f"holds {written[column]!r}, and an age is a whole number from 0 to {OLDEST}"
    youngest, oldest = _age(written[FROM]), _age(written[TO])
    if youngest is not None and oldest is not None and oldest < youngest:
        yield TO, f"holds {oldest}, which is below {FROM}"
    for column, words in ((CONTACT, (YES, NO)), (ATTEST, tuple(ATTESTS))):
        if column not in dates and _among(written[column], words) is None:
            yield column, f"holds {written[column]!r}; choose one of {', '.join(words)}"
    public = Kind.PUBLIC in ATTESTS.get(_among(written[ATTEST], ATTESTS) or "", ())
    if public and not PUBLIC_BASIS.search(written[BASIS]):
        yield BASIS, f"holds {written[BASIS]!r}, and a public certificate is ordered by § 22 or § 23: name it"


def _is_date(cell: Cell) -> bool:
    return isinstance(cell, date | time | timedelta)


def _age(written: str) -> int | None:
    """The age; a number cell is a float, so 6 is written 6.0."""
    digits = written.removesuffix(".0")
    return int(digits) if re.fullmatch(r"[0-9]{1,3}", digits) and int(digits) <= OLDEST else None


def _among(written: str, words: Iterable[str]) -> str | None:
    """The word that is meant, whatever its case and spaces."""
    return next((word for word in words if plain(word) == plain(written)), None)


def _numbers(rows: Sequence[Row]) -> str:
    return ", ".join(str(row.number) for row in rows)
