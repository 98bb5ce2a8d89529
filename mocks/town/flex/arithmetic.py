"""What the law makes of a month: the town's own arithmetic of the flex-wage subsidy, in kroner, never rounded.

LAB § 123 and § 137; the rates of 2024 are those of STAR's calculator. No other year's threshold is known, so no other
year has flex cases here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

BASE = {2024: Decimal(19_952)}
"""98 % of the highest unemployment benefit a month, by year."""
KINK = {2024: Decimal(16_323)}
"""The income from which 55 % and no longer 30 % is deducted, by year."""


@dataclass(frozen=True, slots=True)
class Income:
    """A month as the law sees it, in kroner. `like_wage` is loss of earnings, deducted as if it were wage."""

    flex_wage: Decimal
    other_wage: Decimal = Decimal(0)
    like_wage: Decimal = Decimal(0)
    benefits: Decimal = Decimal(0)


def subsidy(month: date, income: Income, ceiling: Decimal) -> Decimal:
    """The subsidy for the month that begins on this day."""
    base, kink = BASE[month.year], KINK[month.year]
    wage = income.flex_wage + income.other_wage + income.like_wage
    deduction = wage * 30 / 100 if wage <= kink else kink * 30 / 100 + (wage - kink) * 55 / 100
    return max(Decimal(0), min(base - deduction - income.benefits, ceiling - income.flex_wage))


def in_ore(kroner: Decimal) -> int:
    """Whole øre, half an øre upwards."""
    return int((kroner * 100).quantize(Decimal(1), ROUND_HALF_UP))


def atp(ore: int) -> int:
    """What is withheld of a subsidy for the citizen's ATP, in whole øre: 5 %, at most 500 kroner."""
    return min(in_ore(Decimal(ore) / 100 * 5 / 100), 500_00)
