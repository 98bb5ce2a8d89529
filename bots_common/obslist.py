"""The obs-list as people keep it: an Excel sheet in and out, and which entries want a second look.

A citizen is on the list because a person knows something that no rule does. Robots leave the citizen's cases alone,
and staff see whom they must do by hand.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any, Final

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from python_calamine import CalamineError, CalamineWorkbook

from bots_common.errors import SettingsError
from bots_common.reasons import LOCALES
from bots_common.sheets import choose, headed, saved
from bots_common.texts import Language, Texts
from bots_common.values import Cpr
from bots_common.work.records import NewObs, ObsRow

HEADINGS: Final = ("Personal number", "Robot", "Reason", "From", "To")
TITLE: Final = "Obs-list"
ALL_ROBOTS: Final = "All robots"
ALL: Final = "All"
"""What people write when they do not choose from the list."""
STILL_RIGHT_AFTER: Final = timedelta(days=91)
EXPIRES_WITHIN: Final = timedelta(days=14)
ROWS_TO_FILL: Final = 2000
WIDTHS: Final = (16, 24, 60, 14, 14)

_TEXTS: Final = Texts.load(LOCALES)


NO_NUMBER: Final = "this is not a personal number; write it as DDMMYY-SSSS."
NO_ROBOT: Final = "there is no such robot; choose one from the list."
NOT_FOR_ALL: Final = "name a robot; you keep the list for some robots only."
NO_REASON: Final = "say why the robot must leave the citizen alone."
NO_DATE: Final = "this is not a date; write it as DD-MM-YYYY."
BACKWARDS: Final = "the last day is before the first."
PAST: Final = "the last day is past; robots would not leave the citizen alone."
FAULTS: Final = (NO_NUMBER, NO_ROBOT, NOT_FOR_ALL, NO_REASON, NO_DATE, BACKWARDS, PAST)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a cell, which is named as Excel names it."""

    cell: str
    msgid: str

    def told(self, language: Language) -> str:
        """What to write there instead."""
        return told(self.msgid, language)

    def __str__(self) -> str:
        return f"{self.cell}: {self.msgid}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stood in a sheet: the good rows, and the wrong cells of the others."""

    entries: tuple[NewObs, ...]
    wrong: tuple[Fault, ...]


def read(content: bytes, robots: Mapping[str, Collection[str]], today: date, *, for_all: bool = True) -> Sheet:
    """Read a sheet with the headings of the template, in any of the languages.

    `robots` are the names that people may write for each robot; `for_all` whether a row may be for every robot. A row
    without a first day counts from `today`. Raises SettingsError where it is no Excel file or a heading is missing.
    """
    grid = _grid(content)
    places = _places(grid[0] if grid else ())
    entries: list[NewObs] = []
    wrong: list[Fault] = []
    for number, row in enumerate(grid[1:], start=2):
        cells = [row[place] if place < len(row) else "" for place in places]
        if not any(str(cell).strip() for cell in cells):
            continue
        entry, faults = entry_of(cells, robots, today, for_all=for_all)
        wrong += [Fault(f"{get_column_letter(places[column] + 1)}{number}", fault) for column, fault in faults]
        if entry is not None:
            entries.append(entry)
    return Sheet(tuple(entries), tuple(wrong))


def write(entries: Sequence[ObsRow], robots: Mapping[str, str], language: Language) -> bytes:
    """The list as an .xlsx file with drop-downs, ready to be filled in further; without entries it is the template.

    `robots` are the titles of the robots by name.
    """
    book, sheet = headed([told(it, language) for it in HEADINGS], WIDTHS, told(TITLE, language))
    for down, entry in enumerate(entries, start=2):
        robot = told(ALL_ROBOTS, language) if entry.robot is None else robots.get(entry.robot, entry.robot)
        values = (Cpr(entry.subject).shown(), robot, entry.reason, entry.first, entry.last)
        for place, value in enumerate(values, start=1):
            cell = sheet.cell(down, place, value)
            if isinstance(value, str):
                cell.data_type = "s"  # what begins with = is a text all the same
    for row in sheet.iter_rows(min_row=2, max_row=ROWS_TO_FILL, min_col=1, max_col=5):
        row[0].number_format = "@"
        row[3].number_format = row[4].number_format = "dd-mm-yyyy"
    choose(sheet, f"B2:B{ROWS_TO_FILL}", [told(ALL_ROBOTS, language), *robots.values()])
    days = DataValidation(type="date", operator="greaterThan", formula1="36526", allow_blank=True)
    days.add(f"D2:E{ROWS_TO_FILL}")
    sheet.add_data_validation(days)
    return saved(book)


def expiring(entries: Sequence[ObsRow], today: date) -> list[ObsRow]:
    """The entries that end soon, so that somebody can say whether they should."""
    return [it for it in entries if it.last is not None and it.last <= today + EXPIRES_WITHIN]


def still_right(entries: Sequence[ObsRow], now: datetime) -> list[ObsRow]:
    """The entries that nobody has confirmed for three months: is the robot still to leave the citizen alone?"""
    return [it for it in entries if (it.confirmed_at or it.added_at) <= now - STILL_RIGHT_AFTER]


def _grid(content: bytes) -> list[list[Any]]:
    try:
        with CalamineWorkbook.from_filelike(BytesIO(content)) as book:
            return book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise SettingsError(
            f"The obs-list is not a readable Excel file ({error}).", "Save it as .xlsx without a password."
        ) from error


def _places(headings: Sequence[Any]) -> list[int]:
    """Where each of the headings stands, in whatever language it is written."""
    written = {str(heading).strip().casefold(): place for place, heading in reversed(list(enumerate(headings)))}
    found = [next((written[name] for name in _names(heading) if name in written), None) for heading in HEADINGS]
    missing = [told(heading, Language.DA) for heading, place in zip(HEADINGS, found, strict=True) if place is None]
    if missing:
        raise SettingsError(
            f"The obs-list has no column {', '.join(missing)}.", "Use the sheet that `kollega obs template` makes."
        )
    return [place for place in found if place is not None]


def entry_of(
    cells: Sequence[Any], robots: Mapping[str, Collection[str]], today: date, *, for_all: bool = True
) -> tuple[NewObs | None, list[tuple[int, str]]]:
    """The entry of a row whose cells are in the order of the headings; or what is wrong, by the column's place.

    The arguments are those of `read`.
    """
    cpr = Cpr.parse(_number(cells[0]))
    robot, robot_known = _robot(str(cells[1]).strip(), robots)
    reason = " ".join(str(cells[2]).split())
    first, last = _day(cells[3]) or today, _day(cells[4])
    faults = list(_faults(cells, cpr, robot_known, reason))
    if robot_known and robot is None and not for_all:
        faults.append((1, NOT_FOR_ALL))
    if last is not None and last < max(first, today):
        faults.append((4, BACKWARDS if last < first else PAST))
    if faults or cpr is None:
        return None, faults
    return NewObs(subject=cpr.digits, reason=reason, first=first, last=last, robot=robot), []


def _faults(cells: Sequence[Any], cpr: Cpr | None, robot_known: bool, reason: str) -> Iterator[tuple[int, str]]:
    if cpr is None:
        yield 0, NO_NUMBER
    if not robot_known:
        yield 1, NO_ROBOT
    if not reason:
        yield 2, NO_REASON
    for column in (3, 4):
        if str(cells[column]).strip() and _day(cells[column]) is None:
            yield column, NO_DATE


def _number(cell: Any) -> str:
    """A personal number that Excel has taken for a number has lost the nought it began with."""
    return f"{int(cell):010}" if isinstance(cell, float) else str(cell)


def _robot(written: str, robots: Mapping[str, Collection[str]]) -> tuple[str | None, bool]:
    """The robot that is meant, and whether the text means anything; nothing and "all" are every robot."""
    text = written.casefold()
    if not text or text in _names(ALL_ROBOTS) | _names(ALL):
        return None, True
    for name, titles in robots.items():
        if text in {name.casefold(), *(title.casefold() for title in titles)}:
            return name, True
    return None, False


def _day(cell: Any) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    for form in ("%d-%m-%Y", "%d.%m.%Y", "%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(str(cell).strip(), form).date()  # noqa: DTZ007 - a calendar day has no zone
        except ValueError:
            continue
    return None


def _names(msgid: str) -> set[str]:
    return {told(msgid, language).casefold() for language in Language}


def told(msgid: str, language: Language) -> str:
    """A text of the list in the language."""
    return _TEXTS.text(msgid, language)
