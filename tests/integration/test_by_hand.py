"""What a person does by hand, through `once`: from the wish that waits in its group to the robot that goes on."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bots_common.autonomy import Cause, Decision, Level
from bots_common.errors import InvalidValue, NotFound, StoreError
from bots_common.robot import Found
from bots_common.values import Cpr, Receipt
from bots_common.work import State
from bots_common.work.records import Group, NewObs, PileRow, PileSent
from tests.bookkeeper import EXPIRED, MONDAY, Bookkeeper, Killed, Office, Payload, office

__all__ = ["office"]

ROBOT = Bookkeeper.name
LETTERS = "letters"
WAITS = (State.WAITING, "by_hand")


@pytest.fixture(autouse=True)
def by_hand(office: Office) -> None:
    """At each test's beginning the robot may do everything alone, but posting is done by hand."""
    office.level(Level.AUTO)
    office.robot.by_hand = LETTERS


def take(office: Office, who: str = "bo", at_most: int = 50) -> PileRow:
    return office.store.piles.take(ROBOT, LETTERS, who, at_most)


def references(pile: PileRow) -> list[str]:
    return [member.reference for member in pile.members]


def sends(office: Office, *references: str) -> int:
    """A person takes and sends a pile of these items; its number."""
    office.work(*references)
    number = take(office).number
    office.store.piles.sent(number, "bo", "P000001")
    return number


# -- from the wish to the receipt -----------------------------------------------------------------------------


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


# -- taking ---------------------------------------------------------------------------------------------------


def test_the_most_urgent_are_taken_by_deadline_priority_and_age(office: Office) -> None:
    def found(reference: str, days: int | None = None, priority: int = 0) -> Found[Payload]:
        deadline = None if days is None else MONDAY + timedelta(days=days)
        return Found(reference, Payload(), deadline=deadline, priority=priority)

    cases = [
        found("some day"),
        found("at once", priority=9),
        found("in 9", 9),
        found("in 2", 2),
        found("first", 2, 1),
    ]
    office.store.add(ROBOT, [case.as_item() for case in cases])
    office.work()
    in_two = MONDAY + timedelta(days=2)
    assert office.store.piles.waiting() == [Group(ROBOT, LETTERS, 5, in_two)]
    assert office.store.piles.waiting("other") == []
    assert references(take(office, at_most=3)) == ["first", "in 2", "in 9"]
    assert office.store.piles.waiting(ROBOT) == [Group(ROBOT, LETTERS, 2, None)]
    assert references(take(office, "anna")) == ["at once", "some day"]
    assert [(it.number, it.taken_by, len(it.members)) for it in office.store.piles.open()] == [
        (1, "bo", 3),
        (2, "anna", 2),
    ]


def test_groups_do_not_mix(office: Office) -> None:
    office.work("B1")
    office.robot.by_hand = "forms"
    office.work("B2")
    assert [group.name for group in office.store.piles.waiting()] == ["forms", LETTERS]
    assert references(take(office)) == ["B1"]


def test_people_who_take_at_once_get_different_ones(office: Office) -> None:
    office.work(*(f"B{n:02}" for n in range(24)))
    with ThreadPoolExecutor(4) as pool:
        piles = list(pool.map(lambda who: take(office, who, at_most=5), ["anna", "bo", "carl", "dorte"]))
    taken = [reference for pile in piles for reference in references(pile)]
    assert len(taken) == len(set(taken)) == 20
    assert {pile.taken_by: len(pile.members) for pile in piles} == dict.fromkeys(["anna", "bo", "carl", "dorte"], 5)
    assert office.store.piles.waiting()[0].waiting == 4


def test_people_in_a_hurry_never_have_the_same_in_hand(office: Office) -> None:
    office.work(*(f"B{n:02}" for n in range(40)))

    def takes(who: str) -> list[str]:
        taken: list[str] = []
        for _ in range(10):
            try:
                taken += references(take(office, who, at_most=1))
            except NotFound:  # the last are locked by others for a moment
                continue
        return taken

    with ThreadPoolExecutor(6) as pool:
        taken = [reference for mine in pool.map(takes, "abcdef") for reference in mine]
    assert len(taken) == len(set(taken))
    assert sum(len(pile.members) for pile in office.store.piles.open()) == len(taken)


def test_whoever_has_come_on_the_obs_list_is_left_out_and_makes_room(office: Office) -> None:
    anna = Cpr("6101901234")
    office.store.add(ROBOT, [Found("B1", Payload(), subjects=(anna,)).as_item()])
    office.work("B2", "B3")
    office.store.obs.add([NewObs(anna.digits, "kept by hand", MONDAY.date())], "dorte")
    assert references(take(office, at_most=2)) == ["B2", "B3"]
    assert office.ended("B1") == (State.SKIPPED, "obs")
    assert (office.story("B1").history[-1].who, office.proposals("B1")[0][2]) == ("bo", Decision.VOID)


def test_on_the_obs_list_after_an_earlier_effect_it_goes_to_a_person(office: Office) -> None:
    anna = Cpr("6101901234")
    office.store.add(ROBOT, [Found("B1", Payload(), subjects=(anna,)).as_item()])
    (claimed,) = office.store.claim([ROBOT], "w", timedelta(minutes=1))
    office.store.ledger.intend(claimed.lease, "note", {})
    office.store.hand_back([claimed.lease], "w")
    office.work()
    office.store.obs.add([NewObs(anna.digits, "kept by hand", MONDAY.date())], "dorte")
    with pytest.raises(NotFound):
        take(office)
    assert office.ended("B1") == (State.EXCEPTION, "obs_midway")


def test_whoever_comes_on_the_obs_list_after_the_taking_is_marked(office: Office) -> None:
    anna = Cpr("6101901234")
    office.store.add(ROBOT, [Found("B1", Payload(), subjects=(anna,)).as_item()])
    office.work("B2")
    number = take(office).number
    office.store.obs.add([NewObs(anna.digits, "kept by hand", MONDAY.date())], "dorte")
    pile = office.store.piles.show(number)
    assert [(it.reference, it.listed, it.stands) for it in pile.members] == [("B1", True, False), ("B2", False, True)]
    office.store.piles.sent(number, "bo", but=[1])
    with pytest.raises(NotFound):
        take(office)
    assert office.ended("B1") == (State.SKIPPED, "obs")


# -- sending and putting back ---------------------------------------------------------------------------------


def test_those_that_were_not_sent_wait_again(office: Office) -> None:
    office.work("B1", "B2", "B3")
    pile = take(office)
    assert office.store.piles.sent(pile.number, "bo", "P1", but=[2]) == PileSent(done=(1, 3), back=(2,), at=())
    office.work()
    assert [office.ended(it)[0] for it in ("B1", "B2", "B3")] == [State.DONE, State.WAITING, State.DONE]
    assert references(take(office, "anna")) == ["B2"]


def test_a_pile_that_is_put_back_can_be_taken_again(office: Office) -> None:
    office.work("B1", "B2")
    number = take(office).number
    assert office.store.piles.put_back(number, "anna") == (1, 2)
    assert [office.ended(it) for it in ("B1", "B2")] == [WAITS, WAITS]
    assert references(take(office)) == ["B1", "B2"]
    ended = office.store.piles.show(number)
    assert (ended.ended_by, ended.receipt, ended.members) == ("anna", None, ())


def test_a_second_click_changes_nothing_and_tells_what_the_first_did(office: Office) -> None:
    number = sends(office, "B1")
    for again in (office.store.piles.sent, office.store.piles.put_back):
        with pytest.raises(StoreError, match=f"Pile {number} was sent by bo on 2024-11-04, receipt 'P000001'."):
            again(number, "anna")
    (effect,) = office.story("B1").effects
    assert [it.step for it in office.story("B1").history].count("send") == 1
    assert effect.receipt == Receipt("P000001", Decimal(100))
    office.work("B2")
    other = take(office).number
    office.store.piles.put_back(other, "bo")
    with pytest.raises(StoreError, match=f"Pile {other} was put back by bo"):
        office.store.piles.sent(other, "anna")


def test_of_two_who_say_it_at_the_same_moment_one_is_told_of_the_other(office: Office) -> None:
    office.work(*(f"B{n}" for n in range(8)))
    number = take(office).number

    def say(who: str) -> str:
        try:
            office.store.piles.sent(number, who, f"by {who}")
        except StoreError as error:
            return error.what
        return "written down"

    with ThreadPoolExecutor(3) as pool:
        told = sorted(pool.map(say, ["anna", "bo", "carl"]))
    by = office.store.piles.show(number).ended_by
    assert told == [f"Pile {number} was sent by {by} on 2024-11-04, receipt 'by {by}'."] * 2 + ["written down"]
    assert {it.count for it in office.store.stats.counts() if it.outcome == "effect"} == {8}


def test_what_makes_no_sense_is_refused_and_changes_nothing(office: Office) -> None:
    office.work("B1")
    number = take(office).number
    with pytest.raises(StoreError, match="Not in pile 1: item 7, 9"):
        office.store.piles.sent(number, "bo", but=[9, 7])
    with pytest.raises(StoreError, match="kollega piles put-back 1"):
        office.store.piles.sent(number, "bo", but=[1])
    with pytest.raises(InvalidValue, match="looks like a personal number"):
        office.store.piles.sent(number, "bo", "for 610190-1234")
    with pytest.raises(NotFound, match="There is no pile 2"):
        office.store.piles.sent(2, "bo")
    assert office.ended("B1") == WAITS
    assert office.store.piles.sent(number, "bo 610190-1234") == PileSent(done=(1,), back=(), at=())
    (effect,) = office.story("B1").effects
    assert effect.receipt == Receipt("by hand, pile 1", Decimal(100))
    assert office.story("B1").history[-1].who == "bo ******-****"


# -- while somebody has it in hand ----------------------------------------------------------------------------


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


# -- age ------------------------------------------------------------------------------------------------------


def test_a_pile_goes_with_the_last_of_its_items(office: Office) -> None:
    number = sends(office, "B1")
    office.work("B2")
    open_one = take(office).number
    office.clock.now += timedelta(days=10)
    office.store.retention.delete(timedelta(days=9))
    with pytest.raises(NotFound):
        office.store.piles.show(number)
    assert office.store.piles.show(open_one).taken_at.date() == date(2024, 11, 4)
