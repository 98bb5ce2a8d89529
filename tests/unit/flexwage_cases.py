"""One row for each reason that a flex-wage month may have, and each kind of it."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from bots_common.values import Cvr
from robots.flexwage.model import BenefitKind, FlexCase, HolidayTaken, IncomeLine, LineKind
from robots.flexwage.months import Month, before
from robots.flexwage.reasons import Detail, Reason
from tests.unit.flexjobs import NOVEMBER, OCTOBER, SHOP, bare, benefit, case, ceiling, job, kr, line

SICKNESS, HOLIDAY, LOSS = BenefitKind.SICKNESS, BenefitKind.HOLIDAY, BenefitKind.LOSS_OF_EARNINGS
UNREPORTED = {"own_pension": None, "employer_pension": None}


class Case(NamedTuple):
    name: str
    reason: Reason
    detail: Detail | None = None
    lines: tuple[IncomeLine, ...] = (line(),)
    of: FlexCase = case()
    month: Month = NOVEMBER


def in_year(year: int, reason: Reason, detail: Detail | None = None) -> Case:
    may = date(year, 5, 1)
    return Case(f"in {year}", reason, detail, (line(month=may),), month=before(may, -1))


def capped(limit: str, of: FlexCase) -> FlexCase:
    return of.model_copy(update={"jobs": (job(ceilings=(ceiling(limit),)),)})


def holiday(days: str | None, month: Month = OCTOBER) -> FlexCase:
    return case(benefits=(benefit(HOLIDAY, month=month, days=None if days is None else kr(days)),))


OF_THE_CASE = (
    Case("self-employed", Reason.SELF_EMPLOYED, of=case(self_employed=True)),
    Case("two flex jobs", Reason.NOT_ONE_JOB, of=case(job(), job(employer=SHOP))),
    Case("no flex job", Reason.NOT_ONE_JOB, of=FlexCase(number="FLX-2", cpr=case().cpr, jobs=())),
    Case("began in 2012", Reason.OLD_SCHEME, of=case(job(start=date(2012, 12, 31)))),
    Case("began on 2 October", Reason.FIRST_MONTH, of=case(job(start=date(2024, 10, 2)))),
    Case("ended within the month", Reason.JOB_ENDED, of=case(job(end=date(2024, 11, 29)))),
    in_year(2023, Reason.RATE_UNKNOWN, Detail.THRESHOLD),
    in_year(2025, Reason.RATE_UNKNOWN, Detail.THRESHOLD),
    in_year(2026, Reason.RATE_UNKNOWN),
    Case(
        "base not known", Reason.RATE_UNKNOWN, Detail.BASE, (line(month=date(2013, 5, 1)),),
        case(job(start=date(2013, 1, 1))), date(2013, 6, 1),
    ),
    Case("no ceiling", Reason.CEILING_MISSING, of=case(job(ceilings=()))),
    Case(
        "ceiling until October", Reason.CEILING_MISSING, Detail.CEILING_EXPIRED,
        of=case(job(ceilings=(ceiling(last=OCTOBER),))),
    ),
    Case(
        "two ceilings", Reason.CEILING_MISSING, Detail.SEVERAL_CEILINGS,
        of=case(job(ceilings=(ceiling(), ceiling("33000")))),
    ),
    Case(
        "sick pay near the ceiling", Reason.CEILING_UNCLEAR, Detail.OTHER_INCOME,
        of=capped("30000", case(benefits=(benefit(SICKNESS, "1000"),))),
    ),
    Case(
        "ceiling changes", Reason.CEILING_UNCLEAR, Detail.CEILING_CHANGES,
        of=case(job(ceilings=(ceiling("30000", last=OCTOBER), ceiling("30100", NOVEMBER)))),
    ),
    Case("ceiling and holiday", Reason.CEILING_UNCLEAR, Detail.HOLIDAY_DAYS, of=capped("30000", holiday("5"))),
    Case("benefit without amount", Reason.BENEFIT_UNCLEAR, of=case(benefits=(benefit(SICKNESS),))),
    Case("holiday without days", Reason.BENEFIT_UNCLEAR, Detail.DAYS_MISSING, of=holiday(None)),
    Case("26 days of holiday", Reason.HOLIDAY_TOO_LONG, of=holiday("26")),
    Case(
        "days before 2022", Reason.RULE_UNKNOWN, None, (line(month=date(2021, 5, 1)),),
        holiday("5", date(2021, 5, 1)), date(2021, 6, 1),
    ),
    Case(
        "loss of earnings of December 2023", Reason.RULE_UNKNOWN, Detail.CARE_PAY_AT_THE_TURN,
        (line(month=date(2023, 12, 1)),), case(benefits=(benefit(LOSS, "900", month=date(2023, 12, 1)),)),
        date(2024, 1, 1),
    ),
    Case(
        "FerieKonto in 2022", Reason.RULE_UNKNOWN, Detail.HOLIDAY_ACCOUNT_BEFORE_2024,
        (line(month=date(2022, 5, 1), holiday_earned=kr(500)),), month=date(2022, 6, 1),
    ),
    Case(
        "holiday from FerieKonto in 2022", Reason.RULE_UNKNOWN, Detail.HOLIDAY_ACCOUNT_BEFORE_2024,
        (line(month=date(2022, 5, 1)),),
        case(holidays=(HolidayTaken(month=date(2022, 5, 1), gross=kr(100), days=kr(5), taken=kr(1)),)),
        date(2022, 6, 1),
    ),
)  # fmt: skip

OF_THE_REGISTER = (
    Case("no report", Reason.NO_REPORT, lines=()),
    Case("only another month", Reason.NO_REPORT, lines=(line(month=NOVEMBER),)),
    Case("only another employer", Reason.NO_REPORT, lines=(line(employer=SHOP),)),
    Case("some days sick, no report", Reason.NO_REPORT, lines=(), of=case(benefits=(benefit(SICKNESS, "900"),))),
    Case("a report of nothing", Reason.NO_WAGE, lines=(bare("0"),)),
    Case("no pension reported", Reason.PENSION_UNKNOWN, lines=(line(**UNREPORTED),)),
    Case("own share alone", Reason.PENSION_UNKNOWN, lines=(line(employer_pension=None),)),
    Case(
        "no pension of another", Reason.PENSION_UNKNOWN, Detail.OTHER_EMPLOYER,
        (line(), line(employer=SHOP, number="R-2", **UNREPORTED)),
    ),
    Case("type 04", Reason.INCOME_UNCLEAR, Detail.INCOME_TYPE, (line(), bare("900", income_type="04", number="R-2"))),
    Case("no AM", Reason.INCOME_UNCLEAR, Detail.WITHOUT_AM, (line(income_without_am=kr(900)),)),
    Case(
        "B-income of another", Reason.INCOME_UNCLEAR, Detail.B_INCOME,
        (line(), bare("0", b_income=kr(900), employer=SHOP, number="R-2")),
    ),
    Case("217", Reason.INCOME_UNCLEAR, Detail.INCOME_AS_HOLIDAY_PAY, (line(income_as_holiday_pay=kr(900)),)),
    Case(
        "reversal of nothing", Reason.INCOME_UNCLEAR, Detail.REVERSAL_UNMATCHED,
        (line(), line(kind=LineKind.REVERSAL, number="R-2", reverses="R-0")),
    ),
    Case("reported twice", Reason.INCOME_UNCLEAR, Detail.DOUBLE_REPORT, (line(), line(number="R-2"))),
    Case(
        "corrected below nought", Reason.INCOME_UNCLEAR, Detail.NEGATIVE,
        (line(), bare("-14000", kind=LineKind.CORRECTION, number="R-2")),
    ),
    Case(
        "pension corrected below nought", Reason.INCOME_UNCLEAR, Detail.NEGATIVE,
        (line(), bare("0", kind=LineKind.CORRECTION, number="R-2", own_pension=kr(-700))),
    ),
    Case(
        "another's below nought", Reason.INCOME_UNCLEAR, Detail.NEGATIVE,
        (line(), bare("-100", employer=SHOP, number="R-2"), bare("900", employer=Cvr("10000025"), number="R-3")),
    ),
    Case(
        "sick pay that the case has not", Reason.BENEFIT_UNCLEAR, Detail.NOT_IN_CASE,
        (line(), bare("900", income_type="07", employer=SHOP, number="R-2")),
    ),
)  # fmt: skip

CASES = (*OF_THE_CASE, *OF_THE_REGISTER)
