"""How fast flex-wage months are worked out: `python -m benchmarks.flexwage [months]`.

Months as they come in a town: of ten, seven plain, one with other wage, one corrected, one with sick pay. They are
worked out one after another on one core, in CPU seconds, the best of five rounds; and each is held against the
spreadsheet of the tests, so that nobody measures a shortcut. The formula alone, the whole calculation from the
register's lines, that with the criteria, and that with the reasoning in Danish are timed apart; making the values
from JSON, as a payload is, stands by itself.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from random import Random
from time import process_time

from rich.console import Console
from rich.table import Table

from bots_common.texts import Language, Texts
from bots_common.values import Cpr, Cvr, Period
from robots.flexwage.criteria import CriteriaConfig, sort_out
from robots.flexwage.model import (
    Benefit,
    BenefitKind,
    Ceiling,
    FlexCase,
    IncomeLine,
    Job,
    LineKind,
    OwnAtp,
    Practice,
)
from robots.flexwage.months import before
from robots.flexwage.rates import load
from robots.flexwage.reasons import LOCALES
from robots.flexwage.result import Subsidy
from robots.flexwage.rules import calculate, subsidy
from tests.unit.flexwage_sheet import sheet

MONTHS = 100_000
MADE = 2_000
"""Cases that are made; they are gone through again and again."""

ROUNDS = 5

NOVEMBER = date(2024, 11, 1)
PRACTICE = Practice(own_atp=OwnAtp.LEFT_OUT)
CRITERIA = CriteriaConfig()
RATES = load()
TEXTS = Texts.load(LOCALES)
EMPLOYER, OTHER = Cvr("10000009"), Cvr("10000017")


@dataclass(frozen=True, slots=True)
class Made:
    """A case, its lines of October and of the three months before, and what the spreadsheet says."""

    case: FlexCase
    lines: tuple[IncomeLine, ...]
    expected: Fraction


def made(number: int, random: Random) -> Made:
    wage = Decimal(random.randrange(500_000, 1_800_000)) / 100
    own, employer = wage / 25, wage * 2 / 25
    lines = [line(wage, own, employer, ago) for ago in range(4)]
    other = sick = correction = 0
    kind = number % 10
    if kind == 7:
        other = random.randrange(500, 4000)
        lines.append(line(Decimal(other), Decimal(0), Decimal(0), 0, OTHER))
    elif kind == 8:
        correction = -random.randrange(50, 500)
        lines.append(line(Decimal(correction), Decimal(0), Decimal(0), 0, kind=LineKind.CORRECTION))
    elif kind == 9:
        sick = random.randrange(500, 3000)
    benefits = (Benefit(kind=BenefitKind.SICKNESS, month=before(NOVEMBER), amount=Decimal(sick)),) if sick else ()
    ceilings = (Ceiling(amount=Decimal(40_000), first=date(2020, 1, 1)),)
    job = Job(employer=EMPLOYER, start=date(2020, 1, 1), hours=Decimal(18), ceilings=ceilings)
    case = FlexCase(number=f"FLX-{number}", cpr=Cpr("6101901234"), jobs=(job,), benefits=benefits)
    cells = sheet(2024, wage + correction, own, employer, other, benefit=sick, ceiling=40_000)
    return Made(case, tuple(lines), cells["B17"])


def line(
    income: Decimal,
    own: Decimal,
    employer: Decimal,
    ago: int,
    cvr: Cvr = EMPLOYER,
    kind: LineKind = LineKind.REPORT,
) -> IncomeLine:
    month = before(NOVEMBER, 1 + ago)
    period = Period.month_of(month)
    return IncomeLine(
        number=f"{cvr}-{month}-{kind}",
        kind=kind,
        employer=cvr,
        period=period,
        base_month=month,
        disposed=period.last,
        income=income,
        own_pension=own,
        employer_pension=employer,
        hours=Decimal(78),
    )


def worked_out(it: Made) -> Subsidy:
    result = calculate(NOVEMBER, it.case, it.lines, RATES, PRACTICE)
    assert isinstance(result, Subsidy)
    return result


def formula(it: Subsidy, job: Job) -> Subsidy:
    result = subsidy(NOVEMBER, it.income, job, RATES)
    assert isinstance(result, Subsidy)
    return result


def per_second(work: Callable[[int], object], months: int) -> float:
    def seconds() -> float:
        start = process_time()
        for number in range(months // ROUNDS):
            work(number % MADE)
        return process_time() - start

    return months // ROUNDS / min(seconds() for _ in range(ROUNDS))


def rows(cases: Sequence[Made], months: int) -> list[tuple[str, float]]:
    results = [worked_out(it) for it in cases]
    jobs = [it.case.jobs[0] for it in cases]
    newest = [
        Made(it.case, tuple(x for x in it.lines if x.base_month == before(NOVEMBER)), it.expected) for it in cases
    ]
    as_json = [[x.model_dump_json() for x in it.lines] for it in newest]

    def criteria(n: int) -> None:
        sort_out(worked_out(cases[n]), cases[n].case, cases[n].lines, PRACTICE, CRITERIA)

    def told(n: int) -> None:
        for said in worked_out(newest[n]).lines():
            TEXTS.text(said.text, Language.DA, **said.facts)

    return [
        ("formula, income known", per_second(lambda n: formula(results[n], jobs[n]), months)),
        ("from the month's lines", per_second(lambda n: worked_out(newest[n]), months)),
        ("from four months' lines", per_second(lambda n: worked_out(cases[n]), months)),
        ("with all criteria", per_second(criteria, months // 5)),
        ("with the reasoning in Danish", per_second(told, months // 50)),
        (
            "the lines from JSON",
            per_second(lambda n: [IncomeLine.model_validate_json(x) for x in as_json[n]], months // 5),
        ),
    ]


def main(months: int) -> None:
    random = Random(1)
    cases = [made(number, random) for number in range(MADE)]
    wrong = sum(Fraction(worked_out(it).exact) != it.expected for it in cases)
    gc.collect()
    gc.freeze()
    table = Table(title=f"Flex-wage months on one core (CPU seconds); {wrong} of {MADE:,} wrong")
    table.add_column("what")
    table.add_column("months/s", justify="right")
    table.add_column("µs each", justify="right")
    for name, speed in rows(cases, months):
        table.add_row(name, f"{speed:,.0f}", f"{1e6 / speed:.1f}")
    Console(width=110).print(table)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else MONTHS)
