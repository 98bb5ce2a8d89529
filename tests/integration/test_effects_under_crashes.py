"""Workers that die and lose their leases at every point of an act: nothing happens twice, nothing is lost.

Hypothesis plays the fate of several workers on a few items, and people who raise and lower what the robot may do,
approve and reject. The witness is the system itself: what it has booked, and what was allowed when it was begun.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from enum import Enum, StrEnum, auto
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bots_common.autonomy import Cause, Level
from bots_common.claims import Finishing
from bots_common.desk import Desk
from bots_common.effects import DONE_DIFFERENTLY
from bots_common.errors import LeaseLost, Uncertain
from bots_common.handling import STOPPED_MIDWAY, attempt
from bots_common.reasons import ReasonText
from bots_common.robot import Found, Item, Known, Robot
from bots_common.settings import GivenSettings
from bots_common.testing import StubDesk, memory_store
from bots_common.values import Frozen, Receipt
from bots_common.work import Claimed, State, Store
from bots_common.work.records import ProposalRow
from bots_common.work.states import REJECTED
from robots.systems.finance import Finance

T = TypeVar("T")

REFERENCES = ("B1", "B2")
EXPIRED = timedelta(seconds=-1)  # every lease may be taken over at any moment


class Act(Frozen):
    reference: str
    name: str
    amount: Decimal


class Place(Enum):
    """Where in an act a worker stands still until it goes on or dies."""

    BEFORE_THE_CLICK = auto()
    REQUEST_ON_ITS_WAY = auto()
    BEFORE_THE_RECEIPT = auto()


@dataclass
class World:
    """The system: what it has booked, the requests still on their way to it, and what the items cost now."""

    booked: list[Act] = field(default_factory=list)
    on_the_way: list[Act] = field(default_factory=list)
    prices: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(REFERENCES, 100)))
    unclear: set[str] = field(default_factory=set)
    level: Level = Level.AUTO
    approved: list[Act] = field(default_factory=list)

    def begun(self, act: Act) -> None:
        """What the robot does, it may do now: by its level, by a person's word, or to complete what is booked."""
        follows = act.name == "mark-paid" and any(it.reference == act.reference for it in self.booked)
        assert self.level is not Level.SHADOW
        assert self.level is Level.AUTO or act in self.approved or follows

    def land(self, act: Act) -> None:
        if act in self.on_the_way:
            self.on_the_way.remove(act)
            self.booked.append(act)

    def receipt(self, act: Act) -> Receipt | None:
        return Receipt(f"V{self.booked.index(act) + 1}", act.amount) if act in self.booked else None


@dataclass
class Clerk:
    """The system as one worker has it, who stops at every place of an act until the test lets it go on."""

    world: World
    store: Store
    claimed: Claimed
    in_a_hurry: bool = False
    place: Place | None = None
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    looked_for: set[str] = field(default_factory=set)

    async def do(self, act: Act) -> Receipt:
        self.world.begun(act)
        await self._stop(Place.BEFORE_THE_CLICK)
        await asyncio.to_thread(self.store.renew, self.claimed.lease, EXPIRED)  # as every page object asks
        self.world.on_the_way.append(act)
        await self._stop(Place.REQUEST_ON_ITS_WAY)
        self.world.land(act)
        await self._stop(Place.BEFORE_THE_RECEIPT)
        receipt = self.world.receipt(act)
        assert receipt
        return receipt

    async def check(self, act: Act) -> Receipt | None:
        """The second look comes after the time that a request may be on its way."""
        if act.reference in self.world.unclear:
            raise Uncertain(act.name, {})
        if act.name in self.looked_for:
            self.world.land(act)
        self.looked_for.add(act.name)
        return self.world.receipt(act)

    async def _stop(self, place: Place) -> None:
        if not self.in_a_hurry:
            self.place = place
            self.stopped.set()
            await self.go_on.wait()
            self.go_on.clear()


class Payload(Frozen):
    reference: str


class Reason(StrEnum):
    """This robot has none of its own."""


class Bookkeeper(Robot[Payload]):
    """Two effects an item, the second as in the invoices robot after the first."""

    name = "bookkeeper"
    title = "Bookkeeper"
    systems = (Finance,)
    payload = Payload
    reasons = Reason
    reason_texts: ClassVar[dict[str, ReasonText]] = {}
    locales = Path()

    def __init__(self, world: World) -> None:
        super().__init__(GivenSettings())
        self._world = world

    def find(self, desk: Desk, known: Known) -> AsyncIterator[Found[Payload]]:
        raise NotImplementedError

    async def handle(self, item: Item[Payload], desk: Desk) -> None:
        clerk: Any = desk[Finance]
        for name in ("post", "mark-paid"):
            act = Act(reference=item.reference, name=name, amount=Decimal(self._world.prices[item.reference]))
            follows = "post" if name == "mark-paid" else None
            await item.once(name, act, do=clerk.do, check=clerk.check, follows=follows)


async def _no_evidence(about: str) -> None:
    return


class Workers(RuleBasedStateMachine):
    """Several workers, of whom any may die, be overtaken, or see the facts change, anywhere."""

    @initialize()
    def open(self) -> None:
        self.runner = asyncio.Runner()
        self.world = World()
        self.store = memory_store()
        self.robot = Bookkeeper(self.world)
        self.store.levels.set(self.robot.name, Level.AUTO, "anna", "for these tests")
        self.at_work: list[tuple[Clerk, asyncio.Task[None]]] = []
        self.store.add(self.robot.name, [Found(it, Payload(reference=it)).as_item() for it in REFERENCES])

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(coroutine)

    async def work(self, clerk: Clerk) -> None:
        """As a worker does it, who lets go of what another has taken over."""
        desk = StubDesk({Finance: clerk})
        try:
            await attempt(
                self.store,
                self.robot,
                clerk.claimed,
                desk,
                worker="w",
                settle_seconds=0,
                witness=_no_evidence,
                finish=Finishing(self.store, "w"),
            )
        except LeaseLost:
            return

    async def until_it_stops(self, clerk: Clerk, task: asyncio.Task[None]) -> None:
        stopped = asyncio.ensure_future(clerk.stopped.wait())
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        clerk.stopped.clear()
        if task.done():
            self.at_work.remove((clerk, task))
            task.result()

    # -- what may happen ----------------------------------------------------------------------------------

    @rule()
    def a_worker_claims_an_item(self) -> None:
        for claimed in self.store.claim([self.robot.name], "w", EXPIRED):
            self.run(self._begin(Clerk(self.world, self.store, claimed)))

    async def _begin(self, clerk: Clerk) -> None:
        task = asyncio.create_task(self.work(clerk))
        self.at_work.append((clerk, task))
        await self.until_it_stops(clerk, task)

    @rule()
    def leases_run_out(self) -> None:
        self.store.take_over_expired(max_takeovers=1000)

    @precondition(lambda self: self.at_work)
    @rule(data=st.data())
    def a_worker_goes_on(self, data: st.DataObject) -> None:
        clerk, task = data.draw(st.sampled_from(self.at_work), label="worker")
        clerk.go_on.set()
        self.run(self.until_it_stops(clerk, task))

    @precondition(lambda self: self.at_work)
    @rule(data=st.data())
    def a_worker_dies(self, data: st.DataObject) -> None:
        clerk, task = data.draw(st.sampled_from(self.at_work), label="worker")
        self.at_work.remove((clerk, task))
        task.cancel()
        self.run(asyncio.wait({task}))

    @precondition(lambda self: self.world.on_the_way)
    @rule(data=st.data())
    def a_request_arrives(self, data: st.DataObject) -> None:
        self.world.land(data.draw(st.sampled_from(self.world.on_the_way), label="request"))

    @rule(reference=st.sampled_from(REFERENCES))
    def the_facts_change(self, reference: str) -> None:
        self.world.prices[reference] += 25

    @rule(reference=st.sampled_from(REFERENCES))
    def nobody_can_tell(self, reference: str) -> None:
        self.world.unclear.add(reference)

    @rule(level=st.sampled_from([Level.SHADOW, Level.APPROVE, Level.AUTO]))
    def a_person_raises_or_lowers_the_robot(self, level: Level) -> None:
        self.store.levels.set(self.robot.name, level, "anna", "tried it")
        self.world.level = level

    def waiting(self) -> list[ProposalRow]:
        return [self.store.people.to_decide(item.id) for item in self.store.reading.items(states=[State.WAITING])]

    @precondition(lambda self: self.waiting())
    @rule(data=st.data())
    def a_person_approves(self, data: st.DataObject) -> None:
        proposal = data.draw(st.sampled_from(self.waiting()), label="proposal")
        self.store.people.approve(proposal.id, "anna", "looked at it")
        self.world.approved.append(Act.model_validate(proposal.intent))

    @precondition(lambda self: self.waiting())
    @rule(data=st.data())
    def a_person_rejects(self, data: st.DataObject) -> None:
        proposal = data.draw(st.sampled_from(self.waiting()), label="proposal")
        self.store.people.reject(proposal.id, "anna", "wrong")

    # -- what must hold -----------------------------------------------------------------------------------

    @invariant()
    def nothing_is_booked_twice(self) -> None:
        times = Counter((act.reference, act.name) for act in (*self.world.booked, *self.world.on_the_way))
        assert max(times.values(), default=0) <= 1

    def teardown(self) -> None:
        """Every worker that is left dies; one that nothing disturbs comes after them."""
        while self.at_work:
            _, task = self.at_work.pop()
            task.cancel()
            self.run(asyncio.wait({task}))
        while self.store.open_count([self.robot.name]):
            self.store.take_over_expired(max_takeovers=1000)
            for claimed in self.store.claim([self.robot.name], "last", EXPIRED):
                self.run(self.work(Clerk(self.world, self.store, claimed, in_a_hurry=True)))
        self.nothing_is_booked_twice()
        for item in self.store.reading.items():
            self._ended_well(item.id)
        self.store.close()
        self.runner.close()

    def _ended_well(self, item_id: int) -> None:
        """Done, and the ledger and the system agree; or with a person, who is told of it."""
        story = self.store.reading.story(item_id)
        for row in story.effects:
            act = Act.model_validate(row.intent)
            assert row.receipt in (None, self.world.receipt(act)), "the ledger tells no tales"
        if story.item.state is State.DONE:
            assert [row.name for row in story.effects if row.receipt] == ["post", "mark-paid"]
        elif story.item.state is State.SKIPPED:
            assert story.effects == [], "who only watched has done nothing"
            assert [it.name for it in story.proposals if it.cause is Cause.SHADOW][-1:] == ["mark-paid"]
        elif story.item.state is State.WAITING:
            assert self.store.people.to_decide(item_id).decision is None, "a person has something to decide"
        else:
            assert story.item.state is State.EXCEPTION
            assert story.item.reason in ("uncertain", DONE_DIFFERENTLY, REJECTED, STOPPED_MIDWAY)


TestWorkers = Workers.TestCase
TestWorkers.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
