"""The dashboard's figures in Excel: a sheet for the robots, one for each chart, and one for each robot's flow.

Nobody is named in it.
"""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from bots_common.values import Period
from reports.board import Board
from reports.charts import Chart
from reports.figures import Figures, RobotFigures
from reports.flow import Flow
from reports.sheets import COUNT, KRONER, SHARE, Column, Value, put, table
from reports.telling import Teller

HOURS: Final = "#,##0.0"
SHEET_NAME: Final = 31
"""Excel allows no more letters in a sheet's name."""
NOT_IN_NAMES: Final = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


def workbook(figures: Figures, board: Board, teller: Teller) -> bytes:
    """All of it as the bytes of an .xlsx file."""
    book = _empty()
    _robots(book, figures, teller)
    for chart in board.charts:
        _chart(book, chart, teller)
    for place, (robot, shown) in enumerate(board.flows(), start=1):
        _flow(book, place, robot, shown, teller)
    return _bytes(book)


def of_chart(chart: Chart, teller: Teller) -> bytes:
    """One chart's table as the bytes of an .xlsx file."""
    book = _empty()
    _chart(book, chart, teller)
    return _bytes(book)


def _robots(book: Workbook, figures: Figures, teller: Teller) -> None:
    sheet = book.create_sheet(sheet_name(book, teller.say("Robots")))
    put(sheet.cell(1, 1), f"Kollega: {days(figures.days, teller)}")
    sheet.cell(1, 1).font = Font(bold=True, size=14)
    columns = [
        Column(teller.say("Robot"), 24),
        Column(teller.say("Found"), 12, COUNT),
        Column(teller.say("Handled by the robot alone"), 28, COUNT),
        Column(teller.say("Handled with people's help"), 28, COUNT),
        Column(teller.say("Settled by people"), 24, COUNT),
        Column(teller.say("Handed to people"), 24, COUNT),
        Column(teller.say("Left to people"), 24, COUNT),
        Column(teller.say("Share without a person"), 24, SHARE),
        Column(teller.say("Goal"), 12, SHARE),
        Column(teller.say("Booked (kroner)"), 20, KRONER),
        Column(teller.say("Hours saved"), 18, HOURS),
        Column(teller.say("Kroner saved"), 18, KRONER),
        Column(teller.say("Error rate of what people looked at"), 30, SHARE),
        Column(teller.say("At most (95 %)"), 18, SHARE),
        Column(teller.say("With people now"), 18, COUNT),
    ]
    table(sheet, "Robots", 3, columns, [_robot(it, teller) for it in figures.robots])


def _robot(it: RobotFigures, teller: Teller) -> list[Value]:
    work, found = it.work, it.standing.figures
    return [
        teller.robot(it.robot),
        work.found,
        work.alone,
        work.helped,
        work.settled,
        work.handed.total(),
        work.skipped,
        work.share,
        it.goal,
        work.posted,
        None if it.saved is None else it.saved.hours,
        None if it.saved is None else it.saved.kroner,
        None if found.rate is None else Decimal(str(found.rate)),
        Decimal(str(found.at_most)) if found.decided else None,
        it.with_people + it.asked,
    ]


def _chart(book: Workbook, chart: Chart, teller: Teller) -> None:
    chart_table(book.create_sheet(sheet_name(book, chart.title)), chart, teller)


def chart_table(sheet: Worksheet, chart: Chart, teller: Teller) -> None:
    """The chart's numbers as a table that begins in the first cell."""
    columns = [
        Column(chart.about, 30),
        *(Column(it.name, 24, SHARE if chart.shares else COUNT) for it in chart.series),
    ]
    rows: list[list[Value]] = [[label, *values] for label, values in chart.rows]
    if chart.cumulated:
        columns.append(Column(teller.say("Cumulated"), 18, SHARE))
        for row, share in zip(rows, chart.cumulated, strict=True):
            row.append(share)
    table(sheet, chart.name.capitalize(), 1, columns, rows)
    sheet.freeze_panes = "B2"


def _flow(book: Workbook, place: int, robot: str, shown: Flow, teller: Teller) -> None:
    name = teller.robot(robot)
    sheet = book.create_sheet(sheet_name(book, teller.say("Flow: {robot}", robot=name)))
    columns = [Column(teller.say("From"), 34), Column(teller.say("To"), 34), Column(teller.say("Cases"), 14, COUNT)]
    table(sheet, f"Flow{place}", 1, columns, [list(row) for row in shown.rows()])


def days(period: Period, teller: Teller) -> str:
    """The days that the figures are about: one, or from one to another."""
    return teller.day(period.first) if period.days == 1 else teller.period(period)


def sheet_name(book: Workbook, title: str) -> str:
    """A name that Excel allows and the book has not had."""
    name = title.translate(NOT_IN_NAMES)[:SHEET_NAME]
    return name if name not in book.sheetnames else f"{name[: SHEET_NAME - 3]} {len(book.sheetnames)}"


def _empty() -> Workbook:
    book = Workbook()
    book.remove(book.worksheets[0])
    return book


def _bytes(book: Workbook) -> bytes:
    file = BytesIO()
    book.save(file)
    return file.getvalue()
