"""What is left of items as they get older, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from playwright.async_api import Page
from sqlalchemy import Connection, Engine, event, insert, text

from bots_common.errors import NotFound
from bots_common.evidence import EvidenceFolder
from bots_common.retention import Outlived, look, run
from bots_common.settings import RetentionSettings
from bots_common.values import Receipt
from bots_common.work.codec import Codec
from bots_common.work.database import Database
from bots_common.work.records import Aged, NewItem, NewObs
from bots_common.work.retention import BATCH
from bots_common.work.run_records import NewRun, RunState, Stop, Tally
from bots_common.work.states import State
from bots_common.work.store import Store
from bots_common.work.system_records import Expected, Landmark
from bots_common.work.tables import Proposal
from tests.leaks import leaks
from tests.plans import plan

ROBOT = "invoices"
MINUTE = timedelta(minutes=1)
CPR = "6101901234"
SHORT = RetentionSettings(payload=10, evidence=5, reference=20, row=30)
NOTHING = Outlived(0, 0, 0, 0, 0)


class ShownPage:
    """What stands on the screen when evidence is taken."""

    def is_closed(self) -> bool:
        return False

    async def content(self) -> str:
        return f"Borger {CPR}"

    async def screenshot(self, **options: object) -> bytes:
        return CPR.encode()


class Past:
    """A store whose clock can be set, and its evidence."""

    def __init__(self, url: str, folder: Path, codec: Codec) -> None:
        self.url = url
        self.now = datetime(2026, 1, 1, 12, tzinfo=UTC)
        self.store = Store.open(url, codec, clock=lambda: self.now)
        self.folder = folder / "evidence"
        self.evidence = EvidenceFolder(self.folder, codec, self.store.ledger)
        self.codec = codec

    async def finished(self, reference: str) -> int:
        """An item with everything that an item can have, done now."""
        payload = {"reference": reference, "cpr": CPR}
        self.store.add(ROBOT, [NewItem(reference, payload, subjects=(CPR,), lane=f"lane {reference}")])
        (claimed,) = self.store.claim([ROBOT], "w1", MINUTE)
        item_id = claimed.lease.item_id
        self.store.fail(claimed.lease, "w1", f"no row for {reference}", max_attempts=3, retry_seconds=0.001)
        self.later(seconds=1)
        (claimed,) = self.store.claim([ROBOT], "w1", MINUTE)
        row, _ = self.store.ledger.intend(claimed.lease, "post", payload)
        self.store.ledger.settle(claimed.lease, row, Receipt("V1"), ROBOT, 0)
        self._propose(item_id, payload)
        await self.evidence.keep(item_id, "post", cast(Page, ShownPage()))
        self.store.finish(claimed.lease, "w1")
        return item_id

    def _propose(self, item_id: int, payload: dict[str, str]) -> None:
        database = Database(self.url)
        intent = self.codec.seal_json(payload)
        given = {"name": "post", "cause": "sample", "digest": b"1", "check": "find", "why": CPR}
        with database.write() as tx:
            tx.execute(insert(Proposal).values(item_id=item_id, intent=intent, proposed_at=self.now, **given))
        database.close()

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    def age(self, rules: RetentionSettings = SHORT) -> Outlived:
        """Retention at work; what it said before that it would do, it has done."""
        foreseen = look(self.store, self.evidence, rules)
        assert run(self.store, self.evidence, rules) == foreseen
        assert look(self.store, self.evidence, rules) == NOTHING
        return foreseen

    def files(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_file()]


@pytest.fixture
def past(database_url: str, tmp_path: Path, codec: Codec) -> Iterator[Past]:
    past = Past(database_url, tmp_path, codec)
    yield past
    past.store.close()


async def test_fields_go_one_after_the_other_and_the_row_last(past: Past) -> None:
    item_id = await past.finished("B1")
    story = past.store.reading.story(item_id)
    assert (len(story.evidence), len(past.files())) == (2, 2)
    past.later(days=4)
    assert past.age() == NOTHING
    assert past.store.reading.story(item_id) == story

    past.later(days=2)
    assert past.age() == Outlived(2, 0, 0, 0, 0)
    without_evidence = past.store.reading.story(item_id)
    assert (without_evidence.evidence, past.files()) == ([], [])
    assert without_evidence.payload == story.payload

    past.later(days=5)
    assert past.age() == Outlived(0, 1, 0, 0, 0)
    emptied = past.store.reading.story(item_id)
    assert (emptied.payload, emptied.item.aged, emptied.item.reference) == ({}, Aged.CONTENT, "B1")
    assert [(it.intent, it.receipt) for it in emptied.effects] == [({}, Receipt("V1"))]
    assert "B1" not in " ".join(change.why for change in emptied.history)
    assert emptied.item.changed_at == story.item.changed_at

    past.later(days=10)
    assert past.age() == Outlived(0, 0, 1, 0, 0)
    hashed = past.store.reading.story(item_id).item
    assert (hashed.aged, "B1" in hashed.reference) == (Aged.REFERENCE, False)

    past.later(days=10)
    assert past.age() == Outlived(0, 0, 0, 1, 0)
    with pytest.raises(NotFound):
        past.store.reading.story(item_id)
    assert {(it.outcome, it.count) for it in past.store.stats.counts()} == {("found", 1), ("done", 1), ("effect", 1)}


async def test_what_is_younger_or_not_finished_is_left_alone(past: Past) -> None:
    names = ("with a person", "tried again", "held")
    past.store.add(ROBOT, [NewItem(name, {"cpr": CPR}) for name in names])
    with_person, failed, _ = past.store.claim([ROBOT], "w1", timedelta(days=99), limit=3)
    past.store.hand_over(with_person.lease, "w1", "no_cpr", {"cpr": CPR})
    past.store.fail(failed.lease, "w1", "slow", max_attempts=3, retry_seconds=3600)
    past.later(days=35)
    assert past.age() == NOTHING
    assert past.store.reading.by_state(ROBOT) == {State.EXCEPTION: 1, State.NEW: 1, State.WORKING: 1}
    assert all(past.store.reading.story(item.id).payload == {"cpr": CPR} for item in past.store.reading.items())
    assert past.store.reading.story(with_person.lease.item_id).item.facts == {"cpr": CPR}


async def test_what_is_due_for_everything_at_once_goes_at_once(past: Past) -> None:
    for number in range(3):
        await past.finished(f"B{number}")
    past.later(days=31)
    young = await past.finished("young")
    assert past.age() == Outlived(6, 3, 3, 3, 0)
    assert past.store.reading.by_state(ROBOT) == {State.DONE: 1}
    assert past.store.reading.story(young).payload == {"reference": "young", "cpr": CPR}


async def test_what_is_kept_is_kept(past: Past) -> None:
    item_id = await past.finished("B1")
    past.later(days=9999)
    kept = RetentionSettings(payload=None, evidence=None, reference=None, row=None)
    assert past.age(kept) == NOTHING
    assert len(past.store.reading.story(item_id).evidence) == 2


async def test_a_case_is_known_after_its_reference_has_gone_and_new_after_its_row_has(past: Past) -> None:
    await past.finished("B1")
    past.later(days=21)
    past.age()
    assert past.store.reading.known(ROBOT, ["B1", "B2"]) == {"B1"}
    assert past.store.reading.known("flexwage", ["B1"]) == set()
    again = past.store.add(ROBOT, [NewItem("B1", {}), NewItem("B2", {})])
    assert (again.new, again.known) == (("B2",), ("B1",))
    assert past.store.add("flexwage", [NewItem("B1", {})]).new == ("B1",)
    assert past.store.reading.by_state(ROBOT) == {State.DONE: 1, State.NEW: 1}
    found = [it.count for it in past.store.stats.counts(robot=ROBOT) if it.outcome == "found"]
    assert sum(found) == 2

    past.later(days=10)
    past.age()
    assert past.store.add(ROBOT, [NewItem("B1", {})]).new == ("B1",)


async def test_a_run_that_was_killed_between_file_and_row_is_finished_by_the_next(past: Past) -> None:
    item_id = await past.finished("B1")
    past.later(days=6)
    gone, _ = past.store.reading.story(item_id).evidence
    (past.folder / gone.file).unlink()
    with pytest.raises(NotFound):
        past.evidence.open(gone.file)
    assert past.age() == Outlived(2, 0, 0, 0, 0)
    assert (past.files(), past.store.reading.story(item_id).evidence) == ([], [])


async def test_a_file_whose_row_was_never_written_goes_when_it_is_surely_nobodys(past: Past) -> None:
    await past.finished("B1")
    known = past.files()
    for name in ("aa/old.sealed", "aa/young.sealed"):
        (past.folder / name).parent.mkdir(exist_ok=True)
        (past.folder / name).write_bytes(b"sealed")
    two_days_ago = time.time() - 2 * 86400
    for file in (*known, past.folder / "aa/old.sealed"):
        os.utime(file, (two_days_ago, two_days_ago))
    assert past.age() == Outlived(0, 0, 0, 0, 1)
    assert set(past.files()) == {*known, past.folder / "aa/young.sealed"}


async def test_who_was_on_the_obs_list_is_forgotten_in_the_end(past: Past) -> None:
    today = past.store.stats.today()
    past.store.obs.add(
        [NewObs(CPR, "Over", today, today), NewObs(CPR, "Ended", today), NewObs(CPR, "Kept", today)], "a"
    )
    past.store.obs.end(2, "anna")
    assert past.age() == NOTHING
    past.later(days=22)
    assert past.age() == Outlived(0, 0, 0, 0, 0, obs=2)
    assert [entry.reason for entry in past.store.obs.entries()] == ["Kept"]


async def test_the_picture_of_a_drift_goes_some_time_after_a_person_accepted_it(past: Past) -> None:
    file = await past.evidence.picture("drift 1", cast(Page, ShownPage()))
    drift = past.store.drift.report(
        "finance", "inbox", Expected(frozenset({Landmark("button", "Find")})), frozenset(), "w1"
    )
    assert drift is not None and file is not None
    past.store.drift.keep_picture(drift, file)
    two_days_ago = time.time() - 2 * 86400
    os.utime(past.folder / file, (two_days_ago, two_days_ago))
    past.later(days=6)
    assert past.age() == NOTHING
    past.store.drift.accept(drift, "anna", "the label is new")
    assert past.age() == NOTHING
    past.later(days=6)
    assert past.age() == Outlived(0, 0, 0, 0, 1)
    assert past.files() == []


async def test_nothing_that_has_aged_can_be_read_from_the_disk(tmp_path: Path, codec: Codec) -> None:
    past = Past(f"sqlite:///{(tmp_path / 'kollega.db').as_posix()}", tmp_path, codec)
    for number in range(40):
        await past.finished(f"bilag-{number:04}")
    sealed = _sealed(past)
    assert all(any(blob in data for data in _bytes(tmp_path)) for blob in sealed), "it was there to be found"
    past.later(days=21)
    past.age()
    assert [blob for blob in sealed if any(blob in data for data in _bytes(tmp_path))] == []
    assert not any(b"bilag-" in data for data in _bytes(tmp_path))
    assert leaks(tmp_path, [CPR]) == []
    past.store.close()
    assert not any(b"bilag-" in data for data in _bytes(tmp_path))


async def test_it_runs_beside_live_work(past: Past, codec: Codec) -> None:
    old = 2 * BATCH + 10
    past.store.add(ROBOT, [NewItem(f"old {number}", {"cpr": CPR}) for number in range(old)])
    while claimed := past.store.claim([ROBOT], "w1", MINUTE, limit=BATCH):
        past.store.finish_all([it.lease for it in claimed], "w1")
    past.later(days=21)
    past.store.add(ROBOT, [NewItem(f"new {number}", {"number": number}) for number in range(200)])
    handled: Counter[str] = Counter()

    def work(worker: str) -> None:
        mine = Store.open(past.url, codec, clock=lambda: past.now)
        while claimed := mine.claim([ROBOT], worker, MINUTE, limit=5):
            handled.update(it.reference for it in claimed)
            assert mine.finish_all([it.lease for it in claimed], worker) == []
            mine.add(ROBOT, [NewItem(f"old {number}", {}) for number in range(0, old, 40)])
        mine.close()

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(3)]
    for thread in threads:
        thread.start()
    aged = run(past.store, past.evidence, SHORT)
    for thread in threads:
        thread.join()
    assert (aged.payload, aged.reference) == (old, old)
    assert handled == {f"new {number}": 1 for number in range(200)}
    assert past.store.reading.by_state(ROBOT) == {State.DONE: old + 200}
    assert len(past.store.reading.known(ROBOT, [f"old {number}" for number in range(old)])) == old


async def test_every_batch_finds_its_items_by_an_index(past: Past) -> None:
    """A purge of a large table must not read all of it again and again."""
    await past.finished("B1")
    asked: list[tuple[str, Any]] = []

    def keep(connection: Connection, cursor: object, statement: str, given: Any, *rest: object) -> None:
        if statement.startswith("SELECT work_item.id"):
            asked.append((statement, given))

    event.listen(Engine, "before_cursor_execute", keep)
    past.later(days=31)
    past.age()
    event.remove(Engine, "before_cursor_execute", keep)
    database = Database(past.url)
    plans = [plan(database, statement, given) for statement, given in asked]
    database.close()
    assert len(plans) == 6, "three kinds of batches, each until one was empty"
    found = ("ix_item_ageing", "ix_item_changed")
    assert all(any(index in plan for index in found) for plan in plans), plans


def test_runs_go_with_the_rows_when_they_are_over(past: Past) -> None:
    runs, lease = past.store.runs, timedelta(days=90)
    due = [past.now + number * MINUTE for number in range(BATCH + 3)]
    runs.plan("mornings", ROBOT, due[-1], [NewRun(it, it, left_out=Stop.MISSED) for it in due])
    runs.plan("evenings", ROBOT, due[0], [NewRun(due[0], due[0]), NewRun(due[1], due[1], waits=True)])
    past.later(minutes=2)
    ended = runs.begin("a", [ROBOT], lease, "0.1.0")
    assert ended is not None and runs.finish(ended, Tally(), Stop.EMPTY)
    assert runs.begin("a", [ROBOT], lease, "0.1.0") is not None
    past.later(days=29)
    assert past.age() == NOTHING
    past.later(days=1, minutes=1)
    assert past.age() == Outlived(0, 0, 0, 0, 0, runs=BATCH + 4)
    assert [(run.schedule, run.state) for run in runs.latest()] == [("evenings", RunState.RUNNING)]
    assert runs.planning()["mornings"].planned_until == due[-1], "what is over does not come again"


def test_the_ages_follow_each_other() -> None:
    for wrong in ({"payload": 20, "reference": 10}, {"reference": 20, "row": 10}, {"payload": "keep", "row": None}):
        with pytest.raises(ValueError, match="no later than"):
            RetentionSettings.model_validate({"reference": 15} | wrong)
    assert RetentionSettings(evidence=None, row=1825).evidence_age == timedelta(days=1825)


def _sealed(past: Past) -> list[bytes]:
    """What lies sealed in the database and the evidence folder now."""
    database = Database(past.url)
    with database.read() as tx:
        queries = ("SELECT payload FROM work_item", "SELECT intent FROM effect", "SELECT intent FROM proposal")
        blobs = [bytes(row[0]) for query in queries for row in tx.execute(text(query))]
    database.close()
    return blobs + [file.read_bytes() for file in past.files()]


def _bytes(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
