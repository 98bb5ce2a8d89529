"""What happens to an item while somebody has its effect in hand."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest

from bots_common.autonomy import Decision
from bots_common.errors import NotFound
from bots_common.work import State
from bots_common.work.records import PileSent
from tests.bookkeeper import Office, office
from tests.by_hand import ROBOT, WAITS, by_hand, take

__all__ = ["by_hand", "office"]


def test_sent_with_facts_that_have_changed_meanwhile_a_person_sees_it(office: Office) -> None:
    office.work("B1")
    number = take(office).number
    office.robot.price = Decimal(125)
    office.store.people.retry(1, "anna", "the rate is corrected")
    office.work()
    assert office.ended("B1") == WAITS
    with pytest.raises(NotFound):
        take(office, "carl")  # bo may be sending the old one
    assert office.store.piles.sent(number, "bo", "P1") == PileSent(done=(1,), back=(), at=())
    office.work()
    item = office.item("B1")
    assert (item.reason, item.facts["done"]["amount"], item.facts["wanted"]["amount"]) == (
        "done_differently",
        "100",
        "125",
    )
    assert [it[2] for it in office.proposals("B1")] == [Decision.SENT, Decision.VOID]


def test_put_back_with_facts_that_have_changed_meanwhile_the_new_wish_is_taken(office: Office) -> None:
    office.work("B1")
    number = take(office).number
    office.robot.price = Decimal(125)
    office.store.people.retry(1, "anna", "the rate is corrected")
    office.work()
    office.store.piles.put_back(number, "bo")
    assert [member.intent["amount"] for member in take(office).members] == ["125"]


def test_sent_after_somebody_rejected_it_stays_with_a_person_who_sees_the_receipt(office: Office) -> None:
    office.work("B1")
    number = take(office).number
    office.reject("B1")
    assert office.store.piles.sent(number, "anna", "P1") == PileSent(done=(1,), back=(), at=(1,))
    assert office.ended("B1") == (State.EXCEPTION, "rejected")
    office.store.people.retry(1, "bo", "it was sent all the same")
    office.work()
    assert (office.ended("B1")[0], office.done()) == (State.DONE, [("B1", "pay")])


def test_sent_while_an_item_is_new_again_the_robot_finds_the_receipt(office: Office) -> None:
    office.work("B1")
    number = take(office).number
    office.store.people.retry(1, "anna", "look again")
    assert office.store.piles.sent(number, "bo", "P1") == PileSent(done=(1,), back=(), at=())
    office.work()
    assert (office.ended("B1")[0], office.done()) == (State.DONE, [("B1", "pay")])


def test_the_robot_does_not_do_itself_what_somebody_has_in_hand(office: Office) -> None:
    office.work("B1")
    number = take(office).number
    office.robot.by_hand = None
    office.robot.price = Decimal(125)
    office.store.people.retry(1, "anna", "the robot may do it now")
    office.work()
    assert (office.done(), office.ended("B1")) == ([], WAITS)
    office.store.piles.put_back(number, "bo")
    assert office.proposals("B1")[0][2] is None
    office.store.people.retry(1, "anna", "the robot may do it now")
    office.work()
    assert office.done() == [("B1", "post"), ("B1", "pay")]


def test_what_is_void_when_it_is_put_back_is_asked_anew(office: Office) -> None:
    office.work("B1")
    number = take(office).number
    office.robot.price = Decimal(125)
    office.store.people.retry(1, "anna", "the rate is corrected")
    office.work()
    office.robot.by_hand = None
    office.robot.price = Decimal(150)
    office.store.people.retry(1, "anna", "the rate is corrected again")
    office.work()
    assert office.ended("B1") == WAITS
    office.reject("B1")
    office.store.people.retry(1, "anna", "once more")
    office.work()
    office.store.piles.put_back(number, "bo")
    office.work()
    assert office.done() == [("B1", "post"), ("B1", "pay")]
    assert office.books.booked[0].amount == Decimal(150)


@pytest.mark.parametrize("when", ["before it asks", "after it has asked"])
def test_sent_while_a_worker_has_the_item_it_does_not_wait_for_ever(
    office: Office, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    office.work("B1")
    number = take(office).number
    office.store.people.retry(1, "anna", "look again")
    permit = office.store.approvals.permit

    def meanwhile(*asked: object) -> object:
        if when == "before it asks":
            office.store.piles.sent(number, "bo", "P1")
            return permit(*asked)  # type: ignore[arg-type]
        permission = permit(*asked)  # type: ignore[arg-type]
        office.store.piles.sent(number, "bo", "P1")
        return permission

    (claimed,) = office.store.claim([ROBOT], "w", timedelta(minutes=1))
    with monkeypatch.context() as patched:
        patched.setattr(office.store.approvals, "permit", meanwhile)
        asyncio.run(office.attempt(claimed))
    assert office.ended("B1") == (State.NEW, None)
    office.work()
    assert (office.ended("B1")[0], office.done()) == (State.DONE, [("B1", "pay")])


def test_workers_retries_and_people_at_once_lose_nothing_and_do_nothing_twice(office: Office) -> None:
    every = [f"B{n:02}" for n in range(30)]
    office.work(*every)

    def person(who: str) -> set[int]:
        sent: set[int] = set()
        for _ in range(6):
            try:
                pile = take(office, who, at_most=4)
            except NotFound:
                continue
            ids = [member.item_id for member in pile.members]
            office.store.people.retry(ids[-1], who, "look again")
            if len(ids) > 1:
                sent |= set(office.store.piles.sent(pile.number, who, but=ids[:1]).done)
            else:
                office.store.piles.put_back(pile.number, who)
        return sent

    async def worker() -> None:
        for _ in range(60):
            for claimed in office.store.claim([ROBOT], "w", timedelta(minutes=1), limit=3):
                await office.attempt(claimed)

    with ThreadPoolExecutor(4) as pool:
        people = [pool.submit(person, who) for who in ("anna", "bo")]
        workers = [pool.submit(asyncio.run, worker()) for _ in range(2)]
        done = [it.result() for it in people]
        for it in workers:
            it.result()
    office.work()
    assert not done[0] & done[1]
    by_hand = done[0] | done[1]
    assert sorted(office.done()) == sorted((office.store.reading.story(it).item.reference, "pay") for it in by_hand)
    states = office.store.reading.by_state(ROBOT)
    assert states == {State.DONE: len(by_hand), State.WAITING: len(every) - len(by_hand)}
    assert sum(group.waiting for group in office.store.piles.waiting()) == len(every) - len(by_hand)
    assert office.store.piles.open() == []
