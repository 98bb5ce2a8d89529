"""What the store hands out: plain frozen records, never rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum
from typing import Any

from bots_common.autonomy import Cause, Decision, Figures, Level
from bots_common.values import Receipt
from bots_common.work.states import State

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class NewItem:
    """What finding hands to the store. Items of one `lane` are handled one at a time, in the order found.

    `again`: where a person has had the item for one of these reasons, finding it sends it to the robot again.
    """

    reference: str
    payload: Json
    subjects: tuple[str, ...] = ()
    lane: str | None = None
    priority: int = 0
    deadline: datetime | None = None
    not_before: datetime | None = None
    again: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Added:
    """How a bulk enqueue went: the references that are new, and those that were known already.

    `again` are those of the known that were with a person and have gone to the robot again.
    """

    new: tuple[str, ...]
    known: tuple[str, ...]
    again: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Lease:
    """The right to say something about an item, until somebody else claims it."""

    item_id: int
    fence: int


@dataclass(frozen=True, slots=True)
class Claimed:
    """An item in a worker's hand. `at_most`: the robot may do less alone with it than its level says."""

    lease: Lease
    robot: str
    reference: str
    payload: Json
    attempts: int
    at_most: Level = Level.AUTO


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """An effect as the ledger knows it. `receipt` None: nobody knows whether it happened.

    `said_by` is the person who said that it did, or without a receipt that it surely did not.
    """

    id: int
    name: str
    intent: Json
    tries: int
    intended_at: datetime
    receipt: Receipt | None
    settled_at: datetime | None = None
    said_by: str | None = None

    @property
    def unknown(self) -> bool:
        """Whether nobody has said, neither system nor person, what became of it."""
        return self.receipt is None and self.said_by is None


@dataclass(frozen=True, slots=True)
class Wish:
    """An effect that a robot wants to do now, as `once` was told of it. `amount` in kroner.

    `check` names the page object's question for it. `follows` is the effect whose approval covers this one; a `note`
    needs none. `by_hand` is the group of what a person does instead of the robot.
    """

    robot: str
    reference: str
    name: str
    intent: Json
    amount: Decimal | None = None
    check: str = ""
    follows: str | None = None
    note: bool = False
    by_hand: str | None = None


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """An intent that the robot did not carry out at once, and what became of it. `amount` in kroner."""

    id: int
    item_id: int
    name: str
    cause: Cause
    intent: Json
    amount: Decimal | None
    check: str
    proposed_at: datetime
    decision: Decision | None
    decided_at: datetime | None
    decided_by: str | None
    why: str | None
    receipt: str | None
    by_hand: str | None = None
    pile: int | None = None


@dataclass(frozen=True, slots=True)
class ToDecide:
    """Effects of one kind that wait for a person's yes or no: how many, kroner in all, and since when the first."""

    robot: str
    effect: str
    waiting: int
    amount: Decimal
    since: datetime


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal and the item that it is for; `seen` is the newest change of the item, `assignee` who sees to it."""

    robot: str
    reference: str
    assignee: str | None
    seen: int
    proposal: ProposalRow


@dataclass(frozen=True, slots=True)
class Group:
    """Effects of one kind that wait for a person to do them by hand, and when the first of them has to be done."""

    robot: str
    name: str
    waiting: int
    deadline: datetime | None


@dataclass(frozen=True, slots=True)
class Member:
    """An effect in a pile. `listed`: a citizen that it is about has come on the obs-list since it was taken."""

    item_id: int
    reference: str
    effect: str
    intent: Json
    deadline: datetime | None
    state: State
    decision: Decision | None
    listed: bool

    @property
    def stands(self) -> bool:
        """Whether it is still to be done, just as it was taken."""
        return self.decision is None and not self.listed


@dataclass(frozen=True, slots=True)
class PileRow:
    """What a person has taken to do by hand, the most urgent first. `receipt` None at its end: it was put back."""

    number: int
    robot: str
    group: str
    taken_at: datetime
    taken_by: str
    ended_at: datetime | None
    ended_by: str | None
    receipt: str | None
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class PileSent:
    """What came of a pile, as items: those done, those `back` among what waits, and those to be looked `at`.

    The last were done too, but a person has them, or nobody any more, so that the robot does not go on with them.
    """

    done: tuple[int, ...]
    back: tuple[int, ...]
    at: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether an effect may be done: not where there is a `hindrance`, nor where a person has rejected it."""

    hindrance: Cause | None = None
    rejected: ProposalRow | None = None


@dataclass(frozen=True, slots=True)
class LevelChange:
    """What a robot may do alone, since when and by whose act. `at` None: nobody has said anything, it is in shadow.

    `step` is how far the ramp has come.
    """

    robot: str
    level: Level = Level.SHADOW
    step: int = 0
    at: datetime | None = None
    who: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """A robot's level, and what people have found since it is in force."""

    change: LevelChange
    figures: Figures


@dataclass(frozen=True, slots=True)
class Change:
    """A change of an item. Its `id` rises: whoever has seen an item has seen it as of its newest change."""

    id: int
    at: datetime
    who: str
    step: str
    from_state: State | None
    to_state: State
    why: str


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    id: int
    at: datetime
    about: str
    kind: str
    file: str


@dataclass(frozen=True, slots=True)
class Booking:
    """What was booked for an item in a span of time: kroner, and each effect's name with its receipt's number."""

    item_id: int
    robot: str
    reference: str
    at: datetime
    amount: Decimal
    receipts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class NewObs:
    """A citizen for the obs-list: `robot` None is every robot, `last` None is until somebody ends it."""

    subject: str
    reason: str
    first: date
    last: date | None = None
    robot: str | None = None


@dataclass(frozen=True, slots=True)
class ObsRow:
    """An entry of the obs-list, as staff see it."""

    id: int
    subject: str
    reason: str
    first: date
    last: date | None
    robot: str | None
    added_at: datetime
    added_by: str
    confirmed_at: datetime | None
    ended_at: datetime | None
    confirmed_by: str | None = None
    ended_by: str | None = None


@dataclass(frozen=True, slots=True)
class ObsAdded:
    """What came of adding entries. `in_hand` are the items of these citizens that a robot is handling right now."""

    new: int
    known: int
    in_hand: tuple[int, ...]


class Aged(IntEnum):
    """How far retention has come with an item."""

    NOTHING = 0
    CONTENT = 1
    """Payload, facts, the fields of its effects and free texts are gone."""
    REFERENCE = 2
    """The reference is a keyed hash too, and the citizens are forgotten."""


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item as lists show it. `amount` is what its receipts say was booked, in kroner.

    `assignee` is the account of the person who sees to it.
    """

    id: int
    robot: str
    reference: str
    state: State
    reason: str | None
    facts: Json
    attempts: int
    takeovers: int
    worker: str | None
    created_at: datetime
    changed_at: datetime
    not_before: datetime
    deadline: datetime | None = None
    assignee: str | None = None
    amount: Decimal = Decimal(0)
    aged: Aged = Aged.NOTHING


@dataclass(frozen=True, slots=True)
class Became:
    """How many items stand in a state for a reason, and what their receipts say was booked, in kroner."""

    state: State
    reason: str | None
    items: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class HandedRow:
    """An item that has come to people, whatever has become of it since: the reason for which they got it last."""

    item: ItemRow
    reason: str
    payload: Json


@dataclass(frozen=True, slots=True)
class ItemStory:
    """Everything that is known of one item."""

    item: ItemRow
    payload: Json
    effects: list[LedgerRow] = field(default_factory=list)
    proposals: list[ProposalRow] = field(default_factory=list)
    history: list[Change] = field(default_factory=list)
    evidence: list[EvidenceRow] = field(default_factory=list)
