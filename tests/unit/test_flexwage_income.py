"""What the register's lines come to: pension, other wage, corrections, reversals, several months, holiday."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bots_common.values import Period
from robots.flexwage.model import BenefitKind, HolidayTaken, LineKind, OwnAtp, Pension, Practice
from robots.flexwage.reasons import Reason
from tests.unit.flexjobs import (
    BAKERY,
    NOVEMBER,
    OCTOBER,
    SHOP,
    bare,
    benefit,
    case,
    ceiling,
    job,
    kr,
    line,
    paid,
    refused,
)

CORRECTION, REVERSAL = LineKind.CORRECTION, LineKind.REVERSAL
SUMMER = Period(first=date(2024, 7, 1), last=date(2024, 9, 30))


def test_wage_is_income_and_both_pension_contributions() -> None:
    income = paid().income
    assert (income.paid, income.own_pension, income.employer_pension) == (13728, 624, 1248)
    assert income.flex_wage == income.wage == 15600


@pytest.mark.parametrize(("own_atp", "wage"), [(OwnAtp.LEFT_OUT, "15600"), (OwnAtp.ADDED, "15666")])
def test_the_municipality_says_whether_own_atp_is_wage(own_atp: OwnAtp, wage: str) -> None:
    assert paid(practice=Practice(own_atp=own_atp)).income.wage == kr(wage)


def test_a_declared_pension_stands_in_for_one_that_is_not_reported() -> None:
    """A wage of 15,600 of which 4 % own pension and 66 ATP are withheld, and 8 % come on top."""
    declared = case(job(pension=Pension(own=kr(4), employer=kr(8))))
    income = paid((line("14910", own_pension=None, employer_pension=None),), declared).income
    assert (income.own_pension, income.employer_pension) == (kr("624"), kr("1248"))
    assert income.wage == 14910 + 624 + 1248


def test_a_reported_pension_counts_before_a_declared_one() -> None:
    assert paid(of=case(job(pension=Pension(own=kr(9), employer=kr(9))))).income.wage == 15600


def test_no_pension_can_be_declared() -> None:
    none = case(job(pension=Pension(own=kr(0), employer=kr(0))))
    assert paid((line(own_pension=None, employer_pension=None),), none).income.wage == 13728


def test_other_wage_is_deducted_and_does_not_count_under_the_ceiling() -> None:
    lines = (line(), bare("1000", employer=SHOP, number="R-2"))
    result = paid(lines, case(job(ceilings=(ceiling("30000"),))))
    assert (result.income.flex_wage, result.income.other_wage, result.income.wage) == (15600, 1000, 16600)
    assert result.left == kr(19952) - kr("0.30") * 16323 - kr("0.55") * 277
    assert result.exact == 30000 - 15600


def test_a_correction_counts_in_its_base_month_whenever_it_was_made() -> None:
    later = bare("-500", kind=CORRECTION, number="R-2", disposed=date(2024, 12, 2))
    assert paid((line(), later)).income.wage == 15100


def test_a_correction_without_pension_leaves_the_pension_as_it_was() -> None:
    less = line("-500", kind=CORRECTION, number="R-2", own_pension=None, employer_pension=None)
    assert paid((line(), less)).income.wage == 15100


def test_a_bonus_or_a_correction_alone_is_not_the_months_wage() -> None:
    autumn = Period(first=date(2024, 10, 1), last=date(2024, 12, 31))
    for alone in (bare("3000", period=autumn, number="R-2"), bare("500", kind=CORRECTION, number="R-2")):
        assert refused((alone,)).reason is Reason.NO_REPORT


def test_a_bonus_for_a_year_and_a_month_is_spread_too() -> None:
    bonus = bare("13000", period=Period(first=date(2024, 1, 1), last=date(2025, 1, 31)), number="R-2")
    assert paid((line(), bonus)).income.wage == 16600


def test_lines_of_other_months_do_not_count() -> None:
    assert paid((line(), line(month=date(2024, 9, 1)), line(month=NOVEMBER))).income.wage == 15600


def test_a_reversal_takes_back_its_report_and_what_was_sent_again_counts() -> None:
    reversal = line(kind=REVERSAL, number="R-2", reverses="R-202410", base_month=NOVEMBER)
    again = bare("9000", number="R-3")
    assert paid((line(), reversal, again)).income.wage == 9000
    assert refused((line(), reversal)).reason is Reason.NO_REPORT


def test_a_bonus_for_several_months_is_spread_evenly_over_them() -> None:
    """Paid in October for July to September: it counts there, a third in each, and not in October."""
    bonus = bare("3000", period=SUMMER, number="R-2")
    assert paid((line(), bonus)).income.wage == 15600
    for month in (7, 8, 9):
        of_the_month = line(month=date(2024, month, 1))
        assert paid((of_the_month, bonus), month=date(2024, month + 1, 1)).income.wage == 16600


def test_shares_that_do_not_come_out_even_are_not_rounded_before_the_end() -> None:
    bonus = bare("1000", period=SUMMER, number="R-2")
    result = paid((line(month=date(2024, 9, 1)), bonus), month=OCTOBER)
    assert abs(result.exact - (kr("15272") - kr(100))) < Decimal("1e-20")
    assert result.amount == kr("15172.00")


def test_a_bonus_over_new_year_is_spread_too() -> None:
    bonus = bare(
        "2000", date(2024, 1, 1), period=Period(first=date(2023, 12, 1), last=date(2024, 1, 31)), number="R-2"
    )
    assert paid((line(month=date(2024, 1, 1)), bonus), month=date(2024, 2, 1)).income.wage == 16600


def test_a_pay_period_across_months_counts_in_its_base_month() -> None:
    across = line(period=Period(first=date(2024, 9, 16), last=date(2024, 10, 15)))
    assert paid((across,)).income.wage == 15600


def test_benefits_in_kind_are_not_wage() -> None:
    assert paid((line(perks=kr(4000)),)).income.wage == 15600


def test_holiday_pay_counts_when_the_holiday_is_taken() -> None:
    """Earned: 1,950 of the income go to FerieKonto. Taken: 10 of the 25 days that 20,000 are for."""
    assert paid((line(holiday_earned=kr(1950)),)).income.flex_wage == 15600 - 1950
    taken = HolidayTaken(month=OCTOBER, gross=kr(20000), days=kr(25), taken=kr(10))
    income = paid(of=case(job(ceilings=(ceiling("40000"),)), holidays=(taken,))).income
    assert (income.holiday_taken, income.flex_wage, income.wage) == (8000, 15600, 23600)


def test_loss_of_earnings_counts_like_wage_from_2024_on() -> None:
    def of(month: date) -> Decimal:
        care = benefit(BenefitKind.LOSS_OF_EARNINGS, "2000", month=month)
        following = date(month.year, month.month + 1, 1)
        return paid((line(month=month),), case(benefits=(care,)), following).income.wage

    assert of(OCTOBER) == 17600
    assert of(date(2022, 10, 1)) == 15600


def test_public_sick_pay_in_the_register_is_not_wage() -> None:
    sick = benefit(BenefitKind.SICKNESS, "3000")
    reported = bare("3000", income_type="07", employer=SHOP, number="R-2")
    income = paid((line(), reported), case(benefits=(sick,))).income
    assert (income.wage, income.benefit) == (15600, 3000)


def test_two_reports_of_one_employer_add_up() -> None:
    halves = [
        line("6000", period=Period(first=date(2024, 10, 1), last=date(2024, 10, 14)), number="R-1"),
        line("6000", period=Period(first=date(2024, 10, 15), last=date(2024, 10, 28)), number="R-2"),
    ]
    assert paid(halves).income.paid == 12000


def test_b_income_of_the_flex_jobs_employer_is_wage() -> None:
    assert paid((line(), bare("0", b_income=kr(700), number="R-2", employer=BAKERY))).income.wage == 16300
