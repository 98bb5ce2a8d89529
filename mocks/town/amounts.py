"""What a grant gives for a span: the town's own arithmetic, in whole øre."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from mocks.town.model import Grant, Rate
from mocks.town.spans import Span, month_of

TOLERANCE = 100
"""Øre that an invoice may be off and still be paid."""

STATED_UNITS = ("HUR", "DAY", "MON")


@dataclass(frozen=True, slots=True)
class Piece:
    """One line's goods: so many units at a price, in øre. `unit` is the UN/ECE code."""

    text: str
    quantity: Decimal
    unit: str
    price: int

    @property
    def ore(self) -> int:
        return int((self.quantity * self.price).to_integral_value())


def total(pieces: Sequence[Piece]) -> int:
    return sum(piece.ore for piece in pieces)


def rate_on(rates: Sequence[Rate], day: date) -> int:
    """The rate (øre per unit) that holds on a day."""
    return [rate.ore for rate in rates if rate.valid_from <= day][-1]


def runs(rates: Sequence[Rate], span: Span) -> list[tuple[int, int]]:
    """The span cut where the rate changes: (days, rate in øre) from first to last."""
    changes = [rate.valid_from for rate in rates if span.first < rate.valid_from <= span.last]
    starts = [span.first, *changes]
    ends = [*changes, span.last + timedelta(days=1)]
    return [((end - start).days, rate_on(rates, start)) for start, end in zip(starts, ends, strict=True)]


def gives(grant: Grant, span: Span, pieces: Sequence[Piece]) -> bool:
    """Whether the grant can give what the pieces add up to, had it run throughout the span."""
    if grant.rates[0].valid_from > span.first:
        return False
    due = _DUE[grant.unit](grant.rates, span, _stated(pieces))
    return due is not None and abs(due - total(pieces)) <= TOLERANCE


def _stated(pieces: Sequence[Piece]) -> tuple[str, Decimal]:
    units = {piece.unit for piece in pieces}
    if len(units) != 1 or not units.issubset(STATED_UNITS):
        return "", Decimal(0)
    return units.pop(), sum((piece.quantity for piece in pieces), Decimal(0))


def _month_due(rates: Sequence[Rate], span: Span, _: tuple[str, Decimal]) -> int | None:
    if not span.whole_months:
        return None
    months = [runs(rates, month_of(first)) for first in span.month_starts()]
    if any(len(cut) > 1 for cut in months):
        return None
    return sum(cut[0][1] for cut in months)


def _day_due(rates: Sequence[Rate], span: Span, stated: tuple[str, Decimal]) -> int | None:
    unit, quantity = stated
    cut = runs(rates, span)
    if unit != "DAY" or quantity == span.days:
        return sum(days * ore for days, ore in cut)
    if quantity > span.days or len(cut) > 1:
        return None
    return int(quantity * cut[0][1])


def _hour_due(rates: Sequence[Rate], span: Span, stated: tuple[str, Decimal]) -> int | None:
    unit, quantity = stated
    cut = runs(rates, span)
    return int(quantity * cut[0][1]) if unit == "HUR" and len(cut) == 1 else None


_DUE = {"måned": _month_due, "døgn": _day_due, "time": _hour_due}
