"""`once`: an effect happens once and is never lost, wherever an attempt ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import NoReturn

import pytest

from bots_common.autonomy import Level
from bots_common.effects import Effects
from bots_common.errors import BusinessException, LeaseLost, OutcomeUnknown, Uncertain
from bots_common.settings import AutonomySettings
from bots_common.testing import memory_store
from bots_common.values import Frozen, Receipt
from bots_common.work import LedgerRow, NewItem, Store

ROBOT = "invoices"
EXPIRED = timedelta(seconds=-1)


class Posting(Frozen):
    document: str = "B1"
    amount: Decimal = Decimal("100.00")


PLAIN, DEARER = Posting(), Posting(amount=Decimal("125.00"))


class Killed(BaseException):
    """The process ends here: nobody catches this."""


@dataclass
class Finance:
    """A system that books whatever it is told, as often as it is told."""

    booked: list[Posting] = field(default_factory=list)
    looks: list[Posting] = field(default_factory=list)
    before: Callable[[], None] = lambda: None
    after: Callable[[], None] = lambda: None

    async def post(self, posting: Posting) -> Receipt:
        self.before()
        self.booked.append(posting)
        self.after()
        return Receipt(f"V{len(self.booked)}", posting.amount)

    async def find(self, posting: Posting) -> Receipt | None:
        self.looks.append(posting)
        return Receipt(f"V{self.booked.index(posting) + 1}", posting.amount) if posting in self.booked else None


@dataclass
class Case:
    """One item, its store and its system; each attempt is that of another worker, the one before being dead."""

    store: Store = field(default_factory=memory_store)
    finance: Finance = field(default_factory=Finance)
    witnessed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store.levels.set(ROBOT, Level.AUTO, "anna", "for these tests")
        self.store.add(ROBOT, [NewItem("B1", {})])

    def attempt(self) -> Effects:
        self.store.take_over_expired(max_takeovers=100)
        (claimed,) = self.store.claim([ROBOT], "worker", EXPIRED)
        return Effects(self.store, claimed, "worker", AutonomySettings(), settle_seconds=0, witness=self.witness)

    async def witness(self, about: str) -> None:
        assert self.rows[-1].receipt, "evidence is taken after the receipt is safe"
        self.witnessed.append(about)

    async def post(self, posting: Posting = PLAIN, effects: Effects | None = None) -> Receipt:
        act = effects or self.attempt()
        return await act.once("post", posting, do=self.finance.post, check=self.finance.find)

    async def dies(self, *, booking: bool) -> None:
        """An attempt whose process ends in the system, before or after the booking."""
        dying = Finance(self.finance.booked, self.finance.looks, **{"after" if booking else "before": die})
        with pytest.raises(Killed):
            await self.attempt().once("post", PLAIN, do=dying.post, check=dying.find)

    @property
    def rows(self) -> list[LedgerRow]:
        return self.store.reading.story(1).effects

    @property
    def row(self) -> LedgerRow:
        (row,) = self.rows
        return row


def die() -> NoReturn:
    raise Killed


@pytest.fixture
def case() -> Iterator[Case]:
    case = Case()
    yield case
    case.store.close()


async def test_an_effect_is_done_and_its_receipt_kept(case: Case) -> None:
    assert await case.post() == Receipt("V1", Decimal("100.00"))
    assert (case.row.receipt, case.row.tries) == (Receipt("V1", Decimal("100.00")), 1)
    assert case.row.intent == {"document": "B1", "amount": "100.00"}
    assert case.finance.looks == []
    assert case.witnessed == ["post"]
    (count,) = [count for count in case.store.stats.counts() if count.outcome == "effect"]
    assert (count.reason, count.count, count.amount) == ("post", 1, Decimal("100.00"))


async def test_an_effect_with_its_receipt_is_never_done_again(case: Case) -> None:
    effects = case.attempt()
    receipts = [await case.post(effects=effects), await case.post(effects=effects), await case.post()]
    assert receipts == [Receipt("V1", Decimal("100.00"))] * 3
    assert case.finance.booked == [PLAIN]
    assert case.finance.looks == [], "the ledger knows; the system is not asked"


async def test_the_intent_is_in_the_ledger_before_the_system_is_touched(case: Case) -> None:
    seen: list[LedgerRow] = []
    case.finance.before = lambda: seen.append(case.row)
    await case.post()
    assert [(row.intent["amount"], row.receipt) for row in seen] == [("100.00", None)]


async def test_a_process_that_died_before_the_act_leaves_it_to_the_next(case: Case) -> None:
    await case.dies(booking=False)
    assert await case.post() == Receipt("V1", Decimal("100.00"))
    assert case.finance.booked == [PLAIN]
    assert case.finance.looks == [PLAIN, PLAIN], "absent counts only when it stays absent"
    assert case.row.tries == 2


async def test_a_process_that_died_after_the_act_leaves_its_receipt_to_be_found(case: Case) -> None:
    await case.dies(booking=True)
    assert [row.receipt for row in case.rows] == [None]
    assert await case.post() == Receipt("V1", Decimal("100.00"))
    assert case.finance.booked == [PLAIN]
    assert (case.row.receipt, case.row.tries) == (Receipt("V1", Decimal("100.00")), 1)


async def test_a_process_that_died_with_the_receipt_in_its_hand(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(case.store.ledger, "settle", lambda *told: die())
        await case.post()
    assert await case.post() == Receipt("V1", Decimal("100.00"))
    assert case.finance.booked == [PLAIN]


async def test_an_answer_that_never_came_is_looked_for_at_the_same_desk(case: Case) -> None:
    def silence() -> NoReturn:
        raise OutcomeUnknown("No answer.", "The next attempt looks.")

    effects = case.attempt()
    case.finance.after = silence
    with pytest.raises(OutcomeUnknown):
        await case.post(effects=effects)
    assert await case.post(effects=effects) == Receipt("V1", Decimal("100.00"))
    assert case.finance.booked == [PLAIN]


async def test_a_booking_that_comes_between_the_two_looks_is_taken(case: Case) -> None:
    await case.dies(booking=False)

    async def find(posting: Posting) -> Receipt | None:
        found = await case.finance.find(posting)
        if not case.finance.booked:
            case.finance.booked.append(posting)  # the request of the dead process arrives
        return found

    receipt = await case.attempt().once("post", PLAIN, do=case.finance.post, check=find)
    assert receipt == Receipt("V1", Decimal("100.00"))
    assert case.finance.booked == [PLAIN]


async def test_who_cannot_tell_asks_a_person(case: Case) -> None:
    await case.dies(booking=True)

    async def find(posting: Posting) -> Receipt | None:
        raise Uncertain("post", {"vouchers": ["V1", "V2"]})

    with pytest.raises(BusinessException) as caught:
        await case.attempt().once("post", PLAIN, do=case.finance.post, check=find)
    assert (caught.value.code, caught.value.facts) == ("uncertain", {"effect": "post", "vouchers": ["V1", "V2"]})
    assert (case.finance.booked, case.row.receipt) == ([PLAIN], None)


async def test_facts_that_changed_after_the_act_go_to_a_person(case: Case) -> None:
    await case.dies(booking=True)
    with pytest.raises(BusinessException) as caught:
        await case.post(DEARER)
    assert caught.value.code == "done_differently"
    assert caught.value.facts == {
        "effect": "post",
        "done": {"document": "B1", "amount": "100.00"},
        "wanted": {"document": "B1", "amount": "125.00"},
        "receipt": "V1",
    }
    assert case.finance.looks == [PLAIN], "what was meant then is looked for, not what is meant now"
    assert (case.finance.booked, case.row.receipt) == ([PLAIN], Receipt("V1", Decimal("100.00")))


async def test_facts_that_changed_before_the_act_are_done_as_they_are_now(case: Case) -> None:
    await case.dies(booking=False)
    assert await case.post(DEARER) == Receipt("V1", Decimal("125.00"))
    assert case.finance.looks == [PLAIN, PLAIN]
    assert case.finance.booked == [DEARER]
    assert case.row.intent["amount"] == "125.00"


async def test_facts_that_changed_after_the_receipt_go_to_a_person(case: Case) -> None:
    await case.post()
    with pytest.raises(BusinessException, match="done_differently"):
        await case.post(DEARER)
    assert (case.finance.booked, case.finance.looks) == ([PLAIN], [])
    assert await case.post() == Receipt("V1", Decimal("100.00")), "the old intent still has its receipt"


async def test_who_lost_the_lease_does_nothing(case: Case) -> None:
    late = case.attempt()
    mine = case.attempt()
    with pytest.raises(LeaseLost):
        await case.post(effects=late)
    assert (case.finance.booked, case.rows) == ([], [])
    await case.post(effects=mine)


async def test_who_lost_the_lease_does_not_do_again_what_seems_absent(case: Case) -> None:
    await case.dies(booking=False)
    late = case.attempt()

    async def find(posting: Posting) -> Receipt | None:
        case.attempt()
        return None

    with pytest.raises(LeaseLost):
        await late.once("post", PLAIN, do=case.finance.post, check=find)
    assert case.finance.booked == []


async def test_a_receipt_that_comes_late_never_replaces_another(case: Case) -> None:
    late = case.attempt()

    async def slowly(posting: Posting) -> Receipt:
        await case.post()
        return Receipt("V9")

    with pytest.raises(LeaseLost):
        await late.once("post", PLAIN, do=slowly, check=case.finance.find)
    assert case.row.receipt == Receipt("V1", Decimal("100.00"))


async def test_effects_of_one_item_do_not_know_each_other(case: Case) -> None:
    effects = case.attempt()
    assert not await effects.begun("post")
    await case.post(effects=effects)
    assert [await effects.begun(name) for name in ("post", "mark-paid/G1", "mark-paid/G2")] == [True, False, False]
    for grant in ("G1", "G2"):
        await effects.once(f"mark-paid/{grant}", PLAIN, do=case.finance.post, check=case.finance.find)
    assert [row.name for row in case.rows] == ["post", "mark-paid/G1", "mark-paid/G2"]
    assert [row.receipt and row.receipt.number for row in case.rows] == ["V1", "V2", "V3"]


async def test_begun_tells_of_an_intent_without_a_receipt(case: Case) -> None:
    await case.dies(booking=False)
    assert await case.attempt().begun("post")
