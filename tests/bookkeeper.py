"""A robot small enough to keep in mind, its books, and an office in which people decide on what it proposes.

For tests of what a robot may do alone: the witness is what the books hold.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar

import pytest

from bots_common import shadow
from bots_common.autonomy import Cause, Decision, Level
from bots_common.claims import Finishing
from bots_common.desk import Desk
from bots_common.errors import BusinessException, Uncertain
from bots_common.handling import attempt
from bots_common.reasons import ReasonText
from bots_common.robot import Found, Item, Known, Robot
from bots_common.settings import AutonomySettings, GivenSettings
from bots_common.testing import StubDesk
from bots_common.values import Frozen, Receipt
from bots_common.work import Claimed, Codec, ItemRow, ItemStory, State, Store
from bots_common.work.records import ProposalRow
from robots.systems.finance import Finance

EXPIRED = timedelta(seconds=-1)
MONDAY = datetime(2024, 11, 4, 8, 0, tzinfo=UTC)


class Act(Frozen):
    reference: str
    name: str
    amount: Decimal
    voucher: str = ""


class Killed(BaseException):
    """The process ends here: nobody catches this."""


class Ledger(Finance):
    """The page object as it is annotated; a `Books` stands in for it."""

    name = "ledger"

    async def find(self, act: Act) -> Receipt | None:
        raise NotImplementedError


@dataclass
class Books:
    """The system, as robot and people book in it. `dies`: effects at which the robot's process ends, once each.

    Where it does not know (`knows`), it cannot tell what is there of what it has not booked.
    """

    name: str = "ledger"
    booked: list[Act] = field(default_factory=list)
    dies: list[str] = field(default_factory=list)
    knows: bool = True
    on_its_way: list[Act] = field(default_factory=list)

    def arrives(self, reference: str, name: str) -> None:
        """What the robot sent as it died comes through after all."""
        self.booked += [act for act in self.on_its_way if (act.reference, act.name) == (reference, name)]

    async def do(self, act: Act) -> Receipt:
        if act.name in self.dies:
            self.dies.remove(act.name)
            self.on_its_way.append(act)
            raise Killed
        self.booked.append(act)
        return Receipt(f"V{len(self.booked)}", act.amount)

    async def find(self, act: Act) -> Receipt | None:
        for number, there in enumerate(self.booked, start=1):
            if (there.reference, there.name) == (act.reference, act.name):
                if there != act:
                    raise Uncertain(act.name, {})
                return Receipt(f"V{number}", there.amount)
        if not self.knows:
            raise Uncertain(act.name, {})
        return None


class Payload(Frozen):
    """This robot needs to know nothing of a case."""


class Reason(StrEnum):
    ODD = "odd"


class Bookkeeper(Robot[Payload]):
    """Posts and marks as paid, as the invoices robot does; what is odd gets a remark and goes to a person."""

    name = "bookkeeper"
    title = "Bookkeeper"
    systems = (Ledger,)
    payload = Payload
    reasons = Reason
    reason_texts: ClassVar[dict[str, ReasonText]] = {}
    locales = Path()

    def __init__(self, **rules: Any) -> None:
        super().__init__(GivenSettings(autonomy={self.name: AutonomySettings(**rules)}))
        self.price = Decimal(100)
        self.odd = False
        self.before_paying: Callable[[], None] = lambda: None
        self.two_approvals = False
        self.by_hand: str | None = None

    def find(self, desk: Desk, known: Known) -> AsyncIterator[Found[Payload]]:
        raise NotImplementedError

    async def handle(self, item: Item[Payload], desk: Desk) -> None:
        books: Any = desk[Ledger]
        if self.odd:
            remark = Act(reference=item.reference, name="remark", amount=Decimal(0))
            await item.once("remark", remark, do=books.do, check=books.find, note=True)
            raise BusinessException(Reason.ODD)
        post = Act(reference=item.reference, name="post", amount=self.price)
        if self.by_hand:
            voucher = await item.by_hand("post", post, group=self.by_hand)
        else:
            voucher = await item.once("post", post, do=books.do, check=books.find)
        self.before_paying()
        pay = Act(reference=item.reference, name="pay", amount=self.price, voucher=voucher.number)
        follows = None if self.two_approvals else "post"
        await item.once("pay", pay, do=books.do, check=books.find, follows=follows)


@dataclass
class Office:
    """A robot, its store and its books; `now` is the time."""

    store: Store
    robot: Bookkeeper
    clock: Clock
    books: Books = field(default_factory=Books)

    def level(self, level: Level) -> None:
        self.store.levels.set(self.robot.name, level, "anna", "tried it")

    def work(self, *references: str) -> None:
        """Handle these new items and all others that are ready, as workers do of whom any may die."""
        self.store.add(self.robot.name, [Found(it, Payload()).as_item() for it in references])
        while self.store.open_count([self.robot.name]):
            self.store.take_over_expired(max_takeovers=100)
            for claimed in self.store.claim([self.robot.name], "w", EXPIRED):
                try:
                    asyncio.run(self.attempt(claimed))
                except Killed:
                    continue

    async def attempt(self, claimed: Claimed) -> None:
        await attempt(
            self.store,
            self.robot,
            claimed,
            StubDesk({Ledger: self.books}),
            worker="w",
            settle_seconds=0,
            witness=_no_evidence,
            finish=Finishing(self.store, "w"),
        )

    def item(self, reference: str) -> ItemRow:
        return self.story(reference).item

    def story(self, reference: str) -> ItemStory:
        (item,) = [item for item in self.store.reading.items() if item.reference == reference]
        return self.store.reading.story(item.id)

    def ended(self, reference: str) -> tuple[State, str | None]:
        item = self.item(reference)
        return item.state, item.reason

    def proposals(self, reference: str) -> list[tuple[str, Cause, Decision | None]]:
        return [(it.name, it.cause, it.decision) for it in self.story(reference).proposals]

    def to_decide(self, reference: str) -> ProposalRow:
        return self.store.people.to_decide(self.item(reference).id)

    def approve(self, reference: str, who: str = "bo") -> None:
        self.store.people.approve(self.to_decide(reference).id, who, "looked at it")

    def reject(self, reference: str) -> None:
        self.store.people.reject(self.to_decide(reference).id, "bo", "wrong account")

    def waiting(self) -> set[str]:
        return {item.reference for item in self.store.reading.items(states=[State.WAITING])}

    def done(self) -> list[tuple[str, str]]:
        return [(act.reference, act.name) for act in self.books.booked]

    def compare(self) -> shadow.Comparison:
        return asyncio.run(shadow.compare(self.store, self.robot, StubDesk({Ledger: self.books})))


class Clock:
    """The time as the store sees it."""

    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


async def _no_evidence(about: str) -> None:
    return


BOTH = [("B1", "post"), ("B1", "pay")]


@pytest.fixture
def office(database_url: str, codec: Codec) -> Iterator[Office]:
    """The office on either database; a test module asks for it by importing it."""
    clock = Clock()
    store = Store.open(database_url, codec, clock=clock)
    yield Office(store, Bookkeeper(), clock)
    store.close()
