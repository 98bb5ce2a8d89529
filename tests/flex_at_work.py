"""A mock town with the flex-wage robot let loose in it, and the comparison of what came of it with the truth.

The witnesses are the mock systems' own ledgers and the truth file that the robot never sees. The robot's own clock
does not matter: it is told the month, and the town has a day of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from bots_common.autonomy import Level
from bots_common.values import Cpr, ore
from bots_common.work import ItemRow, State
from bots_common.work.records import NewObs, ObsAdded
from kollega.demo import obs_list_of
from mocks import serve
from mocks.faults import PREFIXES
from mocks.ledger import Act
from mocks.town import generate
from mocks.town.flex import practice, truth
from mocks.town.flex.model import FlexTown, FlexTruth
from tests.town_at_work import TownAtWork, opened, settings_of

ROBOT = "flexwage"
MONTH = date(2024, 11, 1)
AFTER_THE_LATE = date(2024, 11, 25)


@dataclass
class FlexAtWork(TownAtWork):
    """A running town and the settings of the flex-wage robot that works in it. `made` is the town from its seed."""

    made: FlexTown | None = None

    def keep_back(self, cpr: str) -> ObsAdded:
        """Put a citizen on the obs-list."""
        return self.store.obs.add([NewObs(cpr, "Klagesag", date(2020, 1, 1))], "anna")

    def move_to(self, day: date) -> None:
        self.control("_clock", {"today": str(day)})

    def item(self, case: str) -> ItemRow:
        return next(it for it in self.items() if it.reference == f"{case}/{MONTH:%Y-%m}")

    def items(self) -> list[ItemRow]:
        return self.store.reading.items(robot=ROBOT, limit=None)

    def cpr(self, case: str) -> str:
        assert self.made
        return next(it.cpr for it in self.made.cases if it.number == case)

    def truths(self) -> list[FlexTruth]:
        return truth.read(self.folder / serve.FLEX_TRUTH)

    def case_of(self, act: Act) -> str:
        """The case that an act was about; the income register numbers people in the order of their cases."""
        assert self.made
        return self.made.cases[act.fields["person"] - 1].number if act.act == "look_up" else act.fields["case"]

    def disagreements(self, *, late: bool = True) -> list[str]:
        """Everything in which items and ledgers differ from the truth; `late`: what comes late is there by now."""
        looked_up = {self.case_of(act) for act in self.acts() if act.act == "look_up"}
        return list(_disagreements(self.items(), self.acts(), self.truths(), looked_up, late))


@contextmanager
def flex_at_work(
    folder: Path,
    *,
    seed: int,
    size: int,
    obs_list: bool = True,
    settle_seconds: float = 0.5,
    **worker: Any,
) -> Iterator[FlexAtWork]:
    """A town of its own process in `folder`, and a fresh store with the town's obs-list read in."""
    with serve.running(folder, seed=seed, size=20, flex=size) as address:
        settings = settings_of(
            folder,
            {name: f"{address}{PREFIXES[name]}/" for name in ("income", "benefits")},
            {ROBOT: {"own_atp": practice.OWN_ATP, "month": f"{MONTH:%Y-%m}", "criteria": dict(practice.CRITERIA)}},
            {"timeout_seconds": 10, "settle_seconds": settle_seconds},
            worker,
        )
        one_search_at_a_time = settings.systems["income"].model_copy(update={"concurrency": 1})
        settings = settings.model_copy(update={"systems": {**settings.systems, "income": one_search_at_a_time}})
        with opened(settings) as (codec, store):
            store.levels.set(ROBOT, Level.AUTO, "test", "for this test")
            made = generate(seed, 20, flex=size).flex
            town = FlexAtWork(folder, address, settings, codec, store, ROBOT, made)
            if obs_list:
                store.obs.add(obs_list_of(folder, store.stats.today()), "anna")
            yield town


def _disagreements(
    items: Sequence[ItemRow], acts: Sequence[Act], truths: Sequence[FlexTruth], looked_up: set[str], late: bool
) -> Iterator[str]:
    by_reference = {item.reference: item for item in items}
    paid = Counter((act.fields["case"], act.fields["month"], *_amounts(act)) for act in acts if act.act == "approve")
    letters = Counter((act.fields["case"], act.fields["month"]) for act in acts if act.act == "letter")
    for expected in truths:
        name = f"{expected.case} ({expected.scenario})"
        item = by_reference.pop(f"{expected.case}/{expected.month:%Y-%m}", None)
        if item is None:
            yield f"{name}: lost, there is no item"
            continue
        state, reason = _end(expected, late)
        if (item.state, item.reason) != (state, reason):
            yield f"{name}: {(item.state, item.reason)}, not {(state, reason)}; {item.facts}"
        month = (expected.case, str(expected.month))
        if state is State.DONE and paid.pop((*month, expected.ore, expected.atp), 0) != 1:
            yield f"{name}: not paid once with {expected.ore} and {expected.atp}"
        if letters.pop(month, 0) != (state is State.DONE):
            yield f"{name}: not the letters that it should have"
        if state is State.SKIPPED and expected.case in looked_up:
            yield f"{name}: looked up, and is on the obs-list"
        if expected.outcome == "done":
            yield from _wrong_recalculations(expected, name, by_reference)
    yield from (f"{payment}: paid {count} times, and should not be" for payment, count in paid.items())
    yield from (f"{letter}: {count} letters, and there should be none" for letter, count in letters.items())
    yield from (f"{it.reference}: {it.reason}" for it in by_reference.values() if it.reason != "recalculated")


def _amounts(act: Act) -> tuple[int, int]:
    return act.fields["ore"], act.fields["atp"]


def _end(expected: FlexTruth, late: bool) -> tuple[State, str | None]:
    if expected.outcome == "skipped":
        return State.SKIPPED, "obs"
    if expected.holds_from and not late:
        return State.EXCEPTION, "no_report"
    return (State.EXCEPTION if expected.reason else State.DONE), expected.reason


def _wrong_recalculations(expected: FlexTruth, name: str, items: Mapping[str, ItemRow]) -> Iterator[str]:
    proposed = {
        (item.reference.split("/")[1], ore(Decimal(item.facts["now"])))
        for reference, item in items.items()
        if reference.startswith(f"{expected.case}/")
    }
    month = expected.recalculated
    right = {(f"{month:%Y-%m}", expected.recalculated_ore)} if month else set()
    if proposed != right:
        yield f"{name}: proposes {proposed}, not {right}"


def plain_cases(town: FlexAtWork) -> list[tuple[str, Cpr]]:
    """The cases that the robot is to pay on its first day, with their citizens."""
    to_pay = (it.case for it in town.truths() if it.outcome == "done" and not it.holds_from)
    return [(case, Cpr(town.cpr(case))) for case in to_pay]
