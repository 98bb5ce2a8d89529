"""The criteria for sorting out: each met and not met, switched on and off, and told with the figures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from string import Formatter
from typing import Any, NamedTuple

import pytest
from pydantic import ValidationError

from bots_common.texts import Language, Texts
from bots_common.values import Period
from robots.flexwage import reasons
from robots.flexwage.criteria import CRITERIA, CriteriaConfig, Switch, sort_out
from robots.flexwage.labels import FACTS
from robots.flexwage.model import BenefitKind, FlexCase, HolidayTaken, IncomeLine, LineKind
from robots.flexwage.reasons import Problem, Reason
from tests.unit.flexjobs import (
    ANNA,
    OCTOBER,
    PRACTICE,
    SHOP,
    bare,
    benefit,
    case,
    ceiling,
    job,
    kr,
    line,
    months_before,
    paid,
    refused,
)
from tests.unit.flexwage_cases import CASES

ROOMY = job(ceilings=(ceiling("99999"),))
SUMMER = Period(first=date(2024, 7, 1), last=date(2024, 9, 30))
ACROSS = Period(first=date(2024, 9, 16), last=date(2024, 10, 15))
SHOPS = bare("300", employer=SHOP, number="R-2")


class Met(NamedTuple):
    """A month that meets the criterion: by its lines or the case, with this limit."""

    reason: Reason
    lines: tuple[IncomeLine, ...] = (line(),)
    of: FlexCase = case(ROOMY)
    set_to: Mapping[str, Any] = {}


MET = (
    Met(Reason.AMOUNT_BELOW, set_to={"limit": "15272.01"}),
    Met(Reason.AMOUNT_ABOVE, set_to={"limit": "15271.99"}),
    Met(Reason.VARIATION, (line("18500"),)),
    Met(Reason.NEW_EMPLOYER, (line(), SHOPS)),
    Met(Reason.OTHER_WAGE, (line(), SHOPS)),
    Met(Reason.PARENTAL_LEAVE, of=case(ROOMY, benefits=(benefit(BenefitKind.PARENTAL, "100"),))),
    Met(Reason.BENEFIT, of=case(ROOMY, benefits=(benefit(BenefitKind.SICKNESS, "100"),))),
    Met(Reason.CARE_PAY, of=case(ROOMY, benefits=(benefit(BenefitKind.LOSS_OF_EARNINGS, "100"),))),
    Met(Reason.HOLIDAY_PAY, (line(holiday_earned=kr(10)),)),
    Met(Reason.HOLIDAY_PAY, of=case(ROOMY, benefits=(benefit(BenefitKind.HOLIDAY, days=kr(1)),))),
    Met(
        Reason.HOLIDAY_PAY,
        of=case(ROOMY, holidays=(HolidayTaken(month=OCTOBER, gross=kr(100), days=kr(5), taken=kr(1)),)),
    ),
    Met(Reason.LUMP_SUM, (line(), bare("90", period=SUMMER, number="R-2"))),
    Met(Reason.SAVED_PAY, (line(saved_pay=kr(200)),)),
    Met(Reason.CORRECTED, (line(), bare("-10", kind=LineKind.CORRECTION, number="R-2"))),
    Met(Reason.CORRECTED, (line(), bare("-10", number="R-2"))),
    Met(Reason.HOURS, (line(hours=None),)),
    Met(Reason.HOURS, (line(hours=kr(0)),)),
    Met(Reason.CROSSING, (line(period=ACROSS),)),
    Met(Reason.PERKS, (line(perks=kr(3000)),)),
    Met(Reason.MOVED, of=case(ROOMY, moved=date(2024, 10, 1))),
)


def alone(reason: Reason, **set_to: Any) -> CriteriaConfig:
    """Every criterion off but this one."""
    others = {str(it): {"on": False, **limits(it)} for it in CRITERIA}
    return CriteriaConfig.model_validate(others | {str(reason): {**limits(reason), **set_to}})


def without(reason: Reason) -> CriteriaConfig:
    return alone(reason, on=False)


def limits(reason: Reason) -> dict[str, Any]:
    default = getattr(CriteriaConfig(), reason)
    return {"limit": default.limit} if hasattr(default, "limit") else {}


def sorted_out(
    lines: Sequence[IncomeLine],
    config: CriteriaConfig,
    of: FlexCase | None = None,
    earlier: Sequence[IncomeLine] | None = None,
) -> Problem | None:
    everything = (*lines, *(months_before(3) if earlier is None else earlier))
    of = of or case(ROOMY)
    return sort_out(paid(everything, of), of, everything, PRACTICE, config)


def test_a_plain_month_meets_none_of_the_criteria() -> None:
    assert sorted_out((line(),), CriteriaConfig()) is None


def test_every_criterion_has_a_switch_and_a_row_here() -> None:
    assert set(CriteriaConfig.model_fields) == {"months", *map(str, CRITERIA)}
    assert {met.reason for met in MET} == set(CRITERIA)


@pytest.mark.parametrize("met", MET, ids=lambda met: met.reason)
def test_a_criterion_that_is_on_sorts_out(met: Met) -> None:
    problem = sorted_out(met.lines, alone(met.reason, **met.set_to), met.of)
    assert problem and problem.reason is met.reason
    msgid = reasons.TEXTS[problem.reason].fitting(problem.facts)
    wanted = {name for _, name, _, _ in Formatter().parse(msgid) if name}
    assert all(problem.facts.get(name) is not None for name in wanted)


@pytest.mark.parametrize("met", MET, ids=lambda met: met.reason)
def test_a_criterion_that_is_off_does_not(met: Met) -> None:
    assert sorted_out(met.lines, without(met.reason), met.of) is None


@pytest.mark.parametrize("reason", CRITERIA)
def test_a_plain_month_does_not_meet_it_alone(reason: Reason) -> None:
    limit = {Reason.AMOUNT_BELOW: "15272.00", Reason.AMOUNT_ABOVE: "15272.00"}.get(reason)
    assert sorted_out((line(),), alone(reason, **({"limit": limit} if limit else {}))) is None


@pytest.mark.parametrize(("income", "met"), [("16848", False), ("16849", True), ("10608", False), ("10607", True)])
def test_variation_is_measured_against_the_average_of_the_months_before(income: str, met: bool) -> None:
    """15,600 on average, 20 % of it is 3,120; the pension of 1,872 stays the same."""
    problem = sorted_out((line(income),), alone(Reason.VARIATION))
    assert (problem is not None) == met


def test_without_months_before_there_is_nothing_to_vary_from() -> None:
    assert sorted_out((line(),), alone(Reason.VARIATION), earlier=()) is None
    problem = sorted_out((line(),), alone(Reason.NEW_EMPLOYER), earlier=())
    assert problem and problem.facts["employers"] == "10000009"


def test_only_as_many_months_as_set_are_compared() -> None:
    longer_ago = months_before(1) + [it for it in months_before(2, "9000") if it.base_month == date(2024, 8, 1)]
    config = alone(Reason.VARIATION)
    assert sorted_out((line(),), config.model_copy(update={"months": 1}), earlier=longer_ago) is None
    assert sorted_out((line("15800"),), config.model_copy(update={"months": 2}), earlier=longer_ago) is not None


def test_a_limit_keeps_small_amounts_of_other_wage_with_the_robot() -> None:
    assert sorted_out((line(), SHOPS), alone(Reason.OTHER_WAGE, limit=300)) is None
    assert sorted_out((line(), SHOPS), alone(Reason.OTHER_WAGE, limit="299.99")) is not None


def test_a_person_sees_the_figures_of_this_and_the_months_before() -> None:
    problem = sorted_out((line("18500"), SHOPS), CriteriaConfig())
    assert problem and problem.reason is Reason.NEW_EMPLOYER
    assert problem.facts["also"] == [Reason.OTHER_WAGE, Reason.VARIATION]
    months = [(it["month"], it["wage"], it["other_wage"]) for it in problem.facts["months"]]
    assert months == [
        ("2024-10-01/2024-10-31", "20672.00", "300.00"),
        ("2024-09-01/2024-09-30", "15600.00", "0.00"),
        ("2024-08-01/2024-08-31", "15600.00", "0.00"),
        ("2024-07-01/2024-07-31", "15600.00", "0.00"),
    ]
    shown = json.dumps(dict(problem.facts))
    assert ANNA.digits not in shown and ANNA.shown() not in shown


def test_the_municipality_tells_it_in_its_own_words() -> None:
    problem = sorted_out((line(perks=kr(3000)),), alone(Reason.PERKS, text="Ring til Lone om fri bil."))
    assert problem
    msgid = reasons.TEXTS[problem.reason].fitting(problem.facts)
    for language in Language:
        assert Texts.load(reasons.LOCALES).text(msgid, language, **problem.facts) == "Ring til Lone om fri bil."


def test_a_limit_below_nought_is_refused() -> None:
    with pytest.raises(ValidationError):
        CriteriaConfig.model_validate({"other_wage": {"limit": -1}})


def test_a_setting_with_a_limit_turns_the_criterion_on() -> None:
    config = CriteriaConfig.model_validate({"amount_above": {"limit": 15000}})
    assert Switch.model_validate({}).on and config.amount_above.on
    assert sorted_out((line(),), config) is not None
    assert sorted_out((line(),), CriteriaConfig()) is None


def keys_in(facts: Mapping[str, Any]) -> set[str]:
    rows = [row for value in facts.values() if isinstance(value, list) for row in value if isinstance(row, dict)]
    return set(facts).union(*rows)


ENTERED = {"pension", "deduction", "atp", "reasoning", "heading", "text"}
"""What is entered to pay and to write, and nowhere else."""
OF_THE_ROBOT = ENTERED | {"paid", "now", "difference", "receipts", "lines", "report", "kind", "since", "case"}
"""What the robot itself tells, of the case and of months that are paid already; see `test_flexwage_handling`."""


def test_every_fact_has_a_label_and_every_label_a_fact() -> None:
    own = sorted_out((line(perks=kr(1)),), alone(Reason.PERKS, text="Ring."))
    problems = [refused(row.lines, row.of, row.month) for row in CASES]
    problems += [it for met in MET if (it := sorted_out(met.lines, alone(met.reason, **met.set_to), met.of))]
    assert own
    told = set().union(*(keys_in(problem.facts) for problem in (own, *problems)))
    assert told | OF_THE_ROBOT == set(FACTS)
    assert not told & OF_THE_ROBOT
