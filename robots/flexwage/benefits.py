"""What the benefits of a month are worth to the calculation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from robots.flexwage.model import NOUGHT, Benefit, BenefitKind, HolidayTaken
from robots.flexwage.months import Month, interval
from robots.flexwage.reasons import Detail, Problem, Reason

AVERAGE_MONTH: Final = Decimal("21.6667")
"""Working days of a month when months are turned into days (BEK § 2(2), revision of 2022) [S:hoering]."""
AVERAGE_MONTH_FROM: Final = date(2022, 1, 1)

CARE_PAY: Final = frozenset({BenefitKind.LOSS_OF_EARNINGS, BenefitKind.CARE})
CARE_PAY_FROM: Final = date(2024, 1, 1)
"""From here on loss of earnings and care allowance are deducted like wage [S:fmkb]; before, they are not wage
(P 6-23) [S:pm6-23]."""

MOST_HOLIDAY_DAYS: Final = Decimal(25)
"""Days of holiday with benefit in all (BEK 227/2024 § 10) [S:elov-bek]."""

HOLIDAY_ACCOUNT_FROM: Final = date(2024, 1, 1)
"""The year of the rule on FerieKonto that was seen (BEK 227/2024 § 6) [S:elov-bek]; it read otherwise in 2021 and
2022."""


@dataclass(frozen=True, slots=True)
class BenefitsOfMonth:
    """`deducted` krone for krone, `care_pay` like wage; `holiday_days` are days without subsidy.

    `unpaid_month`: the employer paid nothing all month because of a benefit.
    """

    deducted: Decimal = NOUGHT
    care_pay: Decimal = NOUGHT
    holiday_days: Decimal = NOUGHT
    unpaid_month: bool = False


NONE: Final = BenefitsOfMonth()


def of_month(month: Month, benefits: Sequence[Benefit], subsidy_month: Month) -> BenefitsOfMonth | Problem:
    """The benefits of the income month, for the subsidy of the month after.

    Sickness, parental, bereavement and resource benefit are deducted in full, alone (LAB § 124(3), BEK § 9(1)) or
    beside the calculated deduction for wage (BEK § 9(2)) [S:elov124][S:elov-bek].
    """
    theirs = [benefit for benefit in benefits if benefit.month == month] if benefits else []
    if not theirs:
        return NONE
    deducted, care_pay = NOUGHT, NOUGHT
    for benefit in theirs:
        if benefit.kind is BenefitKind.HOLIDAY:
            continue
        amount = amount_of(benefit)
        if isinstance(amount, Problem):
            return amount
        if benefit.kind not in CARE_PAY:
            deducted += amount
        elif month >= CARE_PAY_FROM:
            care_pay += amount
        elif subsidy_month >= CARE_PAY_FROM:
            return Problem(Reason.RULE_UNKNOWN, {**facts_of(benefit), "detail": Detail.CARE_PAY_AT_THE_TURN})
    days = holiday_days(theirs, benefits)
    if isinstance(days, Problem):
        return days
    return BenefitsOfMonth(deducted, care_pay, days, any(it.unpaid_month for it in theirs))


def amount_of(benefit: Benefit) -> Decimal | Problem:
    """Kroner: as paid, or days of an average month of 21.6667."""
    if benefit.amount is not None:
        return benefit.amount
    if benefit.days is None or benefit.monthly is None:
        return Problem(Reason.BENEFIT_UNCLEAR, facts_of(benefit))
    if benefit.month < AVERAGE_MONTH_FROM:
        return Problem(Reason.RULE_UNKNOWN, facts_of(benefit))
    return min(benefit.days / AVERAGE_MONTH, Decimal(1)) * benefit.monthly


def holiday_days(of_the_month: Sequence[Benefit], in_all: Sequence[Benefit]) -> Decimal | Problem:
    """Days of holiday with benefit, which have no subsidy; at most 25 days in all (BEK 227/2024 § 10)."""
    this_month = [it for it in of_the_month if it.kind is BenefitKind.HOLIDAY]
    for benefit in this_month:
        if benefit.days is None:
            return Problem(Reason.BENEFIT_UNCLEAR, {**facts_of(benefit), "detail": Detail.DAYS_MISSING})
    known = [it for it in in_all if it.kind is BenefitKind.HOLIDAY and it.month <= of_the_month[0].month]
    total = sum((it.days or NOUGHT for it in known), NOUGHT)
    if this_month and total > MOST_HOLIDAY_DAYS:
        facts = {**facts_of(this_month[0]), "days": str(total), "limit": str(MOST_HOLIDAY_DAYS)}
        return Problem(Reason.HOLIDAY_TOO_LONG, facts)
    return sum((it.days or NOUGHT for it in this_month), NOUGHT)


def holiday_taken(month: Month, holidays: Sequence[HolidayTaken]) -> Decimal | Problem:
    """Holiday pay from FerieKonto that counts in the month: by the days taken (BEK 227/2024 § 6) [S:elov-bek]."""
    theirs = [it for it in holidays if it.month == month] if holidays else []
    if not theirs:
        return NOUGHT
    if month < HOLIDAY_ACCOUNT_FROM:
        return Problem(Reason.RULE_UNKNOWN, {"month": interval(month), "detail": Detail.HOLIDAY_ACCOUNT_BEFORE_2024})
    return sum((it.gross * it.taken / it.days for it in theirs), NOUGHT)


def facts_of(benefit: Benefit) -> dict[str, str | None]:
    return {
        "month": interval(benefit.month),
        "benefit": benefit.kind,
        "amount": None if benefit.amount is None else str(benefit.amount),
        "days": None if benefit.days is None else str(benefit.days),
    }
