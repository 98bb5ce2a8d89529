"""A robot in shadow: it does nothing, and what it would have done is compared with what people did."""

from __future__ import annotations

from decimal import Decimal

from bots_common.autonomy import Cause, Decision
from bots_common.work import State
from tests.bookkeeper import Act, Office, office

__all__ = ["office"]


def test_a_robot_that_nobody_has_raised_only_watches(office: Office) -> None:
    office.work("B1")
    assert office.done() == []
    assert office.ended("B1") == (State.SKIPPED, "shadow")
    post, pay = office.story("B1").proposals
    assert (post.name, post.cause, post.check, post.amount) == ("post", Cause.SHADOW, "ledger.find", Decimal(100))
    assert pay.intent["voucher"] == "shadow:post", "it goes on through its following effects"
    assert office.story("B1").effects == []
    assert {(it.outcome, it.reason): it.count for it in office.store.stats.counts()}["skipped", "shadow"] == 1


def test_in_shadow_an_exception_goes_to_a_person_without_its_remark(office: Office) -> None:
    office.robot.odd = True
    office.work("B1")
    assert (office.ended("B1"), office.done()) == ((State.EXCEPTION, "odd"), [])
    assert office.proposals("B1") == [("remark", Cause.NOTE, None)]


def test_a_shadow_run_is_compared_with_what_people_did(office: Office) -> None:
    office.work("same", "otherwise", "not yet")
    office.robot.odd = True
    office.work("odd")
    people = [("same", "post", 100, ""), ("same", "pay", 100, "V1"), ("otherwise", "post", 125, "")]
    office.books.booked = [
        Act(reference=reference, name=name, amount=Decimal(amount), voucher=voucher)
        for reference, name, amount, voucher in people
    ]
    compared = office.compare()
    post, pay = compared.kinds
    assert compared.items == 4
    assert (post.name, post.items, post.amount, post.same_amount) == ("post", 3, Decimal(300), Decimal(100))
    assert post.found == {Decision.SAME: 1, Decision.DIFFERENT: 1, Decision.ABSENT: 1}
    assert pay.found == {Decision.SAME: 1, None: 2}, (
        "where the posting is not the same, nobody can ask for the payment"
    )
    assert compared.different == (("otherwise", "post"),)
    figures = office.store.levels.standing(office.robot.name).figures
    assert (figures.proposed, figures.decided, figures.wrong) == (6, 3, 1)


def test_what_people_had_not_done_is_asked_again_and_what_they_had_is_not(office: Office) -> None:
    office.work("B1", "B2")
    office.books.booked = [Act(reference="B1", name="post", amount=Decimal(100))]
    assert office.compare().kinds[0].found == {Decision.SAME: 1, Decision.ABSENT: 1}
    office.books.booked += [
        Act(reference="B1", name="pay", amount=Decimal(100), voucher="V1"),
        Act(reference="B2", name="post", amount=Decimal(100)),
    ]
    post, pay = office.compare().kinds
    assert post.found == {Decision.SAME: 2}
    assert pay.found == {Decision.SAME: 1, Decision.ABSENT: 1}
    assert len(office.books.booked) == 3, "a comparison changes nothing"
