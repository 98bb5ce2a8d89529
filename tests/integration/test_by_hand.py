"""What a person does by hand: from the wish that waits in its group to the robot that goes on."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from bots_common.autonomy import Cause, Decision, Level
from bots_common.errors import NotFound, StoreError
from bots_common.robot import Found
from bots_common.values import Cpr, Receipt
from bots_common.work import State
from bots_common.work.records import NewObs, PileSent
from tests.bookkeeper import EXPIRED, MONDAY, Killed, Office, Payload, office
from tests.by_hand import LETTERS, ROBOT, WAITS, by_hand, references, take

__all__ = ["by_hand", "office"]


@pytest.mark.parametrize("level", [Level.APPROVE, Level.SAMPLE, Level.AUTO])
def test_a_person_does_it_and_the_robot_goes_on_with_their_receipt(office: Office, level: Level) -> None:
    office.level(level)
    office.work("B1")
    assert (office.done(), office.ended("B1")) == ([], WAITS)
    assert office.item("B1").facts == {"effect": "post", "group": LETTERS}
    assert office.proposals("B1") == [("post", Cause.BY_HAND, None)]
    pile = take(office)
    assert office.store.piles.sent(pile.number, "bo", " P000001 ") == PileSent(done=(1,), back=(), at=())
    office.robot.two_approvals = level is Level.AUTO  # else what follows from it needs no approval either
    office.work()
    assert office.ended("B1")[0] is State.DONE
    assert [(act.name, act.voucher) for act in office.books.booked] == [("pay", "P000001")]
    story = office.story("B1")
    assert (story.effects[0].receipt, story.effects[0].intent) == (
        Receipt("P000001", Decimal(100)),
        story.proposals[0].intent,
    )
    assert (story.proposals[0].decision, story.proposals[0].decided_by) == (Decision.SENT, "bo")
    assert [(it.step, it.who, it.why) for it in story.history][2:4] == [
        ("park", "w", "by_hand"),
        ("send", "bo", f"pile {pile.number}"),
    ]
    counts = {(it.outcome, it.reason): (it.count, it.amount) for it in office.store.stats.counts()}
    assert counts["waiting", "by_hand"] == (1, Decimal(0))
    assert counts["effect", "post"] == (1, Decimal(100))


def test_in_shadow_it_is_pretended_and_nobody_is_asked_what_became_of_it(office: Office) -> None:
    office.level(Level.SHADOW)
    office.work("B1")
    assert (office.done(), office.ended("B1")) == ([], (State.SKIPPED, "shadow"))
    assert office.story("B1").proposals[0].check == ""
    assert office.compare().kinds[0].found == {None: 1}
    assert office.store.piles.waiting() == []


def test_it_is_not_approved_but_it_can_be_rejected(office: Office) -> None:
    office.work("B1")
    with pytest.raises(StoreError, match=f"kollega piles take {ROBOT} {LETTERS}"):
        office.approve("B1")
    assert office.ended("B1") == WAITS
    office.reject("B1")
    assert office.ended("B1") == (State.EXCEPTION, "rejected")
    with pytest.raises(NotFound, match="Nothing of 'letters' waits for bookkeeper"):
        take(office)
    office.store.people.retry(1, "bo", "try again")
    office.work()
    assert office.ended("B1") == (State.EXCEPTION, "rejected")


def test_facts_that_have_changed_void_the_wish_and_the_new_one_waits(office: Office) -> None:
    office.work("B1")
    office.robot.price = Decimal(125)
    office.store.people.retry(1, "bo", "the rate is corrected")
    office.work()
    assert [it[1:] for it in office.proposals("B1")] == [(Cause.BY_HAND, Decision.VOID), (Cause.BY_HAND, None)]
    (member,) = take(office).members
    assert member.intent["amount"] == "125"


def test_who_is_on_the_obs_list_is_not_even_asked_for(office: Office) -> None:
    anna = Cpr("6101901234")
    office.store.obs.add([NewObs(anna.digits, "kept by hand", MONDAY.date())], "bo")
    office.store.add(ROBOT, [Found("B1", Payload(), subjects=(anna,)).as_item()])
    office.work()
    assert (office.proposals("B1"), office.ended("B1")) == ([], (State.SKIPPED, "obs"))


def test_what_a_robot_began_itself_in_another_mode_is_for_a_person_to_find_out(office: Office) -> None:
    office.robot.by_hand = None
    office.books.dies = ["post"]
    office.store.add(ROBOT, [Found("B1", Payload()).as_item()])
    (claimed,) = office.store.claim([ROBOT], "w", EXPIRED)
    with pytest.raises(Killed):
        asyncio.run(office.attempt(claimed))
    office.robot.by_hand = LETTERS
    office.work()
    assert (office.ended("B1"), office.item("B1").facts) == ((State.EXCEPTION, "uncertain"), {"effect": "post"})


def test_an_approval_from_another_mode_does_not_keep_it_from_being_done_by_hand(office: Office) -> None:
    office.robot.by_hand = None
    office.level(Level.APPROVE)
    office.work("B1")
    office.approve("B1")
    office.robot.by_hand = LETTERS
    office.work()
    assert (office.done(), office.ended("B1")) == ([], WAITS)
    assert references(take(office)) == ["B1"]
