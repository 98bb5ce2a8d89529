"""Piles: who gets what, and what becomes of a pile that is sent or put back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bots_common.autonomy import Decision
from bots_common.errors import InvalidValue, NotFound, StoreError
from bots_common.robot import Found
from bots_common.values import Cpr, Receipt
from bots_common.work import State
from bots_common.work.records import Group, NewObs, PileSent
from tests.bookkeeper import MONDAY, Office, Payload, office
from tests.by_hand import LETTERS, ROBOT, WAITS, by_hand, references, sends, take

__all__ = ["by_hand", "office"]


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
