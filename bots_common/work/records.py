"""What the store hands out: plain frozen records, never rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Any, NamedTuple

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


class Order(StrEnum):
    """What staff may want of a worker."""

    FINISH = "finish"
    """Finish the items in hand, hand back the rest, and end."""
    NOW = "now"
    """Hand back the items in hand too, and end."""


@dataclass(frozen=True, slots=True)
class Health:
    """How a worker is, by its own word. `idle_seconds`: since an item last got on; None where it has none in hand."""

    name: str
    machine: str
    version: str
    robots: tuple[str, ...]
    in_hand: int
    handled: int
    idle_seconds: float | None


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """A worker as staff see it. `silent`: it has not reported for so long that it must be dead or cut off."""

    name: str
    machine: str
    version: str
    robots: tuple[str, ...]
    in_hand: int
    handled: int
    started_at: datetime
    seen_at: datetime
    progress_at: datetime | None
    order: Order | None
    silent: bool


class Landmark(NamedTuple):
    """Something of a screen's structure: its kind (field, button, heading or column) and its text."""

    kind: str
    text: str


Signature = frozenset[Landmark]


@dataclass(frozen=True, slots=True)
class Expected:
    """What a screen should show: at least these landmarks or, where `exact`, no more either."""

    landmarks: Signature
    exact: bool = False

    def differs(self, seen: Signature) -> bool:
        return seen != self.landmarks if self.exact else not self.landmarks <= seen


@dataclass(frozen=True, slots=True)
class DriftRow:
    """A screen that was not as expected. Until a person has accepted it, the robots of its system stand still."""

    id: int
    system: str
    screen: str
    at: datetime
    worker: str
    expected: Expected
    seen: Signature
    picture: str | None
    accepted_at: datetime | None
    accepted_by: str | None
    why: str | None


@dataclass(frozen=True, slots=True)
class SystemRow:
    """What all workers share about a system. `broken_until`: nobody calls it before then, and then one alone.

    `probing`: that one is at it. `failures` are those in a row, across workers. Where there may be only so many calls
    a minute, `next_call_at` is the next free moment, and `calls` were given out for `minute` and `calls_before` for
    the one before.
    """

    paused_by: str | None = None
    paused_why: str = ""
    paused_at: datetime | None = None
    failures: int = 0
    broken_until: datetime | None = None
    broken_why: str = ""
    probing: bool = False
    next_call_at: datetime | None = None
    minute: datetime | None = None
    calls: int = 0
    calls_before: int = 0


@dataclass(frozen=True, slots=True)
class SystemsSeen:
    """The shared state of every system that has one, at one moment of the clock that all workers share."""

    at: datetime
    rows: Mapping[str, SystemRow]

    def of(self, system: str) -> SystemRow:
        return self.rows.get(system, SystemRow())


@dataclass(frozen=True, slots=True)
class Queue:
    """Who calls a system, as the workers' names in the order of their tickets: the first so many are inside."""

    holders: tuple[str, ...]

    def inside(self, places: int) -> tuple[str, ...]:
        return self.holders[:places]

    def waiting(self, places: int) -> tuple[str, ...]:
        return self.holders[places:]


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the queue for a system: `ahead` calls are inside or come first."""

    ticket: int
    system: str
    holder: str
    ahead: int


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
