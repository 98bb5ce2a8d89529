"""The published examples, each reason in a row, and what the citizen and the caseworker get to read."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from string import Formatter

import pytest

from bots_common.texts import Language, Texts
from robots.flexwage import reasons
from robots.flexwage.ceiling import full_time_wage, monthly_wage
from robots.flexwage.criteria import CRITERIA
from robots.flexwage.model import BenefitKind, OwnAtp
from robots.flexwage.reasons import Detail, Reason
from robots.flexwage.result import MSGIDS, Subsidy
from tests.unit.flexjobs import (
    ANNA,
    NOVEMBER,
    OCTOBER,
    PRACTICE,
    SHOP,
    bare,
    benefit,
    case,
    ceiling,
    decide,
    job,
    kr,
    line,
    paid,
    refused,
)
from tests.unit.flexwage_cases import CASES, Case, holiday

TEXTS = Texts.load(reasons.LOCALES)
SICKNESS = BenefitKind.SICKNESS


def test_the_ministrys_own_example_to_the_krone() -> None:
    """F1: 200 kroner an hour with pension, 18 hours a week, in 2024 [S:star200]."""
    wage, limit = monthly_wage(kr(200), kr(18)), full_time_wage(kr(200))
    assert (wage, limit) == (15600, 32067)
    result = paid((bare(str(wage)),), case(job(ceilings=(ceiling(str(limit)),))))
    assert result.lower_deduction + result.upper_deduction == 4680
    assert result.amount == 15272
    assert result.income.flex_wage + result.amount == 30872
    assert result.capped == result.uncapped, "the ceiling does not bind"
    assert result.atp == 500, "F10: 5 % would be more"


@pytest.mark.parametrize("sick_pay", ["4000", "18000.50", "18964", "19000"])
def test_sick_without_pay_benefit_and_subsidy_are_the_base_together(sick_pay: str) -> None:
    """F9: in 2022 the base is 18,964 kroner (LAB § 124(3))."""
    may, june = date(2022, 5, 1), date(2022, 6, 1)
    sick = benefit(SICKNESS, sick_pay, month=may, unpaid_month=True)
    assert paid((), case(benefits=(sick,)), june).exact == max(kr("18964") - kr(sick_pay), kr(0))


def test_wage_and_sick_pay_in_one_month_both_come_off() -> None:
    """BEK § 9(2): the deduction for wage and the benefit."""
    assert paid(of=case(benefits=(benefit(SICKNESS, "3000"),))).exact == kr("15272") - 3000


def test_days_of_benefit_are_of_a_month_of_21_6667_days() -> None:
    days = benefit(SICKNESS, days=kr("6.5"), monthly=kr("20359"))
    assert paid(of=case(benefits=(days,))).income.benefit == kr("6.5") * 20359 / kr("21.6667")


def test_days_of_holiday_with_benefit_have_no_subsidy() -> None:
    result = paid(of=holiday("5"))
    assert result.exact == kr("15272") * (1 - 5 / kr("21.6667"))
    assert result.amount == kr("11747.70")
    assert paid(of=holiday("25")).exact == 0


def test_the_25_days_count_over_all_months() -> None:
    months = [benefit(BenefitKind.HOLIDAY, month=date(2024, month, 1), days=kr(13)) for month in (7, 10)]
    assert refused(of=case(benefits=tuple(months))).reason is Reason.HOLIDAY_TOO_LONG
    assert paid((line(month=date(2024, 7, 1)),), case(benefits=tuple(months)), date(2024, 8, 1)).exact > 0


def test_other_income_that_cannot_change_the_subsidy_needs_nobody() -> None:
    """The ceiling is reached on wage alone, or is far away: by every reading the same."""
    sick = (benefit(SICKNESS, "1000"),)
    assert paid(of=case(job(ceilings=(ceiling("15600"),)), benefits=sick)).exact == 0
    assert paid(of=case(job(ceilings=(ceiling("31000"),)), benefits=sick)).exact == kr("14272")


def test_a_new_ceiling_that_does_not_bind_needs_nobody() -> None:
    two = (ceiling("32067", last=OCTOBER), ceiling("33000", NOVEMBER))
    assert paid(of=case(job(ceilings=two))).amount == 15272


@pytest.mark.parametrize(
    ("wage", "atp"), [("39000", "129.14"), ("30000", "376.64"), ("25500", "500"), ("43700", "0")]
)
def test_atp_is_5_per_cent_and_at_most_500(wage: str, atp: str) -> None:
    assert paid((bare(wage),), case(job(ceilings=(ceiling("99999"),)))).atp == kr(atp)


def test_december_is_by_november_and_january_by_december() -> None:
    december = paid((line(month=NOVEMBER),), month=date(2024, 12, 1))
    assert december.income.month == NOVEMBER
    january = decide((line(month=date(2023, 12, 1)),), month=date(2024, 1, 1))
    assert isinstance(january, Subsidy) and january.base == 19952, "the rates are the month's own"


@pytest.mark.parametrize("row", CASES, ids=lambda row: row.name)
def test_what_is_not_plain_goes_to_a_person(row: Case) -> None:
    problem = refused(row.lines, row.of, row.month)
    assert (problem.reason, problem.facts.get("detail")) == (row.reason, row.detail)
    shown = json.dumps(dict(problem.facts))
    assert ANNA.digits not in shown and ANNA.shown() not in shown


def test_every_sentence_is_used_and_filled_by_its_facts() -> None:
    told = {}
    for row in CASES:
        problem = refused(row.lines, row.of, row.month)
        told[reasons.TEXTS[problem.reason].fitting(problem.facts)] = problem.facts
    of_the_robot = {Reason.ALREADY_PAID, Reason.RECALCULATED}  # see test_flexwage_handling
    of_rules = [reason for reason in Reason if reason not in {*CRITERIA, *of_the_robot}]
    assert [it for reason in of_rules for it in reasons.TEXTS[reason].sentences() if it not in told] == []
    for msgid, facts in told.items():
        wanted = {name for _, name, _, _ in Formatter().parse(msgid) if name}
        assert all(facts.get(name) is not None for name in wanted), msgid


def test_the_first_reason_in_the_order_of_the_rules_decides() -> None:
    bad_job = job(start=date(2012, 1, 1), ceilings=())
    assert refused((), case(bad_job, self_employed=True)).reason is Reason.SELF_EMPLOYED
    assert refused((), case(bad_job)).reason is Reason.OLD_SCHEME
    assert refused((), case(job(ceilings=()))).reason is Reason.NO_REPORT
    assert refused((line(),), case(job(ceilings=()))).reason is Reason.CEILING_MISSING


def as_read(result: Subsidy, language: Language) -> list[str]:
    return [TEXTS.text(line.text, language, **line.facts) for line in result.lines()]


def test_the_reasoning_as_the_citizen_reads_it() -> None:
    assert as_read(paid(), Language.DA) == [
        "Din løn fra fleksjobbet i oktober 2024, som din arbejdsgiver har indberettet den: 13.728,00 kr.",
        "Dit eget pensionsbidrag: 624,00 kr.",
        "Din arbejdsgivers pensionsbidrag: 1.248,00 kr.",
        "Den indkomst, der tæller med, i alt: 15.600,00 kr.",
        "Det højeste tilskud i november 2024 er 98 % af de højeste dagpenge: 19.952,00 kr.",
        "30 % af din indkomst op til 16.323,00 kr. trækkes fra, her af 15.600,00 kr.: -4.680,00 kr.",
        "Tilbage af det højeste tilskud: 15.272,00 kr.",
        "Løn fra fleksjobbet og tilskud må tilsammen højst være 32.067,00 kr., som er lønnen for fuld tid i "
        "stillingen. De er ikke over.",
        "Dit tilskud for november 2024 før skat: 15.272,00 kr.",
        "Heraf går 5 % og højst 500,00 kr. til din ATP-pension: 500,00 kr.",
    ]


def test_the_reasoning_tells_all_that_played_a_part() -> None:
    """A month with nearly everything, one that the ceiling binds, and one with nothing left."""
    sick, care = benefit(SICKNESS, "1000"), benefit(BenefitKind.CARE, "500")
    days = benefit(BenefitKind.HOLIDAY, days=kr(2))
    roomy = job(ceilings=(ceiling("99999"),))
    taken = {"month": OCTOBER, "gross": kr(100), "days": kr(5), "taken": kr(1)}
    everything = case(roomy, benefits=(sick, care, days), holidays=(taken,))
    added = PRACTICE.model_copy(update={"own_atp": OwnAtp.ADDED})
    lines = (line(holiday_earned=kr(100)), bare("2000", employer=SHOP, number="R-2"))
    results = [
        paid(lines, everything, practice=added),
        paid(of=case(job(ceilings=(ceiling("20000"),)))),
        paid((bare("90000"),), case(roomy)),
    ]
    assert {it.text for result in results for it in result.lines()} == set(MSGIDS)
    for result in results:
        for it in result.lines():
            wanted = {name for _, name, _, _ in Formatter().parse(it.text) if name}
            assert wanted == set(it.facts)
        for language in Language:
            assert all(as_read(result, language))


def test_the_lines_add_up_to_the_subsidy() -> None:
    result = paid((line("20000"),), case(job(ceilings=(ceiling("99999"),))))
    amounts = [Decimal(it.facts["amount"]) for it in result.lines() if "comes off" in it.text]
    assert result.base - sum(amounts) == result.amount


def test_a_reason_as_the_caseworker_reads_it() -> None:
    problem = refused((line(),), case(job(ceilings=(ceiling(last=OCTOBER),))))
    assert problem.facts["detail"] == Detail.CEILING_EXPIRED
    msgid = reasons.TEXTS[problem.reason].fitting(problem.facts)
    assert TEXTS.text(msgid, Language.DA, **problem.facts) == (
        "Lønloftet gjaldt til og med oktober 2024, så der er intet for november 2024. Bed arbejdsgiveren (CVR "
        "10000009) om det nye, registrer det, og prøv igen."
    )
