"""Flex cases that a person must take for what the income register shows, or does not."""

from __future__ import annotations

from dataclasses import replace

from mocks.town.flex.model import Employer, PensionKind
from mocks.town.flex.office import PUBLIC_SICK_PAY, Draft, Office
from mocks.town.flex.plain import Kind, ordinary
from mocks.town.flex.refused import refused
from mocks.town.spans import Span, month_of, shifted

BENEFITS_AND_THE_LIKE = "04"


def never_reported(office: Office) -> Draft:
    draft = office.draft()
    draft.pay_usual(*office.earlier)
    return refused(draft, "no_report")


def unknown_to_the_register(office: Office) -> Draft:
    """Nobody has ever reported anything about the citizen."""
    return refused(office.draft(), "no_report")


def reported_under_another_number(office: Office) -> Draft:
    """The wage goes on, but not from the employer of the case."""
    draft = ordinary(office)
    draft.employer = office.employer(other_than=draft.employer)
    return refused(draft, "no_report")


def taken_back(office: Office) -> Draft:
    """The employer has taken the report back and sent no other."""
    draft = office.draft()
    *_, wrong = draft.pay_usual(*office.months)
    draft.take_back(wrong)
    return refused(draft, "no_report")


def paid_nothing(office: Office) -> Draft:
    """The employer reports a month without wage."""
    draft = office.draft()
    draft.pay_usual(*office.earlier)
    draft.report(office.income, {"057": 0, "096": 0, "197": 0, "198": 0})
    return refused(draft, "no_wage")


def takes_back_what_is_not_there(office: Office) -> Draft:
    draft = ordinary(office)
    draft.take_back(replace(draft.reports[-1], number=office.next_report()))
    return refused(draft, "income_unclear")


def new_job(office: Office) -> Draft:
    """Since the first of the month with another employer, whom the case knows."""
    draft = office.draft(started=office.income)
    for month in office.earlier:
        draft.pay_elsewhere(month, office.employer(other_than=draft.employer), draft.about(draft.gross))
    draft.pay_usual(office.income)
    return refused(draft, "new_employer")


def another_employer(office: Office) -> Draft:
    """One that nobody has told of, beside the flex job's."""
    draft = office.draft(hours=(8, 16))
    draft.pay_usual(*office.months)
    draft.pay_elsewhere(office.income, _other(draft), office.rng.randint(1_000_00, 5_000_00))
    return refused(draft, "new_employer")


def another_employer_without_pension(office: Office) -> Draft:
    draft = office.draft(hours=(8, 16))
    draft.pay_usual(*office.months)
    draft.pay_elsewhere(office.income, _other(draft), office.rng.randint(1_000_00, 5_000_00), pension=False)
    return refused(draft, "pension_unknown")


def wage_rises(office: Office) -> Draft:
    draft = office.draft(hours=(8, 16))
    draft.pay_usual(*office.earlier)
    draft.pay(office.income, draft.gross * office.rng.randint(130, 160) // 100)
    return refused(draft, "variation")


def wage_falls(office: Office) -> Draft:
    draft = office.draft(hours=(14, 22))
    draft.pay_usual(*office.earlier)
    draft.pay(office.income, draft.gross * office.rng.randint(50, 75) // 100)
    return refused(draft, "variation")


def next_to_nothing_left(office: Office) -> Draft:
    """Well paid for many hours."""
    draft = office.draft(hours=(32, 34), hourly=(310, 330), kind=PensionKind.NONE)
    draft.pay_usual(*office.months)
    return refused(draft, "amount_below")


def next_to_no_wage(office: Office) -> Draft:
    draft = office.draft(hours=(4, 5), hourly=(190, 215), kind=PensionKind.NONE)
    draft.pay_usual(*office.months)
    return refused(draft, "amount_above")


def bonus(office: Office) -> Draft:
    """Beside the wage, one amount for the whole months of the year so far."""
    draft = office.draft(hours=(8, 18))
    draft.pay_usual(*office.months)
    span = Span(shifted(office.income, -office.rng.choice((5, 8, 9))), month_of(office.income).last)
    ore = office.rng.randint(4_000_00, 15_000_00)
    draft.report(office.income, {"057": ore, "060": ore * 8 // 100, "197": 0, "198": 0}, span=span)
    return refused(draft, "lump_sum")


def paid_across_months(office: Office) -> Draft:
    """From the middle of one month to the middle of the next."""
    draft = office.draft()
    for month in office.months:
        span = Span(shifted(month, -1).replace(day=16), month.replace(day=15))
        draft.pay(month, draft.about(draft.gross), span=span)
    return refused(draft, "crossing")


def saved_pay(office: Office) -> Draft:
    draft = office.draft()
    field = office.rng.choice(("157", "158"))
    draft.pay_usual(*office.months, more={field: office.rng.randint(300_00, 900_00)})
    return refused(draft, "saved_pay")


def holiday_pay_to_a_fund(office: Office) -> Draft:
    """Earned every month and sent to FerieKonto: of the pay of an hourly paid worker an eighth."""
    draft = office.generous()
    draft.pay_usual(*office.months, more={"098": draft.gross // 8})
    return refused(draft, "holiday_pay")


def paid_as_holiday_pay(office: Office) -> Draft:
    """Whether it is part of the wage beside it nobody can see."""
    draft = office.draft()
    draft.pay_usual(*office.earlier)
    draft.pay(office.income, draft.about(draft.gross), more={"217": draft.gross // 4})
    return refused(draft, "income_unclear")


def another_income_type(office: Office) -> Draft:
    """The employer reports, beside the wage, what is not subject to AM."""
    draft = ordinary(office)
    ore = office.rng.randint(500_00, 2_500_00)
    draft.report(office.income, {"058": ore}, income_type=BENEFITS_AND_THE_LIKE)
    return refused(draft, "income_unclear")


def partly_without_am(office: Office) -> Draft:
    draft = office.draft()
    draft.pay_usual(*office.earlier)
    draft.pay(office.income, draft.about(draft.gross), more={"058": office.rng.randint(500_00, 2_000_00)})
    return refused(draft, "income_unclear")


def fee_from_elsewhere(office: Office) -> Draft:
    """B-income of another payer: wage, or a business of the citizen's own."""
    draft = ordinary(office)
    fields = {"070": office.rng.randint(2_000_00, 6_000_00), "197": 0, "198": 0}
    draft.report(office.income, fields, employer=_other(draft))
    return refused(draft, "income_unclear")


def reported_twice(office: Office) -> Draft:
    draft = ordinary(office)
    draft.reports.append(replace(draft.reports[-1], number=office.next_report()))
    return refused(draft, "income_unclear")


def sick_pay_unknown_to_the_case(office: Office) -> Draft:
    draft = ordinary(office)
    ore = office.rng.randint(1_000_00, 4_000_00)
    draft.report(office.income, {"058": ore}, employer=office.town_hall, income_type=PUBLIC_SICK_PAY)
    return refused(draft, "benefit_unclear")


def hours_unknown(office: Office) -> Draft:
    draft = office.draft()
    draft.pay_usual(*office.months, more={"096": 0, "200": 1})
    return refused(draft, "hours")


def hours_missing(office: Office) -> Draft:
    draft = office.draft()
    draft.pay_usual(*office.earlier)
    draft.pay_usual(office.income, more={"096": 0})
    return refused(draft, "hours")


def _other(draft: Draft) -> Employer:
    return draft.office.employer(other_than=draft.employer)


REGISTER = (
    Kind("nothing reported", 4, (never_reported, reported_under_another_number, unknown_to_the_register)),
    Kind("variation", 4, (wage_rises, wage_falls)),
    Kind("employers", 4, (new_job, another_employer, another_employer_without_pension)),
    Kind("amounts", 2, (next_to_nothing_left, next_to_no_wage)),
    Kind("spread", 3, (bonus, paid_across_months, saved_pay)),
    Kind("holiday pay", 2, (holiday_pay_to_a_fund, paid_as_holiday_pay)),
    Kind(
        "kinds of income",
        3,
        (another_income_type, fee_from_elsewhere, partly_without_am, sick_pay_unknown_to_the_case),
    ),
    Kind("taken back", 2, (taken_back, takes_back_what_is_not_there, reported_twice, paid_nothing)),
    Kind("hours", 1, (hours_unknown, hours_missing)),
)
