"""The worst reasons of a month: what would have to change, examples, and whom to write to about it. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from bots_common.reasons import Wanted
from bots_common.values import Period, mask
from bots_common.work.records import Aged, HandedRow
from bots_common.work.states import SETTLED
from reports.queries import pareto
from reports.telling import Teller, robot_named

EXAMPLES: Final = 5
"""So many cases are shown of each reason."""
DOCUMENTS: Final = 12
"""So many of their documents are named in a letter for each thing that is wanted."""


@dataclass(frozen=True, slots=True)
class Worst:
    """A reason for which people have got cases of a month, and some of these."""

    reason: str
    count: int
    share: Decimal
    cumulated: Decimal
    examples: tuple[HandedRow, ...]


@dataclass(slots=True)
class Contact:
    """Somebody outside who can do something: what, and about which of their documents. `count` is of cases."""

    whom: str
    number: str
    count: int = 0
    wanted: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


def worst(handed: Sequence[HandedRow]) -> list[Worst]:
    """The reasons, the most frequent first. An example is a case that people still have for it, or have settled."""
    counted = pareto(Counter(it.reason for it in handed))
    examples: defaultdict[str, list[HandedRow]] = defaultdict(list)
    for it in handed:
        told = it.item.reason in (it.reason, SETTLED) and it.item.aged is Aged.NOTHING
        if told and len(examples[it.reason]) < EXAMPLES:
            examples[it.reason].append(it)
    return [Worst(it.reason, it.count, it.share, it.cumulated, tuple(examples[it.reason])) for it in counted]


def sentence(example: HandedRow, teller: Teller) -> str:
    """Why people got the case, with its figures."""
    told = robot_named(example.item.robot).reason_sentence(example.reason, example.item.facts, teller.language)
    return mask(told)


def contacts(robot: str, handed: Sequence[HandedRow]) -> list[Contact]:
    """Whom to write to, those with the most cases first. Personal numbers are masked."""
    found: dict[tuple[str, str], Contact] = {}
    for it in handed:
        asked = robot_named(robot).wanted(it.reason, it.item.facts, it.payload)
        if asked is not None:
            _add(found, asked)
    return sorted(found.values(), key=lambda it: (-it.count, it.whom))


def _add(found: dict[tuple[str, str], Contact], asked: Wanted) -> None:
    whom, number = mask(asked.whom), mask(asked.number)
    contact = found.setdefault((number, "" if number else whom), Contact(whom, number))
    contact.count += 1
    contact.wanted[asked.what].append(mask(asked.document))


def letter(robot: str, contact: Contact, month: Period, teller: Teller) -> str:
    """What to write to them, ready to be sent: what is wanted, and about which documents; nobody is named in it."""
    text = robot_named(robot).contact
    assert text is not None, "a robot that wants something of somebody has a letter to them"
    lines = []
    for what, documents in contact.wanted.items():
        lines.append(f"- {teller.robot_text(robot, what)}")
        if named := ", ".join(list(dict.fromkeys(filter(None, documents)))[:DOCUMENTS]):
            lines.append(f"  {teller.robot_text(robot, text.documents)}: {named}")
    say = {"whom": contact.whom, "month": month, "count": teller.number(contact.count)}
    parts = (
        teller.robot_text(robot, text.greeting, **say),
        teller.robot_text(robot, text.opening, **say),
        "\n".join(lines),
        teller.robot_text(robot, text.ending),
        teller.robot_text(robot, text.regards),
    )
    return mask("\n\n".join(parts))


def subject(robot: str, teller: Teller) -> str:
    """What the letter is about."""
    text = robot_named(robot).contact
    return teller.robot_text(robot, text.subject) if text else ""
