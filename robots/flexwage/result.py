"""The month's subsidy with every figure that led to it, and the same as lines that a citizen can read.

Made by the hundred thousand, so a plain tuple of figures; the lines are made only when somebody asks for them. Their
texts are keys of the catalogues in `locales/`.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final, NamedTuple

from bots_common.values import kroner
from robots.flexwage.benefits import AVERAGE_MONTH
from robots.flexwage.model import Income
from robots.flexwage.months import Month, interval

PAID: Final = "Your wage from the flex job in {income_month:period}, as your employer reported it: {amount:kroner}"
OWN_PENSION: Final = "Your own pension contribution: {amount:kroner}"
EMPLOYER_PENSION: Final = "Your employer's pension contribution: {amount:kroner}"
OWN_ATP: Final = "Your own ATP contribution: {amount:kroner}"
HOLIDAY_EARNED: Final = "Holiday pay to FerieKonto, which counts only when you take the holiday: -{amount:kroner}"
HOLIDAY_TAKEN: Final = "Holiday pay from FerieKonto for the days that you took: {amount:kroner}"
OTHER_WAGE: Final = "Wage and pension from other jobs: {amount:kroner}"
CARE_PAY: Final = "Loss of earnings or care allowance, which counts like wage: {amount:kroner}"
WAGE: Final = "The income that counts, all together: {amount:kroner}"
BASE: Final = "The highest subsidy in {month:period} is 98 % of the highest unemployment benefit: {amount:kroner}"
LOWER: Final = "30 % of your income up to {threshold:kroner} comes off, here of {of:kroner}: -{amount:kroner}"
UPPER: Final = "55 % of your income above {threshold:kroner} comes off, here of {of:kroner}: -{amount:kroner}"
BENEFIT: Final = "The benefit that you were paid in {income_month:period} comes off in full: -{amount:kroner}"
LEFT: Final = "Left of the highest subsidy: {amount:kroner}"
NOTHING_LEFT: Final = "More comes off than the highest subsidy, so there is nothing left: {amount:kroner}"
CEILING_FREE: Final = (
    "Wage from the flex job and subsidy may together be {ceiling:kroner} at most, which is what full-time work in "
    "the post pays. They are not above it."
)
CEILING_BINDS: Final = (
    "Wage from the flex job and subsidy may together be {ceiling:kroner} at most, which is what full-time work in "
    "the post pays. That leaves a subsidy of: {amount:kroner}"
)
HOLIDAY_DAYS: Final = (
    "You had benefit for {days:number} days of holiday. They have no subsidy, and a month counts as {average:number} "
    "days, so there is left: {amount:kroner}"
)
SUBSIDY: Final = "Your subsidy for {month:period} before tax: {amount:kroner}"
ATP: Final = "Of it, 5 % and at most {most:kroner} goes to your ATP pension: {amount:kroner}"

MSGIDS: Final = (
    *(PAID, OWN_PENSION, EMPLOYER_PENSION, OWN_ATP, HOLIDAY_EARNED, HOLIDAY_TAKEN, OTHER_WAGE, CARE_PAY, WAGE),
    *(BASE, LOWER, UPPER, BENEFIT, LEFT, NOTHING_LEFT, CEILING_FREE, CEILING_BINDS, HOLIDAY_DAYS, SUBSIDY, ATP),
)

MOST_ATP: Final = Decimal(500)
"""Kroner a month (LAB § 137) [S:elov137]."""


class Line(NamedTuple):
    """A msgid, and the facts to fill it with (plain JSON)."""

    text: str
    facts: dict[str, Any]


class Subsidy(NamedTuple):
    """The subsidy of a month; all amounts kroner.

    `exact` is unrounded, `amount` what is to be paid before tax, of which `atp` is withheld (LAB § 137). `uncapped`
    is what is left of the base, not below nought; `capped` is that under the ceiling.
    """

    month: Month
    income: Income
    base: Decimal
    threshold: Decimal
    lower: Decimal
    upper: Decimal
    lower_deduction: Decimal
    upper_deduction: Decimal
    left: Decimal
    uncapped: Decimal
    ceiling: Decimal
    capped: Decimal
    exact: Decimal
    amount: Decimal
    atp: Decimal

    def lines(self) -> list[Line]:
        """The whole reasoning, in the order of reckoning."""
        return [*self._income_lines(), *self._deduction_lines(), *self._result_lines()]

    def _income_lines(self) -> Iterator[Line]:
        it = self.income
        yield Line(PAID, {"income_month": interval(it.month), **_amount(it.paid)})
        for text, amount in (
            (OWN_PENSION, it.own_pension),
            (EMPLOYER_PENSION, it.employer_pension),
            (OWN_ATP, it.own_atp),
            (HOLIDAY_EARNED, it.holiday_earned),
            (HOLIDAY_TAKEN, it.holiday_taken),
            (OTHER_WAGE, it.other_wage),
            (CARE_PAY, it.care_pay),
        ):
            if amount:
                yield Line(text, _amount(amount))
        yield Line(WAGE, _amount(it.wage))

    def _deduction_lines(self) -> Iterator[Line]:
        threshold = {"threshold": str(kroner(self.threshold))}
        yield Line(BASE, {"month": interval(self.month), **_amount(self.base)})
        yield Line(LOWER, {**threshold, "of": str(kroner(self.lower)), **_amount(self.lower_deduction)})
        if self.upper:
            yield Line(UPPER, {**threshold, "of": str(kroner(self.upper)), **_amount(self.upper_deduction)})
        if self.income.benefit:
            yield Line(BENEFIT, {"income_month": interval(self.income.month), **_amount(self.income.benefit)})
        yield Line(LEFT if self.left >= 0 else NOTHING_LEFT, _amount(self.uncapped))

    def _result_lines(self) -> Iterator[Line]:
        ceiling = {"ceiling": str(kroner(self.ceiling))}
        if self.capped < self.uncapped:
            yield Line(CEILING_BINDS, {**ceiling, **_amount(self.capped)})
        elif self.capped:
            yield Line(CEILING_FREE, ceiling)
        if self.income.holiday_days:
            days = {"days": str(self.income.holiday_days), "average": str(AVERAGE_MONTH)}
            yield Line(HOLIDAY_DAYS, {**days, **_amount(self.exact)})
        yield Line(SUBSIDY, {"month": interval(self.month), **_amount(self.amount)})
        if self.atp:
            yield Line(ATP, {"most": str(kroner(MOST_ATP)), **_amount(self.atp)})


def _amount(amount: Decimal) -> dict[str, str]:
    return {"amount": str(kroner(amount))}
