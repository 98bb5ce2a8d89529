"""The Excel report of a day or a period: an overview, what was booked, and what a person must take.

It leaves the house by mail, so no personal number is in it. What suppliers have written stands as text and never
becomes a formula.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font

from bots_common.autonomy import Cause
from bots_common.robot import registry
from bots_common.settings import Settings
from bots_common.texts import Language
from bots_common.values import Period, mask
from bots_common.work import ItemRow, State, Store
from bots_common.work.database import utc_now
from bots_common.work.records import Booking
from reports.queries import RobotSummary, work_of
from reports.sheets import COUNT, KRONER, MOMENT, SHARE, TEXT, Column, Value, local, put, table
from reports.showing import NUMERIC, Presenter
from reports.telling import Teller, fact_texts


def write(path: Path, store: Store, settings: Settings, days: date | Period) -> Path:
    """Write the report of a day or a period in the installation's language; returns the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(workbook(store, settings, days, language=Language(settings.language), now=utc_now()))
    return path


def workbook(
    store: Store,
    settings: Settings,
    days: date | Period,
    *,
    language: Language,
    now: datetime,
    robots: Collection[str] | None = None,
) -> bytes:
    """The report as the bytes of an .xlsx file. `now` is what ages are counted to; `robots` whose cases are in it."""
    period = days if isinstance(days, Period) else Period(first=days, last=days)
    teller = Teller(language, settings.zone)
    since = datetime.combine(period.first, time.min, settings.zone)
    until = datetime.combine(period.last + timedelta(days=1), time.min, settings.zone)
    exceptions = store.reading.items(robots=robots, states=[State.EXCEPTION], since=since, until=until, limit=None)
    booked = [it for it in store.reading.booked(since, until) if robots is None or it.robot in robots]
    book = Workbook()
    book.remove(book.worksheets[0])
    _overview(book, teller, period, work_of(store, period))
    _booked(book, teller, booked)
    _exceptions(book, teller, exceptions, now)
    _watched(book, teller, store, (since, until), registry() if robots is None else robots)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _overview(book: Workbook, teller: Teller, period: Period, work: Sequence[RobotSummary]) -> None:
    sheet = book.create_sheet(teller.say("Overview"))
    days = teller.day(period.first)
    if period.days > 1:
        days += f" – {teller.day(period.last)}"
    put(sheet.cell(1, 1), f"Kollega: {days}")
    sheet.cell(1, 1).font = Font(bold=True, size=14)
    robots = [
        Column(teller.say("Robot"), 24),
        Column(teller.say("Found"), 32, COUNT),
        Column(teller.say("Handled by the robot"), 24, COUNT),
        Column(teller.say("Handed to a person"), 24, COUNT),
        Column(teller.say("Left out"), 14, COUNT),
        Column(teller.say("Share without a person"), 26, SHARE),
        Column(teller.say("Booked (kroner)"), 20, KRONER),
    ]
    rows: list[list[Value]] = [
        [teller.robot(it.robot), it.found, it.done, it.exceptions.total(), it.skipped, it.share, it.posted]
        for it in work
    ]
    table(sheet, "Robots", 3, robots, rows)
    reasons = [
        Column(teller.say("Robot"), 24),
        Column(teller.say("Reason"), 32),
        Column(teller.say("Count"), 24, COUNT),
        Column(teller.say("Share"), 24, SHARE),
    ]
    counted: list[list[Value]] = [
        [teller.robot(it.robot), teller.reason(it.robot, row.reason), row.count, row.share]
        for it in work
        for row in it.pareto()
    ]
    table(sheet, "Reasons", 3 + max(len(rows), 1) + 2, reasons, counted)


def _booked(book: Workbook, teller: Teller, bookings: Iterable[Booking]) -> None:
    sheet = book.create_sheet(teller.say("Booked"))
    columns = [
        Column(teller.say("Robot"), 16),
        Column(teller.say("Reference"), 20),
        Column(teller.say("Booked (kroner)"), 20, KRONER),
        Column(teller.say("Receipts"), 70),
        Column(teller.say("When"), 18, MOMENT),
    ]
    rows: list[list[Value]] = [
        [
            teller.robot(it.robot),
            it.reference,
            it.amount,
            "\n".join(f"{teller.effect(it.robot, name)}: {number}" for name, number in it.receipts),
            local(it.at, teller),
        ]
        for it in bookings
    ]
    table(sheet, "Booked", 1, columns, rows)
    sheet.freeze_panes = "C2"


def _exceptions(book: Workbook, teller: Teller, items: Iterable[ItemRow], now: datetime) -> None:
    sheet = book.create_sheet(teller.say("Exceptions"))
    listed = _listed(teller)
    columns = [
        Column(teller.say("Robot"), 16),
        Column(teller.say("Reference"), 20),
        Column(teller.say("Reason"), 26),
        Column(teller.say("Explanation"), 70),
        Column(teller.say("Since"), 18, MOMENT),
        Column(teller.say("Age (days)"), 14, COUNT),
        *listed,
    ]
    rows = [_exception(teller, item, now, listed) for item in items]
    table(sheet, "Exceptions", 1, columns, rows)
    sheet.freeze_panes = "C2"


def _exception(teller: Teller, item: ItemRow, now: datetime, listed: Sequence[Column]) -> list[Value]:
    facts = _listed_facts(teller, item.robot, item.facts)
    return [
        teller.robot(item.robot),
        item.reference,
        teller.reason(item.robot, item.reason or ""),
        teller.sentence(item),
        local(item.changed_at, teller),
        (now - item.changed_at).days,
        *(facts.get(column.header) for column in listed),
    ]


def _watched(
    book: Workbook, teller: Teller, store: Store, span: tuple[datetime, datetime], robots: Iterable[str]
) -> None:
    """What robots would have done in shadow, beside what people did; only where a robot was in shadow."""
    since, until = span
    rows: list[list[Value]] = [
        [
            teller.robot(robot),
            mask(reference),
            teller.effect(robot, row.name),
            row.amount,
            teller.decision(row.decision),
            row.receipt,
            local(row.proposed_at, teller),
        ]
        for robot in robots
        for reference, row in store.approvals.shadowed(robot)
        if row.cause is Cause.SHADOW and since <= row.proposed_at < until
    ]
    if not rows:
        return
    sheet = book.create_sheet(teller.say("Only watched"))
    columns = [
        Column(teller.say("Robot"), 16),
        Column(teller.say("Reference"), 20),
        Column(teller.say("What the robot would have done"), 40),
        Column(teller.say("Kroner"), 20, KRONER),
        Column(teller.say("What people did"), 30),
        Column(teller.say("Their receipt"), 20),
        Column(teller.say("When"), 18, MOMENT),
    ]
    table(sheet, "Watched", 1, columns, rows)
    sheet.freeze_panes = "C2"


def _listed(teller: Teller) -> list[Column]:
    """A column for each fact that a robot holds worth one; facts of one name share it."""
    columns = {}
    for robot in registry():
        for key, text in fact_texts(robot).items():
            if text.listed:
                header = teller.label(robot, key)
                columns[header] = Column(header, 18, KRONER if text.shown in NUMERIC else TEXT)
    return list(columns.values())


def _listed_facts(teller: Teller, robot: str, facts: Mapping[str, Any]) -> dict[str, Value]:
    presenter = Presenter(teller, robot)
    texts = fact_texts(robot)
    return {
        teller.label(robot, key): _amount(value) if texts[key].shown in NUMERIC else presenter.text(key, value)
        for key, value in facts.items()
        if key in texts and texts[key].listed
    }


def _amount(value: Any) -> Value:
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        return str(value)
