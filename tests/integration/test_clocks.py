"""Clocks that go wrong: on PostgreSQL the server's clock counts, and a worker machine's own does not matter.

On SQLite all workers share one machine and its clock. A step forward makes leases run out early, a step back late;
the fencing number holds either way.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bots_common.errors import LeaseLost
from bots_common.values import Receipt
from bots_common.work import Codec, NewItem, State, Store, database

ROBOT = "clerk"
LEASE = timedelta(minutes=1)
STEPS = [timedelta(hours=1), timedelta(hours=-1)]


class MachineClock:
    """The wall clock of a worker's machine, which somebody has set wrong."""

    def __init__(self, ahead: timedelta = timedelta()) -> None:
        self.ahead = ahead

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def opened(shared_database: str, codec: Codec) -> Iterator[Store]:
    """The store as a machine with a right clock has it."""
    with closing(Store.open(shared_database, codec)) as store:
        yield store


@contextmanager
def on_a_wrong_machine(url: str, codec: Codec, ahead: timedelta, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    with monkeypatch.context() as patch:
        patch.setattr(database, "utc_now", MachineClock(ahead))
        with closing(Store.open(url, codec)) as store:
            yield store


@pytest.mark.parametrize("ahead", STEPS)
def test_on_postgresql_the_clock_of_the_workers_machine_does_not_matter(
    shared_database: str, codec: Codec, opened: Store, ahead: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    with on_a_wrong_machine(shared_database, codec, ahead, monkeypatch) as wrong:
        begun = datetime.now(UTC)
        wrong.add(ROBOT, [NewItem("a", {}), NewItem("b", {})])
        (a,) = opened.claim([ROBOT], "right", LEASE)  # what it found can be begun at once
        (b,) = wrong.claim([ROBOT], "wrong", LEASE)
        assert wrong.take_over_expired(max_takeovers=20) == 0
        assert opened.take_over_expired(max_takeovers=20) == 0
        wrong.fail(b.lease, "wrong", "a stumble", max_attempts=5, retry_seconds=0)
        (again,) = opened.claim([ROBOT], "right", LEASE)
        assert again.reference == "b"
        opened.finish(a.lease, "right")
        times = [change.at for item in opened.reading.items() for change in opened.reading.story(item.id).history]
    assert all(abs(at - begun) < timedelta(minutes=5) for at in times)


def test_on_sqlite_a_clock_that_jumps_ahead_costs_a_worker_its_item_and_nothing_else(
    tmp_path: Path, codec: Codec
) -> None:
    clock = MachineClock()
    with closing(Store.open(f"sqlite:///{(tmp_path / 'kollega.db').as_posix()}", codec, clock=clock)) as store:
        store.add(ROBOT, [NewItem("a", {})])
        (late,) = store.claim([ROBOT], "late", LEASE)
        row, _ = store.ledger.intend(late.lease, "post", {})
        clock.ahead = timedelta(hours=1)
        assert store.take_over_expired(max_takeovers=20) == 1
        with pytest.raises(LeaseLost):
            store.renew(late.lease, LEASE)  # as right before the click
        with pytest.raises(LeaseLost):
            store.finish(late.lease, "late")
        (taken,) = store.claim([ROBOT], "other", LEASE)
        again = store.ledger.intend_again(taken.lease, row, {})
        with pytest.raises(LeaseLost):
            store.ledger.settle(late.lease, row, Receipt("1"), ROBOT, 0)
        store.ledger.settle(taken.lease, again, Receipt("2"), ROBOT, 0)
        store.finish(taken.lease, "other")
        assert store.reading.by_state(ROBOT) == {State.DONE: 1}


def test_on_sqlite_a_clock_that_jumps_back_makes_the_item_of_a_dead_worker_wait_that_long(
    tmp_path: Path, codec: Codec
) -> None:
    clock = MachineClock()
    with closing(Store.open(f"sqlite:///{(tmp_path / 'kollega.db').as_posix()}", codec, clock=clock)) as store:
        store.add(ROBOT, [NewItem("a", {})])
        store.claim([ROBOT], "dead", LEASE)
        clock.ahead = timedelta(hours=-1)
        assert store.take_over_expired(max_takeovers=20) == 0
        clock.ahead = LEASE * 2
        assert store.take_over_expired(max_takeovers=20) == 1
