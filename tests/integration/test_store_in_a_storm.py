"""Many workers at once, with all that can befall an item: nothing twice, nothing lost, and every count right."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from decimal import Decimal

from bots_common.errors import LeaseLost
from bots_common.values import Receipt
from bots_common.work import Claimed, Codec, NewItem, State, Store
from bots_common.work.states import Step
from bots_common.work.stats import DECIDED, HELPED, shard_of

ROBOT = "invoices"
MINUTE = timedelta(minutes=1)
GONE = timedelta(seconds=-1)


def together(url: str, codec: Codec, workers: int, work: Callable[[Store, str], None]) -> None:
    """Let so many workers do the same at once, each with a store of its own; their errors are the caller's."""
    errors: list[Exception] = []

    def one(name: str) -> None:
        store = Store.open(url, codec)
        try:
            work(store, name)
        except Exception as error:  # noqa: BLE001 - it is raised below, in the thread of the test
            errors.append(error)
        finally:
            store.close()

    threads = [threading.Thread(target=one, args=(f"w{number}",)) for number in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def test_many_threads_share_a_store_in_memory(codec: Codec) -> None:
    """What a robot's author tests with: desks ask it from several threads at once, as they ask any other."""
    with closing(Store.open("sqlite://", codec)) as store:
        store.add(ROBOT, [NewItem(f"B{number}", {}) for number in range(400)])
        handled: Counter[str] = Counter()

        def work(name: str) -> None:
            while claimed := store.claim([ROBOT], name, MINUTE, limit=3):
                handled.update(it.reference for it in claimed)
                assert store.finish_all([it.lease for it in claimed], name) == []

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(work, [f"w{number}" for number in range(8)]))
        assert handled == {f"B{number}": 1 for number in range(400)}
        assert store.reading.by_state(ROBOT) == {State.DONE: 400}


def test_eight_workers_never_share_an_item(database_url: str, codec: Codec) -> None:
    store = Store.open(database_url, codec)
    references = [f"B{number}" for number in range(600)]
    store.add(ROBOT, [NewItem(reference, {}) for reference in references])
    handled: Counter[str] = Counter()

    def work(mine: Store, name: str) -> None:
        while claimed := mine.claim([ROBOT], name, MINUTE, limit=7):
            handled.update(it.reference for it in claimed)
            assert mine.finish_all([it.lease for it in claimed], name) == []

    together(database_url, codec, 8, work)
    assert handled == dict.fromkeys(references, 1)
    assert store.reading.by_state(ROBOT) == {State.DONE: len(references)}
    store.close()


class Clumsy:
    """A worker to whom anything may happen. What the store let it settle or finish stands in `settled` and `done`."""

    def __init__(self, store: Store, name: str, settled: Counter[str], done: Counter[str]) -> None:
        self._store = store
        self._name = name
        self._chance = random.Random(name)
        self._settled = settled
        self._done = done

    def work(self) -> None:
        befalls = [self._finish, self._finish, self._hand_over, self._fail, self._hand_back, self._die]
        while self._store.open_count([ROBOT]):
            self._store.take_over_expired(max_takeovers=3)
            lease = self._chance.choice([MINUTE, MINUTE, GONE])
            for claimed in self._store.claim([ROBOT], self._name, lease, limit=3):
                try:
                    self._chance.choice(befalls)(claimed)
                except LeaseLost:
                    continue  # it was too slow; whoever has the item now goes on with it

    def _finish(self, claimed: Claimed) -> None:
        row, _ = self._store.ledger.intend(claimed.lease, "post", {})
        if row.receipt is None:
            receipt = Receipt(f"V{claimed.reference}", Decimal(10))
            self._store.ledger.settle(claimed.lease, row, receipt, ROBOT, shard_of(self._name))
            self._settled[claimed.reference] += 1
        self._store.finish(claimed.lease, self._name)
        self._done[claimed.reference] += 1

    def _hand_over(self, claimed: Claimed) -> None:
        self._store.hand_over(claimed.lease, self._name, self._chance.choice(["no_cpr", "amount_differs"]), {})
        if self._chance.random() < 0.5:
            self._store.people.retry(claimed.lease.item_id, "anna", "corrected")

    def _fail(self, claimed: Claimed) -> None:
        self._store.fail(claimed.lease, self._name, "slow", max_attempts=3, retry_seconds=0.001)

    def _hand_back(self, claimed: Claimed) -> None:
        self._store.hand_back([claimed.lease], self._name)

    def _die(self, claimed: Claimed) -> None:
        """Say nothing more: the lease runs out."""
        self._store.renew(claimed.lease, GONE)


def test_the_counts_are_those_of_the_history_whatever_befalls_the_items(database_url: str, codec: Codec) -> None:
    store = Store.open(database_url, codec)
    items = [NewItem(f"B{number}", {}, lane=f"lane {number % 30}" if number % 3 else None) for number in range(150)]
    settled: Counter[str] = Counter()
    done: Counter[str] = Counter()

    def work(mine: Store, name: str) -> None:
        mine.add(ROBOT, items)
        Clumsy(mine, name, settled, done).work()

    together(database_url, codec, 4, work)
    stories = [store.reading.story(item.id) for item in store.reading.items(limit=None)]
    steps = Counter(change.step for story in stories for change in story.history)
    for befallen in (Step.FINISH, Step.HAND_OVER, Step.FAIL, Step.HAND_BACK, Step.TAKE_OVER, Step.RETRY):
        assert steps[befallen] > 0, f"the storm was too mild: nothing was there to {befallen}"
    told: Counter[tuple[str, str]] = Counter()
    for count in store.stats.counts():
        given_up = count.outcome == State.EXCEPTION and count.reason in ("technical", "uncertain")
        by_people = count.outcome in (Step.RETRY, DECIDED)
        told[count.outcome, "given up" if given_up else "" if by_people else count.reason] += count.count
    handed_over = Counter(it.why for story in stories for it in story.history if it.step == Step.HAND_OVER)
    helped = sum({Step.RETRY, Step.FINISH} <= {change.step for change in story.history} for story in stories)
    assert told == Counter(
        {
            ("found", ""): len(items),
            ("done", ""): steps[Step.FINISH] - helped,
            ("done", HELPED): helped,
            (Step.RETRY, ""): steps[Step.RETRY],
            (DECIDED, ""): steps[Step.RETRY],
            ("effect", "post"): sum(settled.values()),
            ("exception", "given up"): steps[Step.GIVE_UP],
            **{("exception", reason): times for reason, times in handed_over.items()},
        }
    )
    receipts = [effect for story in stories for effect in story.effects if effect.receipt is not None]
    assert sum(it.amount for it in store.stats.counts()) == 10 * len(receipts)
    assert set(settled.values()) | set(done.values()) == {1}, "an effect or an item was finished twice"
    assert {story.item.state for story in stories} == {State.DONE, State.EXCEPTION}
    assert len(stories) == len(items)
    store.close()
