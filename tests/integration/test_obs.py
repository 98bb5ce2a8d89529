"""Whoever is on the obs-list is left alone: when found, when claimed, when intended, and right before the click."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest

from bots_common.errors import NotFound, ObsListed
from bots_common.values import Receipt
from bots_common.work import Claimed, Codec, NewItem, State, Store
from bots_common.work.records import NewObs

GURLI, OTTO = "6101901234", "6202911235"
MINUTE = timedelta(minutes=1)
START = date(2020, 1, 1)


def listed(subject: str = GURLI, robot: str | None = None, first: date = START, last: date | None = None) -> NewObs:
    return NewObs(subject, "Særlig aftale", first, last, robot)


def add(store: Store, *references: str, subject: str = GURLI, robot: str = "flexwage") -> None:
    store.add(robot, [NewItem(reference, {}, subjects=(subject,)) for reference in references])


def claim(store: Store) -> Claimed:
    (claimed,) = store.claim(["flexwage"], "w", MINUTE)
    return claimed


def effect(store: Store, claimed: Claimed, receipt: str | None = "V1") -> None:
    row, _ = store.ledger.intend(claimed.lease, "pay", {})
    if receipt:
        store.ledger.settle(claimed.lease, row, Receipt(receipt), "flexwage", 0)


def outcome(store: Store, item: int = 1) -> tuple[State, str | None, str]:
    story = store.reading.story(item)
    return story.item.state, story.item.reason, story.history[-1].step


def test_who_is_listed_is_skipped_when_found_and_the_month_counts_it(store: Store) -> None:
    store.obs.add([listed()], "anna")
    add(store, "a")
    assert outcome(store) == (State.SKIPPED, "obs", "skip")
    assert store.reading.story(1).item.facts == {"why": "Særlig aftale", "by": "anna"}
    counts = {(count.outcome, count.reason): count.count for count in store.stats.counts()}
    assert counts == {("found", ""): 1, ("skipped", "obs"): 1}
    assert store.claim(["flexwage"], "w", MINUTE) == []


def test_who_comes_on_the_list_while_the_item_waits_is_skipped_when_it_is_claimed(store: Store) -> None:
    add(store, "a")
    add(store, "b", subject=OTTO)
    store.obs.add([listed()], "anna")
    assert [claimed.reference for claimed in store.claim(["flexwage"], "w", MINUTE, 5)] == ["b"]
    assert outcome(store) == (State.SKIPPED, "obs", "skip")


def test_who_comes_on_the_list_while_the_item_is_handled_is_not_acted_upon(store: Store) -> None:
    add(store, "a")
    claimed = claim(store)
    assert store.obs.add([listed()], "anna").in_hand == (1,)
    with pytest.raises(ObsListed):
        store.ledger.intend(claimed.lease, "pay", {})
    assert store.leave_to_people(claimed.lease, "w") == (State.SKIPPED, "obs")
    assert store.reading.story(1).effects == []


def test_who_comes_on_the_list_between_intent_and_click_is_not_clicked_for(store: Store) -> None:
    add(store, "a")
    claimed = claim(store)
    effect(store, claimed, receipt=None)
    store.obs.add([listed()], "anna")
    store.renew(claimed.lease, MINUTE)  # getting on is no act
    with pytest.raises(ObsListed):
        store.renew(claimed.lease, MINUTE, to_act=True)
    assert store.leave_to_people(claimed.lease, "w") == (State.EXCEPTION, "obs_midway")
    assert store.reading.story(1).item.facts["effects"] == "pay"


def test_what_was_done_before_is_told_to_a_person(store: Store) -> None:
    add(store, "a")
    claimed = claim(store)
    effect(store, claimed)
    store.obs.add([listed()], "anna")
    with pytest.raises(ObsListed):
        store.ledger.intend(claimed.lease, "letter", {})
    assert store.leave_to_people(claimed.lease, "w") == (State.EXCEPTION, "obs_midway")


def test_who_is_listed_when_a_case_that_was_begun_is_found_again_stays_with_a_person(store: Store) -> None:
    add(store, "a")
    claimed = claim(store)
    effect(store, claimed)
    store.hand_over(claimed.lease, "w", "missing", {})
    store.obs.add([listed()], "anna")
    store.add("flexwage", [NewItem("a", {}, subjects=(GURLI,), again=frozenset({"missing"}))])
    assert outcome(store) == (State.EXCEPTION, "obs_midway", "hand_over")


def test_an_effect_that_is_done_keeps_its_receipt(store: Store) -> None:
    add(store, "a")
    claimed = claim(store)
    effect(store, claimed)
    store.obs.add([listed()], "anna")
    row, fresh = store.ledger.intend(claimed.lease, "pay", {})
    assert (row.receipt, fresh) == (Receipt("V1"), False)


@pytest.mark.parametrize(
    ("entry", "left_alone"),
    [
        (listed(robot="flexwage"), True),
        (listed(robot="invoices"), False),
        (listed(subject=OTTO), False),
        (listed(first=date(2026, 11, 25), last=date(2026, 11, 25)), True),
        (listed(first=date(2026, 11, 26)), False),
        (listed(last=date(2026, 11, 24)), False),
    ],
)
def test_an_entry_is_for_its_robot_its_citizen_and_its_days(
    database_url: str, codec: Codec, entry: NewObs, left_alone: bool
) -> None:
    just_after_midnight = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)  # 25 November in Copenhagen
    with closing(Store.open(database_url, codec, clock=lambda: just_after_midnight)) as store:
        store.obs.add([entry], "anna")
        add(store, "a")
        assert (store.reading.story(1).item.state is State.SKIPPED) is left_alone


def test_an_entry_that_has_ended_leaves_the_next_case_to_the_robot(store: Store) -> None:
    store.obs.add([listed()], "anna")
    add(store, "a")
    store.obs.end(1, "anna")
    add(store, "b")
    assert store.reading.by_state("flexwage") == {State.SKIPPED: 1, State.NEW: 1}
    with pytest.raises(NotFound, match="kollega obs list"):
        store.obs.end(1, "anna")


def test_an_entry_that_ends_while_its_item_stops_hands_the_item_back(store: Store) -> None:
    add(store, "a")
    claimed = claim(store)
    assert store.leave_to_people(claimed.lease, "w") == (State.NEW, "")
    assert outcome(store) == (State.NEW, None, "hand_back")


def test_an_item_about_several_is_left_alone_for_the_sake_of_one(store: Store) -> None:
    store.obs.add([listed(subject=OTTO)], "anna")
    store.add("flexwage", [NewItem("both", {}, subjects=(GURLI, OTTO))])
    assert outcome(store) == (State.SKIPPED, "obs", "skip")


def test_the_same_entry_twice_stands_once(store: Store) -> None:
    assert store.obs.add([listed(), listed()], "anna").new == 1
    again = store.obs.add([listed(), listed(subject=OTTO)], "bo")
    assert (again.new, again.known) == (1, 1)
    assert [(entry.id, entry.subject) for entry in store.obs.entries()] == [(1, GURLI), (2, OTTO)]


def test_entries_are_found_by_robot_and_citizen(store: Store) -> None:
    store.obs.add([listed(robot="invoices"), listed(subject=OTTO)], "anna")
    assert [entry.id for entry in store.obs.entries(robot="flexwage")] == [2]
    assert [entry.id for entry in store.obs.entries(subject=GURLI)] == [1]


def test_a_confirmed_entry_remembers_when(store: Store) -> None:
    store.obs.add([listed()], "anna")
    store.obs.confirm(1, "bo")
    (entry,) = store.obs.entries()
    assert entry.confirmed_at is not None


def test_an_entry_is_changed_until_somebody_ends_it_and_stands_among_the_gone_then(store: Store) -> None:
    today = store.stats.today()
    store.obs.add([listed(), listed(OTTO, last=START)], "anna")
    (entry,) = store.obs.entries()
    store.obs.until(entry.id, today, "bo")
    changed = store.obs.one(entry.id)
    assert (changed.last, changed.confirmed_by) == (today, "bo")
    assert [it.subject for it in store.obs.entries(gone=True)] == [OTTO]
    store.obs.end(entry.id, "bo")
    with pytest.raises(NotFound):
        store.obs.until(entry.id, None, "anna")
    assert [it.ended_by for it in store.obs.entries(gone=True)] == ["bo", None]
    assert store.obs.entries() == []
    with pytest.raises(NotFound, match="no entry 99"):
        store.obs.one(99)
