"""What people do with items: take and give, settle, correct, answer, many at once; and nobody overwrites anybody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bots_common.autonomy import Decision, Level
from bots_common.errors import (
    IllegalTransition,
    InvalidValue,
    Overtaken,
    StoreError,
    TooEarly,
    WithAnother,
    WrongFields,
)
from bots_common.work import NewItem, State, Store
from bots_common.work.people import Correction
from bots_common.work.records import Json, Lease
from bots_common.work.worklist import Age, Due, Sort, Wanted, Whose, counted
from reports.queries import summaries
from tests.bookkeeper import BOTH, MONDAY, Office, office

__all__ = ["office"]

ROBOT = "invoices"
WEEK = timedelta(days=7)


@pytest.fixture
def desk(office: Office) -> Store:
    """A store in which three items are with people for one reason, and one for another."""
    for reference in ("B1", "B2", "B3"):
        with_people(office.store, NewItem(reference, {"number": 1, "period": {"first": "2024-10-01"}}))
    with_people(office.store, NewItem("C1", {}), "no_grant")
    return office.store


def with_people(store: Store, item: NewItem, reason: str = "no_cpr", robot: str = ROBOT) -> int:
    lease = claimed(store, item, robot)
    store.hand_over(lease, "w", reason, {"line": "1"})
    return lease.item_id


def claimed(store: Store, item: NewItem, robot: str = ROBOT) -> Lease:
    store.add(robot, [item])
    (claim,) = store.claim([robot], "w", timedelta(minutes=1))
    return claim.lease


def seen(store: Store, item_id: int) -> int:
    return store.reading.story(item_id).history[-1].id


def told(store: Store, item_id: int) -> tuple[str, str, str]:
    last = store.reading.story(item_id).history[-1]
    return last.step, last.who, last.why


def counts(store: Store) -> dict[tuple[str, str], int]:
    return {(it.outcome, it.reason): it.count for it in store.stats.counts()}


# -- who has what ---------------------------------------------------------------------------------------------


def test_what_one_has_taken_another_is_told_of(desk: Store) -> None:
    desk.worklist.take(1, "anna")
    desk.worklist.take(1, "anna")
    assert (desk.reading.story(1).item.assignee, told(desk, 1)) == ("anna", ("take", "anna", ""))
    with pytest.raises(WithAnother, match="anna has B1"):
        desk.worklist.take(1, "bo")
    for decide in (desk.people.retry, desk.people.settle):
        with pytest.raises(WithAnother, match="anna has B1"):
            decide(1, "bo", "looked")
    assert desk.reading.story(1).item.state is State.EXCEPTION


def test_a_case_is_given_to_a_colleague_or_taken_over_and_let_go(desk: Store) -> None:
    desk.worklist.take(1, "anna")
    desk.worklist.give(1, "bo", "anna", "she knows the supplier")
    assert told(desk, 1) == ("give", "anna", "bo: she knows the supplier")
    desk.worklist.give(1, "carl", "carl", "bo is ill")
    with pytest.raises(WithAnother):
        desk.worklist.let_go(1, "bo")
    desk.worklist.let_go(1, "carl")
    assert desk.reading.story(1).item.assignee is None
    with pytest.raises(StoreError, match="Nobody has B1"):
        desk.worklist.let_go(1, "carl")


def test_only_what_is_with_people_can_be_taken(desk: Store) -> None:
    desk.people.retry(1, "anna", "")
    with pytest.raises(IllegalTransition):
        desk.worklist.take(1, "anna")


@pytest.mark.parametrize("decision", ["retry", "settle"])
def test_what_leaves_people_is_nobodys(desk: Store, decision: str) -> None:
    desk.worklist.take(1, "anna")
    getattr(desk.people, decision)(1, "anna", "done")
    assert desk.reading.story(1).item.assignee is None


# -- two people -----------------------------------------------------------------------------------------------


def test_the_second_of_two_is_told_who_did_what_and_changes_nothing(desk: Store) -> None:
    both_saw = seen(desk, 1)
    desk.people.settle(1, "anna", "posted it by hand", seen=both_saw)
    with pytest.raises(Overtaken) as caught:
        desk.people.retry(1, "bo", "again", seen=both_saw)
    assert (caught.value.who, caught.value.step, caught.value.reference) == ("anna", "settle", "B1")
    assert told(desk, 1) == ("settle", "anna", "posted it by hand")


def test_what_has_come_back_since_is_not_decided_on_unseen(desk: Store) -> None:
    before = seen(desk, 1)
    desk.people.retry(1, "anna", "", seen=before)
    (claim,) = desk.claim([ROBOT], "w", timedelta(minutes=1))
    desk.hand_over(claim.lease, "w", "no_grant", {})
    with pytest.raises(Overtaken, match="w was quicker"):
        desk.people.settle(1, "bo", "as it was", seen=before)


# -- settled --------------------------------------------------------------------------------------------------


def test_what_is_settled_is_done_but_never_the_robots_own_work(desk: Store) -> None:
    desk.people.settle(1, "anna", "booked as voucher 7")
    item = desk.reading.story(1).item
    assert (item.state, item.reason, item.facts) == (State.DONE, "settled", {"line": "1"})
    assert counts(desk)["settled", "no_cpr"] == 1
    assert ("done", "") not in counts(desk)
    (summary,) = [it for it in summaries(desk.stats.counts(), [ROBOT]) if it.robot == ROBOT]
    assert (summary.done, summary.settled, summary.share) == (0, 1, 0)


def test_what_waited_is_settled_and_nothing_is_asked_about_it_any_more(office: Office) -> None:
    office.level(Level.APPROVE)
    office.work("B1")
    waiting = office.to_decide("B1").id
    office.store.people.settle(1, "anna", "paid it by hand")
    assert [it.decision for it in office.story("B1").proposals] == [Decision.VOID]
    with pytest.raises(StoreError):
        office.store.people.approve(waiting, "bo", "yes")
    office.work()
    assert office.done() == []


def test_what_is_settled_ages_as_other_finished_items_do(office: Office) -> None:
    with_people(office.store, NewItem("B1", {"number": 1}))
    office.store.people.settle(1, "anna", "6101901234 was right")
    office.clock.now += timedelta(days=400)
    assert office.store.retention.empty(timedelta(days=365)) == 1
    story = office.store.reading.story(1)
    assert (story.payload, story.item.facts, story.history[-1].why) == ({}, {}, "")


# -- corrected ------------------------------------------------------------------------------------------------


def number_is(value: int) -> Correction:
    def apply(payload: Json) -> Json:
        if value < 0:
            raise WrongFields(["number"])
        return {**payload, "number": value}

    return Correction(("number",), apply)


def test_corrected_fields_are_in_the_payload_and_the_history_names_them_without_their_values(desk: Store) -> None:
    desk.people.retry(1, "anna", "read the paper", corrected=number_is(7341))
    story = desk.reading.story(1)
    assert (story.item.state, story.payload["number"]) == (State.NEW, 7341)
    assert told(desk, 1) == ("correct", "anna", "number: read the paper")
    assert "7341" not in repr(story.history)


def test_a_correction_that_cannot_be_changes_nothing(desk: Store) -> None:
    before = seen(desk, 1)
    with pytest.raises(WrongFields):
        desk.people.retry(1, "anna", "", corrected=number_is(-1))
    story = desk.reading.story(1)
    assert (story.item.state, story.payload["number"], seen(desk, 1)) == (State.EXCEPTION, 1, before)


# -- an effect of which nobody knows --------------------------------------------------------------------------


@pytest.fixture
def doubtful(office: Office) -> Office:
    """The robot died as it posted; the books cannot tell what became of it."""
    office.level(Level.AUTO)
    office.books.dies = ["post"]
    office.books.knows = False
    office.work("B1")
    assert office.ended("B1") == (State.EXCEPTION, "uncertain")
    return office


def test_a_person_says_that_it_is_there_and_the_robot_goes_on_without_doing_it(doubtful: Office) -> None:
    doubtful.store.people.answer(1, "post", " V77 ", "anna")
    assert told(doubtful.store, 1) == ("answer", "anna", "post = V77")
    doubtful.work()
    assert (doubtful.done(), doubtful.ended("B1")[0]) == ([("B1", "pay")], State.DONE)
    assert doubtful.books.booked[0].voucher == "V77"
    posted = doubtful.story("B1").effects[0]
    assert (posted.receipt and posted.receipt.number, posted.said_by) == ("V77", "anna")
    assert counts(doubtful.store)["effect", "post"] == 1


def test_a_person_says_that_it_is_not_there_and_the_robot_does_it(doubtful: Office) -> None:
    doubtful.store.people.answer(1, "post", None, "anna")
    doubtful.work()
    assert (doubtful.done(), doubtful.ended("B1")[0]) == (BOTH, State.DONE)
    posted = doubtful.story("B1").effects[0]
    assert (posted.tries, posted.said_by) == (2, None), "it is the system's own receipt now"


def test_what_the_system_shows_counts_more_than_a_persons_no(doubtful: Office) -> None:
    doubtful.store.people.answer(1, "post", None, "anna")
    doubtful.books.knows = True
    doubtful.books.arrives("B1", "post")
    doubtful.work()
    assert doubtful.done() == BOTH, "the request came through late, and is not sent a second time"


def test_it_cannot_be_said_that_it_is_not_there_while_the_request_may_be_on_its_way(doubtful: Office) -> None:
    with pytest.raises(TooEarly):
        doubtful.store.people.answer(1, "post", None, "anna", rest=3600)
    doubtful.store.people.answer(1, "post", "V77", "anna", rest=3600)
    assert doubtful.item("B1").state is State.NEW


@pytest.mark.parametrize("receipt", ["", "  ", "610190-1234"])
def test_a_receipt_must_be_one(doubtful: Office, receipt: str) -> None:
    with pytest.raises(InvalidValue):
        doubtful.store.people.answer(1, "post", receipt, "anna")
    assert doubtful.story("B1").effects[0].unknown


def test_only_of_what_is_unknown_is_anything_said(doubtful: Office) -> None:
    with pytest.raises(StoreError, match="is known"):
        doubtful.store.people.answer(1, "pay", "V1", "anna")
    doubtful.store.people.answer(1, "post", "V77", "anna")
    with pytest.raises(IllegalTransition):
        doubtful.store.people.answer(1, "post", "V78", "bo")


def test_the_robot_dies_again_at_what_was_surely_absent_and_it_is_asked_again(doubtful: Office) -> None:
    doubtful.store.people.answer(1, "post", None, "anna")
    doubtful.books.dies = ["post"]
    doubtful.work()
    assert doubtful.ended("B1") == (State.EXCEPTION, "uncertain")
    assert doubtful.story("B1").effects[0].unknown, "the earlier no was about the earlier try"
    assert doubtful.done() == []


def test_what_is_surely_absent_is_no_hindrance_to_doing_it_by_hand(doubtful: Office) -> None:
    doubtful.store.people.answer(1, "post", None, "anna")
    doubtful.robot.by_hand = "letters"
    doubtful.work()
    assert doubtful.ended("B1") == (State.WAITING, "by_hand")
    pile = doubtful.store.piles.take(doubtful.robot.name, "letters", "bo")
    doubtful.store.piles.sent(pile.number, "bo", "L-9")
    doubtful.robot.by_hand = None
    doubtful.work()
    assert (doubtful.done(), doubtful.ended("B1")[0]) == ([("B1", "pay")], State.DONE)


# -- many at once ---------------------------------------------------------------------------------------------


def test_several_of_one_reason_are_decided_at_once_and_what_has_moved_is_told(desk: Store) -> None:
    all_seen = {item_id: seen(desk, item_id) for item_id in (1, 2, 3)}
    desk.people.retry(2, "bo", "")
    came = desk.people.settle_all(ROBOT, all_seen, "anna", "the supplier has taken them back")
    assert came.done == (1, 3)
    assert [str(error) for error in came.left] == [
        "bo was quicker with B2: retry. Nothing was changed; look at it again."
    ]
    assert [told(desk, item_id)[0] for item_id in (1, 2, 3)] == ["settle", "retry", "settle"]
    assert counts(desk)["settled", "no_cpr"] == 2


def test_several_reasons_are_not_decided_at_once(desk: Store) -> None:
    both = {item_id: seen(desk, item_id) for item_id in (1, 4)}
    with pytest.raises(StoreError, match="one reason"):
        desk.people.retry_all(ROBOT, both, "anna", "")
    with pytest.raises(StoreError, match="one robot"):
        desk.people.retry_all("flexwage", {1: both[1]}, "anna", "")
    assert {desk.reading.story(item_id).item.state for item_id in both} == {State.EXCEPTION}


# -- the list -------------------------------------------------------------------------------------------------


@pytest.fixture
def listed(office: Office) -> Store:
    """Four items: late, soon, without a deadline and waiting for approval; `soon` is anna's."""
    store = office.store
    with_people(store, NewItem("plain", {}))
    with_people(store, NewItem("late_1%", {}, deadline=MONDAY - WEEK), "no_grant")
    with_people(store, NewItem("soon", {}, deadline=MONDAY + timedelta(days=2)), robot="flexwage")
    store.worklist.take(3, "anna")
    office.level(Level.APPROVE)
    office.work("waits")
    return store


def names(store: Store, wanted: Wanted) -> list[str]:
    return [row.item.reference for row in store.worklist.page(wanted, 10)]


ALL = Wanted("anna")


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (ALL, ["late_1%", "soon", "plain", "waits"]),
        (Wanted("anna", sort=Sort.NEWEST), ["waits", "soon", "late_1%", "plain"]),
        (Wanted("anna", sort=Sort.AMOUNT), ["waits", "plain", "late_1%", "soon"]),
        (Wanted("anna", robots=frozenset({"flexwage"})), ["soon"]),
        (Wanted("anna", robots=frozenset()), []),
        (Wanted("anna", robot=ROBOT), ["late_1%", "plain"]),
        (Wanted("anna", reason="no_grant"), ["late_1%"]),
        (Wanted("anna", state=State.WAITING), ["waits"]),
        (Wanted("anna", whose=Whose.MINE), ["soon"]),
        (Wanted("bo", whose=Whose.OTHERS), ["soon"]),
        (Wanted("anna", whose=Whose.NOBODY), ["late_1%", "plain", "waits"]),
        (Wanted("anna", due=Due.OVERDUE), ["late_1%"]),
        (Wanted("anna", due=Due.WEEK), ["soon"]),
        (Wanted("anna", due=Due.NEVER), ["plain", "waits"]),
        (Wanted("anna", age=Age.OLDER), []),
        (Wanted("anna", text="E_1%"), ["late_1%"]),
        (Wanted("anna", text="_"), ["late_1%"]),
    ],
)
def test_the_list_is_narrowed_down_and_sorted(listed: Store, wanted: Wanted, expected: list[str]) -> None:
    assert names(listed, wanted) == expected
    assert counted(listed.worklist.groups(wanted), wanted).get(None, 0) == len(expected)


def test_each_count_is_by_all_the_other_filters(listed: Store) -> None:
    wanted = Wanted("anna", whose=Whose.NOBODY, robot=ROBOT)
    groups = listed.worklist.groups(wanted)
    assert counted(groups, wanted, "robot") == {ROBOT: 2, "bookkeeper": 1}
    assert counted(groups, wanted, "whose") == {Whose.NOBODY: 2}
    assert counted(groups, wanted, "reason") == {"no_cpr": 1, "no_grant": 1}


@pytest.mark.parametrize("sort", list(Sort))
def test_from_each_case_one_gets_to_the_next_and_back(listed: Store, sort: Sort) -> None:
    wanted = Wanted("anna", sort=sort)
    order = [row.item.id for row in listed.worklist.page(wanted, 10)]
    steps = [listed.worklist.beside(wanted, item_id) for item_id in order]
    assert steps == list(zip([None, *order[:-1]], [*order[1:], None], strict=True))


def test_the_next_case_is_known_also_when_this_one_has_left_the_list(listed: Store) -> None:
    listed.people.settle(2, "anna", "done")
    assert listed.worklist.beside(ALL, 2)[1] == 3


def test_taking_a_case_does_not_make_it_younger(listed: Store) -> None:
    before = listed.reading.story(1).item.changed_at
    listed.worklist.take(1, "anna")
    assert listed.reading.story(1).item.changed_at == before


def test_what_a_person_decided_and_what_became_of_it(office: Office) -> None:
    office.level(Level.APPROVE)
    office.work("B1", "B2")
    office.approve("B1", "anna")
    office.store.people.settle(2, "anna", "by hand")
    office.work()
    first, second = office.store.worklist.decided("anna", 10)
    assert (first.item.reference, first.step, first.item.state, first.receipts) == (
        "B2",
        "settle",
        State.DONE,
        (),
    )
    assert (second.item.reference, second.item.state, second.receipts) == (
        "B1",
        State.DONE,
        (("post", "V1"), ("pay", "V2")),
    )
    assert office.store.worklist.decided("bo", 10) == []
