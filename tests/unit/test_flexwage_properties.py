"""What must hold of every subsidy, whatever the wage; and the same by an independent spreadsheet."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robots.flexwage.model import BenefitKind, Rounding
from robots.flexwage.months import before
from robots.flexwage.result import Subsidy
from tests.unit.flexjobs import PRACTICE, RATES, SHOP, bare, benefit, case, ceiling, job, line, paid
from tests.unit.flexwage_sheet import BASE_AND_THRESHOLD, rounded, sheet

PATIENT = settings(deadline=None)  # how long one example takes says more of the machine than of the rules
YEARS = st.sampled_from(sorted(BASE_AND_THRESHOLD))
HIGH = "999999"


def kroner(least: int, most: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(least, most, places=2, allow_nan=False)


WAGES = kroner(1, 60_000)
OVER = kroner(0, 30_000)


def at(wage: Decimal, year: int = 2024, limit: Decimal | str = HIGH) -> Subsidy:
    """The subsidy for June at a wage without pension in May."""
    may = date(year, 5, 1)
    of = case(job(ceilings=(ceiling(str(limit)),)))
    return paid((bare(str(wage), may),), of, before(may, -1))


@PATIENT
@given(WAGES, OVER, YEARS)
def test_more_wage_never_gives_more_subsidy(wage: Decimal, more: Decimal, year: int) -> None:
    assert at(wage + more, year).exact <= at(wage, year).exact


@PATIENT
@given(WAGES, OVER, YEARS)
def test_more_wage_never_leaves_the_citizen_with_less(wage: Decimal, more: Decimal, year: int) -> None:
    """Below the ceiling (F6 of the published examples: what is earned more is never lost)."""
    assert wage + more + at(wage + more, year).exact >= wage + at(wage, year).exact


@PATIENT
@given(YEARS, kroner(0, 1))
def test_the_subsidy_does_not_jump_at_the_threshold(year: int, step: Decimal) -> None:
    threshold = Decimal(BASE_AND_THRESHOLD[year][1])
    below, here, above = at(threshold - step, year).exact, at(threshold, year).exact, at(threshold + step, year).exact
    assert below - here == Decimal("0.30") * step
    assert here - above == Decimal("0.55") * step


@PATIENT
@given(YEARS, st.data())
def test_below_the_threshold_30_of_100_kroner_come_off(year: int, data: st.DataObject) -> None:
    threshold = BASE_AND_THRESHOLD[year][1]
    wage = data.draw(kroner(1, threshold - 1000))
    assert at(wage, year).exact - at(wage + 1000, year).exact == 300, "F6: 1,000 more wage, 300 less subsidy"


@PATIENT
@given(YEARS, st.data())
def test_above_the_threshold_55_of_100_kroner_come_off(year: int, data: st.DataObject) -> None:
    base, threshold = BASE_AND_THRESHOLD[year]
    zero = int(zero_point(base, threshold))
    wage = data.draw(kroner(threshold, zero - 100))
    assert at(wage, year).exact - at(wage + 100, year).exact == 55


@PATIENT
@given(WAGES, kroner(1, 60_000), YEARS)
def test_wage_and_subsidy_never_go_above_the_ceiling(wage: Decimal, limit: Decimal, year: int) -> None:
    subsidy = at(wage, year, limit).exact
    assert subsidy == 0 or subsidy + wage <= limit
    assert subsidy <= at(wage, year).exact


@PATIENT
@given(WAGES, OVER, YEARS)
def test_a_wage_at_or_above_the_ceiling_leaves_nothing(limit: Decimal, more: Decimal, year: int) -> None:
    assert at(limit + more, year, limit).exact == 0


def zero_point(base: int, threshold: int) -> Fraction:
    return threshold + (base - Fraction(3, 10) * threshold) / Fraction(55, 100)


@pytest.mark.parametrize(
    ("year", "zero"),
    [(2014, 37588), (2016, 38554), (2018, 39745), (2019, 40292), (2021, 41367), (2022, 41480), (2024, 43696)],
)
def test_the_wage_at_which_the_subsidy_ends(year: int, zero: int) -> None:
    """W0 of the notes' table, to the krone."""
    assert at(Decimal(zero - 1), year).exact > 0
    assert at(Decimal(zero + 1), year).exact == 0


@PATIENT
@given(YEARS, WAGES, kroner(0, 3000), kroner(0, 6000), st.none() | kroner(0, 20_000), kroner(1, 60_000))
def test_the_spreadsheet_says_the_same(
    year: int, wage: Decimal, own: Decimal, employer: Decimal, other: Decimal | None, limit: Decimal
) -> None:
    may = date(year, 5, 1)
    lines = [line(str(wage), may, own_pension=own, employer_pension=employer)]
    if other is not None:
        lines.append(bare(str(other), may, employer=SHOP, number="R-2"))
    of = case(job(ceilings=(ceiling(str(limit)),)))
    got = paid(lines, of, before(may, -1))
    cells = sheet(year, wage, own, employer, other or 0, ceiling=limit)
    assert Fraction(got.exact) == cells["B17"]
    assert Fraction(got.amount) == rounded(cells["B17"])
    assert abs(Fraction(got.atp) - cells["B19"]) <= Fraction(6, 1000)
    assert Fraction(got.lower_deduction + got.upper_deduction) == cells["B10"]


@PATIENT
@given(WAGES, kroner(0, 20_000), kroner(0, 10_000))
def test_the_spreadsheet_says_the_same_of_benefits(wage: Decimal, sick: Decimal, care: Decimal) -> None:
    benefits = (benefit(BenefitKind.SICKNESS, str(sick)), benefit(BenefitKind.CARE, str(care)))
    of = case(job(ceilings=(ceiling(HIGH),)), benefits=benefits)
    cells = sheet(2024, wage, care_pay=care, benefit=sick)
    assert Fraction(paid((bare(str(wage)),), of).exact) == cells["B17"]


@PATIENT
@given(WAGES)
def test_rounded_to_kroner_it_is_within_half_a_krone(wage: Decimal) -> None:
    whole = paid((bare(str(wage)),), practice=PRACTICE.model_copy(update={"rounding": Rounding.KRONE}))
    assert whole.amount == whole.amount.to_integral_value()
    assert abs(whole.amount - whole.exact) <= Decimal("0.5")


def test_the_two_tables_of_rates_agree() -> None:
    """The spreadsheet's was typed apart from the rates file."""
    read = {year: RATES.of(date(year, 7, 1)) for year in range(2010, 2030)}
    assert {year: rates for year, rates in read.items() if rates} == BASE_AND_THRESHOLD
