"""What the lines of the income register come to in one month.

Wage is A- and B-income with AM from employment and the whole pension contribution, the citizen's own and the
employer's (BEK 227/2024 § 1(1)(1)(a)) [S:elov-bek]. Benefits in kind are not wage (P 39-19) [S:pm39-19]. Income of
several whole months is spread evenly over them (LAB § 139, P 27-23) [S:elov139][S:pm27-23]; all other income counts
in its base month, so that later corrections are found. Whatever is not surely wage goes to a person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final, NamedTuple, TypeAlias

from robots.flexwage.benefits import HOLIDAY_ACCOUNT_FROM, BenefitsOfMonth
from robots.flexwage.model import NOUGHT, Income, IncomeLine, Job, LineKind, OwnAtp, Pension
from robots.flexwage.months import Month, interval, months_of
from robots.flexwage.reasons import Detail, Problem, Reason

ORDINARY: Final = "00"
PUBLIC_SICK_PAY: Final = "07"
"""Income types: ordinary wage, and sickness or parental benefit from the public [S:rec5000]."""


Share: TypeAlias = tuple[IncomeLine, int]
"""A line, and over how many months it is spread."""


class Sums(NamedTuple):
    """Kroner of one or more lines, with their pension."""

    paid: Decimal = NOUGHT
    own_pension: Decimal = NOUGHT
    employer_pension: Decimal = NOUGHT
    own_atp: Decimal = NOUGHT
    holiday_earned: Decimal = NOUGHT


NOTHING: Final = Sums()


def months_covered(line: IncomeLine) -> tuple[Month, ...]:
    """The months that the line is income of: those of its pay period if they are several whole ones, else its own."""
    first, last = line.period.first, line.period.last
    within_one = first.month == last.month and first.year == last.year  # by far the most, and quickly seen
    return (line.base_month,) if within_one or not line.period.whole_months else months_of(line.period)


def standing(lines: Sequence[IncomeLine]) -> Sequence[IncomeLine] | Problem:
    """The lines without those that were taken back, and without the reversals that did it.

    A reversal takes back a whole earlier report [S:rettelser]; one whose report is not there is for a person.
    """
    reversals = [line for line in lines if line.kind is LineKind.REVERSAL]
    if not reversals:
        return lines
    taken_back = {reversal.reverses for reversal in reversals}
    there = {line.number for line in lines if line.kind is not LineKind.REVERSAL}
    for reversal in reversals:
        if reversal.reverses not in there:
            return Problem(Reason.INCOME_UNCLEAR, _facts(reversal, Detail.REVERSAL_UNMATCHED))
    return [line for line in lines if line.kind is not LineKind.REVERSAL and line.number not in taken_back]


def shares_in(month: Month, lines: Iterable[IncomeLine]) -> list[Share]:
    """The lines of which the month has all or an even share."""
    shares: list[Share] = []
    for line in lines:
        covered = months_covered(line)
        if month in covered:
            shares.append((line, len(covered)))
    return shares


def income_of(
    month: Month,
    lines: Sequence[IncomeLine],
    job: Job,
    own_atp: OwnAtp,
    benefits: BenefitsOfMonth,
    holiday_taken: Decimal = NOUGHT,
) -> Income | Problem:
    """The income of the month. `lines` may hold other months too; those of reversed reports must be among them.

    The flex job's own report of the month must be there: a bonus or a correction alone is not the month's wage.
    """
    left = standing(lines)
    if isinstance(left, Problem):
        return left
    counted = shares_in(month, left)
    if problem := _unclear(counted, job, benefits):
        return problem
    theirs: list[Share] = []
    others: list[Share] = []
    reported = benefits.unpaid_month
    for share in counted:
        line, months = share
        if line.income_type != ORDINARY:
            continue
        if line.employer == job.employer:
            theirs.append(share)
            reported = reported or (months == 1 and line.kind is LineKind.REPORT)
        else:
            others.append(share)
    if not reported:
        return Problem(Reason.NO_REPORT, {"employer": str(job.employer), "month": interval(month)})
    flex = _sum_of(theirs, job.pension)
    other = _sum_of(others, None, Detail.OTHER_EMPLOYER) if others else NOTHING
    if isinstance(flex, Problem):
        return flex
    if isinstance(other, Problem):
        return other
    return _put_together(month, flex, other, own_atp, benefits, holiday_taken)


def _put_together(
    month: Month, flex: Sums, other: Sums, own_atp: OwnAtp, benefits: BenefitsOfMonth, holiday_taken: Decimal
) -> Income:
    flex_atp, other_atp = (flex.own_atp, other.own_atp) if own_atp is OwnAtp.ADDED else (NOUGHT, NOUGHT)
    flex_wage = flex.paid + flex.own_pension + flex.employer_pension + flex_atp - flex.holiday_earned
    other_wage = NOUGHT
    if other is not NOTHING:
        other_wage = other.paid + other.own_pension + other.employer_pension + other_atp - other.holiday_earned
    return Income(
        month=month,
        paid=flex.paid,
        own_pension=flex.own_pension,
        employer_pension=flex.employer_pension,
        own_atp=flex_atp,
        holiday_earned=flex.holiday_earned,
        flex_wage=flex_wage,
        other_wage=other_wage,
        holiday_taken=holiday_taken,
        care_pay=benefits.care_pay,
        wage=flex_wage + other_wage + holiday_taken + benefits.care_pay,
        benefit=benefits.deducted,
        holiday_days=benefits.holiday_days,
    )


def _sum_of(shares: Sequence[Share], declared: Pension | None, whose: Detail | None = None) -> Sums | Problem:
    """The sums of some lines; `declared` is used where a line does not report the pension."""
    total: Sums | None = None
    for line, months in shares:
        pension = pension_of(line, declared)
        if pension is None:
            return Problem(Reason.PENSION_UNKNOWN, _facts(line, whose))
        sums = Sums(line.income + line.b_income, *pension, line.own_atp, line.holiday_earned)
        if months > 1:
            sums = Sums(*(amount / months for amount in sums))
        total = Sums(*map(Decimal.__add__, total, sums)) if total else sums
    return total or NOTHING


def pension_of(line: IncomeLine, declared: Pension | None) -> tuple[Decimal, Decimal] | None:
    """Own and employer's contribution: as reported, else worked out from the declared agreement; None if unknown.

    A correction without them changes nothing about them where no agreement is declared.

    The citizen must tell the municipality of both (LAB § 123(2)) [S:elov123], since the register may lack them. What
    the register calls A-income is after own ATP and own pension [S:skat13], so the wage that the percentages are of
    is (income + ATP) / (1 - own share) [D].
    """
    if line.own_pension is not None and line.employer_pension is not None:
        return line.own_pension, line.employer_pension
    if declared is None:
        if line.kind is LineKind.CORRECTION:
            return line.own_pension or NOUGHT, line.employer_pension or NOUGHT
        return None
    gross = (line.income + line.own_atp) * 100 / (100 - declared.own)
    return gross * declared.own / 100, gross * declared.employer / 100


def _unclear(shares: Sequence[Share], job: Job, benefits: BenefitsOfMonth) -> Problem | None:
    """The first thing about the lines that keeps them from being surely wage."""
    for line, _ in shares:
        if line.income_type == PUBLIC_SICK_PAY:
            if not benefits.deducted:
                return Problem(Reason.BENEFIT_UNCLEAR, _facts(line, Detail.NOT_IN_CASE))
            continue
        if detail := _doubt(line, job):
            return Problem(Reason.INCOME_UNCLEAR, _facts(line, detail))
        if line.holiday_earned and line.base_month < HOLIDAY_ACCOUNT_FROM:
            return Problem(Reason.RULE_UNKNOWN, _facts(line, Detail.HOLIDAY_ACCOUNT_BEFORE_2024))
    return _double_report(shares) or _negative(shares)


def _doubt(line: IncomeLine, job: Job) -> Detail | None:
    if line.income_type != ORDINARY:
        return Detail.INCOME_TYPE
    if line.income_without_am:
        return Detail.WITHOUT_AM
    if line.income_as_holiday_pay:
        return Detail.INCOME_AS_HOLIDAY_PAY
    if line.b_income and line.employer != job.employer:
        return Detail.B_INCOME
    return None


_CONTENT: Final = attrgetter(
    *("employer.digits", "income_type", "period.first", "period.last", "income", "income_without_am", "b_income"),
    *("own_pension", "employer_pension", "own_atp", "perks", "holiday_earned", "income_as_holiday_pay", "saved_pay"),
)
"""What is equal where a report was sent twice."""


def _double_report(shares: Sequence[Share]) -> Problem | None:
    """Two equal reports of one employer for one period: sent twice, or paid twice; the register does not say."""
    if len(shares) < 2:
        return None
    seen: set[tuple[Any, ...]] = set()
    for line, _ in shares:
        if line.kind is not LineKind.REPORT:
            continue
        content = _CONTENT(line)
        if content in seen:
            return Problem(Reason.INCOME_UNCLEAR, _facts(line, Detail.DOUBLE_REPORT))
        seen.add(content)
    return None


def _negative(shares: Sequence[Share]) -> Problem | None:
    """The sum of a person, employer and field may not be below nought in a month [S:rettelser]."""
    if all(line.kind is LineKind.REPORT and line.income >= line.holiday_earned for line, _ in shares):
        return None
    sums: defaultdict[tuple[str, int], Decimal] = defaultdict(Decimal)
    for line, months in shares:
        paid = line.income + line.b_income - line.holiday_earned
        for field, amount in enumerate((paid, line.own_pension or NOUGHT, line.employer_pension or NOUGHT)):
            sums[line.employer.digits, field] += amount / months
    for line, _ in shares:
        if any(sums[line.employer.digits, field] < 0 for field in range(3)):
            return Problem(Reason.INCOME_UNCLEAR, _facts(line, Detail.NEGATIVE))
    return None


def _facts(line: IncomeLine, detail: Detail | None) -> dict[str, Any]:
    return {
        "employer": str(line.employer),
        "month": interval(line.base_month),
        "pay_period": f"{line.period.first}/{line.period.last}",
        "income_type": line.income_type,
        "amount": str(line.income + line.b_income + line.income_without_am),
        "detail": detail,
    }
