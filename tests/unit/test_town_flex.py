"""The town's flex cases keep their promises: the truth that the robot is held against must itself be true."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

import pytest
from stdnum.dk import cvr

from mocks.town import Town, generate
from mocks.town.flex import arithmetic, practice
from mocks.town.flex.arithmetic import Income
from mocks.town.flex.model import FlexCase, FlexTown, FlexTruth, PensionKind, Report

SEEDS = (1, 2, 3)
INCOME, MONTH = date(2024, 10, 1), date(2024, 11, 1)
AS_WAGE = ("Tabt arbejdsfortjeneste", "Plejevederlag")
SHA_OF_INVOICES = "a3c26ede1fd4cf127984472af826c3bc0dd36590563f12238b8f1fa966a6699c"
"""Of the town of seed 1 with 60 invoices, as it was before there were flex jobs."""


@cache
def town_of(seed: int, flex: int = 750) -> FlexTown:
    return generate(seed, 0, flex=flex).flex


def cases(town: FlexTown) -> Iterator[tuple[FlexCase, FlexTruth]]:
    return zip(town.cases, town.truth, strict=True)


def done(town: FlexTown) -> Iterator[tuple[FlexCase, FlexTruth]]:
    return ((case, true) for case, true in cases(town) if true.outcome == "done")


def reports_of(town: FlexTown) -> dict[str, list[Report]]:
    found: defaultdict[str, list[Report]] = defaultdict(list)
    for report in town.reports:
        found[report.cpr].append(report)
    return found


def test_the_same_seed_makes_the_same_cases() -> None:
    assert generate(5, 0, flex=60) == generate(5, 0, flex=60)


@pytest.mark.parametrize("other", [(6, INCOME), (5, date(2024, 9, 1))])
def test_another_seed_or_month_makes_other_cases(other: tuple[int, date]) -> None:
    seed, month = other
    theirs = generate(seed, 0, month, flex=60).flex
    assert {it.cpr for it in town_of(5, 60).cases} != {it.cpr for it in theirs.cases}


def test_flex_jobs_change_nothing_about_the_invoices_of_a_seed() -> None:
    def sha(town: Town) -> str:
        parts = (town.ean, town.citizens, town.suppliers, town.grants, town.vouchers, town.documents)
        return hashlib.sha256(repr((*parts, town.accounts, town.truth)).encode()).hexdigest()

    assert sha(generate(1, 60, flex=0)) == sha(generate(1, 60, flex=100)) == SHA_OF_INVOICES


@pytest.mark.parametrize("size", [0, 1, 2, 7, 40, 750])
def test_the_size_is_exact(size: int) -> None:
    town = town_of(1, size)
    assert len(town.cases) == len(town.truth) == size


@pytest.mark.parametrize("seed", SEEDS)
def test_the_shares_are_those_of_thisted(seed: int) -> None:
    outcomes = Counter(it.outcome for it in town_of(seed).truth)
    assert 0.55 <= outcomes["done"] / 750 <= 0.60
    assert outcomes["skipped"] / 750 == 0.20
    assert 0.20 <= outcomes["exception"] / 750 <= 0.25


@pytest.mark.parametrize("seed", SEEDS)
def test_every_reason_occurs_several_times(seed: int) -> None:
    reasons = Counter(it.reason for it in town_of(seed).truth if it.outcome == "exception")
    assert set(reasons) == {
        *("self_employed", "first_month", "job_ended", "old_scheme", "moved", "ceiling_missing", "ceiling_unclear"),
        *("pension_unknown", "benefit_unclear", "parental_leave", "holiday_pay", "holiday_too_long", "no_report"),
        *("no_wage", "variation", "new_employer", "amount_below", "amount_above", "lump_sum", "crossing"),
        *("saved_pay", "income_unclear", "hours"),
    }
    assert min(reasons.values()) >= 2


def test_forty_cases_show_many_reasons_and_the_obs_list() -> None:
    truths = town_of(1, 40).truth
    assert len({it.reason for it in truths if it.reason}) >= 8
    assert sum(it.outcome == "skipped" for it in truths) == 8


@pytest.mark.parametrize(("month", "unknown"), [(date(2024, 12, 1), "2025-01"), (date(2023, 12, 1), "2023-12")])
def test_a_month_whose_rules_are_not_known_has_no_flex_cases(month: date, unknown: str) -> None:
    with pytest.raises(ValueError, match=f"{unknown} are not known"):
        generate(1, 0, month, flex=1)
    assert generate(1, 20, month, flex=0).flex.cases == []


@pytest.mark.parametrize(
    ("income", "ceiling", "subsidy"),
    [
        (Income(Decimal(15_600)), 32_067, "15272"),  # F1, the calculator of STAR
        (Income(Decimal(16_323)), 40_000, "15055.10"),
        (Income(Decimal(17_323)), 40_000, "14505.10"),
        (Income(Decimal(10_000), other_wage=Decimal(7_323)), 40_000, "14505.10"),
        (Income(Decimal(10_000), like_wage=Decimal(2_000)), 40_000, "16352"),
        (Income(Decimal(10_000), benefits=Decimal("1234.56")), 40_000, "15717.44"),
        (Income(Decimal(0), benefits=Decimal(12_000)), 30_000, "7952"),
        (Income(Decimal(15_600)), 30_000, "14400"),
        (Income(Decimal(50_000)), 60_000, "0"),
        (Income(Decimal("15600.01")), 32_067, "15271.9970"),
    ],
)
def test_the_arithmetic_by_hand(income: Income, ceiling: int, subsidy: str) -> None:
    assert arithmetic.subsidy(MONTH, income, Decimal(ceiling)) == Decimal(subsidy)


@pytest.mark.parametrize(("ore", "atp"), [(15_272_00, 500_00), (10_000_00, 500_00), (9_999_00, 499_95), (1_10, 6)])
def test_atp_is_five_per_cent_and_at_most_five_hundred_kroner(ore: int, atp: int) -> None:
    assert arithmetic.atp(ore) == atp


@pytest.mark.parametrize("seed", SEEDS)
def test_the_truth_is_what_a_person_works_out_from_case_and_register(seed: int) -> None:
    town = town_of(seed)
    reports = reports_of(town)
    for case, true in done(town):
        subsidy = by_hand(case, reports[case.cpr], INCOME, MONTH)
        assert abs(Decimal(str(true.subsidy)) - subsidy) < Decimal("1e-9"), true.scenario
        assert true.ore is not None
        assert abs(true.ore - subsidy * 100) <= Decimal("0.5")
        assert practice.SMALLEST * 100 <= true.ore <= practice.LARGEST * 100
        assert true.month == MONTH


def by_hand(case: FlexCase, reports: list[Report], earned: date, month: date) -> Decimal:
    """The subsidy in kroner, from nothing but what the two systems show."""
    flex, other = Decimal(0), Decimal(0)
    for report in reports:
        if report.tax_month == earned and report.income_type == "00":
            wage = (1 if report.art == "I" else -1) * worth(report, case)
            flex, other = (flex + wage, other) if report.employer == case.employer else (flex, other + wage)
    like_wage, benefits = Decimal(0), Decimal(0)
    for it in case.benefits:
        if it.month == earned:
            days = Decimal(it.days or 0) / 100
            kroner = (
                Decimal(it.ore) / 100 if it.ore is not None else days / Decimal("21.6667") * (it.monthly or 0) / 100
            )
            like_wage, benefits = (
                (like_wage + kroner, benefits) if it.kind in AS_WAGE else (like_wage, benefits + kroner)
            )
    (ceiling,) = (it.ore for it in case.ceilings if it.first <= earned and (it.last is None or it.last >= earned))
    wage = flex + other + like_wage
    left = Decimal(19_952) - Decimal("0.30") * min(wage, 16_323) - Decimal("0.55") * max(wage - 16_323, 0) - benefits
    return max(Decimal(0), min(left, Decimal(ceiling) / 100 - flex))


def worth(report: Report, case: FlexCase) -> Decimal:
    """The wage of a report with both pension shares, in kroner."""
    fields = {name: Decimal(value) / 100 for name, value in report.fields}
    if "197" in fields or case.pension.kind is not PensionKind.DECLARED:
        return fields["057"] + fields.get("197", 0) + fields.get("198", 0)
    own, employers = (Decimal(it or 0) / 10_000 for it in (case.pension.own, case.pension.employer))
    gross = (fields["057"] + fields.get("199", 0)) / (1 - own)
    return fields["057"] + gross * (own + employers)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_paid_before_is_right_until_a_month_is_corrected(seed: int) -> None:
    town = town_of(seed)
    reports = reports_of(town)
    corrected = 0
    for case, true in done(town):
        assert len(case.paid) == 3
        (last,) = [it for it in case.paid if it.month == INCOME]
        now = arithmetic.in_ore(by_hand(case, reports[case.cpr], date(2024, 9, 1), INCOME))
        if true.recalculated:
            corrected += 1
            assert (true.recalculated, true.recalculated_ore) == (INCOME, now)
            assert now != last.ore
        else:
            assert now == last.ore
    assert corrected > 0


@pytest.mark.parametrize("seed", SEEDS)
def test_a_late_report_comes_after_the_robots_day_and_holds_from_then_on(seed: int) -> None:
    town = town_of(seed)
    reports = reports_of(town)
    run = date(2024, 11, 11)
    late = 0
    for case, true in cases(town):
        seen = [it.reported for it in reports[case.cpr]]
        after = [day for day in seen if day > run]
        assert bool(after) == (true.scenario == "reported_late")
        if true.holds_from:
            late += 1
            assert after == [true.holds_from]
            assert run < true.holds_from < run + timedelta(days=14)
    assert late > 5


@pytest.mark.parametrize("seed", SEEDS)
def test_the_obs_list_keeps_whom_the_truth_skips_and_nobody_else(seed: int) -> None:
    town = town_of(seed)
    run = date(2024, 11, 11)
    kept = {
        it.cpr
        for it in town.obs
        if it.robot in ("flexwage", "Alle") and it.first <= run and (it.last is None or run <= it.last)
    }
    assert kept == {case.cpr for case, true in cases(town) if true.outcome == "skipped"}
    harmless = {it.cpr for it in town.obs} - kept
    assert harmless
    assert harmless < {case.cpr for case, true in cases(town) if true.outcome == "done"}


@pytest.mark.parametrize("seed", SEEDS)
def test_citizens_are_synthetic_and_of_working_age_and_numbers_are_unique(seed: int) -> None:
    town = town_of(seed)
    numbers = [it.cpr for it in town.cases]
    assert len(set(numbers)) == len(numbers)
    assert all("6" <= it[0] <= "9" for it in numbers)
    assert all(cvr.is_valid(it.employer.cvr) for it in town.reports)
    assert len({it.number for it in town.reports}) == len(town.reports)
    assert [it.number for it in town.cases] == [f"FLX{place:06d}" for place in range(1, 751)]
