"""The comparison of a shadow run with what people have done: the systems themselves are asked.

For every effect that the robot would have had, its `check` is asked as after a crash. What it finds is the same; what
it finds otherwise (Uncertain) is different; what it does not find, people have not done, or not yet. A comparison is
as deep as the `check` is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any, Final, get_type_hints

from pydantic import BaseModel

from bots_common.autonomy import Cause, Decision, filled, placeholder, placeholders
from bots_common.desk import Desk, System
from bots_common.errors import Uncertain
from bots_common.robot import Robot
from bots_common.values import Receipt
from bots_common.work import Store, ask
from bots_common.work.records import ProposalRow

COMPARER: Final = "comparison"
"""Who decides on the proposals of a shadow run."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How the effects of one kind compare. `amount` is what they would book, `same_amount` what people booked too."""

    name: str
    items: int
    proposed: int
    found: Counter[Decision | None]
    amount: Decimal
    same_amount: Decimal


@dataclass(frozen=True, slots=True)
class Comparison:
    """A shadow run beside what people did. `items` are those that the robot has looked at; notes are not compared."""

    items: int
    kinds: tuple[Kind, ...]
    different: tuple[tuple[str, str], ...]
    """Reference and effect of what people have done otherwise."""


async def compare(store: Store, robot: Robot[Any], desk: Desk) -> Comparison:
    """Ask the systems about everything that the robot would have done and that people had not done when last asked.

    Each answer is kept as it comes: a comparison that breaks off goes on with the next.
    Raises whatever technical error the questions meet.
    """
    proposals = [row for _, row in await ask(store.approvals.shadowed, robot.name) if row.cause is Cause.SHADOW]
    for _, of_item in groupby(proposals, key=lambda row: row.item_id):
        receipts: dict[str, str] = {}
        for row in of_item:
            found = row.receipt
            if row.decision in (None, Decision.ABSENT):
                found = await _ask_for(store, robot, desk, row, filled(row.intent, receipts))
            if found is not None:
                receipts[placeholder(row.name)] = found
    return summed(await ask(store.approvals.shadowed, robot.name))


async def _ask_for(store: Store, robot: Robot[Any], desk: Desk, row: ProposalRow, intent: Any) -> str | None:
    """The number of the receipt that people have for this; None where there is none, or nobody can be asked."""
    system, _, method = row.check.partition(".")
    asked = next((it for it in robot.systems if it.name == system), None)
    if asked is None or placeholders(intent):  # it follows from something that people have not done alike
        return None
    receipt: Receipt | None = None
    try:
        receipt = await getattr(desk[asked], method)(_intent_of(asked, method).model_validate(intent))
        decision = Decision.ABSENT if receipt is None else Decision.SAME
    except Uncertain:
        decision = Decision.DIFFERENT
    number = receipt.number if receipt else None
    await ask(store.approvals.compared, row.id, decision, number, COMPARER)
    return number


def _intent_of(system: type[System], method: str) -> type[BaseModel]:
    """What the question takes, by its annotation."""
    hints = get_type_hints(getattr(system, method))
    intent: type[BaseModel] = next(hint for name, hint in hints.items() if name != "return")
    return intent


def summed(shadowed: Iterable[tuple[str, ProposalRow]]) -> Comparison:
    """The comparison as it stands."""
    everything = list(shadowed)
    compared = [(reference, row) for reference, row in everything if row.cause is Cause.SHADOW]
    by_kind: dict[str, list[ProposalRow]] = {}
    for _, row in compared:
        by_kind.setdefault(row.name.partition("/")[0], []).append(row)
    return Comparison(
        items=len({row.item_id for _, row in everything}),
        kinds=tuple(_kind(name, rows) for name, rows in by_kind.items()),
        different=tuple((ref, row.name) for ref, row in compared if row.decision is Decision.DIFFERENT),
    )


def _kind(name: str, rows: Sequence[ProposalRow]) -> Kind:
    return Kind(
        name=name,
        items=len({row.item_id for row in rows}),
        proposed=len(rows),
        found=Counter(row.decision for row in rows),
        amount=_sum(rows),
        same_amount=_sum([row for row in rows if row.decision is Decision.SAME]),
    )


def _sum(rows: Sequence[ProposalRow]) -> Decimal:
    return sum((row.amount for row in rows if row.amount is not None), Decimal(0))
