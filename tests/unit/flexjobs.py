"""A small made-up municipality for the tests of the flex-wage rules: one plain case, and ways to change it.

Anna works 18 hours a week at 200 kroner with pension, as in the ministry's published example.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from bots_common.values import Cpr, Cvr, Period
from robots.flexwage.model import Benefit, BenefitKind, Ceiling, FlexCase, IncomeLine, Job, OwnAtp, Practice
from robots.flexwage.months import Month, before
from robots.flexwage.rates import load
from robots.flexwage.reasons import Problem
from robots.flexwage.result import Subsidy
from robots.flexwage.rules import calculate

RATES = load()
PRACTICE = Practice(own_atp=OwnAtp.LEFT_OUT)
ANNA = Cpr("6101901234")
BAKERY, SHOP = Cvr("10000009"), Cvr("10000017")
OCTOBER, NOVEMBER = date(2024, 10, 1), date(2024, 11, 1)
LAST_OF_OCTOBER = date(2024, 10, 31)


def kr(amount: str | int) -> Decimal:
    return Decimal(amount)


def ceiling(amount: str = "32067", first: Month = date(2014, 1, 1), last: Month | None = None) -> Ceiling:
    return Ceiling(amount=kr(amount), first=first, last=last)


def job(**changes: Any) -> Job:
    plain: dict[str, Any] = {
        "employer": BAKERY,
        "start": date(2014, 1, 1),
        "hours": kr(18),
        "ceilings": (ceiling(),),
    }
    return Job(**{**plain, **changes})


def case(*jobs: Job, **changes: Any) -> FlexCase:
    return FlexCase(**{"number": "FLX-1", "cpr": ANNA, "jobs": jobs or (job(),), **changes})


def line(income: str = "13728", month: Month = OCTOBER, **changes: Any) -> IncomeLine:
    """What the bakery reports for a month: 15,600 kroner with pension of 4 and 8 %."""
    plain: dict[str, Any] = {
        "number": f"R-{month:%Y%m}",
        "employer": BAKERY,
        "period": Period.month_of(month),
        "base_month": month,
        "disposed": Period.month_of(month).last,
        "income": kr(income),
        "own_pension": kr("624"),
        "employer_pension": kr("1248"),
        "own_atp": kr("66"),
        "hours": kr("78"),
    }
    return IncomeLine(**{**plain, **changes})


def bare(income: str, month: Month = OCTOBER, **changes: Any) -> IncomeLine:
    """A report of a wage without pension."""
    return line(income, month, **{"own_pension": kr(0), "employer_pension": kr(0), **changes})


def benefit(kind: BenefitKind, amount: str | None = None, **changes: Any) -> Benefit:
    plain = {"kind": kind, "month": OCTOBER, "amount": None if amount is None else kr(amount)}
    return Benefit(**{**plain, **changes})


def months_before(count: int, income: str = "13728") -> list[IncomeLine]:
    """Anna's plain reports of the months before October."""
    return [line(income, before(OCTOBER, n)) for n in range(1, count + 1)]


def decide(
    lines: Sequence[IncomeLine] | None = None,
    of: FlexCase | None = None,
    month: Month = NOVEMBER,
    practice: Practice = PRACTICE,
) -> Subsidy | Problem:
    """The subsidy for November 2024, by October's income."""
    return calculate(month, of or case(), (line(),) if lines is None else lines, RATES, practice)


def paid(*args: Any, **named: Any) -> Subsidy:
    """The subsidy where there must be one."""
    result = decide(*args, **named)
    assert isinstance(result, Subsidy), result
    return result


def refused(*args: Any, **named: Any) -> Problem:
    """The problem where there must be one."""
    result = decide(*args, **named)
    assert isinstance(result, Problem), result
    return result
