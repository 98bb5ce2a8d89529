"""Questions about items: counts, spans of time and bookings, the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest

from bots_common.errors import NotFound
from bots_common.values import Receipt
from bots_common.work import Codec, NewItem, State, Store
from tests.clocks import Clock
from tests.handled import NOON, ROBOT, WORKER, claimed

DAY = timedelta(days=1)


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def store(database_url: str, codec: Codec, clock: Clock) -> Iterator[Store]:
    opened = Store.open(database_url, codec, clock=clock)
    yield opened
    opened.close()


def hand_over(store: Store, reference: str, reason: str, robot: str = ROBOT) -> None:
    store.hand_over(claimed(store, NewItem(reference, {}), robot), WORKER, reason, {})


def test_counts_by_robot_state_and_reason(store: Store) -> None:
    hand_over(store, "A", "no_cpr")
    hand_over(store, "B", "no_cpr")
    hand_over(store, "C", "currency")
    hand_over(store, "D", "no_cpr", robot="flexwage")
    store.add(ROBOT, [NewItem("E", {})])
    reading = store.reading
    assert reading.count() == 5
    assert reading.count(robot=ROBOT) == 4
    assert reading.count(states=[State.EXCEPTION]) == 4
    assert reading.count(states=[State.EXCEPTION, State.NEW], robot=ROBOT) == 4
    assert reading.count(robot=ROBOT, states=[State.EXCEPTION], reason="no_cpr") == 2
    assert reading.count(states=[State.WAITING]) == 0
    assert reading.exceptions() == {(ROBOT, "no_cpr"): 2, (ROBOT, "currency"): 1, ("flexwage", "no_cpr"): 1}


def test_an_exception_that_was_sent_back_is_no_longer_counted(store: Store) -> None:
    hand_over(store, "A", "no_cpr")
    store.people.retry(1, "anna", "corrected")
    assert store.reading.exceptions() == {}


def test_items_of_a_span_begin_with_its_start_and_end_before_its_end(store: Store, clock: Clock) -> None:
    for reference in ("yesterday", "today", "tomorrow"):
        hand_over(store, reference, "no_cpr")
        clock.now += DAY
    found = store.reading.items(since=NOON + DAY, until=NOON + 2 * DAY, limit=None)
    assert [item.reference for item in found] == ["today"]
    assert len(store.reading.items(since=NOON, limit=None)) == 3


def test_what_was_booked_in_a_span_with_its_receipts(store: Store, clock: Clock) -> None:
    lease = claimed(store, NewItem("A", {}))
    for name, receipt in (
        ("post", Receipt("V1", Decimal("10.25"))),
        ("post/second", Receipt("V2", Decimal("0.75"))),
        ("mark-paid/G1", Receipt("K1")),
    ):
        row, _ = store.ledger.intend(lease, name, {})
        store.ledger.settle(lease, row, receipt, ROBOT, 0)
    store.ledger.intend(lease, "mark-paid/G2", {})
    only_remark = claimed(store, NewItem("B", {}))
    row, _ = store.ledger.intend(only_remark, "remark", {})
    store.ledger.settle(only_remark, row, Receipt("N1"), ROBOT, 0)
    (booking,) = store.reading.booked(NOON, NOON + DAY)
    assert (booking.reference, booking.amount, booking.at) == ("A", Decimal("11.00"), NOON)
    assert booking.receipts == (("post", "V1"), ("post/second", "V2"), ("mark-paid/G1", "K1"))
    assert store.reading.booked(NOON + timedelta(seconds=1), NOON + DAY) == []
    assert store.reading.booked(NOON - DAY, NOON) == []


def test_evidence_is_found_by_its_number(store: Store) -> None:
    lease = claimed(store, NewItem("A", {}))
    store.ledger.keep_evidence(lease.item_id, "post", "page", "ab/cd.sealed")
    item, row = store.reading.evidence(1)
    assert (item.reference, row.about, row.kind, row.file) == ("A", "post", "page", "ab/cd.sealed")
    with pytest.raises(NotFound, match="There is no evidence 2"):
        store.reading.evidence(2)


def test_what_is_not_there_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound, match="There is no item 7"):
        store.reading.story(7)


def test_time_at_a_desk_is_that_of_all_attempts_but_not_of_a_dead_workers(store: Store, clock: Clock) -> None:
    for reference in ("A", "B"):
        claimed(store, NewItem(reference, {}))
    clock.now += timedelta(minutes=90)
    store.take_over_expired(3)
    (first, second) = store.claim([ROBOT], WORKER, DAY, limit=2)
    clock.now += timedelta(seconds=20)
    store.fail(first.lease, WORKER, "SystemUnavailable", max_attempts=3, retry_seconds=1)
    store.finish(second.lease, WORKER)
    clock.now += timedelta(hours=1)
    (again,) = store.claim([ROBOT], WORKER, DAY)
    clock.now += timedelta(seconds=10)
    store.finish(again.lease, WORKER)
    store.add(ROBOT, [NewItem("never begun", {})])
    assert store.times.at_desk(ROBOT, NOON, NOON + DAY) == timedelta(seconds=25)
    assert store.times.at_desk(ROBOT, NOON + timedelta(seconds=1), NOON + timedelta(hours=1)) is None


def test_the_wait_for_an_effect_ends_with_its_first_receipt(store: Store, clock: Clock) -> None:
    lease = claimed(store, NewItem("A", {}))
    for name in ("request/private", "request/children", "requested", "request_lost"):
        clock.now += timedelta(hours=1)
        row, _ = store.ledger.intend(lease, name, {})
        store.ledger.settle(lease, row, Receipt("P1"), ROBOT, 0)
    store.ledger.intend(lease, "file", {})
    hours = timedelta(hours=1)
    waits = store.times.until_done(ROBOT, ["request", "requested", "file"], NOON, NOON + DAY)
    assert waits == {"request": hours, "requested": hours * 3}
    assert store.times.until_done(ROBOT, ["request"], NOON + hours, NOON + DAY) == {}
