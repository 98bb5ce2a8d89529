"""Drifts in the store, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from bots_common.errors import NotFound, StoreError
from bots_common.work import Codec, NewItem, State, Store
from bots_common.work.states import Step
from bots_common.work.system_records import Expected, Landmark

OLD = frozenset({Landmark("button", "Bogfør"), Landmark("field", "Art #")})
NEW = frozenset({Landmark("button", "Bogfør nu"), Landmark("field", "Art #")})
NEWER = NEW | {Landmark("field", "Afdeling")}


def report(store: Store, *, screen: str = "posting", worker: str = "pc-1") -> int | None:
    return store.drift.report("finance", screen, Expected(OLD), NEW, worker)


def opened(store: Store, screen: str = "posting") -> int:
    drift_id = report(store, screen=screen)
    assert drift_id is not None
    return drift_id


def test_a_drift_tells_what_was_expected_and_seen(store: Store) -> None:
    drift_id = opened(store)
    store.drift.keep_picture(drift_id, "ab/cd.sealed")
    (row,) = store.drift.open()
    assert row == store.drift.one(drift_id)
    assert (row.system, row.screen, row.worker, row.picture) == ("finance", "posting", "pc-1", "ab/cd.sealed")
    assert (row.expected, row.seen) == (Expected(OLD), NEW)
    assert (row.accepted_at, row.accepted_by, row.why) == (None, None, None)


def test_one_drift_is_open_however_many_workers_find_it(store: Store) -> None:
    with ThreadPoolExecutor(8) as workers:
        told = list(workers.map(lambda number: report(store, worker=f"pc-{number}"), range(8)))
    assert len([drift_id for drift_id in told if drift_id is not None]) == 1
    assert len(store.drift.open()) == 1
    opened(store, "document")
    assert [row.screen for row in store.drift.open()] == ["posting", "document"]


def test_what_was_seen_is_expected_once_a_person_has_accepted_it(store: Store) -> None:
    assert store.drift.accepted("finance", "posting") is None
    drift_id = opened(store)
    assert store.drift.accepted("finance", "posting") is None
    accepted = store.drift.accept(drift_id, "anna", "only the name; told by 010190-1234")
    assert (accepted.accepted_by, accepted.why) == ("anna", "only the name; told by ******-****")
    assert store.drift.open() == []
    assert store.drift.accepted("finance", "posting") == NEW
    assert store.drift.accepted("finance", "document") is None
    assert store.drift.accepted("grants", "posting") is None


def test_the_last_word_counts(store: Store) -> None:
    store.drift.accept(opened(store), "anna", "seen")
    second = store.drift.report("finance", "posting", Expected(NEW, exact=True), NEWER, "pc-1")
    assert second is not None
    assert store.drift.accepted("finance", "posting") == NEW
    store.drift.accept(second, "bo", "seen too")
    assert store.drift.accepted("finance", "posting") == NEWER
    assert [(row.id, row.expected.exact) for row in store.drift.latest(10)] == [(second, True), (second - 1, False)]
    assert [row.id for row in store.drift.latest(1)] == [second]


def test_a_worker_that_looked_before_a_person_accepted_does_not_stop_the_robots_again(store: Store) -> None:
    store.drift.accept(opened(store), "anna", "seen")
    assert report(store, worker="pc-2") is None
    assert store.drift.open() == []


def test_a_drift_is_accepted_once(store: Store) -> None:
    drift_id = opened(store)
    store.drift.accept(drift_id, "anna", "seen")
    with pytest.raises(StoreError, match="anna has accepted drift"):
        store.drift.accept(drift_id, "bo", "me too")
    assert store.drift.one(drift_id).accepted_by == "anna"


def test_a_drift_that_is_not_there(store: Store) -> None:
    with pytest.raises(NotFound, match=r"There is no drift 7\. `kollega drift list`"):
        store.drift.one(7)
    with pytest.raises(NotFound):
        store.drift.accept(7, "anna", "seen")


def test_landmarks_lie_sealed(store: Store, codec: Codec) -> None:
    opened(store)
    with store._database.read() as tx:
        expected, seen = tx.execute(text("SELECT expected, seen FROM drift")).one()
    for sealed in (expected, seen):
        assert b"Art" not in bytes(sealed)
        assert ["field", "Art #"] in codec.unseal_json(bytes(sealed))


def test_an_item_is_handed_back_with_the_reason_and_no_attempt(store: Store) -> None:
    store.add("invoices", [NewItem("B1", {})])
    (claimed,) = store.claim(["invoices"], "pc-1", timedelta(minutes=1))
    assert not store.ledger.begun(claimed.lease.item_id)
    store.hand_back([claimed.lease], "pc-1", "its screen has changed")
    story = store.reading.story(claimed.lease.item_id)
    assert (story.item.state, story.item.attempts) == (State.NEW, 0)
    assert (story.history[-1].step, story.history[-1].why) == (Step.HAND_BACK, "its screen has changed")


def test_an_item_whose_effect_was_intended_is_begun(store: Store) -> None:
    store.add("invoices", [NewItem("B1", {}), NewItem("B2", {})])
    first, second = store.claim(["invoices"], "pc-1", timedelta(minutes=1), limit=2)
    store.ledger.intend(first.lease, "post", {})
    assert store.ledger.begun(first.lease.item_id)
    assert not store.ledger.begun(second.lease.item_id)
