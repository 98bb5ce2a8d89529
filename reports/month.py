"""The month's report of one robot in Excel: what came of all that it found, beside the month before and its goal.

It counts cases as they stand now, each once, however often the robot came back to it. No personal number is in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Font

from bots_common.settings import Settings
from bots_common.texts import Language
from bots_common.values import Period
from bots_common.work import ItemRow, State, Store
from bots_common.work.people import SETTLED
from reports.sheets import COUNT, KRONER, MOMENT, SHARE, Column, Value, local, put, table
from reports.telling import Teller, robot_named

BY_HAND = (State.EXCEPTION, State.SKIPPED)
HOUR: Final = timedelta(hours=1)
SECOND: Final = timedelta(seconds=1)
TIME: Final = "#,##0.0"
OPEN = (State.NEW, State.WORKING, State.WAITING)


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of the items that a robot found in a month."""

    items: Sequence[ItemRow]

    def count(self, *states: State) -> int:
        return sum(item.state in states for item in self.items)

    @property
    def settled(self) -> int:
        """Those that people have done outside Kollega: finished, but not by the robot."""
        return sum(item.state is State.DONE and item.reason == SETTLED for item in self.items)

    @property
    def handled(self) -> int:
        """Those that the robot has finished."""
        return self.count(State.DONE) - self.settled

    @property
    def amount(self) -> Decimal:
        """Kroner, by the systems' own receipts."""
        return sum((item.amount for item in self.items), Decimal(0))

    @property
    def reached(self) -> Decimal | None:
        """The share of all found that the robot handled; None where nothing was found."""
        return Decimal(self.handled) / len(self.items) if self.items else None

    def reasons(self) -> Counter[str]:
        """Why people have the rest, on the obs-list or sorted out."""
        return Counter(item.reason or "" for item in self.items if item.state in BY_HAND)


@dataclass(frozen=True, slots=True)
class Measured:
    """How long cases of a month took: each at a desk, and until what people wait for, by effect."""

    at_desk: Sequence[timedelta]
    waits: Mapping[str, Sequence[timedelta]]


def write(path: Path, store: Store, settings: Settings, robot: str, month: Period) -> Path:
    """Write the robot's report of a month in the installation's language; returns the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(workbook(store, settings, robot, month, language=Language(settings.language)))
    return path


def workbook(store: Store, settings: Settings, robot: str, month: Period, *, language: Language) -> bytes:
    """The report as the bytes of an .xlsx file."""
    teller = Teller(language, settings.zone)
    this = standing(store, robot, month, teller)
    before = standing(store, robot, _before(month), teller)
    book = Workbook()
    book.remove(book.worksheets[0])
    _overview(book, teller, robot, month, (this, before))
    _times(book, teller, robot, measured(store, robot, month, teller), measured(store, robot, _before(month), teller))
    _by_hand(book, teller, robot, this)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def standing(store: Store, robot: str, month: Period, teller: Teller) -> Standing:
    """How that which was found in the month stands, by the municipality's own days."""
    return Standing(store.reading.found(robot, _start(month.first, teller), _start(_after(month), teller)))


def measured(store: Store, robot: str, month: Period, teller: Teller) -> Measured:
    """How long that which was found in the month took."""
    span = (_start(month.first, teller), _start(_after(month), teller))
    waits = {it.effect: store.times.until_done(robot, it.effect, *span) for it in robot_named(robot).awaited}
    return Measured(store.times.at_desk(robot, *span), waits)


def _before(month: Period) -> Period:
    return Period.month_of(month.first - timedelta(days=1))


def _start(day: date, teller: Teller) -> datetime:
    return datetime.combine(day, time.min, teller.zone)


def _after(month: Period) -> date:
    return month.last + timedelta(days=1)


def _overview(
    book: Workbook, teller: Teller, robot: str, month: Period, standings: tuple[Standing, Standing]
) -> None:
    sheet = book.create_sheet(teller.say("Overview"))
    put(sheet.cell(1, 1), f"{teller.robot(robot)}: {teller.period(month)}")
    sheet.cell(1, 1).font = Font(bold=True, size=14)
    columns = [
        Column(teller.say("Figure"), 36),
        Column(teller.say("This month"), 20, COUNT),
        Column(teller.say("Month before"), 20, COUNT),
    ]
    figures = list(_figures(teller, robot, standings))
    table(sheet, "Month", 3, columns, [[name, *values] for name, values, _ in figures])
    for down, (_, _, form) in enumerate(figures, start=4):
        sheet.cell(down, 2).number_format = sheet.cell(down, 3).number_format = form
    this, before = (it.reasons() for it in standings)
    rows: list[list[Value]] = [
        [teller.reason(robot, reason), this[reason], before[reason]]
        for reason in sorted(this | before, key=lambda it: (-this[it], -before[it], it))
    ]
    columns[0] = Column(teller.say("Reason"), 36)
    table(sheet, "Reasons", 3 + len(figures) + 3, columns, rows)


def _figures(
    teller: Teller, robot: str, standings: tuple[Standing, Standing]
) -> Iterator[tuple[str, list[Value], str]]:
    """The lines of the overview: what it is, both months' values, and how they look."""
    goal = robot_named(robot).goal
    yield teller.say("Found"), [len(it.items) for it in standings], COUNT
    yield teller.say("Handled by the robot"), [it.handled for it in standings], COUNT
    yield teller.say("Left out"), [it.count(State.SKIPPED) for it in standings], COUNT
    yield teller.say("Handed to a person"), [it.count(State.EXCEPTION) for it in standings], COUNT
    yield teller.say("Settled by hand"), [it.settled for it in standings], COUNT
    yield teller.say("Not finished yet"), [it.count(*OPEN) for it in standings], COUNT
    yield teller.say("Share handled by the robot"), [it.reached for it in standings], SHARE
    if goal is not None:
        yield teller.say("Goal"), [goal, goal], SHARE
    yield teller.say("Booked (kroner)"), [it.amount for it in standings], KRONER


def _times(book: Workbook, teller: Teller, robot: str, this: Measured, before: Measured) -> None:
    """What was measured, beside what was expected."""
    sheet = book.create_sheet(teller.say("Times"))
    columns = [
        Column(teller.say("Time"), 60),
        Column(teller.say("This month"), 20, TIME),
        Column(teller.say("Month before"), 20, TIME),
        Column(teller.say("Expected"), 20, TIME),
        Column(teller.say("Without the robot"), 20, TIME),
    ]
    desk = [_usual(it.at_desk, SECOND) for it in (this, before)]
    rows: list[list[Value]] = [[teller.say("At a desk, half of the cases within (seconds)"), *desk, None, None]]
    for it in robot_named(robot).awaited:
        name = teller.say("{effect}: half of them within (hours)", effect=teller.effect(robot, it.effect))
        waited = [_usual(month.waits[it.effect], HOUR) for month in (this, before)]
        rows.append([name, *waited, _in(it.expected, HOUR), _in(it.without, HOUR)])
    table(sheet, "Times", 1, columns, rows)
    sheet.freeze_panes = "B2"


def _usual(times: Sequence[timedelta], unit: timedelta) -> Decimal | None:
    """What half of them stay within."""
    return _in(median(it / SECOND for it in times) * SECOND, unit) if times else None


def _in(time: timedelta | None, unit: timedelta) -> Decimal | None:
    return None if time is None else Decimal(str(round(time / unit, 2)))


def _by_hand(book: Workbook, teller: Teller, robot: str, this: Standing) -> None:
    sheet = book.create_sheet(teller.say("To do by hand"))
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
            teller.reason(robot, item.reason or ""),
            teller.sentence(item),
            local(item.changed_at, teller),
        ]
        for item in this.items
        if item.state in BY_HAND
    ]
    table(sheet, "ByHand", 1, columns, rows)
    sheet.freeze_panes = "B2"
