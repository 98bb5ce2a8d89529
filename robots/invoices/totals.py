"""Whether an invoice's own sums agree: a document that contradicts itself is for a person.

All amounts are in the document's currency, as they stand in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

TOLERANCE = Decimal("0.05")
"""Kroner by which a line or a total may be off: suppliers round at different steps."""

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class LineSum:
    """What a line's amount is made of. `adjustment` is its charges less its allowances."""

    amount: Decimal
    quantity: Decimal | None
    price: Decimal | None
    base: Decimal = Decimal(1)
    factor: Decimal = Decimal(1)
    adjustment: Decimal = _ZERO


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums that the document states (None where it does not) and the parts they are sums of.

    `exclusive` is TaxExclusiveAmount, which in OIOUBL 2.x is the tax itself (`exclusive_is_tax`) and elsewhere the
    total without tax.
    """

    lines: Decimal | None
    exclusive: Decimal | None
    exclusive_is_tax: bool
    inclusive: Decimal | None
    allowance_total: Decimal | None
    charge_total: Decimal | None
    prepaid: Decimal
    rounding: Decimal
    payable: Decimal
    allowances: Decimal
    charges: Decimal
    tax: Decimal


def net_of(lines: Sequence[LineSum], totals: Totals) -> Decimal:
    """The invoice's total without tax: its lines, less its allowances, plus its charges."""
    return sum((line.amount for line in lines), _ZERO) - totals.allowances + totals.charges


def problem(lines: Sequence[LineSum], totals: Totals) -> str | None:
    """The first sum that does not come out, as a sentence with the figures; None where all agree."""
    return next(_line_problems(lines), None) or next(_total_problems(lines, totals), None)


def _line_problems(lines: Sequence[LineSum]) -> Iterator[str]:
    for position, line in enumerate(lines, start=1):
        if line.price is None or line.quantity is None:
            continue
        if line.base <= 0:
            yield f"Line {position} has a price per {line.base} units."
            continue
        expected = line.quantity * line.price * line.factor / line.base + line.adjustment
        if _differ(expected, line.amount):
            yield (f"Line {position}: {line.quantity} × {line.price} should be {expected:.2f} but is {line.amount}.")


def _total_problems(lines: Sequence[LineSum], totals: Totals) -> Iterator[str]:
    net = net_of(lines, totals)
    inclusive = net + totals.tax
    sums = (
        ("The lines", sum((line.amount for line in lines), _ZERO), totals.lines),
        ("The allowances", totals.allowances, totals.allowance_total),
        ("The charges", totals.charges, totals.charge_total),
        ("The tax" if totals.exclusive_is_tax else "The net", totals.tax if totals.exclusive_is_tax else net,
         totals.exclusive),
        ("Net and tax", inclusive, totals.inclusive),
        ("What is to pay", inclusive - totals.prepaid + totals.rounding, totals.payable),
    )  # fmt: skip
    for name, expected, stated in sums:
        if stated is not None and _differ(expected, stated):
            yield f"{name}: the parts give {expected:.2f} but the document says {stated:.2f}."


def _differ(expected: Decimal, stated: Decimal) -> bool:
    return abs(expected - stated) > TOLERANCE
