"""What a grant's rates give for a period: the amount that the supplier ought to bill, and how it comes about.

Rates are dated, and a rate holds until the next one begins (domain note §3.2). How a part of a month is
charged for a monthly rate is a matter of contract (§3.3), so whatever the rates alone do not settle is left
to a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from bots_common.values import Period, kroner
from robots.invoices.citizens import Part, Stated
from robots.invoices.reasons import Detail
from robots.records import Grant, Rate, Unit

_SPOKEN: Final = {Unit.MONTH: ("måned", "måneder"), Unit.DAY: ("døgn", "døgn"), Unit.HOUR: ("time", "timer")}


class Term(NamedTuple):
    """So many units at one rate (kroner)."""

    quantity: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Calculation:
    """How an amount comes about; as text "31 døgn × 1.250,00"."""

    unit: Unit
    terms: tuple[Term, ...]

    @property
    def amount(self) -> Decimal:
        """Kroner."""
        return kroner(sum((term.quantity * term.rate for term in self.terms), Decimal(0)))

    def __str__(self) -> str:
        return " + ".join(f"{_counted(quantity, self.unit)} × {_danish(rate, 2)}" for quantity, rate in self.terms)


class Stretch(NamedTuple):
    """Days from `first` to `last`, both included, with one rate (kroner)."""

    first: date
    last: date
    rate: Decimal

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def months(self) -> int:
        """Calendar months that it touches."""
        return (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1


def expected(grant: Grant, part: Part) -> Calculation | Detail:
    """What the grant gives for the part, or what keeps that from being worked out."""
    stretches = _stretches(grant.rates, part.period)
    if not stretches:
        return Detail.NO_RATE
    if grant.unit is Unit.MONTH:
        return _by_month(stretches, part.period)
    if grant.unit is Unit.DAY:
        return _by_day(stretches, part.period, _stated_in(part.stated, Unit.DAY))
    return _by_hour(stretches, _stated_in(part.stated, Unit.HOUR))


def _by_month(stretches: Sequence[Stretch], period: Period) -> Calculation | Detail:
    """Whole months, each at the rate of its first day; a rate that changes within a month is for a person."""
    if not period.whole_months:
        return Detail.NOT_WHOLE_MONTHS
    if any(stretch.first.day != 1 for stretch in stretches):
        return Detail.RATE_CHANGES_IN_MONTH
    return Calculation(Unit.MONTH, tuple(Term(Decimal(it.months), it.rate) for it in stretches))


def _by_day(stretches: Sequence[Stretch], period: Period, stated: Decimal | None) -> Calculation | Detail:
    """Each day of the period at that day's rate. Fewer days, as stated, only if one rate holds throughout."""
    if stated is None or stated == period.days:
        return Calculation(Unit.DAY, tuple(Term(Decimal(it.days), it.rate) for it in stretches))
    if stated > period.days:
        return Detail.TOO_MANY_DAYS
    if len(stretches) > 1:
        return Detail.RATE_CHANGES
    return Calculation(Unit.DAY, (Term(stated, stretches[0].rate),))


def _by_hour(stretches: Sequence[Stretch], stated: Decimal | None) -> Calculation | Detail:
    """The hours that the invoice states, if one rate holds throughout; nobody else knows the hours."""
    if stated is None:
        return Detail.HOURS_NOT_STATED
    if len(stretches) > 1:
        return Detail.RATE_CHANGES
    return Calculation(Unit.HOUR, (Term(stated, stretches[0].rate),))


def _stated_in(stated: Stated | None, unit: Unit) -> Decimal | None:
    return stated.quantity if stated and stated.unit is unit else None


def _stretches(rates: Sequence[Rate], period: Period) -> list[Stretch]:
    """The period cut where the rate changes; empty if its first day has no rate yet, or a date has two.

    A new rate of the same amount changes nothing and makes no cut.
    """
    if len({rate.valid_from for rate in rates}) < len(rates):
        return []
    stretches: list[Stretch] = []
    for rate in sorted(rates, key=_from_date):
        if rate.valid_from > period.last:
            break
        if rate.valid_from <= period.first:
            stretches = [Stretch(period.first, period.last, rate.amount)]
        elif not stretches:
            return []
        elif rate.amount != stretches[-1].rate:
            stretches[-1] = stretches[-1]._replace(last=rate.valid_from - timedelta(days=1))
            stretches.append(Stretch(rate.valid_from, period.last, rate.amount))
    return stretches


def _from_date(rate: Rate) -> date:
    return rate.valid_from


def _counted(quantity: Decimal, unit: Unit) -> str:
    one, many = _SPOKEN[unit]
    return f"{_danish(quantity)} {one if quantity == 1 else many}"


def _danish(number: Decimal, decimals: int | None = None) -> str:
    """A number in Danish spelling: 1.250,00; without `decimals` as many as it needs."""
    shown = f"{number:,.{decimals}f}" if decimals is not None else f"{number.normalize():,f}"
    return shown.translate(str.maketrans(",.", ".,"))
