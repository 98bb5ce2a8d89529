"""The flex-wage subsidy of a month. Pure: values in, the subsidy with its whole reasoning or a problem out.

LAB ch. 20, §§ 116-139 (LBK 280/2024), and the BEK on its calculation (227/2024), as paraphrased in the domain notes
[S:elov123][S:elov124][S:elov-bek]. The subsidy of a month is reckoned from the income of the month before
[S:kk][S:billund] with the rates of its own month:

 1. The case is one that the rules are for: an employed person, one flex job by the scheme of 2013, past its first
    whole month.
 2. The benefits are known (`benefits.py`), and the income register's lines are surely wage or surely not
    (`income.py`).
 3. The rates and the ceiling are known.
 4. S0 = B - 0.30·min(W, T) - 0.55·max(W - T, 0) - benefit, not below nought.
 5. Under the ceiling (`ceiling.py`); less the days of holiday with benefit; rounded once.
 6. ATP (LAB § 137) is withheld of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from robots.flexwage import benefits as of_benefits
from robots.flexwage.benefits import AVERAGE_MONTH, AVERAGE_MONTH_FROM
from robots.flexwage.ceiling import ceilings_of, under_ceiling
from robots.flexwage.income import income_of
from robots.flexwage.model import NOUGHT, FlexCase, Income, IncomeLine, Job, Practice, Rounding
from robots.flexwage.months import Month, before, interval, last_day
from robots.flexwage.rates import RateName, Rates
from robots.flexwage.reasons import Detail, Problem, Reason
from robots.flexwage.result import MOST_ATP, Line, Subsidy

__all__ = ["Line", "Subsidy", "calculate", "income_before", "screen", "subsidy"]

LOWER_SHARE: Final = Decimal("0.30")
UPPER_SHARE: Final = Decimal("0.55")
"""What comes off of the wage up to the threshold, and above it (LAB § 123) [S:elov123]."""

ATP_SHARE: Final = Decimal("0.05")
"""Of the subsidy, borne by the citizen, withheld by the municipality (LAB § 137) [S:elov137]."""

SCHEME_FROM: Final = date(2013, 1, 1)
"""Jobs that began earlier are by another scheme (LAB § 116 ff. are for those from 2013 on)."""

STEPS: Final[Mapping[Rounding, Decimal]] = {Rounding.ORE: Decimal("0.01"), Rounding.KRONE: Decimal(1)}


def calculate(
    month: Month, case: FlexCase, lines: Sequence[IncomeLine], rates: Rates, practice: Practice
) -> Subsidy | Problem:
    """The subsidy of the month, by all the rules in their order.

    `lines` are the register's for the month before, searched by base month; they may hold other months too, and must
    where a pay period covers several.
    """
    if problem := screen(month, case):
        return problem
    income = income_before(month, case, lines, practice)
    if isinstance(income, Problem):
        return income
    return subsidy(month, income, case.jobs[0], rates, practice.rounding)


def screen(month: Month, case: FlexCase) -> Problem | None:
    """The reasons that the case alone gives: ask before the income register is searched."""
    if case.self_employed:
        return Problem(Reason.SELF_EMPLOYED)
    if len(case.jobs) != 1:
        return Problem(Reason.NOT_ONE_JOB, {"count": len(case.jobs)})
    job = case.jobs[0]
    reason = _outside(month, job)
    if reason is None:
        return None
    facts = {"employer": str(job.employer), "start": str(job.start), "end": str(job.end) if job.end else None}
    return Problem(reason, {**facts, "month": interval(month)})


def _outside(month: Month, job: Job) -> Reason | None:
    """The job is by another scheme, or the income month or the month itself is not a whole month of it.

    The first payment is by the employer's papers, until a whole month is in the register [S:ishoj].
    """
    if job.start < SCHEME_FROM:
        return Reason.OLD_SCHEME
    if job.start > before(month):
        return Reason.FIRST_MONTH
    if job.end and job.end < last_day(month):
        return Reason.JOB_ENDED
    return None


def income_before(month: Month, case: FlexCase, lines: Sequence[IncomeLine], practice: Practice) -> Income | Problem:
    """What counts for the subsidy of the month: income, benefits and holiday of the month before."""
    job, income_month = case.jobs[0], before(month)
    benefits = of_benefits.of_month(income_month, case.benefits, month)
    if isinstance(benefits, Problem):
        return benefits
    taken = of_benefits.holiday_taken(income_month, case.holidays)
    if isinstance(taken, Problem):
        return taken
    income = income_of(income_month, lines, job, practice.own_atp, benefits, taken)
    if isinstance(income, Problem) or income.flex_wage > 0 or benefits.unpaid_month:
        return income
    return Problem(Reason.NO_WAGE, {"employer": str(job.employer), "month": interval(income_month)})


def subsidy(
    month: Month, income: Income, job: Job, rates: Rates, rounding: Rounding = Rounding.ORE
) -> Subsidy | Problem:
    """The formula (LAB §§ 123, 124 and 137), with the income of the month before."""
    known = rates.of(month)
    if known is None:
        return _rate_unknown(month, rates.missing(month))
    ceilings = ceilings_of(job, income.month, month)
    if isinstance(ceilings, Problem):
        return ceilings
    base, threshold = known
    wage = income.wage
    lower = wage if wage < threshold else threshold
    upper = wage - lower
    lower_deduction, upper_deduction = LOWER_SHARE * lower, UPPER_SHARE * upper
    left = base - lower_deduction - upper_deduction - income.benefit
    uncapped = left if left > 0 else NOUGHT
    capped = under_ceiling(uncapped, income, ceilings)
    if isinstance(capped, Problem):
        return capped
    exact = without_days(capped, income)
    if isinstance(exact, Problem):
        return exact
    amount = exact.quantize(STEPS[rounding], ROUND_HALF_UP)
    return Subsidy(
        month=month,
        income=income,
        base=base,
        threshold=threshold,
        lower=lower,
        upper=upper,
        lower_deduction=lower_deduction,
        upper_deduction=upper_deduction,
        left=left,
        uncapped=uncapped,
        ceiling=ceilings.then,
        capped=capped,
        exact=exact,
        amount=amount,
        atp=atp_of(amount),
    )


def _rate_unknown(month: Month, missing: Sequence[RateName]) -> Problem:
    detail = Detail(missing[0]) if len(missing) == 1 else None
    return Problem(Reason.RATE_UNKNOWN, {"month": interval(month), "rates": list(missing), "detail": detail})


def without_days(capped: Decimal, income: Income) -> Decimal | Problem:
    """Less the days of holiday with benefit, in proportion (BEK 227/2024 § 10), of a month of 21.6667 days [D]."""
    if not income.holiday_days:
        return capped
    if income.month < AVERAGE_MONTH_FROM:
        facts = {"month": interval(income.month), "days": str(income.holiday_days)}
        return Problem(Reason.RULE_UNKNOWN, facts)
    return max(capped * (1 - income.holiday_days / AVERAGE_MONTH), NOUGHT)


def atp_of(amount: Decimal) -> Decimal:
    """5 % of the subsidy, at most 500 kroner a month (LAB § 137), rounded to øre."""
    share = (ATP_SHARE * amount).quantize(STEPS[Rounding.ORE], ROUND_HALF_UP)
    return share if share < MOST_ATP else MOST_ATP
