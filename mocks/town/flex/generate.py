"""The town's flex cases from a seed, apart from its invoices: the same seed, size and month make the same cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from random import Random

from mocks.town.cases import quota
from mocks.town.flex import arithmetic, obs
from mocks.town.flex.doubtful import REGISTER
from mocks.town.flex.model import FlexCase, FlexTown, FlexTruth
from mocks.town.flex.office import Draft, Office
from mocks.town.flex.plain import PLAIN, Kind
from mocks.town.flex.refused import CASES

DONE_PERCENT, OBS_PERCENT = 57, 20
HARMLESS = 20  # one plain case of so many stands on the obs-list without being kept by it
Named = tuple[str, Draft, bool]  # scenario, draft, whether the obs-list keeps it


def generate(seed: int, size: int, income: date) -> FlexTown:
    """`size` flex cases whose subsidies of the next month go by the incomes of the month `income`.

    Raises:
        ValueError: the rules or rates of either month are not known, so there is no truth.
    """
    town = FlexTown()
    if not size:
        return town
    office = Office(Random(f"flex/{seed}/{size}/{income:%Y-%m}"), income)
    for month in (income, office.month):
        if month.year not in arithmetic.KINK:
            raise ValueError(f"The flex-wage rules of {month:%Y-%m} are not known. Take another month.")
    cases = list(_cases(office, size))
    office.rng.shuffle(cases)
    for place, (scenario, draft, kept) in enumerate(cases, start=1):
        if not draft.paid:
            draft.pay_history()
        case = _case(f"FLX{place:06d}", draft)
        town.cases.append(case)
        town.reports += draft.reports
        town.truth.append(_truth(case.number, scenario, draft, kept=kept))
        if kept:
            town.obs.append(obs.entry(office, draft))
        elif not draft.reason and not office.rng.randrange(HARMLESS):
            town.obs.append(obs.harmless_entry(office, draft))
    town.reports.sort(key=lambda it: (it.reported, it.number))
    return town


def _cases(office: Office, size: int) -> Iterator[Named]:
    """The plain ones, those that the obs-list keeps (of every kind), and those that a person gets."""
    done, kept = ((size * it + 50) // 100 for it in (DONE_PERCENT, OBS_PERCENT))
    odd = (*CASES, *REGISTER)
    for kinds, count, keeping in (
        (PLAIN, done, False),
        (PLAIN, kept // 2, True),
        (odd, kept - kept // 2, True),
        (odd, size - done - kept, False),
    ):
        for scenario, draft in _made(office, kinds, count):
            yield scenario, draft, keeping


def _made(office: Office, kinds: Iterable[Kind], count: int) -> Iterator[tuple[str, Draft]]:
    for kind, share in quota(tuple(kinds), count):
        for turn in range(share):
            way = kind.ways[turn % len(kind.ways)]
            yield way.__name__, way(office)


def _case(number: str, draft: Draft) -> FlexCase:
    return FlexCase(
        number=number,
        cpr=draft.citizen.cpr,
        name=draft.citizen.name,
        employer=draft.employer,
        first=draft.first,
        last=draft.last,
        hours=draft.hours,
        pension=draft.pension,
        self_employed=draft.self_employed,
        moved=draft.moved,
        ceilings=tuple(draft.ceilings),
        benefits=tuple(draft.benefits),
        holidays=tuple(draft.holidays),
        paid=tuple(draft.paid),
    )


def _truth(number: str, scenario: str, draft: Draft, *, kept: bool) -> FlexTruth:
    month = draft.office.month
    if kept:
        return FlexTruth(number, scenario, month, "skipped")
    if draft.reason:
        return FlexTruth(number, scenario, month, "exception", draft.reason)
    subsidy = draft.subsidy(month)
    ore = arithmetic.in_ore(subsidy)
    again = draft.recalculated
    return FlexTruth(
        case=number,
        scenario=scenario,
        month=month,
        outcome="done",
        subsidy=f"{subsidy:f}",
        ore=ore,
        atp=arithmetic.atp(ore),
        holds_from=draft.holds_from,
        recalculated=again,
        recalculated_ore=arithmetic.in_ore(draft.subsidy(again)) if again else None,
    )
