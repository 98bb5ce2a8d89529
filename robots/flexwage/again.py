"""Which months that are paid come out differently now that the register has other lines. Pure.

Income counts in its base month, so a correction that comes after the payment changes what the month should have been.
Whether and how the difference is paid or claimed back is for a person.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from bots_common.values import Cvr, Frozen
from robots.flexwage.income import months_covered
from robots.flexwage.model import NOUGHT, FlexCase, IncomeLine, LineKind, Practice
from robots.flexwage.months import Month, before, interval, last_day
from robots.flexwage.rates import Rates
from robots.flexwage.reasons import Problem
from robots.flexwage.rules import calculate
from robots.records import PaidSubsidy

SHOWN_DIGITS: Final = 8


class ChangedLine(Frozen):
    """A line that was not there when the month was first worked out: kroner of A- and B-income."""

    number: str
    kind: LineKind
    employer: Cvr
    amount: Decimal


class Recalculation(Frozen):
    """A paid month and what it would be now (kroner), with the lines that have changed since."""

    month: Month
    paid: Decimal
    now: Decimal
    lines: tuple[ChangedLine, ...]

    @property
    def digest(self) -> str:
        """The same for the same figures: a further correction is another proposal."""
        return f"{zlib.crc32(self.model_dump_json().encode()):0{SHOWN_DIGITS}x}"

    def facts(self) -> dict[str, Any]:
        """What a person sees."""
        return {
            "month": interval(self.month),
            "paid": str(self.paid),
            "now": str(self.now),
            "difference": str(self.now - self.paid),
            "lines": [
                {"report": it.number, "kind": it.kind, "employer": str(it.employer), "amount": str(it.amount)}
                for it in self.lines
            ],
        }


def recalculations(
    month: Month,
    case: FlexCase,
    paid: Sequence[PaidSubsidy],
    lines: Sequence[IncomeLine],
    rates: Rates,
    practice: Practice,
) -> list[Recalculation]:
    """The months before `month` that are paid, whose lines have changed, and that come out differently now.

    A month that the rules cannot work out any more was a person's from the first, and is not among them. `paid` may
    hold several payments of a month, as where a person has paid a difference before: their sum counts.
    """
    sums: defaultdict[Month, Decimal] = defaultdict(Decimal)
    for payment in paid:
        sums[payment.month] += payment.amount
    found = []
    for earlier, amount in sorted(sums.items()):
        changed = changed_lines(before(earlier), lines) if earlier < month else []
        if not changed:
            continue
        now = calculate(earlier, case, lines, rates, practice)
        if not isinstance(now, Problem) and now.amount != amount:
            told = tuple(_told(line) for line in changed)
            found.append(Recalculation(month=earlier, paid=amount, now=now.amount, lines=told))
    return found


def changed_lines(income_month: Month, lines: Sequence[IncomeLine]) -> list[IncomeLine]:
    """The lines of the month that came after it: corrections, what took reports back, what was reported later."""
    return [
        line
        for line in lines
        if income_month in months_covered(line)
        if line.kind is not LineKind.REPORT or line.disposed > last_day(income_month)
    ]


def _told(line: IncomeLine) -> ChangedLine:
    amount = line.income + line.b_income
    sign = -1 if line.kind is LineKind.REVERSAL else 1
    return ChangedLine(number=line.number, kind=line.kind, employer=line.employer, amount=sign * amount or NOUGHT)
