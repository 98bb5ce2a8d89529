"""Whose care an invoice bills: the split into one part for each citizen.

A line says whom it concerns by a personal number on it; a number in the head of the invoice speaks for the
lines only where it cannot be misunderstood. Whatever could be read in two ways goes to a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, TypeAlias

from bots_common.values import Cpr, Period
from robots.invoices.model import CprFound, Invoice, Line, PeriodSource, StatedPeriod
from robots.invoices.reasons import Detail, Problem, Reason
from robots.records import Unit

UNIT_CODES: Final = {"HUR": Unit.HOUR, "DAY": Unit.DAY, "MON": Unit.MONTH}
"""UN/ECE codes of the units that grants have rates for."""


@dataclass(frozen=True, slots=True)
class Stated:
    """How much the supplier says was delivered."""

    quantity: Decimal
    unit: Unit


@dataclass(frozen=True, slots=True)
class Part:
    """One citizen's share of an invoice. `amount` is kroner without VAT."""

    cpr: Cpr
    lines: tuple[str, ...]
    amount: Decimal
    period: Period
    period_source: PeriodSource
    stated: Stated | None


Parts: TypeAlias = tuple[Part, ...]


def citizens(invoice: Invoice) -> Parts | Problem:
    """One part for each citizen in the order of the document, or why that cannot be said."""
    by_line = [_distinct(line.cprs) for line in invoice.lines]
    for line, cprs in zip(invoice.lines, by_line, strict=True):
        if len(cprs) > 1:
            facts = {
                "detail": Detail.LINE_WITH_SEVERAL,
                "line": line.number,
                "cpr": [it.shown() for it in cprs],
            }
            return Problem(Reason.SEVERAL_CPR, facts)
    on_lines = tuple(dict.fromkeys(cprs[0] for cprs in by_line if cprs))
    in_head = _distinct(invoice.cprs)
    if not on_lines:
        return _all_of_one(invoice, in_head)
    if strangers := [cpr.shown() for cpr in in_head if cpr not in on_lines]:
        return Problem(Reason.SEVERAL_CPR, {"detail": Detail.HEADER_WITH_ANOTHER, "cpr": strangers})
    if len(on_lines) == 1:
        return (_part(invoice, on_lines[0], invoice.lines),)
    return _line_by_line(invoice, by_line, on_lines)


def _all_of_one(invoice: Invoice, in_head: tuple[Cpr, ...]) -> Parts | Problem:
    """No line names anybody: exactly one citizen in the head has all the lines."""
    if not in_head:
        return Problem(Reason.NO_CPR)
    if len(in_head) > 1:
        return Problem(Reason.SEVERAL_CPR, {"cpr": [cpr.shown() for cpr in in_head]})
    return (_part(invoice, in_head[0], invoice.lines),)


def _line_by_line(invoice: Invoice, by_line: list[tuple[Cpr, ...]], on_lines: tuple[Cpr, ...]) -> Parts | Problem:
    """The lines name several citizens: each line must then name its own."""
    lines_of: dict[Cpr, list[Line]] = {cpr: [] for cpr in on_lines}
    for line, cprs in zip(invoice.lines, by_line, strict=True):
        if not cprs:
            return Problem(Reason.NO_CPR, {"detail": Detail.LINE_WITHOUT, "line": line.number})
        lines_of[cprs[0]].append(line)
    return tuple(_part(invoice, cpr, tuple(lines)) for cpr, lines in lines_of.items())


def _part(invoice: Invoice, cpr: Cpr, lines: tuple[Line, ...]) -> Part:
    period = _period(lines) or invoice.period
    return Part(
        cpr=cpr,
        lines=tuple(line.number for line in lines),
        amount=sum((line.amount for line in lines), Decimal("0.00")),
        period=period.period,
        period_source=period.source,
        stated=_stated(lines),
    )


def _period(lines: tuple[Line, ...]) -> StatedPeriod | None:
    """The lines' own period, if every line has one and it is the same."""
    first = lines[0].period if lines else None
    if first and all(line.period and line.period.period == first.period for line in lines):
        return first
    return None


def _stated(lines: tuple[Line, ...]) -> Stated | None:
    """The sum of the quantities, if all lines count in one unit that grants know and it is above nought."""
    codes = {line.unit for line in lines}
    unit = UNIT_CODES.get(codes.pop() or "") if len(codes) == 1 else None
    quantities = [line.quantity for line in lines if line.quantity is not None]
    total = sum(quantities, Decimal(0))
    if unit is None or len(quantities) < len(lines) or total <= 0:
        return None
    return Stated(total, unit)


def _distinct(found: Iterable[CprFound]) -> tuple[Cpr, ...]:
    return tuple(dict.fromkeys(it.cpr for it in found))
