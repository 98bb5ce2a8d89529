"""The town from a seed: the same seed, size and month make the same town, byte for byte."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from random import Random

from mocks.town.cases import Case, Kind, quota
from mocks.town.faulty import FAULTY
from mocks.town.flex import generate as flex_jobs
from mocks.town.hires import generate as hirings
from mocks.town.model import Document, Town, Truth
from mocks.town.plain import PLAIN
from mocks.town.refused import REFUSED
from mocks.town.ubl import render
from mocks.town.world import World

PLAIN_PERCENT = 52
FLEX_CASES = 40
HIRES = 40
Named = tuple[str, Case]


def generate(
    seed: int, size: int, month: date = date(2024, 10, 1), *, flex: int = FLEX_CASES, hires: int = HIRES
) -> Town:
    """A town with `size` invoices in its inbox, about half of them plain, for services of `month`.

    From 60 invoices on every reason that a person can get a case for occurs. `flex` citizens have flex jobs, and
    incomes of `month`; `hires` people are hired in the weeks after it. How many they are changes nothing about the
    invoices.

    Raises:
        ValueError: there are flex jobs, and the rules or rates of `month` or the month after it are not known.
    """
    with _collector_paused():
        town = _generate(seed, size, month)
        town.flex = flex_jobs.generate(seed, flex, town.month)
        town.hires = hirings.generate(seed, hires, town.month)
        return town


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Millions of small values and no cycle among them: looking for cycles took a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _generate(seed: int, size: int, month: date) -> Town:
    rng = Random(f"{seed}/{size}/{month:%Y-%m}")
    world = World(rng, size, month)
    inbox = sorted(_cases(world, size), key=lambda named: named[1].draft.received)
    town = Town(
        seed=seed,
        month=world.month.first,
        ean=world.ean,
        citizens=world.citizens,
        suppliers=[firm.supplier for firm in world.firms],
        grants=world.grants,
        vouchers=world.vouchers,
        accounts=world.sheet,
    )
    for place, (scenario, case) in enumerate(inbox, 1):
        number = f"B{month.year}-{place:06d}"
        town.documents.append(_document(number, case))
        town.truth.append(Truth(number, scenario, case.reason, case.postings))
    return town


def _cases(world: World, size: int) -> list[Named]:
    """All cases, shuffled: those that follow upon an earlier one are received on a later day than it."""
    plain_count = (size * PLAIN_PERCENT + 50) // 100
    plain = [named for kind, count in quota(PLAIN, plain_count) for named in _made(world, kind, count)]
    earlier = [case for _, case in plain if case.draft.cvr]
    world.rng.shuffle(earlier)
    others: list[Named] = []
    for kind, count in quota(REFUSED + FAULTY, size - plain_count):
        others += _following(world, kind, earlier[:count]) if kind.after else _made(world, kind, count)
        del earlier[: count if kind.after else 0]
    cases = plain + others
    world.rng.shuffle(cases)
    return cases


def _made(world: World, kind: Kind, count: int) -> Iterator[Named]:
    for turn in range(count):
        way = kind.ways[turn % len(kind.ways)]
        yield way.__name__, way(world)


def _following(world: World, kind: Kind, earlier: list[Case]) -> Iterator[Named]:
    for turn, case in enumerate(earlier):
        way = kind.after[turn % len(kind.after)]
        yield way.__name__, way(world, case)


def _document(number: str, case: Case) -> Document:
    """The document as finance lists it; of one that cannot be read finance knows nothing."""
    draft = case.draft
    if case.reason == "unreadable":
        return Document(number, draft.received, "", "Ukendt afsender", "", 0, case.xml or b"")
    ore = -draft.payable if draft.credit else draft.payable
    cvr = draft.cvr.removeprefix("DK")
    return Document(number, draft.received, cvr, draft.name, draft.number, ore, render(draft))
