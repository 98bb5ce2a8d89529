"""The answer to a citizen who asks what is kept about them and who has looked at it, as Excel.

It names cases by their references, and holds no personal number: whoever sends it knows whom it is about.
"""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO

from openpyxl import Workbook

from bots_common.work.audit import AboutCitizen
from reports.sheets import MOMENT, Column, Value, local, put, table
from reports.telling import Teller


def workbook(found: AboutCitizen, teller: Teller, now: datetime) -> bytes:
    """The report as the bytes of an .xlsx file."""
    book = Workbook()
    book.remove(book.worksheets[0])
    _cases(book, found, teller, now)
    _acts(book, found, teller)
    _steps(book, found, teller)
    _listed(book, found, teller)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _cases(book: Workbook, found: AboutCitizen, teller: Teller, now: datetime) -> None:
    sheet = book.create_sheet(teller.say("Cases"))
    put(sheet.cell(1, 1), teller.say("What is kept about one citizen, {moment}", moment=teller.moment(now)))
    columns = [
        Column(teller.say("Robot"), 20),
        Column(teller.say("Reference"), 24),
        Column(teller.say("State"), 24),
        Column(teller.say("Found"), 18, MOMENT),
    ]
    rows: list[list[Value]] = [
        [teller.robot(it.robot), it.reference, teller.state(it.state), local(it.created_at, teller)]
        for it in found.cases
    ]
    table(sheet, "Cases", 3, columns, rows)


def _acts(book: Workbook, found: AboutCitizen, teller: Teller) -> None:
    sheet = book.create_sheet(teller.say("Who looked"))
    references = {it.id: it.reference for it in found.cases}
    columns = [
        Column(teller.say("When"), 18, MOMENT),
        Column(teller.say("Who"), 24),
        Column(teller.say("What"), 32),
        Column(teller.say("Reference"), 24),
    ]
    rows: list[list[Value]] = [
        [local(it.at, teller), it.who, teller.act(it.act), references.get(it.item_id or 0, "")] for it in found.acts
    ]
    table(sheet, "Acts", 1, columns, rows)


def _steps(book: Workbook, found: AboutCitizen, teller: Teller) -> None:
    sheet = book.create_sheet(teller.say("What was done"))
    columns = [
        Column(teller.say("When"), 18, MOMENT),
        Column(teller.say("Who"), 24),
        Column(teller.say("What"), 40),
        Column(teller.say("Reference"), 24),
    ]
    rows: list[list[Value]] = [
        [local(it.at, teller), it.who, teller.step(it.step), it.reference] for it in found.steps
    ]
    table(sheet, "Steps", 1, columns, rows)


def _listed(book: Workbook, found: AboutCitizen, teller: Teller) -> None:
    sheet = book.create_sheet(teller.say("Obs-list"))
    columns = [
        Column(teller.say("Robot"), 20),
        Column(teller.say("From"), 14),
        Column(teller.say("To"), 14),
        Column(teller.say("Put there by"), 24),
        Column(teller.say("Ended by"), 24),
    ]
    rows: list[list[Value]] = [
        [
            teller.robot(it.robot) if it.robot else teller.say("All"),
            teller.day(it.first),
            _day(it.last, teller),
            it.added_by,
            it.ended_by,
        ]
        for it in found.listed
    ]
    table(sheet, "Listed", 1, columns, rows)


def _day(day: date | None, teller: Teller) -> str | None:
    return None if day is None else teller.day(day)
