"""The municipality's own criteria for sorting out: which months the robot has worked out but shall not handle.

Catalogue case 18 (Thisted): amount limits, variation in income, new employer, parental leave, holiday pay; the
further ones are the domain notes' (§1.9). Each is a switch with its own limit and, if wanted, its own text. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple, TypeAlias

from pydantic import Field

from bots_common.settings import Section
from bots_common.values import kroner
from robots.flexwage.benefits import CARE_PAY
from robots.flexwage.income import months_covered
from robots.flexwage.model import NOUGHT, BenefitKind, FlexCase, Income, IncomeLine, LineKind, Practice
from robots.flexwage.months import before, interval
from robots.flexwage.reasons import Detail, Problem, Reason
from robots.flexwage.result import Subsidy
from robots.flexwage.rules import income_before

ONE_DECIMAL: Final = Decimal("0.1")


class Switch(Section):
    """A criterion: whether it is used, and what the municipality wants its people to be told instead of our words."""

    on: bool = True
    text: str = ""


class Kroner(Switch):
    limit: Decimal = Field(ge=0)


class Percent(Switch):
    limit: Decimal = Field(ge=0)


class CriteriaConfig(Section):
    """What the municipality sets under [robots.flexwage.criteria]; `months` is how far back is compared.

    All are on but the two amount limits, which only the municipality can know; a setting with a limit turns its
    criterion on.
    """

    months: int = Field(default=3, ge=1, le=12)
    amount_below: Kroner = Kroner(on=False, limit=NOUGHT)
    amount_above: Kroner = Kroner(on=False, limit=NOUGHT)
    variation: Percent = Percent(limit=Decimal(20))
    new_employer: Switch = Switch()
    other_wage: Kroner = Kroner(limit=NOUGHT)
    parental_leave: Switch = Switch()
    benefit: Switch = Switch()
    care_pay: Switch = Switch()
    holiday_pay: Switch = Switch()
    lump_sum: Switch = Switch()
    saved_pay: Switch = Switch()
    corrected: Switch = Switch()
    hours: Switch = Switch()
    crossing: Switch = Switch()
    perks: Switch = Switch()
    moved: Switch = Switch()


class Seen(NamedTuple):
    """What the criteria look at: the month worked out, its lines and benefits, and the incomes of the months before.

    `lines` are those of the income month, `earlier` the register's of the months before; `incomes` leaves out months
    whose income is not known.
    """

    case: FlexCase
    subsidy: Subsidy
    lines: Sequence[IncomeLine]
    earlier: Sequence[IncomeLine]
    incomes: Sequence[Income]
    config: CriteriaConfig


Figures: TypeAlias = dict[str, Any]
"""What a criterion found: the facts that its sentence tells."""


def sort_out(
    subsidy: Subsidy, case: FlexCase, lines: Sequence[IncomeLine], practice: Practice, config: CriteriaConfig
) -> Problem | None:
    """The first criterion that the month meets, with the figures of this and the months before; None if it is plain.

    `lines` must reach back `config.months` months before the income month. The facts name the other criteria that
    are met too, under `also`.
    """
    seen = _look(subsidy, case, lines, practice, config)
    met = [(reason, figures) for reason, figures in _met(seen) if figures is not None]
    if not met:
        return None
    reason, figures = met[0]
    facts = {
        "month": interval(subsidy.month),
        "subsidy": str(subsidy.amount),
        **figures,
        "also": [str(other) for other, _ in met[1:]],
        "months": [_row(income) for income in (subsidy.income, *seen.incomes)],
    }
    if text := _switch(config, reason).text:
        facts |= {"detail": Detail.OWN_TEXT, "own_text": text}
    return Problem(reason, facts)


def _met(seen: Seen) -> Iterator[tuple[Reason, Figures | None]]:
    for reason, criterion in CRITERIA.items():
        if _switch(seen.config, reason).on:
            yield reason, criterion(seen)


def _switch(config: CriteriaConfig, reason: Reason) -> Switch:
    switch = getattr(config, reason)
    assert isinstance(switch, Switch)
    return switch


def _look(
    subsidy: Subsidy, case: FlexCase, lines: Sequence[IncomeLine], practice: Practice, config: CriteriaConfig
) -> Seen:
    this = subsidy.income.month
    oldest = before(this, config.months)
    incomes = (income_before(before(subsidy.month, n), case, lines, practice) for n in range(1, config.months + 1))
    return Seen(
        case=case,
        subsidy=subsidy,
        lines=[line for line in lines if line.base_month == this or this in months_covered(line)],
        earlier=[line for line in lines if oldest <= line.base_month < this],
        incomes=[income for income in incomes if isinstance(income, Income)],
        config=config,
    )


def _row(income: Income) -> dict[str, str]:
    """A month in the table that a person sees."""
    figures = {
        "wage": income.wage,
        "flex_wage": income.flex_wage,
        "other_wage": income.other_wage,
        "benefit_amount": income.benefit,
    }
    return {"month": interval(income.month)} | {name: str(kroner(amount)) for name, amount in figures.items()}


def _amount_below(seen: Seen) -> Figures | None:
    limit = seen.config.amount_below.limit
    return {"limit": str(limit)} if seen.subsidy.amount < limit else None


def _amount_above(seen: Seen) -> Figures | None:
    limit = seen.config.amount_above.limit
    return {"limit": str(limit)} if seen.subsidy.amount > limit else None


def _variation(seen: Seen) -> Figures | None:
    """The income differs from the average of the known months before by more than the limit, in per cent of it."""
    if not seen.incomes:
        return None
    wage, limit = seen.subsidy.income.wage, seen.config.variation.limit
    average = sum((income.wage for income in seen.incomes), NOUGHT) / len(seen.incomes)
    if abs(wage - average) * 100 <= limit * average:
        return None
    percent = (wage - average) * 100 / average if average else None
    return {
        "wage": str(kroner(wage)),
        "average": str(kroner(average)),
        "percent": None if percent is None else str(percent.quantize(ONE_DECIMAL)),
        "limit": str(limit),
    }


def _new_employer(seen: Seen) -> Figures | None:
    known = {line.employer.digits for line in seen.earlier}
    new = sorted({line.employer.digits for line in seen.lines} - known)
    return {"employers": ", ".join(new)} if new else None


def _other_wage(seen: Seen) -> Figures | None:
    amount, limit = seen.subsidy.income.other_wage, seen.config.other_wage.limit
    return {"amount": str(kroner(amount)), "limit": str(limit)} if amount > limit else None


def _parental_leave(seen: Seen) -> Figures | None:
    return {} if _has(seen, frozenset({BenefitKind.PARENTAL})) else None


def _benefit(seen: Seen) -> Figures | None:
    """A benefit that is deducted in full."""
    amount = seen.subsidy.income.benefit
    return {"amount": str(kroner(amount))} if amount else None


def _care_pay(seen: Seen) -> Figures | None:
    return {"amount": str(kroner(seen.subsidy.income.care_pay))} if _has(seen, CARE_PAY) else None


def _has(seen: Seen, kinds: frozenset[BenefitKind]) -> bool:
    month = seen.subsidy.income.month
    return any(benefit.month == month and benefit.kind in kinds for benefit in seen.case.benefits)


def _holiday_pay(seen: Seen) -> Figures | None:
    """Holiday pay sent to FerieKonto, holiday taken from it, or holiday with benefit."""
    income = seen.subsidy.income
    met = income.holiday_taken or income.holiday_days or any(line.holiday_earned for line in seen.lines)
    return {} if met else None


def _lump_sum(seen: Seen) -> Figures | None:
    """A line that is income of several months (P 27-23)."""
    line = next((it for it in seen.lines if len(months_covered(it)) > 1), None)
    return _of_line(line) if line else None


def _saved_pay(seen: Seen) -> Figures | None:
    """Free-choice and holiday pay counts when it is paid out (P 14-22), which the register shows only indirectly."""
    amount = sum((line.saved_pay for line in seen.lines), NOUGHT)
    return {"amount": str(kroner(amount))} if amount else None


def _corrected(seen: Seen) -> Figures | None:
    """A correction, a reversal or a negative amount."""
    met = any(line.kind is not LineKind.REPORT or line.income < 0 for line in seen.lines)
    return {} if met else None


def _hours(seen: Seen) -> Figures | None:
    """A wage report of the flex job without hours, or with unknown hours."""
    employer = seen.case.jobs[0].employer
    reports = (line for line in seen.lines if line.kind is LineKind.REPORT and line.employer == employer)
    line = next((it for it in reports if not it.hours), None)
    return _of_line(line) if line else None


def _crossing(seen: Seen) -> Figures | None:
    """A pay period that begins in one month and ends in another, and is not several whole months."""

    def crosses(line: IncomeLine) -> bool:
        first, last = line.period.first, line.period.last
        return (first.year, first.month) != (last.year, last.month) and not line.period.whole_months

    line = next(filter(crosses, seen.lines), None)
    return _of_line(line) if line else None


def _perks(seen: Seen) -> Figures | None:
    amount = sum((line.perks for line in seen.lines), NOUGHT)
    return {"amount": str(kroner(amount))} if amount else None


def _moved(seen: Seen) -> Figures | None:
    """The citizen has moved since the income month began."""
    moved = seen.case.moved
    return {"moved": str(moved)} if moved and moved >= seen.subsidy.income.month else None


def _of_line(line: IncomeLine) -> Figures:
    return {
        "employer": str(line.employer),
        "amount": str(line.income + line.b_income),
        "pay_period": f"{line.period.first}/{line.period.last}",
    }


CRITERIA: Final[Mapping[Reason, Callable[[Seen], Figures | None]]] = {
    Reason.PARENTAL_LEAVE: _parental_leave,
    Reason.CARE_PAY: _care_pay,
    Reason.BENEFIT: _benefit,
    Reason.HOLIDAY_PAY: _holiday_pay,
    Reason.NEW_EMPLOYER: _new_employer,
    Reason.OTHER_WAGE: _other_wage,
    Reason.CORRECTED: _corrected,
    Reason.LUMP_SUM: _lump_sum,
    Reason.CROSSING: _crossing,
    Reason.SAVED_PAY: _saved_pay,
    Reason.PERKS: _perks,
    Reason.HOURS: _hours,
    Reason.MOVED: _moved,
    Reason.VARIATION: _variation,
    Reason.AMOUNT_BELOW: _amount_below,
    Reason.AMOUNT_ABOVE: _amount_above,
}
"""The criteria in the order in which they speak: the plainer cause before the figure that it leads to."""
