"""What the systems show, as the rules take it: the benefits system's case and the income register's lines. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from bots_common.errors import ScreenChanged
from robots.flexwage.model import (
    NOUGHT,
    Benefit,
    BenefitKind,
    Ceiling,
    FlexCase,
    HolidayTaken,
    IncomeLine,
    Job,
    LineKind,
    Pension,
)
from robots.records import FlexJobCase, IncomeReport, OtherBenefit

BENEFITS: Final[Mapping[str, BenefitKind]] = {
    "Sygedagpenge": BenefitKind.SICKNESS,
    "Barselsdagpenge": BenefitKind.PARENTAL,
    "Sorgorlovsdagpenge": BenefitKind.BEREAVEMENT,
    "Ressourceforløbsydelse": BenefitKind.RESOURCE,
    "Ledighedsydelse under ferie": BenefitKind.HOLIDAY,
    "Tabt arbejdsfortjeneste": BenefitKind.LOSS_OF_EARNINGS,
    "Plejevederlag": BenefitKind.CARE,
}
DECLARED: Final = "Oplyst i procent"
NO_PENSION: Final = "Ingen pension"
TO_BE_REPORTED: Final = frozenset({"Indberettes af arbejdsgiver", "Ikke oplyst"})

A_INCOME, WITHOUT_AM, B_INCOME, B_WITHOUT_AM = "057", "058", "070", "071"
PERKS: Final = ("065", "066", "083", "184", "185", "186")
HOURS, HOURS_UNKNOWN = "096", "200"
HOLIDAY_EARNED, AS_HOLIDAY_PAY = "098", "217"
SAVED_PAY: Final = ("157", "158")
OWN_PENSION, EMPLOYER_PENSION, OWN_ATP = "197", "198", "199"
"""The register's fields, as `IncomeLine` names them."""


def case_of(record: FlexJobCase) -> FlexCase:
    """The case as the rules take it. Raises ScreenChanged where a word of it is new to the robot."""
    job = Job(
        employer=record.employer,
        start=record.start,
        end=record.end,
        hours=record.hours,
        ceilings=tuple(
            Ceiling(amount=it.amount, first=it.first.replace(day=1), last=it.last and it.last.replace(day=1))
            for it in record.ceilings
        ),
        pension=_pension(record),
    )
    return FlexCase(
        number=record.number,
        cpr=record.cpr,
        jobs=(job,),
        benefits=tuple(_benefit(it) for it in record.benefits),
        holidays=tuple(
            HolidayTaken(month=it.month, gross=it.gross, days=it.days, taken=it.taken) for it in record.holidays
        ),
        self_employed=record.self_employed,
        moved=record.moved,
    )


def _pension(record: FlexJobCase) -> Pension | None:
    """The agreement; None where the employer reports it or nobody has said."""
    if record.pension in TO_BE_REPORTED:
        return None
    if record.pension == NO_PENSION:
        return Pension(own=NOUGHT, employer=NOUGHT)
    if record.pension == DECLARED and record.own_share is not None and record.employer_share is not None:
        return Pension(own=record.own_share, employer=record.employer_share)
    raise _unknown(f"The pension agreement {record.pension!r}")


def _benefit(record: OtherBenefit) -> Benefit:
    if record.kind not in BENEFITS:
        raise _unknown(f"The benefit {record.kind!r}")
    return Benefit(
        kind=BENEFITS[record.kind],
        month=record.month,
        amount=record.amount,
        days=record.days,
        monthly=record.monthly,
        unpaid_month=record.unpaid_month,
    )


def _unknown(what: str) -> ScreenChanged:
    return ScreenChanged(
        f"{what} of a flex case is new, or lacks its shares.", "Teach it to `robots/flexwage/reading.py`."
    )


def lines_of(reports: Iterable[IncomeReport]) -> list[IncomeLine]:
    """The register's lines as the rules take them; fields that do not matter to the subsidy are left out."""
    return [_line(report) for report in reports]


def _line(report: IncomeReport) -> IncomeLine:
    def of(*numbers: str) -> Decimal:
        return sum((report.fields.get(number, NOUGHT) for number in numbers), NOUGHT)

    kind = _kind(report)
    return IncomeLine(
        number=report.number,
        kind=kind,
        reverses=report.about if kind is LineKind.REVERSAL else "",
        employer=report.employer,
        income_type=report.income_type,
        period=report.period,
        base_month=report.month,
        disposed=report.disposed,
        income=of(A_INCOME),
        income_without_am=of(WITHOUT_AM, B_WITHOUT_AM),
        b_income=of(B_INCOME),
        own_pension=report.fields.get(OWN_PENSION),
        employer_pension=report.fields.get(EMPLOYER_PENSION),
        own_atp=of(OWN_ATP),
        perks=of(*PERKS),
        holiday_earned=of(HOLIDAY_EARNED),
        income_as_holiday_pay=of(AS_HOLIDAY_PAY),
        saved_pay=of(*SAVED_PAY),
        hours=None if HOURS_UNKNOWN in report.marks else report.fields.get(HOURS),
    )


def _kind(report: IncomeReport) -> LineKind:
    """A reversal is told by its art, whatever else it repeats of the report that it takes back."""
    if report.art == LineKind.REVERSAL:
        return LineKind.REVERSAL
    if report.art != LineKind.REPORT:
        raise ScreenChanged(
            f"The art {report.art!r} of a report is new.", "Teach it to `robots/flexwage/reading.py`."
        )
    return LineKind.CORRECTION if report.correction else LineKind.REPORT
