"""Flex cases that the rules settle: what a robot must work out, approve and write to the citizen about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from mocks.town.flex import arithmetic
from mocks.town.flex.model import Benefit, Ceiling, Pension, PensionKind
from mocks.town.flex.office import PUBLIC_SICK_PAY, Draft, Office
from mocks.town.spans import Span, month_of

AVERAGE_MONTH = Decimal("21.6667")
SICKNESS = ("Sygedagpenge", "Sygedagpengeloven")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of flex case, its weight among its like, and the ways it comes about, taken in turn."""

    name: str
    weight: int
    ways: tuple[Callable[[Office], Draft], ...]


def ordinary(office: Office) -> Draft:
    """Pension reported, the same wage month after month."""
    draft = office.draft()
    draft.pay_usual(*office.months)
    return draft


def without_pension(office: Office) -> Draft:
    draft = office.draft(kind=PensionKind.NONE)
    draft.pay_usual(*office.months)
    return draft


def pension_declared(office: Office) -> Draft:
    """The register lacks the pension, the agreement is declared."""
    draft = office.draft(kind=PensionKind.DECLARED)
    draft.pay_usual(*office.months)
    return draft


def pension_known_to_the_register_alone(office: Office) -> Draft:
    draft = office.draft()
    draft.pension = Pension(PensionKind.REPORTED)
    draft.pay_usual(*office.months)
    draft.pension = Pension(PensionKind.UNKNOWN)
    return draft


def above_the_kink(office: Office) -> Draft:
    draft = office.draft(hours=(22, 26), hourly=(190, 250))
    draft.pay_usual(*office.months)
    return draft


def at_the_kink(office: Office) -> Draft:
    """The income is the threshold to the øre."""
    draft = office.draft(kind=PensionKind.NONE, hours=(18, 20), hourly=(185, 195))
    kink = int(arithmetic.KINK[office.month.year]) * 100
    draft.gross = kink + draft.own_atp
    draft.pay_usual(*office.earlier)
    draft.pay(office.income, draft.gross)
    return draft


def other_wage_below_the_kink(office: Office) -> Draft:
    return _with_other_wage(office, office.draft(hours=(8, 12), hourly=(150, 180)), 1_500, 3_500)


def other_wage_above_the_kink(office: Office) -> Draft:
    return _with_other_wage(office, office.draft(hours=(15, 18), hourly=(200, 240)), 5_000, 8_000)


def _with_other_wage(office: Office, draft: Draft, least: int, most: int) -> Draft:
    other, gross = office.employer(other_than=draft.employer), office.rng.randint(least * 100, most * 100)
    draft.pay_usual(*office.months)
    for month in office.months:
        draft.pay_elsewhere(month, other, draft.about(gross))
    return draft


def at_the_ceiling(office: Office) -> Draft:
    """Wage and subsidy together would be more than full-time pay."""
    draft = office.draft(hours=(12, 20))
    draft.pay_usual(*office.months)
    room = draft.subsidy(office.month) * office.rng.randint(50, 90)
    ore = int(draft.counted[office.income].flex + room) // 100 * 100
    draft.ceilings = [Ceiling(draft.first.replace(day=1), None, ore)]
    return draft


def ceiling_rises_far_above(office: Office) -> Draft:
    """From the subsidy's month on there is another ceiling; neither is reached."""
    draft = office.generous()
    draft.pay_usual(*office.months)
    (*_, ceiling) = draft.ceilings
    eve = office.month - timedelta(days=1)
    draft.ceilings[-1] = replace(ceiling, last=eve)
    draft.ceilings.append(Ceiling(office.month, None, ceiling.ore * 103 // 100 // 100 * 100))
    return draft


def corrected_upwards(office: Office) -> Draft:
    """Found by base month alone: the correction has a later disposition date than the report."""
    draft = office.draft(hours=(10, 20))
    *_, wrong = draft.pay_usual(*office.months)
    draft.correct(wrong, draft.gross * office.rng.randint(3, 12) // 100)
    return draft


def corrected_downwards(office: Office) -> Draft:
    draft = office.draft(hours=(10, 20))
    *_, wrong = draft.pay_usual(*office.months)
    draft.correct(wrong, -draft.gross * office.rng.randint(3, 12) // 100)
    return draft


def taken_back_and_sent_again(office: Office) -> Draft:
    draft = office.draft(hours=(10, 20))
    *_, wrong = draft.pay_usual(*office.months)
    reversal = draft.take_back(wrong)
    draft.counted[office.income].flex = Decimal(0)
    right = draft.pay(office.income, draft.gross * office.rng.randint(105, 112) // 100)
    draft.reports[-1] = replace(right, reported=reversal.reported)
    return draft


def earlier_month_corrected(office: Office) -> Draft:
    """The month before is corrected after its subsidy was paid and is to be reckoned again; this month is plain."""
    draft = office.draft(hours=(10, 20))
    *_, wrong, _ = draft.pay_usual(*office.months)
    draft.pay_history()
    draft.correct(wrong, draft.gross * office.rng.randint(3, 12) // 100)
    draft.recalculated = office.income
    return draft


def loss_of_earnings(office: Office) -> Draft:
    return _like_wage(office, "Tabt arbejdsfortjeneste", "Barnets lov § 87")


def care_allowance(office: Office) -> Draft:
    return _like_wage(office, "Plejevederlag", "Barnets lov § 90, stk. 1, nr. 11")


def _like_wage(office: Office, kind: str, law: str) -> Draft:
    draft, ore = office.generous(), office.rng.randint(400_00, 1_200_00)
    draft.pay_usual(*office.months)
    for month in office.months:
        draft.benefit(month, kind, law, ore, like_wage=True)
    return draft


def sick_for_some_days(office: Office) -> Draft:
    """Two or three days without pay: less wage, and a benefit of so many days of an average month."""
    draft = office.generous()
    draft.pay_usual(*office.earlier)
    days, monthly = office.rng.randint(2, 3), office.rng.randint(12_000, 18_000) * 100
    draft.pay(office.income, draft.gross * (100 - 4 * days) // 100)
    draft.benefits.append(Benefit(*SICKNESS, office.income, days=days * 100, monthly=monthly))
    draft.counted[office.income].benefits = days / AVERAGE_MONTH * monthly
    return draft


def sick_with_some_wage(office: Office) -> Draft:
    """The same, the benefit given in kroner."""
    draft = office.generous()
    draft.pay_usual(*office.earlier)
    draft.pay(office.income, draft.gross * office.rng.randint(86, 94) // 100)
    draft.benefit(office.income, *SICKNESS, office.rng.randint(900_00, 2_400_00))
    return draft


def sick_for_months(office: Office) -> Draft:
    """No wage, and sickness benefit in full, now as in the months before."""
    draft, ore = office.draft(), office.rng.randint(8_000, 17_000) * 100
    for month in office.months:
        draft.benefit(month, *SICKNESS, ore, unpaid_month=True)
        draft.report(month, {"058": ore}, employer=office.town_hall, income_type=PUBLIC_SICK_PAY)
    return draft


def two_payslips(office: Office) -> Draft:
    """Paid for each half of the month."""
    draft = office.draft()
    for month in office.months:
        first, last = month_of(month)
        for span in (Span(first, first.replace(day=15)), Span(first.replace(day=16), last)):
            draft.pay(month, draft.about(draft.gross) // 2, span=span, more={"096": draft.month_hours // 2})
    return draft


def with_a_telephone(office: Office) -> Draft:
    """Benefits in kind are reported beside the wage, and are none."""
    draft = office.draft()
    draft.pay_usual(*office.months, more={"083": 275_00})
    return draft


def travel_repaid(office: Office) -> Draft:
    """Tax-free travel money is reported beside the wage, and is none."""
    draft = office.draft()
    draft.pay_usual(*office.months, more={"078": office.rng.randint(200_00, 900_00)})
    return draft


def moved_long_ago(office: Office) -> Draft:
    draft = ordinary(office)
    draft.moved = office.earlier[0] - timedelta(days=office.rng.randint(1, 300))
    return draft


def reported_late(office: Office) -> Draft:
    """Nothing by the tenth; the report comes some days later."""
    draft = office.draft()
    draft.pay_usual(*office.earlier)
    draft.holds_from = draft.pay(office.income, draft.about(draft.gross), late=True).reported
    return draft


PLAIN = (
    Kind("ordinary", 40, (ordinary,)),
    Kind("pension", 14, (without_pension, pension_declared, pension_known_to_the_register_alone)),
    Kind("kink", 11, (above_the_kink, above_the_kink, at_the_kink)),
    Kind("other wage", 8, (other_wage_below_the_kink, other_wage_above_the_kink)),
    Kind("ceiling", 8, (at_the_ceiling, at_the_ceiling, ceiling_rises_far_above)),
    Kind(
        "corrected", 8, (corrected_upwards, corrected_downwards, taken_back_and_sent_again, earlier_month_corrected)
    ),
    Kind("like wage", 4, (loss_of_earnings, care_allowance)),
    Kind("benefit", 5, (sick_for_some_days, sick_with_some_wage, sick_for_months)),
    Kind("payslips", 8, (two_payslips, with_a_telephone, travel_repaid, moved_long_ago)),
    Kind("late", 5, (reported_late,)),
)
