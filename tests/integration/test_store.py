"""The promises of the work item store, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from bots_common.errors import IllegalTransition, LeaseLost, StoreError
from bots_common.values import Receipt
from bots_common.work import picking
from bots_common.work.codec import Codec
from bots_common.work.database import Database
from bots_common.work.records import Added, Lease, NewItem, NewObs
from bots_common.work.schema import Schema
from bots_common.work.states import State
from bots_common.work.store import Store
from bots_common.work.tables import Base
from tests.plans import plan

MINUTE = timedelta(minutes=1)
GONE = timedelta(seconds=-1)
ROBOT = "invoices"


def items(count: int, **fields: object) -> list[NewItem]:
    return [NewItem(f"B{n:04}", {"number": n}, **fields) for n in range(count)]  # type: ignore[arg-type]


def claim_one(store: Store, worker: str = "w1", lease: timedelta = MINUTE) -> Lease:
    (claimed,) = store.claim([ROBOT], worker, lease)
    return claimed.lease


def fail(store: Store, lease: Lease, *, max_attempts: int = 3) -> State:
    return store.fail(lease, "w1", "the page did not answer", max_attempts=max_attempts, retry_seconds=0.001)


@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
def test_the_migrations_end_in_the_models(database_url: str) -> None:
    database = Database(database_url)
    Schema(database).prepare()
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    database.close()


def test_finding_again_adds_nothing(store: Store) -> None:
    first = store.add(ROBOT, items(3))
    again = store.add(ROBOT, items(4))
    assert first.new == ("B0000", "B0001", "B0002")
    assert again.new == ("B0003",)
    assert again.known == ("B0000", "B0001", "B0002")
    assert store.reading.by_state(ROBOT) == {State.NEW: 4}


def test_a_reference_is_unique_for_each_robot_alone(store: Store) -> None:
    store.add(ROBOT, items(1))
    assert store.add("flexwage", items(1)).new == ("B0000",)


LATE = NewItem("F1", {}, subjects=("6101901234",), again=frozenset({"no_report", "no_wage"}))


def with_a_person(store: Store, reason: str = "no_report") -> None:
    store.add(ROBOT, [LATE])
    store.hand_over(claim_one(store), "w1", reason, {"month": "2024-10"})


def test_what_had_to_wait_goes_to_the_robot_again_when_it_is_found_again(store: Store) -> None:
    with_a_person(store)
    assert store.add(ROBOT, [LATE]) == Added(new=(), known=("F1",), again=("F1",))
    assert store.add(ROBOT, [LATE]).again == (), "it is with the robot already"
    story = store.reading.story(1)
    assert (story.item.state, story.item.reason, story.item.facts) == (State.NEW, None, {})
    last = story.history[-1]
    assert (last.who, last.step, last.from_state, last.why) == (ROBOT, "find", State.EXCEPTION, "found again")
    claim_one(store)


def test_what_a_person_has_for_another_reason_stays_with_them(store: Store) -> None:
    with_a_person(store, "income_unclear")
    assert store.add(ROBOT, [LATE]).again == ()
    assert store.reading.story(1).item.reason == "income_unclear"


def test_what_is_done_is_not_done_again(store: Store) -> None:
    store.add(ROBOT, [LATE])
    store.finish(claim_one(store), "w1")
    assert store.add(ROBOT, [LATE]) == Added(new=(), known=("F1",))
    assert store.claim([ROBOT], "w1", MINUTE) == []


def test_an_item_found_without_that_wish_stays_where_it_is(store: Store) -> None:
    with_a_person(store)
    assert store.add(ROBOT, [NewItem("F1", {})]).again == ()


def test_who_has_come_on_the_obs_list_meanwhile_is_left_out_when_found_again(store: Store) -> None:
    with_a_person(store)
    store.obs.add([NewObs("6101901234", "Klagesag", date(2020, 1, 1))], "anna")
    store.add(ROBOT, [LATE])
    assert (store.reading.story(1).item.state, store.reading.story(1).item.reason) == (State.SKIPPED, "obs")


def test_payloads_come_back_and_lie_sealed_on_disk(store: Store) -> None:
    store.add(ROBOT, [NewItem("B1", {"citizen": "Gurli Søndergård"}, subjects=("6101901234",))])
    (claimed,) = store.claim([ROBOT], "w1", MINUTE)
    assert claimed.payload == {"citizen": "Gurli Søndergård"}


def test_the_database_file_holds_no_payload_and_no_citizen(tmp_path, codec: Codec) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'k.db'}", codec)
    store.add(ROBOT, [NewItem("B1", {"citizen": "Gurli"}, subjects=("6101901234",))])
    store.close()
    with sqlite3.connect(tmp_path / "k.db") as raw:
        dump = "\n".join(raw.iterdump())
    assert "B1" in dump
    assert "Gurli" not in dump
    assert b"Gurli".hex().upper() not in dump.upper()
    assert "6101901234" not in dump
    assert b"6101901234".hex().upper() not in dump.upper()


def test_another_key_cannot_read(store: Store, database_url: str) -> None:
    store.add(ROBOT, items(1))
    stranger = Store.open(database_url, Codec(bytes(32)))
    with pytest.raises(StoreError, match="KOLLEGA_KEY"):
        stranger.reading.story(1)
    stranger.close()


def test_higher_priority_first_then_the_order_found(store: Store) -> None:
    store.add(ROBOT, [NewItem("later", {}), NewItem("urgent", {}, priority=5), NewItem("last", {})])
    claimed = store.claim([ROBOT], "w1", MINUTE, limit=5)
    assert [item.reference for item in claimed] == ["urgent", "later", "last"]


def test_an_item_is_not_claimed_before_its_time(store: Store) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    store.add(ROBOT, [NewItem("B1", {}, not_before=tomorrow)])
    assert store.claim([ROBOT], "w1", MINUTE) == []


def test_nobody_waits_for_an_item_of_a_later_day_nor_for_what_its_lane_keeps_behind_it(store: Store) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    store.add(ROBOT, [NewItem("later", {}, lane="a", not_before=tomorrow), NewItem("behind", {}, lane="a")])
    assert store.open_count([ROBOT]) == 0
    store.add(ROBOT, [NewItem("now", {}, lane="b"), NewItem("next", {}, lane="b"), NewItem("free", {})])
    assert store.open_count([ROBOT]) == 3
    store.fail(claim_one(store), "w1", "slow", max_attempts=3, retry_seconds=3600)
    assert store.open_count([ROBOT]) == 3, "what has failed is tried again soon, and its lane goes on after it"


def test_what_is_open_is_counted_without_a_look_at_what_is_finished(database_url: str, store: Store) -> None:
    store.add(ROBOT, items(1))
    database = Database(database_url)
    counting = picking.awaited(database, [ROBOT]).compile(
        database.engine, compile_kwargs={"render_postcompile": True}
    )
    given = counting.construct_params()
    by_place = tuple(given[name] for name in counting.positiontup or ())
    found = plan(database, str(counting), by_place if database.sqlite else given)
    database.close()
    assert "ix_item_lease" in found
    assert "ix_item_ready" in found


def test_a_worker_gets_only_the_robots_it_asks_for(store: Store) -> None:
    store.add(ROBOT, items(1))
    assert store.claim(["flexwage"], "w1", MINUTE) == []


def test_one_lane_is_handled_one_at_a_time_in_the_order_found(store: Store) -> None:
    store.add(ROBOT, [NewItem("a1", {}, lane="a"), NewItem("a2", {}, lane="a"), NewItem("b1", {}, lane="b")])
    first, other = store.claim([ROBOT], "w1", MINUTE, limit=5)
    assert (first.reference, other.reference) == ("a1", "b1")
    assert store.claim([ROBOT], "w2", MINUTE) == []
    store.finish(first.lease, "w1")
    assert [item.reference for item in store.claim([ROBOT], "w2", MINUTE)] == ["a2"]


def test_a_lane_waits_for_an_item_that_will_be_tried_again(store: Store) -> None:
    store.add(ROBOT, [NewItem("a1", {}, lane="a"), NewItem("a2", {}, lane="a")])
    lease = claim_one(store)
    store.fail(lease, "w1", "slow", max_attempts=3, retry_seconds=3600)
    assert store.claim([ROBOT], "w1", MINUTE) == []


def test_an_earlier_item_sent_back_by_a_person_waits_for_the_lane_to_be_free(store: Store) -> None:
    store.add(ROBOT, [NewItem("a1", {}, lane="a"), NewItem("a2", {}, lane="a")])
    store.hand_over(claim_one(store), "w1", "no_cpr", {})
    second = claim_one(store)
    store.people.retry(1, "anna", "corrected")
    assert store.claim([ROBOT], "w2", MINUTE) == []
    store.finish(second, "w1")
    assert [item.reference for item in store.claim([ROBOT], "w2", MINUTE)] == ["a1"]


def test_many_workers_at_once_never_share_an_item_or_a_lane(database_url: str, codec: Codec) -> None:
    store = Store.open(database_url, codec)
    store.add(ROBOT, [NewItem(f"B{n}", {}, lane=f"lane {n % 20}" if n % 2 else None) for n in range(300)])
    handled: Counter[str] = Counter()
    busy: set[str | None] = set()
    clashes: list[str] = []
    guard = threading.Lock()

    def work(worker: str) -> None:
        mine = Store.open(database_url, codec)
        while mine.open_count([ROBOT]):
            for claimed in mine.claim([ROBOT], worker, MINUTE, limit=3):
                number = int(claimed.reference[1:])
                lane = f"lane {number % 20}" if number % 2 else None
                with guard:
                    handled[claimed.reference] += 1
                    if lane in busy:
                        clashes.append(claimed.reference)
                    busy.update({lane} - {None})
                with guard:
                    busy.discard(lane)
                mine.finish(claimed.lease, worker)
        mine.close()

    threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(handled.values()) == {1}
    assert len(handled) == 300
    assert clashes == []
    assert store.reading.by_state(ROBOT) == {State.DONE: 300}
    assert {c.outcome: c.count for c in store.stats.counts()} == {"found": 300, "done": 300}
    store.close()


def test_who_lost_the_lease_can_say_nothing_more(store: Store) -> None:
    store.add(ROBOT, items(1))
    late = claim_one(store, "slow", GONE)
    assert store.take_over_expired(max_takeovers=5) == 1
    mine = claim_one(store, "quick")
    row, _ = store.ledger.intend(mine, "post", {})
    for attempt in (
        lambda: store.finish(late, "slow"),
        lambda: store.hand_over(late, "slow", "no_cpr", {}),
        lambda: fail(store, late),
        lambda: store.renew(late, MINUTE),
        lambda: store.ledger.intend(late, "post", {}),
        lambda: store.ledger.intend_again(late, row, {}),
        lambda: store.ledger.settle(late, row, Receipt("V1"), ROBOT, 0),
    ):
        with pytest.raises(LeaseLost):
            attempt()
    story = store.reading.story(1)
    assert story.item.state is State.WORKING
    assert story.effects[0].receipt is None
    store.finish(mine, "quick")
    assert [(change.step, change.who) for change in store.reading.story(1).history] == [
        ("find", ROBOT),
        ("claim", "slow"),
        ("take_over", "store"),
        ("claim", "quick"),
        ("finish", "quick"),
    ]


def test_a_lease_that_is_renewed_is_not_taken_over(store: Store) -> None:
    store.add(ROBOT, items(1))
    lease = claim_one(store, lease=GONE)
    store.renew(lease, MINUTE)
    assert store.take_over_expired(max_takeovers=5) == 0


def test_an_item_that_kills_its_workers_goes_to_a_person(store: Store) -> None:
    store.add(ROBOT, items(1))
    for _ in range(3):
        claim_one(store, lease=GONE)
        store.take_over_expired(max_takeovers=2)
    item = store.reading.story(1).item
    assert (item.state, item.reason) == (State.EXCEPTION, "technical")
    assert "3 workers stopped" in item.facts["error"]


def test_a_failure_comes_back_later_and_ends_with_a_person(store: Store) -> None:
    store.add(ROBOT, items(1))
    states = []
    while store.open_count([ROBOT]):
        for claimed in store.claim([ROBOT], "w1", MINUTE):
            states.append(fail(store, claimed.lease))
    assert states == [State.NEW, State.NEW, State.EXCEPTION]
    item = store.reading.story(1).item
    assert (item.reason, item.facts["error"]) == ("technical", "the page did not answer")


def test_an_item_given_up_with_an_effect_that_nobody_saw_answered_is_uncertain(store: Store) -> None:
    store.add(ROBOT, items(2))
    lease = claim_one(store)
    store.ledger.intend(lease, "post", {})
    assert fail(store, lease, max_attempts=1) is State.EXCEPTION
    item = store.reading.story(1).item
    assert (item.reason, item.facts["effect"]) == ("uncertain", "post")
    lease = claim_one(store, lease=GONE)
    store.ledger.intend(lease, "post", {})
    store.take_over_expired(max_takeovers=0)
    assert store.reading.story(2).item.reason == "uncertain"
    assert {(c.outcome, c.reason): c.count for c in store.stats.counts()}["exception", "uncertain"] == 2


def test_back_off_grows(store: Store) -> None:
    store.add(ROBOT, items(1))
    store.fail(claim_one(store), "w1", "slow", max_attempts=9, retry_seconds=60)
    item = store.reading.story(1).item
    wait = item.not_before - item.changed_at
    assert timedelta(seconds=44) < wait < timedelta(seconds=76)


def test_an_error_text_with_a_personal_number_is_masked_before_it_is_stored(store: Store) -> None:
    store.add(ROBOT, items(1))
    store.fail(claim_one(store), "w1", "no row for 610190-1234", max_attempts=1, retry_seconds=1)
    story = store.reading.story(1)
    assert story.history[-1].why == "no row for ******-****"
    assert story.item.facts["error"] == "no row for ******-****"


def test_a_person_sends_an_exception_back_with_fresh_attempts(store: Store) -> None:
    store.add(ROBOT, items(1))
    store.hand_over(claim_one(store), "w1", "amount_differs", {"expected": "100.00"})
    assert store.reading.items(states=[State.EXCEPTION])[0].facts == {"expected": "100.00"}
    store.people.retry(1, "anna", "the rate is corrected")
    item = store.reading.story(1).item
    assert (item.state, item.reason, item.facts, item.attempts) == (State.NEW, None, {}, 0)
    assert store.reading.story(1).history[-1].who == "anna"


def test_a_finished_item_cannot_be_sent_back(store: Store) -> None:
    store.add(ROBOT, items(1))
    store.finish(claim_one(store), "w1")
    with pytest.raises(IllegalTransition, match="done"):
        store.people.retry(1, "anna", "again")
    with pytest.raises(StoreError, match="There is no item 99"):
        store.people.retry(99, "anna", "again")


def test_an_effect_is_intended_once_and_keeps_its_first_receipt(store: Store) -> None:
    store.add(ROBOT, items(1))
    lease = claim_one(store)
    row, fresh = store.ledger.intend(lease, "post", {"amount": "10.00"})
    assert fresh
    assert row.receipt is None
    found, fresh = store.ledger.intend(lease, "post", {"amount": "99.00"})
    assert not fresh
    assert found.intent == {"amount": "10.00"}
    from decimal import Decimal

    store.ledger.settle(lease, row, Receipt("V1", Decimal("10.00")), ROBOT, 0)
    with pytest.raises(LeaseLost):
        store.ledger.settle(lease, row, Receipt("V2", Decimal("10.00")), ROBOT, 0)
    with pytest.raises(LeaseLost):
        store.ledger.intend_again(lease, row, {})
    assert store.reading.story(1).effects[0].receipt == Receipt("V1", Decimal("10.00"))
    (count,) = [count for count in store.stats.counts() if count.outcome == "effect"]
    assert (count.reason, count.count, count.amount) == ("post", 1, Decimal("10.00"))


def test_a_receipt_that_comes_late_is_kept_while_nobody_has_tried_again(store: Store) -> None:
    store.add(ROBOT, items(1))
    late = claim_one(store, lease=GONE)
    row, _ = store.ledger.intend(late, "post", {})
    store.take_over_expired(max_takeovers=5)
    store.ledger.settle(late, row, Receipt("V1"), ROBOT, 0)
    mine = claim_one(store)
    found, fresh = store.ledger.intend(mine, "post", {})
    assert (found.receipt, fresh) == (Receipt("V1"), False)


def test_counts_agree_with_the_history(store: Store) -> None:
    store.add(ROBOT, items(6))
    store.finish(claim_one(store), "w1")
    store.hand_over(claim_one(store, "w2"), "w2", "no_cpr", {})
    store.hand_over(claim_one(store, "w3"), "w3", "no_cpr", {})
    counts = {(c.outcome, c.reason): c.count for c in store.stats.counts(robot=ROBOT, since=store.stats.today())}
    assert counts == {("found", ""): 6, ("done", ""): 1, ("exception", "no_cpr"): 2}
