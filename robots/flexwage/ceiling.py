"""The ceiling of wage and subsidy together ("lønloft"), and what of it is left for the subsidy.

The ceiling is full-time pay for the same post, with pension and fixed supplements (LAB § 123) [S:elov123]. Wage that
the flex job's employer pays and the subsidy may not exceed it. Some things about it were not found: which other
income counts under it (BEK § 3(3)), which month's ceiling holds when it changes, and whether days without subsidy
come off before or after it. Where the answer would change the subsidy, a person decides; else it is all the same.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final, NamedTuple

from robots.flexwage.model import Income, Job
from robots.flexwage.months import Month, interval
from robots.flexwage.reasons import Detail, Problem, Reason

FULL_TIME_HOURS: Final = 37


class Ceilings(NamedTuple):
    """Kroner: that of the income month, and that of the subsidy's month."""

    then: Decimal
    now: Decimal


def monthly_wage(hourly: Decimal, hours: Decimal) -> Decimal:
    """Kroner a month for so many hours a week, as the ministry's own calculator has it [S:star200]."""
    return hourly * hours * 52 / 12


def full_time_wage(hourly: Decimal) -> Decimal:
    """The ceiling of an hourly wage, in whole kroner [S:star200]."""
    return monthly_wage(hourly, Decimal(FULL_TIME_HOURS)).quantize(Decimal(1), rounding=ROUND_HALF_UP)


def ceilings_of(job: Job, then: Month, now: Month) -> Ceilings | Problem:
    """The ceilings of both months, or which is not known."""
    found = []
    for month in (then, now):
        holding = [ceiling.amount for ceiling in job.ceilings if ceiling.holds_in(month)]
        if len(holding) != 1:
            return _missing(job, month, len(holding))
        found.append(holding[0])
    return Ceilings(*found)


def _missing(job: Job, month: Month, count: int) -> Problem:
    facts: dict[str, str | None] = {"employer": str(job.employer), "month": interval(month), "detail": None}
    ended = [ceiling.last for ceiling in job.ceilings if ceiling.last and ceiling.last < month]
    if count > 1:
        facts["detail"] = Detail.SEVERAL_CEILINGS
    elif ended:
        facts |= {"detail": Detail.CEILING_EXPIRED, "last": interval(max(ended))}
    return Problem(Reason.CEILING_MISSING, facts)


def under_ceiling(uncapped: Decimal, income: Income, ceilings: Ceilings) -> Decimal | Problem:
    """What the ceiling leaves of `uncapped`; where two readings of it would differ, a person decides.

    The formula is S = max(0, min(S0, L - W_flex)) [S:elov123].
    """
    then, now = ceilings
    room = then - income.flex_wage
    in_doubt = income.benefit + income.care_pay + income.holiday_taken
    least = min(then, now) - income.flex_wage - in_doubt
    if uncapped <= least:
        return uncapped  # by every reading
    if uncapped <= 0:
        return uncapped
    if detail := _doubt(income, ceilings, room, in_doubt):
        facts = {
            "month": interval(income.month),
            "ceiling": str(then),
            "wage": str(income.flex_wage),
            "subsidy": str(uncapped.quantize(Decimal("0.01"))),
            "other": str(in_doubt),
            "detail": detail,
        }
        return Problem(Reason.CEILING_UNCLEAR, facts)
    return max(room, Decimal(0))


def _doubt(income: Income, ceilings: Ceilings, room: Decimal, in_doubt: Decimal) -> Detail | None:
    """Why two readings of the ceiling give two subsidies; with no room at all every reading gives nought."""
    if max(ceilings) <= income.flex_wage:
        return None
    if in_doubt and room > 0:
        return Detail.OTHER_INCOME
    if ceilings.then != ceilings.now:
        return Detail.CEILING_CHANGES
    if income.holiday_days:
        return Detail.HOLIDAY_DAYS
    return None
