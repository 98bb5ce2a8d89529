"""Flex cases that a person must take for what the case itself says: job, ceiling, pension, benefits, leave."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from mocks.town.flex.model import Benefit, Ceiling, Holiday, Pension, PensionKind
from mocks.town.flex.office import Draft, Office
from mocks.town.flex.plain import SICKNESS, Kind, at_the_ceiling, loss_of_earnings, ordinary
from mocks.town.spans import month_of, shifted

PARENTHOOD = ("Barselsdagpenge", "Barselsloven")
HOLIDAY_BENEFIT = ("Ledighedsydelse under ferie", "Lov om aktiv socialpolitik")


def refused(draft: Draft, reason: str) -> Draft:
    draft.reason = reason
    return draft


def self_employed(office: Office) -> Draft:
    draft = ordinary(office)
    draft.self_employed = True
    return refused(draft, "self_employed")


def first_month(office: Office) -> Draft:
    """The job began within the month."""
    draft = office.draft(started=office.income + timedelta(days=office.rng.randint(7, 20)))
    draft.pay(office.income, draft.gross // 2)
    return refused(draft, "first_month")


def job_ended(office: Office) -> Draft:
    draft = ordinary(office)
    draft.last = month_of(office.income).last
    return refused(draft, "job_ended")


def old_scheme(office: Office) -> Draft:
    """A job from before 2013, which has another subsidy."""
    draft = office.draft(started=date(office.rng.randint(2004, 2012), office.rng.randint(1, 12), 1))
    draft.pay_usual(*office.months)
    return refused(draft, "old_scheme")


def moved_lately(office: Office) -> Draft:
    draft = ordinary(office)
    draft.moved = office.income + timedelta(days=office.rng.randint(0, 20))
    return refused(draft, "moved")


def no_ceiling(office: Office) -> Draft:
    draft = ordinary(office)
    draft.ceilings = []
    return refused(draft, "ceiling_missing")


def ceiling_expired(office: Office) -> Draft:
    """The ceiling ran out with the month of the income, or one before it."""
    draft = ordinary(office)
    last = month_of(shifted(office.income, -office.rng.randint(0, 2))).last
    draft.ceilings[-1] = replace(draft.ceilings[-1], last=last)
    return refused(draft, "ceiling_missing")


def two_ceilings(office: Office) -> Draft:
    draft = ordinary(office)
    (*_, ceiling) = draft.ceilings
    draft.ceilings.append(replace(ceiling, first=office.earlier[-1], ore=ceiling.ore + 90_000))
    return refused(draft, "ceiling_missing")


def ceiling_rises_and_is_reached(office: Office) -> Draft:
    """Which month's ceiling holds is not known, and here it matters."""
    draft = at_the_ceiling(office)
    (ceiling,) = draft.ceilings
    draft.ceilings = [
        replace(ceiling, last=office.month - timedelta(days=1)),
        Ceiling(office.month, None, ceiling.ore * 103 // 100 // 100 * 100),
    ]
    return refused(draft, "ceiling_unclear")


def loss_of_earnings_at_the_ceiling(office: Office) -> Draft:
    """Whether it counts under the ceiling is not known, and here it matters."""
    draft = loss_of_earnings(office)
    ore = int(draft.counted[office.income].flex + draft.subsidy(office.month) * 90) // 100 * 100
    draft.ceilings = [Ceiling(draft.first.replace(day=1), None, ore)]
    return refused(draft, "ceiling_unclear")


def pension_unknown(office: Office) -> Draft:
    """Neither reported nor declared."""
    draft = office.draft(kind=PensionKind.NONE)
    draft.pay_usual(*office.months)
    draft.pension = Pension(PensionKind.UNKNOWN)
    return refused(draft, "pension_unknown")


def pension_not_reported(office: Office) -> Draft:
    """The employer was to report it, and did until now."""
    draft = office.draft()
    draft.pay_usual(*office.earlier)
    draft.pension = Pension(PensionKind.UNKNOWN)
    draft.pay_usual(office.income)
    draft.pension = Pension(PensionKind.REPORTED)
    return refused(draft, "pension_unknown")


def benefit_without_amount(office: Office) -> Draft:
    draft = ordinary(office)
    draft.benefits.append(Benefit(*SICKNESS, office.income))
    return refused(draft, "benefit_unclear")


def on_parental_leave(office: Office) -> Draft:
    """Leave without pay all month."""
    draft = office.draft()
    draft.pay_usual(*office.earlier)
    draft.benefit(office.income, *PARENTHOOD, office.rng.randint(9_000, 17_000) * 100, unpaid_month=True)
    return refused(draft, "parental_leave")


def parental_leave_with_some_wage(office: Office) -> Draft:
    draft = office.generous()
    draft.pay_usual(*office.earlier)
    draft.pay(office.income, draft.gross // 2)
    draft.benefit(office.income, *PARENTHOOD, office.rng.randint(1_500, 3_000) * 100)
    return refused(draft, "parental_leave")


def holiday_with_benefit(office: Office) -> Draft:
    """Days of holiday that have benefit have no subsidy."""
    draft = office.generous()
    draft.pay_usual(*office.months)
    draft.benefits.append(Benefit(*HOLIDAY_BENEFIT, office.income, days=office.rng.randint(1, 8) * 100))
    return refused(draft, "holiday_pay")


def too_much_holiday(office: Office) -> Draft:
    """More than 25 days in all."""
    draft = office.generous()
    draft.pay_usual(*office.months)
    for month, days in zip(office.months, (0, 12, 9, 6), strict=True):
        if days:
            draft.benefits.append(Benefit(*HOLIDAY_BENEFIT, month, days=days * 100))
    return refused(draft, "holiday_too_long")


def holiday_from_the_fund(office: Office) -> Draft:
    """Holiday pay that was sent to the fund counts in the month in which the days are taken."""
    draft = office.generous()
    draft.pay_usual(*office.months)
    days = office.rng.randint(5, 15)
    taken = office.rng.randint(1, min(days, 5)) * 100
    draft.holidays.append(Holiday(office.income, office.rng.randint(300, 500) * days * 100, days * 100, taken))
    return refused(draft, "holiday_pay")


CASES = (
    Kind("case", 4, (self_employed, first_month, job_ended, old_scheme, moved_lately)),
    Kind(
        "ceiling",
        4,
        (no_ceiling, ceiling_expired, ceiling_rises_and_is_reached, two_ceilings, loss_of_earnings_at_the_ceiling),
    ),
    Kind("pension", 2, (pension_unknown, pension_not_reported)),
    Kind("benefit", 1, (benefit_without_amount,)),
    Kind("leave", 2, (on_parental_leave, parental_leave_with_some_wage)),
    Kind("holiday", 2, (holiday_with_benefit, holiday_from_the_fund, too_much_holiday)),
)
