"""The month's report of one robot in Excel: what came of all that it found, beside the month before and its goal.

No personal number is in it. What stands case by case is only in it where the reader may see cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from bots_common.settings import Settings
from bots_common.texts import Language
from bots_common.values import Period
from bots_common.work import Store
from reports import lines, worst
from reports.board import Board
from reports.card import card
from reports.excel_charts import chart_sheet
from reports.figures_excel import chart_table, sheet_name
from reports.lines import Kind, Line
from reports.month import Month
from reports.queries import pareto
from reports.sheets import COUNT, KRONER, MOMENT, SHARE, Column, Value, local, put, table
from reports.telling import Teller

HOURS: Final = "#,##0.0"
FORMATS: Final = {Kind.COUNT: COUNT, Kind.SHARE: SHARE, Kind.KRONER: KRONER, Kind.HOURS: HOURS}


def write(path: Path, store: Store, settings: Settings, robot: str, days: Period, *, cases: bool) -> Path:
    """Write the robot's report of a month in the installation's language; returns the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    teller = Teller(Language(settings.language), settings.zone)
    path.write_bytes(workbook(store, robot, days, teller, cases=cases))
    return path


def workbook(store: Store, robot: str, days: Period, teller: Teller, *, cases: bool) -> bytes:
    """The report as the bytes of an .xlsx file; with `cases` also what stands case by case."""
    month = Month(store, robot, days)
    months = (month, month.before)
    board = Board(month.figures, teller)
    book = Workbook()
    book.remove(book.worksheets[0])
    _overview(book, teller, months)
    outcomes = board.outcomes()
    drawn = book.create_sheet(sheet_name(book, teller.say("By day")))
    chart_table(drawn, outcomes, teller)
    chart_sheet(book, sheet_name(book, teller.say("Chart by day")), outcomes, drawn)
    _reasons(book, teller, month)
    _times(book, teller, months)
    _checked(book, teller, month)
    _benefit(book, teller, store, robot, days)
    if cases:
        _by_hand(book, teller, month)
        _contacts(book, teller, month)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _overview(book: Workbook, teller: Teller, months: Sequence[Month]) -> None:
    sheet = book.create_sheet(sheet_name(book, teller.say("Overview")))
    this = months[0]
    _title(sheet, f"{teller.robot(this.robot)}: {teller.period(this.days)}")
    columns = [
        Column(teller.say("Figure"), 36),
        Column(teller.say("This month"), 20),
        Column(teller.say("Month before"), 20),
    ]
    down = _lines(sheet, "Month", 3, columns, lines.overview(months, teller))
    reasons = [it.came.standing.reasons() for it in months]
    rows: list[list[Value]] = [
        [teller.reason(this.robot, reason), *(it[reason] for it in reasons)]
        for reason in sorted(reasons[0] | reasons[1], key=lambda it: (-reasons[0][it], -reasons[1][it], it))
    ]
    columns = [
        Column(teller.say("Reason"), 36),
        *(Column(it.header, it.width, COUNT) for it in columns[1:]),
    ]
    table(sheet, "Reasons", down + 2, columns, rows)


def _reasons(book: Workbook, teller: Teller, month: Month) -> None:
    """For what people got cases, also those that they have settled since, and what would have to change."""
    sheet = book.create_sheet(sheet_name(book, teller.say("Worst reasons")))
    columns = [
        Column(teller.say("Reason"), 30),
        Column(teller.say("Cases"), 12, COUNT),
        Column(teller.say("Share"), 12, SHARE),
        Column(teller.say("Cumulated"), 14, SHARE),
        Column(teller.say("What would have to change for the robot to handle them"), 80),
    ]
    rows: list[list[Value]] = [
        [
            teller.reason(month.robot, it.reason),
            it.count,
            it.share,
            it.cumulated,
            teller.change(month.robot, it.reason),
        ]
        for it in pareto(month.came.reasons)
    ]
    table(sheet, "Worst", 1, columns, rows)
    sheet.freeze_panes = "B2"


def _times(book: Workbook, teller: Teller, months: Sequence[Month]) -> None:
    """What was measured, beside what was expected."""
    sheet = book.create_sheet(sheet_name(book, teller.say("Times")))
    columns = [
        Column(teller.say("Time"), 60),
        Column(teller.say("This month"), 20, HOURS),
        Column(teller.say("Month before"), 20, HOURS),
        Column(teller.say("Expected"), 20, HOURS),
        Column(teller.say("Without the robot"), 20, HOURS),
    ]
    table(sheet, "Times", 1, columns, [[it.name, *it.values] for it in lines.times(months, teller)])
    sheet.freeze_panes = "B2"


def _checked(book: Workbook, teller: Teller, month: Month) -> None:
    """What people looked at, and what of it was wrong."""
    sheet = book.create_sheet(sheet_name(book, teller.say("Sample control")))
    columns = [
        Column(teller.say("Why people were asked"), 40),
        Column(teller.say("Proposed"), 14, COUNT),
        Column(teller.say("Looked at by people"), 22, COUNT),
        Column(teller.say("Of these wrong"), 18, COUNT),
        Column(teller.say("Error rate"), 14, SHARE),
        Column(teller.say("Errors, at most (95 %)"), 24, SHARE),
    ]
    rows: list[list[Value]] = [
        [it.name, it.found.proposed, it.found.decided, it.found.wrong, it.rate, it.at_most]
        for it in lines.checked(month, teller)
    ]
    table(sheet, "Checked", 1, columns, rows)
    sheet.freeze_panes = "B2"


def _benefit(book: Workbook, teller: Teller, store: Store, robot: str, days: Period) -> None:
    """What the robot has achieved, and the measure by which that is reckoned."""
    sheet = book.create_sheet(sheet_name(book, teller.say("Benefit")))
    its = card(store, robot, days)
    columns = [
        Column(teller.say("Figure"), 40),
        Column(teller.period(its.month.days), 24),
        Column(teller.period(its.year.days), 32),
    ]
    down = _lines(sheet, "Benefit", 1, columns, lines.benefit(its, teller))
    sheet.freeze_panes = "B2"
    measured = its.measured
    rows: list[list[Value]] = []
    if measured is not None:
        rows.append(
            [
                measured.why,
                measured.who,
                local(measured.at, teller),
                lines.minutes(measured.before),
                lines.minutes(measured.after),
                measured.kroner_per_hour,
            ]
        )
    columns = [
        Column(teller.say("How it was measured"), 40),
        Column(teller.say("Who"), 24),
        Column(teller.say("When"), 32, MOMENT),
        Column(teller.say("Minutes before"), 18, HOURS),
        Column(teller.say("Minutes now"), 18, HOURS),
        Column(teller.say("Kroner an hour"), 18, KRONER),
    ]
    table(sheet, "Measure", down + 2, columns, rows)


def _by_hand(book: Workbook, teller: Teller, month: Month) -> None:
    sheet = book.create_sheet(sheet_name(book, teller.say("To do by hand")))
    columns = [
        Column(teller.say("Reference"), 30),
        Column(teller.say("State"), 18),
        Column(teller.say("Reason"), 26),
        Column(teller.say("Explanation"), 80),
        Column(teller.say("Since"), 18, MOMENT),
    ]
    rows: list[list[Value]] = [
        [
            item.reference,
            teller.state(item.state),
            teller.reason(month.robot, item.reason or ""),
            teller.sentence(item),
            local(item.changed_at, teller),
        ]
        for item in month.by_hand
    ]
    table(sheet, "ByHand", 1, columns, rows)
    sheet.freeze_panes = "B2"


def _contacts(book: Workbook, teller: Teller, month: Month) -> None:
    """Whom to write to so that the next cases can be handled, and what; only where there is anybody."""
    found = worst.contacts(month.robot, month.handed)
    if not found:
        return
    sheet = book.create_sheet(sheet_name(book, teller.say("Whom to write to")))
    columns = [
        Column(teller.say("Who"), 34),
        Column(teller.say("Number"), 14),
        Column(teller.say("Cases"), 10, COUNT),
        Column(teller.say("Subject"), 26),
        Column(teller.say("Letter"), 100),
    ]
    rows: list[list[Value]] = [
        [
            it.whom,
            it.number,
            it.count,
            worst.subject(month.robot, teller),
            worst.letter(month.robot, it, month.days, teller),
        ]
        for it in found
    ]
    table(sheet, "Contacts", 1, columns, rows)
    sheet.freeze_panes = "B2"


def _lines(sheet: Worksheet, name: str, top: int, columns: Sequence[Column], told: Sequence[Line]) -> int:
    """A table of figures, each looking as it should; the row after it."""
    table(sheet, name, top, columns, [[it.name, *it.values] for it in told])
    for down, line in enumerate(told, start=top + 1):
        for place in range(len(line.values)):
            sheet.cell(down, 2 + place).number_format = FORMATS[line.kind]
    return top + len(told) + 1


def _title(sheet: Worksheet, title: str) -> None:
    put(sheet.cell(1, 1), title)
    sheet.cell(1, 1).font = Font(bold=True, size=14)
