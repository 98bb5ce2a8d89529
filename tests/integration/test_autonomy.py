"""What a robot may do alone, through `once`: every level, from the proposal to the act."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from bots_common.autonomy import Cause, Decision, Level
from bots_common.errors import IllegalTransition, NotFound, StoreError
from bots_common.robot import Found
from bots_common.values import Cpr
from bots_common.work import State
from bots_common.work.records import NewObs
from tests.bookkeeper import BOTH, EXPIRED, MONDAY, Bookkeeper, Killed, Office, Payload, office

__all__ = ["office"]

# -- approve --------------------------------------------------------------------------------------------------


def test_nothing_is_done_before_a_person_approves_and_exactly_that_after(office: Office) -> None:
    office.level(Level.APPROVE)
    office.work("B1", "B2")
    assert office.done() == []
    assert office.ended("B1") == office.ended("B2") == (State.WAITING, "approval")
    office.approve("B1")
    office.work()
    assert office.done() == BOTH, "what follows from the posting needs no approval of its own"
    assert (office.ended("B1")[0], office.ended("B2")[0]) == (State.DONE, State.WAITING)
    assert office.proposals("B1") == [("post", Cause.APPROVE, Decision.APPROVED)]
    assert [(it.step, it.who, it.why) for it in office.story("B1").history][2:4] == [
        ("park", "w", "approval"),
        ("approve", "bo", "looked at it"),
    ]


def test_an_effect_that_follows_nothing_is_approved_for_itself(office: Office) -> None:
    office.level(Level.APPROVE)
    office.robot.two_approvals = True
    office.work("B1")
    office.approve("B1")
    office.work()
    assert (office.done(), office.to_decide("B1").name) == ([("B1", "post")], "pay")
    office.approve("B1")
    office.work()
    assert (office.done(), office.ended("B1")[0]) == (BOTH, State.DONE)


def test_a_note_needs_no_approval(office: Office) -> None:
    office.level(Level.APPROVE)
    office.robot.odd = True
    office.work("B1")
    assert (office.done(), office.ended("B1")) == ([("B1", "remark")], (State.EXCEPTION, "odd"))


def test_what_is_rejected_goes_to_a_person_who_is_told_by_whom_and_why(office: Office) -> None:
    office.level(Level.APPROVE)
    office.work("B1")
    office.reject("B1")
    item = office.item("B1")
    assert (item.state, item.reason) == (State.EXCEPTION, "rejected")
    assert (item.facts["who"], item.facts["why"], item.facts["effect"]) == ("bo", "wrong account", "post")
    assert item.facts["wanted"]["amount"] == "100"
    assert {(it.outcome, it.reason): it.count for it in office.store.stats.counts()}["exception", "rejected"] == 1


@pytest.mark.parametrize("level", [Level.APPROVE, Level.SAMPLE, Level.AUTO])
def test_what_a_person_has_rejected_is_not_done_at_any_level(office: Office, level: Level) -> None:
    office.level(Level.APPROVE)
    office.work("B1")
    office.reject("B1")
    office.level(level)
    office.store.people.retry(1, "bo", "try again")
    office.work()
    assert (office.done(), office.ended("B1")) == ([], (State.EXCEPTION, "rejected"))
    assert office.item("B1").facts["who"] == "bo"


def test_what_was_put_right_after_a_rejection_is_asked_anew_and_the_error_still_counts(office: Office) -> None:
    office.level(Level.APPROVE)
    office.work("B1")
    office.reject("B1")
    office.robot.price = Decimal(125)
    office.store.people.retry(1, "bo", "the rate is corrected")
    office.work()
    office.approve("B1")
    office.work()
    assert [act.amount for act in office.books.booked] == [Decimal(125)] * 2
    figures = office.store.levels.standing(office.robot.name).figures
    assert (figures.proposed, figures.decided, figures.wrong) == (2, 2, 1)


def test_an_approval_is_void_once_the_facts_have_changed(office: Office) -> None:
    office.level(Level.APPROVE)
    office.work("B1")
    office.approve("B1")
    office.robot.price = Decimal(125)
    office.work()
    assert (office.done(), office.ended("B1")) == ([], (State.WAITING, "approval"))
    assert office.proposals("B1") == [
        ("post", Cause.APPROVE, Decision.VOID),
        ("post", Cause.APPROVE, None),
    ]
    office.approve("B1")
    office.work()
    assert [act.amount for act in office.books.booked] == [Decimal(125)] * 2


def test_an_approval_does_not_come_back_with_the_facts(office: Office) -> None:
    office.level(Level.APPROVE)
    office.work("B1")
    office.approve("B1")
    for price in (125, 100):
        office.robot.price = Decimal(price)
        office.work()
        office.store.people.retry(1, "bo", "look again")
    office.work()
    assert (office.done(), office.ended("B1")[0]) == ([], State.WAITING)


@pytest.mark.parametrize("where", ["post", "pay"])
def test_a_worker_that_dies_between_approval_and_act_leaves_the_approved_act_to_the_next(
    office: Office, where: str
) -> None:
    office.level(Level.APPROVE)
    office.work("B1")
    office.approve("B1")
    office.books.dies = [where]
    office.work()
    assert (office.done(), office.ended("B1")[0]) == (BOTH, State.DONE)


def test_facts_that_change_after_the_intent_of_a_dead_worker_are_asked_anew(office: Office) -> None:
    office.level(Level.APPROVE)
    office.work("B1")
    office.approve("B1")
    office.books.dies = ["post"]
    (claimed,) = office.store.claim([office.robot.name], "w", EXPIRED)
    with pytest.raises(Killed):
        asyncio.run(office.attempt(claimed))
    office.robot.price = Decimal(125)
    office.work()
    assert (office.done(), office.ended("B1")[0]) == ([], State.WAITING)
    office.approve("B1")
    office.work()
    assert [act.amount for act in office.books.booked] == [Decimal(125)] * 2


# -- two people -----------------------------------------------------------------------------------------------


def test_the_second_of_two_people_is_told_what_the_first_has_done(office: Office) -> None:
    office.level(Level.APPROVE)
    office.work("B1")
    seen = office.to_decide("B1").id
    office.store.people.reject(seen, "anna", "no")
    for decide in (office.store.people.approve, office.store.people.reject):
        with pytest.raises(StoreError, match="decided already: rejected by anna"):
            decide(seen, "bo", "yes")
    assert office.ended("B1") == (State.EXCEPTION, "rejected")


def test_of_two_people_at_the_same_moment_one_decides(database_url: str, office: Office) -> None:
    office.level(Level.APPROVE)
    office.work("B1")
    seen = office.to_decide("B1").id

    def decide(who: str) -> str:
        people = office.store.people
        try:
            (people.approve if who == "anna" else people.reject)(seen, who, "so be it")
        except StoreError as error:
            return str(error)
        return "decided"

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(decide, ["anna", "bo"]))
    assert told.count("decided") == 1
    (refused,) = [it for it in told if it != "decided"]
    assert "decided already" in refused
    decisions = [change.who for change in office.story("B1").history if change.step in ("approve", "reject")]
    assert decisions == [office.story("B1").proposals[0].decided_by]


def test_who_decides_on_what_is_not_proposed_any_more_is_told(office: Office) -> None:
    office.level(Level.APPROVE)
    office.work("B1")
    seen = office.to_decide("B1").id
    office.store.people.retry(1, "anna", "the rate is corrected")
    with pytest.raises(IllegalTransition):
        office.store.people.approve(seen, "bo", "yes")
    office.robot.price = Decimal(125)
    office.work()
    with pytest.raises(StoreError, match="decided already: void"):
        office.store.people.approve(seen, "bo", "yes")
    assert office.to_decide("B1").intent["amount"] == "125"


def test_what_is_not_there_cannot_be_decided(office: Office) -> None:
    with pytest.raises(NotFound, match="There is no proposal 9"):
        office.store.people.approve(9, "bo", "yes")
    with pytest.raises(NotFound, match="There is no item 9"):
        office.store.people.to_decide(9)
    office.work("B1")
    with pytest.raises(NotFound, match="Nothing is proposed for item 1"):
        office.store.people.to_decide(1)


def test_an_approved_item_keeps_its_place_in_the_queue(office: Office) -> None:
    office.level(Level.APPROVE)
    office.store.add(office.robot.name, [Found("urgent", Payload(), priority=5).as_item()])
    office.work()
    office.store.add(office.robot.name, [Found("other", Payload()).as_item()])
    office.approve("urgent")
    (claimed,) = office.store.claim([office.robot.name], "w", EXPIRED)
    assert claimed.reference == "urgent"


def test_no_personal_number_stays_in_what_people_write(office: Office) -> None:
    office.level(Level.APPROVE)
    office.work("B1")
    office.store.people.approve(office.to_decide("B1").id, "bo 610190-1234", "seen 610190-1234")
    (proposal,) = office.story("B1").proposals
    assert (proposal.decided_by, proposal.why) == ("bo ******-****", "seen ******-****")
    office.store.levels.set(office.robot.name, Level.AUTO, "bo", "as 610190-1234 asked")
    assert office.store.levels.log()[0].why == "as ******-**** asked"


# -- sample ---------------------------------------------------------------------------------------------------


def test_only_the_drawn_wait_and_a_rerun_draws_the_same(office: Office) -> None:
    office.robot = Bookkeeper(share=0.3)
    office.level(Level.SAMPLE)
    references = [f"B{number}" for number in range(20)]
    office.work(*references)
    drawn = office.waiting()
    assert 0 < len(drawn) < len(references)
    assert {reference for reference, _ in office.done()} == set(references) - drawn
    for item in office.store.reading.items(states=[State.WAITING]):
        office.store.people.retry(item.id, "anna", "once more")
    office.work()
    assert office.waiting() == drawn
    right, wrong, *_ = sorted(drawn)
    office.approve(right)
    office.reject(wrong)
    office.work()
    assert office.ended(right)[0] is State.DONE
    figures = office.store.levels.standing(office.robot.name).figures
    assert (figures.proposed, figures.decided, figures.wrong) == (len(drawn), 2, 1)


# -- raising and lowering -------------------------------------------------------------------------------------


def test_raising_and_lowering_are_logged(office: Office) -> None:
    assert office.store.levels.of("bookkeeper").at is None
    office.level(Level.AUTO)
    office.store.levels.set("bookkeeper", Level.APPROVE, "bo", "two errors in the sample")
    office.store.levels.set("other", Level.SAMPLE, "bo", "begins")
    assert [(it.level, it.who, it.why) for it in office.store.levels.log("bookkeeper")] == [
        (Level.APPROVE, "bo", "two errors in the sample"),
        (Level.AUTO, "anna", "tried it"),
    ]
    assert office.store.levels.of("bookkeeper").level is Level.APPROVE
    assert office.store.levels.of("other").level is Level.SAMPLE


@pytest.mark.parametrize(("who", "why"), [("", "tried it"), ("anna", " ")])
def test_nobody_raises_a_robot_without_a_name_and_a_reason(office: Office, who: str, why: str) -> None:
    with pytest.raises(StoreError, match="who it is, and why"):
        office.store.levels.set("bookkeeper", Level.AUTO, who, why)
    assert office.store.levels.of("bookkeeper").level is Level.SHADOW


def test_what_waits_is_done_without_a_word_once_the_robot_may(office: Office) -> None:
    office.level(Level.APPROVE)
    office.work("B1")
    office.level(Level.AUTO)
    office.store.people.retry(1, "anna", "it may by now")
    office.work()
    assert office.done() == BOTH
    assert office.proposals("B1") == [("post", Cause.APPROVE, Decision.VOID)]


def test_lowered_in_the_middle_of_an_item_the_next_effect_is_asked_for(office: Office) -> None:
    office.level(Level.AUTO)
    office.robot.two_approvals = True
    office.robot.before_paying = lambda: office.level(Level.APPROVE)
    office.work("B1")
    assert (office.done(), office.ended("B1")) == ([("B1", "post")], (State.WAITING, "approval"))
    assert office.proposals("B1") == [("pay", Cause.APPROVE, None)]


def test_lowered_in_the_middle_what_only_completes_the_item_is_done(office: Office) -> None:
    office.level(Level.AUTO)
    office.robot.before_paying = lambda: office.level(Level.APPROVE)
    office.work("B1")
    assert (office.done(), office.ended("B1")[0]) == (BOTH, State.DONE)


def test_put_in_shadow_in_the_middle_of_an_item_it_is_handed_to_a_person(office: Office) -> None:
    office.level(Level.AUTO)
    office.robot.before_paying = lambda: office.level(Level.SHADOW)
    office.work("B1")
    assert (office.done(), office.ended("B1")) == ([("B1", "post")], (State.EXCEPTION, "stopped_midway"))
    assert office.item("B1").facts == {"effect": "pay"}
    office.robot.before_paying = lambda: None
    office.level(Level.AUTO)
    office.store.people.retry(1, "anna", "go on")
    office.work()
    assert (office.done(), office.ended("B1")[0]) == (BOTH, State.DONE)


def test_a_citizen_who_came_on_the_obs_list_is_left_alone_before_anybody_is_asked(office: Office) -> None:
    office.level(Level.AUTO)
    office.robot.two_approvals = True
    anna = Cpr("6101901234")

    def meanwhile() -> None:
        office.level(Level.APPROVE)
        office.store.obs.add([NewObs(anna.digits, "kept by hand", MONDAY.date())], "bo")

    office.robot.before_paying = meanwhile
    office.store.add("bookkeeper", [Found("B1", Payload(), subjects=(anna,)).as_item()])
    office.work()
    assert (office.done(), office.ended("B1")) == ([("B1", "post")], (State.EXCEPTION, "obs_midway"))
    assert office.proposals("B1") == []


def test_an_approval_is_not_used_in_shadow_and_stays_a_persons_word(office: Office) -> None:
    office.level(Level.APPROVE)
    office.work("B1")
    office.approve("B1")
    office.level(Level.SHADOW)
    office.work()
    assert (office.done(), office.ended("B1")) == ([], (State.SKIPPED, "shadow"))
    assert office.proposals("B1")[0] == ("post", Cause.APPROVE, Decision.APPROVED)
