"""What the systems show, as the rules take it; and which paid months come out differently now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bots_common.errors import ScreenChanged
from bots_common.values import Cvr, Period
from robots.flexwage import letters, rates, reading, rules
from robots.flexwage.again import recalculations
from robots.flexwage.model import (
    Benefit,
    BenefitKind,
    Ceiling,
    FlexCase,
    HolidayTaken,
    IncomeLine,
    LineKind,
    OwnAtp,
    Pension,
    Practice,
)
from robots.flexwage.result import Subsidy
from robots.records import FlexCeiling, FlexJobCase, FundHoliday, IncomeReport, OtherBenefit, PaidSubsidy
from tests.unit.flexjobs import ANNA

BAKERY = Cvr("25313763")
SEPTEMBER, OCTOBER, NOVEMBER = (date(2024, month, 1) for month in (9, 10, 11))
PRACTICE = Practice(own_atp=OwnAtp.LEFT_OUT)


def case(**other: Any) -> FlexJobCase:
    usual = {
        "number": "FLX000001",
        "cpr": ANNA,
        "employer": BAKERY,
        "start": date(2022, 3, 15),
        "end": None,
        "hours": Decimal(18),
        "pension": "Ingen pension",
        "own_share": None,
        "employer_share": None,
        "self_employed": False,
        "moved": None,
        "ceilings": (FlexCeiling(first=date(2022, 3, 15), last=None, amount=Decimal("32067.00")),),
        "benefits": (),
        "holidays": (),
        "paid": (),
    }
    return FlexJobCase(**(usual | other))


def report(
    number: str = "IND1", month: date = OCTOBER, fields: Mapping[str, str] | None = None, **other: Any
) -> IncomeReport:
    whole = Period.month_of(month)
    usual = {
        "number": number,
        "art": "I",
        "correction": False,
        "about": "",
        "income_type": "00",
        "employer": BAKERY,
        "month": month,
        "period": whole,
        "disposed": whole.last,
        "fields": {key: Decimal(value) for key, value in (fields or {"057": "15000.00", "096": "78.00"}).items()},
    }
    return IncomeReport(**(usual | other))


def line(**shown: Any) -> IncomeLine:
    (read,) = reading.lines_of([report(**shown)])
    return read


# -- the case --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "pension"),
    [
        ({"pension": "Indberettes af arbejdsgiver"}, None),
        ({"pension": "Ikke oplyst"}, None),
        ({"pension": "Ingen pension"}, Pension(own=Decimal(0), employer=Decimal(0))),
        (
            {"pension": "Oplyst i procent", "own_share": Decimal(4), "employer_share": Decimal("8.5")},
            Pension(own=Decimal(4), employer=Decimal("8.5")),
        ),
    ],
)
def test_the_pension_agreement(told: dict[str, Any], pension: Pension | None) -> None:
    assert reading.case_of(case(**told)).jobs[0].pension == pension


@pytest.mark.parametrize(
    ("told", "what"),
    [
        ({"pension": "Aftales senere"}, "'Aftales senere'"),
        ({"pension": "Oplyst i procent"}, "lacks its shares"),
        (
            {
                "benefits": (
                    OtherBenefit(
                        kind="Kontantydelse",
                        month=OCTOBER,
                        amount=Decimal(1),
                        days=None,
                        monthly=None,
                        unpaid_month=False,
                    ),
                )
            },
            "'Kontantydelse'",
        ),
    ],
)
def test_a_word_that_nobody_has_taught_the_robot_is_no_guess(told: dict[str, Any], what: str) -> None:
    with pytest.raises(ScreenChanged, match=what):
        reading.case_of(case(**told))


def test_ceilings_benefits_and_holidays() -> None:
    sick = OtherBenefit(
        kind="Sygedagpenge",
        month=OCTOBER,
        amount=None,
        days=Decimal("2.5"),
        monthly=Decimal(12000),
        unpaid_month=True,
    )
    read = reading.case_of(
        case(
            ceilings=(
                FlexCeiling(first=date(2022, 3, 15), last=date(2024, 3, 31), amount=Decimal(30000)),
                FlexCeiling(first=date(2024, 4, 1), last=None, amount=Decimal(32067)),
            ),
            benefits=(sick,),
            holidays=(FundHoliday(month=OCTOBER, gross=Decimal(4000), days=Decimal(10), taken=Decimal(2)),),
        )
    )
    assert read.jobs[0].ceilings == (
        Ceiling(amount=Decimal(30000), first=date(2022, 3, 1), last=date(2024, 3, 1)),
        Ceiling(amount=Decimal(32067), first=date(2024, 4, 1)),
    )
    assert read.benefits == (
        Benefit(
            kind=BenefitKind.SICKNESS, month=OCTOBER, days=Decimal("2.5"), monthly=Decimal(12000), unpaid_month=True
        ),
    )
    assert read.holidays == (HolidayTaken(month=OCTOBER, gross=Decimal(4000), days=Decimal(10), taken=Decimal(2)),)


# -- the register's lines ----------------------------------------------------------------------------------------


def test_every_field_that_matters_has_its_place() -> None:
    register = (
        "057=1 058=2 071=4 070=8 197=16 198=32 199=64 098=128 217=256 157=512 158=1024 065=2048 066=4096 083=8192 "
        "184=16384 185=32768 186=65536 096=78.5 059=9 060=9 076=9 078=9"
    )
    read = line(fields=dict(field.split("=") for field in register.split()))
    told = read.model_dump(include=set(IncomeLine.model_fields) - {"number", "kind", "reverses", "employer"})
    assert {key: value for key, value in told.items() if isinstance(value, Decimal)} == {
        "income": 1,
        "income_without_am": 2 + 4,
        "b_income": 8,
        "own_pension": 16,
        "employer_pension": 32,
        "own_atp": 64,
        "holiday_earned": 128,
        "income_as_holiday_pay": 256,
        "saved_pay": 512 + 1024,
        "perks": 2048 + 4096 + 8192 + 16384 + 32768 + 65536,
        "hours": Decimal("78.5"),
    }


def test_what_is_not_reported_is_not_known_where_nought_would_be_a_claim() -> None:
    read = line(fields={"057": "15000.00"})
    assert (read.own_pension, read.employer_pension, read.hours) == (None, None, None)
    assert (read.own_atp, read.perks) == (0, 0)


def test_hours_that_say_nothing_about_the_wage_are_none() -> None:
    assert line(marks=frozenset({"200"})).hours is None


def test_reports_corrections_and_reversals() -> None:
    correction = line(correction=True, about="IND0")
    reversal = line(art="T", about="IND0", correction=True)
    assert (line().kind, correction.kind, reversal.kind) == (
        LineKind.REPORT,
        LineKind.CORRECTION,
        LineKind.REVERSAL,
    )
    assert (correction.reverses, reversal.reverses) == ("", "IND0")
    with pytest.raises(ScreenChanged, match="'X'"):
        line(art="X")


# -- months that are paid ------------------------------------------------------------------------------------------


def paid(month: date = OCTOBER, amount: str = "15272.00", receipt: str = "U1") -> PaidSubsidy:
    return PaidSubsidy(receipt=receipt, month=month, amount=Decimal(amount), atp=Decimal(500))


def of_september(*reports: IncomeReport) -> list[IncomeLine]:
    return reading.lines_of([report("IND0", SEPTEMBER), *reports])


def again(lines: list[IncomeLine], *payments: PaidSubsidy, month: date = NOVEMBER) -> list[tuple[date, str, str]]:
    found = recalculations(month, read_case(), payments, lines, rates.load(), PRACTICE)
    return [(it.month, str(it.paid), str(it.now)) for it in found]


def read_case() -> FlexCase:
    return reading.case_of(case())


def worked_out(lines: list[IncomeLine]) -> Subsidy:
    subsidy = rules.calculate(OCTOBER, read_case(), lines, rates.load(), PRACTICE)
    assert isinstance(subsidy, Subsidy)
    return subsidy


CORRECTION = report("IND9", SEPTEMBER, {"057": "-1000.00"}, correction=True, about="IND0", disposed=date(2024, 11, 5))


def test_a_correction_after_the_payment_is_a_difference_with_the_line_that_makes_it() -> None:
    before, now = worked_out(of_september()), worked_out(of_september(CORRECTION))
    assert now.amount - before.amount == Decimal("300.00"), "30 % of what was earned less"
    (found,) = recalculations(
        NOVEMBER,
        read_case(),
        [paid(amount=str(before.amount))],
        of_september(CORRECTION),
        rates.load(),
        PRACTICE,
    )
    facts = found.facts()
    assert (facts["month"], facts["difference"]) == ("2024-10-01/2024-10-31", "300.00")
    assert facts["lines"] == [{"report": "IND9", "kind": "R", "employer": BAKERY.digits, "amount": "-1000.00"}]


def test_a_month_that_comes_out_as_it_was_paid_is_left_alone() -> None:
    now = str(worked_out(of_september(CORRECTION)).amount)
    assert again(of_september(CORRECTION), paid(amount=now)) == []


def test_a_difference_that_a_person_has_paid_is_settled() -> None:
    before = worked_out(of_september()).amount
    assert again(of_september(CORRECTION), paid(amount=str(before)), paid(amount="300.00", receipt="U2")) == []


def test_a_month_whose_lines_have_not_changed_was_decided_by_a_person() -> None:
    assert again(of_september(), paid(amount="1.00")) == []


def test_the_present_month_is_no_earlier_one() -> None:
    assert again(of_september(CORRECTION), paid(amount="1.00"), month=OCTOBER) == []


def test_a_month_that_the_rules_cannot_work_out_was_a_persons_from_the_first() -> None:
    unclear = report("IND8", SEPTEMBER, {"058": "5.00"}, correction=True, disposed=date(2024, 11, 5))
    assert again(of_september(unclear), paid(amount="1.00")) == []


def test_the_same_difference_is_the_same_proposal_and_another_is_another() -> None:
    def digests(lines: list[IncomeLine]) -> list[str]:
        found = recalculations(NOVEMBER, read_case(), [paid()], lines, rates.load(), PRACTICE)
        return [it.digest for it in found]

    further = report("IND10", SEPTEMBER, {"057": "-50.00"}, correction=True, about="IND0", disposed=date(2024, 11, 9))
    assert digests(of_september(CORRECTION)) == digests(of_september(CORRECTION))
    assert digests(of_september(CORRECTION)) != digests(of_september(CORRECTION, further))


# -- what is written ---------------------------------------------------------------------------------------------


def test_the_letter_tells_the_citizen_in_danish_what_is_paid_and_how_it_was_worked_out() -> None:
    subsidy = worked_out(of_september())
    assert letters.heading(subsidy) == "Dit fleksløntilskud for oktober 2024"
    text = letters.letter(subsidy)
    assert text.startswith("Vi har beregnet dit fleksløntilskud for oktober 2024. Det er 15.452,00 kr. før skat.")
    assert letters.reasoning(subsidy) in text
    assert len(letters.reasoning(subsidy).splitlines()) == len(subsidy.lines())
