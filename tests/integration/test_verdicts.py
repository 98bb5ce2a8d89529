"""What waits for a yes or no, what people say to several at once, and what they find in shadow; on both databases."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from bots_common.autonomy import Decision, Level
from bots_common.errors import NotFound, Overtaken, WithAnother
from bots_common.work import State
from bots_common.work.records import ToDecide
from tests.bookkeeper import MONDAY, Bookkeeper, Office, office

__all__ = ["office"]


def asked(office: Office, *references: str) -> dict[int, int]:
    """What somebody ticks who sees these proposals now."""
    rows = office.store.verdicts.waiting("bookkeeper", "post", limit=100)
    return {it.proposal.id: it.seen for it in rows if it.reference in references}


def test_what_waits_is_summed_by_robot_and_kind_and_listed_with_the_oldest_first(office: Office) -> None:
    office.level(Level.APPROVE)
    office.work("B1", "B2")
    office.robot.price = Decimal("50.50")
    office.work("B3")
    (group,) = office.store.verdicts.to_decide()
    assert group == ToDecide("bookkeeper", "post", 3, Decimal("250.50"), group.since)
    assert MONDAY < group.since < MONDAY + timedelta(minutes=1)
    assert office.store.verdicts.to_decide(["invoices"]) == []
    rows = office.store.verdicts.waiting("bookkeeper", "post", limit=2, offset=1)
    assert [(it.reference, it.proposal.amount) for it in rows] == [("B2", Decimal(100)), ("B3", Decimal("50.50"))]
    assert office.store.verdicts.waiting("bookkeeper", "pos", limit=9) == []


def test_several_are_approved_at_once_and_exactly_those_are_done(office: Office) -> None:
    office.level(Level.APPROVE)
    office.work("B1", "B2", "B3")
    came = office.store.people.approve_all("bookkeeper", asked(office, "B1", "B3"), "bo", "")
    assert (came.done, came.left) == ((office.item("B1").id, office.item("B3").id), ())
    office.work()
    assert {reference for reference, _ in office.done()} == {"B1", "B3"}
    assert office.waiting() == {"B2"}


def test_several_are_rejected_at_once_and_people_are_told_why(office: Office) -> None:
    office.level(Level.APPROVE)
    office.work("B1", "B2")
    assert len(office.store.people.reject_all("bookkeeper", asked(office, "B1", "B2"), "bo", "wrong month").done) == 2
    assert office.ended("B1") == office.ended("B2") == (State.EXCEPTION, "rejected")
    assert office.item("B2").facts["why"] == "wrong month"
    assert office.done() == []


def test_of_two_people_at_once_the_second_is_told_and_the_others_are_decided(office: Office) -> None:
    office.level(Level.APPROVE)
    office.work("B1", "B2", "B3")
    ticked = asked(office, "B1", "B2", "B3")
    office.reject("B1")
    office.store.worklist.take(office.item("B2").id, "anna")
    came = office.store.people.approve_all("bookkeeper", ticked, "bo", "")
    assert came.done == (office.item("B3").id,)
    rejected, taken = came.left
    assert isinstance(rejected, Overtaken)
    assert (rejected.reference, rejected.who, rejected.step) == ("B1", "bo", "reject")
    assert isinstance(taken, Overtaken)
    assert taken.who == "anna"
    (again,) = office.store.people.approve_all("bookkeeper", asked(office, "B2"), "bo", "").left
    assert isinstance(again, WithAnother)
    assert office.ended("B1") == (State.EXCEPTION, "rejected")


def test_a_yes_to_an_intent_that_has_changed_since_is_no_yes_to_the_new_one(office: Office) -> None:
    office.level(Level.APPROVE)
    office.work("B1")
    ticked = asked(office, "B1")
    office.store.people.retry(office.item("B1").id, "anna", "the price was wrong")
    office.robot.price = Decimal(999)
    office.work()
    came = office.store.people.approve_all("bookkeeper", ticked, "bo", "")
    assert (came.done, len(came.left)) == ((), 1)
    assert (office.done(), office.ended("B1")) == ([], (State.WAITING, "approval"))
    assert office.to_decide("B1").amount == Decimal(999)


def test_nobody_decides_about_another_robots_proposals(office: Office) -> None:
    office.level(Level.APPROVE)
    office.work("B1")
    came = office.store.people.approve_all("invoices", asked(office, "B1"), "bo", "")
    assert came.done == ()
    assert isinstance(came.left[0], NotFound)
    assert office.waiting() == {"B1"}


def test_what_was_said_is_listed_from_the_level_on(office: Office) -> None:
    office.level(Level.APPROVE)
    office.work("B1", "B2")
    office.approve("B1")
    office.reject("B2")
    given = office.store.verdicts.given("bookkeeper", limit=9)
    assert [(it.reference, it.proposal.decision) for it in given] == [
        ("B2", Decision.REJECTED),
        ("B1", Decision.APPROVED),
    ]
    office.level(Level.SAMPLE)
    assert office.store.verdicts.given("bookkeeper", limit=9) == []


def test_a_person_finds_what_was_watched_right_or_wrong_and_says_so_once(office: Office) -> None:
    office.robot = Bookkeeper()
    office.level(Level.SHADOW)
    office.work("B1", "B2")
    watched = office.store.verdicts.watched("bookkeeper", limit=9)
    assert [it.reference for it in watched] == ["B1", "B1", "B2", "B2"]
    assert [it.proposal.name for it in watched] == ["post", "pay", "post", "pay"]
    first, second, third, _ = (it.proposal.id for it in watched)
    assert office.store.verdicts.mark("bookkeeper", [first, second], "bo", right=True) == [1, 1]
    assert office.store.verdicts.mark("bookkeeper", [second, third], "anna", right=False) == [2]
    assert office.store.verdicts.mark("invoices", [third], "anna", right=True) == []
    figures = office.store.levels.standing("bookkeeper").figures
    assert (figures.decided, figures.wrong) == (3, 1)
    assert [it.proposal.decided_by for it in office.store.verdicts.given("bookkeeper", limit=9)] == [
        "anna",
        "bo",
        "bo",
    ]
    assert [it.reference for it in office.store.verdicts.watched("bookkeeper", limit=9)] == ["B2"]
    assert office.done() == []
