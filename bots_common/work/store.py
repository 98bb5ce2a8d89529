"""The work item store: every statement that moves an item stands here, each in a transaction with its history.

Claims are atomic, leases carry a fencing number, and the database itself keeps references unique and lanes single.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from bots_common.errors import LeaseLost
from bots_common.values import mask
from bots_common.work import picking
from bots_common.work.accounts import Accounts
from bots_common.work.approvals import Approvals
from bots_common.work.audit import AuditLog
from bots_common.work.baselines import Baselines
from bots_common.work.codec import Codec
from bots_common.work.conditions import in_state
from bots_common.work.copies import Copies
from bots_common.work.database import Clock, Database
from bots_common.work.drift import Drifts
from bots_common.work.fleet import Fleet
from bots_common.work.history import Recorder
from bots_common.work.ledger import Ledger
from bots_common.work.levels import Levels
from bots_common.work.matters import Matters
from bots_common.work.notices import Notices
from bots_common.work.obs import ObsList
from bots_common.work.people import People, afresh
from bots_common.work.piles import Piles
from bots_common.work.reading import Reading
from bots_common.work.records import Added, Claimed, Json, Lease, NewItem
from bots_common.work.retention import Retention
from bots_common.work.runs import Runs
from bots_common.work.schema import Schema
from bots_common.work.sessions import Sessions
from bots_common.work.states import TECHNICAL, UNCERTAIN, State, Step, after
from bots_common.work.stats import AGAIN, HELPED, Stats, shard_of
from bots_common.work.stops import Stops
from bots_common.work.systems import Systems
from bots_common.work.tables import Effect, Subject, WorkItem
from bots_common.work.times import Times
from bots_common.work.tokens import Tokens
from bots_common.work.unfinished import Unfinished
from bots_common.work.verdicts import Verdicts
from bots_common.work.worklist import Worklist

BATCH = 500
LONGEST_BACK_OFF = timedelta(minutes=10)


class Store:
    """One public door to the database; safe to use from several threads.

    `store.ledger` keeps effects, `store.stats` counts, `store.reading` answers questions, `store.fleet` knows the
    workers, `store.drift` the screens that have changed, `store.systems` what all share about the systems they call.
    `store.levels` says what robots may do alone, `store.approvals` keeps what they propose, `store.verdicts` lists
    what waits for a yes or no and what was said, `store.worklist` knows what people have to see to and who does,
    `store.people` is what they decide, `store.piles` what they do by hand, and `store.retention` lets finished items
    age.
    `store.baselines` says what a case costs a person, `store.unfinished` counts what is still open.
    `store.accounts` says who they are, `store.sessions` which browsers are theirs, `store.tokens` which programs call
    for them, `store.audit` what they looked at.
    `store.runs` keeps what schedules have made due, `store.stops` which robots a person has stopped, `store.matters`
    sees what people have to be told of, `store.notices` keeps what they were told, and `store.copies` which backups
    there are.
    """

    def __init__(self, database: Database, codec: Codec, zone: ZoneInfo) -> None:
        self._database = database
        self._codec = codec
        self.stats = Stats(database, zone)
        self._record = Recorder(database)
        self.obs = ObsList(database, codec, self.stats, self._record)
        self.ledger = Ledger(database, codec, self.stats, self.obs)
        self.reading = Reading(database, codec)
        self.times = Times(database)
        self.fleet = Fleet(database)
        self.drift = Drifts(database, codec)
        self.systems = Systems(database)
        self.stops = Stops(database)
        self.runs = Runs(database)
        self.matters = Matters(database)
        self.notices = Notices(database)
        self.retention = Retention(database, codec)
        self._claiming = cache(partial(picking.claiming, database))
        self._leaving = picking.leaving(database)
        self.levels = Levels(database, self.stats)
        self.approvals = Approvals(database, codec, self.stats, self.levels, self.obs)
        self.verdicts = Verdicts(database, codec, self.levels)
        self.people = People(database, codec, self.stats, self._record)
        self.worklist = Worklist(database, codec, self._record)
        self.baselines = Baselines(database)
        self.unfinished = Unfinished(database)
        self.accounts = Accounts(database)
        self.sessions = Sessions(database, self.accounts)
        self.tokens = Tokens(database, self.accounts)
        self.audit = AuditLog(database, codec)
        self.copies = Copies(database)
        self.piles = Piles(database, codec, self.stats, self.obs, self._record)

    @classmethod
    def open(cls, url: str, codec: Codec, *, zone: str = "Europe/Copenhagen", clock: Clock | None = None) -> Store:
        """Open the store and bring its schema up to date. Raises SettingsError or StoreError."""
        with ExitStack() as undo:
            database = Database(url, clock)
            undo.callback(database.close)
            Schema(database).prepare()
            undo.pop_all()
            return cls(database, codec, ZoneInfo(zone))

    def finish_upgrade(self, version: str) -> list[str]:
        """Run the second halves of the migrations; returns what they did. Raises what `Schema.finish` raises."""
        return Schema(self._database).finish(version)

    def upgrade_waits(self) -> bool:
        """Whether `finish_upgrade` has something to do."""
        return Schema(self._database).waits_for_finish()

    def revision(self) -> str:
        """The last migration that the database has had."""
        return Schema(self._database).revision()

    def moment(self) -> datetime:
        """The present moment by the clock that all workers share."""
        with self._database.read() as tx:
            return self._database.moment(tx)

    def close(self) -> None:
        self._database.close()

    # -- finding ------------------------------------------------------------------------------------------

    def add(self, robot: str, found: Sequence[NewItem]) -> Added:
        """Enqueue in bulk; a reference that the robot has had before adds nothing and is told as known.

        One that a person has for a reason of the item's `again` goes to the robot once more, as after a retry.
        """
        new: list[str] = []
        again: list[str] = []
        for batch in _batches(found):
            with self._database.write() as tx:
                fresh = self._add_batch(tx, robot, batch)
                again += self._find_again(tx, robot, [item for item in batch if item.again], set(fresh))
            new += fresh
        added = set(new)
        known = tuple(item.reference for item in found if item.reference not in added)
        return Added(tuple(new), known, tuple(again))

    def _find_again(self, tx: Connection, robot: str, found: Sequence[NewItem], fresh: set[str]) -> list[str]:
        ids: dict[int, str] = {}
        for again, reason in {(item.again, reason) for item in found for reason in item.again}:
            wanted = [it.reference for it in found if it.again == again and it.reference not in fresh]
            rows = tx.execute(
                update(WorkItem)
                .where(
                    WorkItem.robot == robot,
                    WorkItem.reference.in_(wanted),
                    WorkItem.reason == reason,
                    in_state(State.EXCEPTION),
                )
                .values(state=after(State.EXCEPTION, Step.FIND), **afresh(self._database))
                .returning(WorkItem.id, WorkItem.reference)
            ).all()
            ids |= {row.id: row.reference for row in rows}
            self.stats.add_some(tx, robot, AGAIN, reason, len(rows))
        self._record(tx, ids, Step.FIND, (State.EXCEPTION, State.NEW), robot, "found again")
        self.obs.spare(tx, ids, State.NEW, robot)
        return list(ids.values())

    def _add_batch(self, tx: Connection, robot: str, batch: Sequence[NewItem]) -> list[str]:
        moment = self._database.moment(tx)
        rows = [
            {
                "robot": robot,
                "reference": item.reference,
                "lane": item.lane,
                "state": State.NEW,
                "priority": item.priority,
                "deadline": item.deadline,
                "not_before": item.not_before or moment,
                "payload": self._codec.seal_json(item.payload),
                "created_at": moment,
                "changed_at": moment,
            }
            for item in batch
        ]
        statement = self._database.insert(WorkItem).on_conflict_do_nothing(index_elements=["robot", "reference"])
        added = tx.execute(statement.returning(WorkItem.id, WorkItem.reference), rows).all()
        ids = {reference: item_id for item_id, reference in added}
        for reference in self.retention.drop_known(tx, robot, ids):
            del ids[reference]
        if not ids:
            return []
        self._record(tx, ids.values(), Step.FIND, (None, State.NEW), robot, "found")
        subjects = [
            {"item_id": ids[item.reference], "fingerprint": self._codec.fingerprint(subject)}
            for item in batch
            if item.reference in ids
            for subject in set(item.subjects)
        ]
        if subjects:
            tx.execute(insert(Subject), subjects)
        self.stats.add(tx, robot, "found", "", count=len(ids))
        self.obs.spare(tx, ids.values(), State.NEW, robot)
        return list(ids)

    # -- claiming -----------------------------------------------------------------------------------------

    def claim(self, robots: Collection[str], worker: str, lease: timedelta, limit: int = 1) -> list[Claimed]:
        """Take up to `limit` items that are ready; nobody else gets them before the lease runs out."""
        try:
            with self._database.write() as tx:
                asked = {picking.ROBOTS: list(robots), picking.WORKER: worker, picking.LIMIT: limit}
                rows = list(tx.execute(self._claiming(lease), asked).all())
                claimed = [row.id for row in rows]
                self._record(tx, claimed, Step.CLAIM, (State.NEW, State.WORKING), worker)
                spared = self.obs.spare(tx, claimed, State.WORKING, worker)
        except IntegrityError:
            return []  # another worker began an item of the same lane this very moment; the next claim sees it
        rows.sort(key=lambda row: (-row.priority, row.id))
        return [self._claimed(row) for row in rows if row.id not in spared]

    def renew(self, lease: Lease, length: timedelta, *, to_act: bool = False) -> None:
        """Hold the item for another `length`. Raises LeaseLost where somebody has taken it over.

        With `to_act`, asked right before a click, it also raises ObsListed where a citizen of the item has come on
        the obs-list.
        """
        with self._database.write() as tx:
            renewed = tx.execute(update(WorkItem).where(*_held(lease)).values(lease_until=self._database.now(length)))
            if renewed.rowcount == 0:
                raise lost(lease)
            if to_act:
                self.obs.forbid(tx, lease.item_id)

    def take_over_expired(self, max_takeovers: int) -> int:
        """Free the items whose worker has died or hangs; says how many.

        One that has cost more than `max_takeovers` workers their life goes to a person as `technical`.
        """
        expired = and_(in_state(State.WORKING), WorkItem.lease_until < self._database.now())
        spent = WorkItem.takeovers >= max_takeovers
        with self._database.write() as tx:
            freed = self._free(tx, select(WorkItem.id).where(expired, ~spent), Step.TAKE_OVER)
            buried = self._free(tx, select(WorkItem.id).where(expired, spent), Step.GIVE_UP)
            for row in buried:
                facts = {"error": f"{row.takeovers} workers stopped while they handled this item."}
                reason, facts = self._given_up(tx, row.id, facts)
                tx.execute(
                    update(WorkItem)
                    .where(WorkItem.id == row.id)
                    .values(reason=reason, facts=self._codec.seal_json(facts))
                )
                self.stats.add(tx, row.robot, State.EXCEPTION, reason)
        return len(freed) + len(buried)

    def _free(self, tx: Connection, expired: Select[int], step: Step) -> list[Row[Any]]:
        target = after(State.WORKING, step)
        statement = picking.changing(
            self._database,
            expired,
            state=target,
            fence=WorkItem.fence + 1,
            takeovers=WorkItem.takeovers + 1,
            lease_until=None,
        )
        rows = list(tx.execute(statement).all())
        for row in rows:
            self._record(tx, [row.id], step, (State.WORKING, target), "store", f"the lease of {row.worker} ran out")
        return rows

    # -- finishing ----------------------------------------------------------------------------------------

    def finish(self, lease: Lease, worker: str) -> None:
        """The item is done. Raises LeaseLost where another worker has it now."""
        if self.finish_all([lease], worker):
            raise lost(lease)

    def finish_all(self, leases: Collection[Lease], worker: str) -> list[Lease]:
        """These items are done; returns those that another worker has now, for which nothing is changed."""
        with self._database.write() as tx:
            rows = self._leave_together(tx, leases, Step.FINISH, worker)
            for (robot, helped), count in sorted(Counter((row.robot, row.helped) for row in rows).items()):
                self.stats.add(tx, robot, State.DONE, HELPED if helped else "", shard_of(worker), count=count)
        finished = {row.id for row in rows}
        return [lease for lease in leases if lease.item_id not in finished]

    def hand_back(self, leases: Collection[Lease], worker: str, why: str = "") -> None:
        """Give back items that the worker will not go on with; those that another has by now are left to it."""
        with self._database.write() as tx:
            self._leave_together(tx, leases, Step.HAND_BACK, worker, mask(why))

    # Every call below raises LeaseLost where another worker has the item now.

    def hand_over(self, lease: Lease, worker: str, reason: str, facts: Json) -> None:
        """A person must take the item, for this reason."""
        with self._database.write() as tx:
            row = self._leave(
                tx, lease, Step.HAND_OVER, worker, reason, reason=reason, facts=self._codec.seal_json(facts)
            )
            self.stats.add(tx, row.robot, State.EXCEPTION, reason, shard_of(worker))

    def leave_to_people(self, lease: Lease, worker: str) -> tuple[State, str]:
        """A citizen of the item is on the obs-list; the state and the reason that it gets. Raises LeaseLost."""
        with self._database.write() as tx:
            if tx.execute(select(WorkItem.id).where(*_held(lease)).with_for_update()).one_or_none() is None:
                raise lost(lease)
            spared = self.obs.spare(tx, [lease.item_id], State.WORKING, worker)
            if not spared:  # taken off the list again this very moment
                self._leave(tx, lease, Step.HAND_BACK, worker, "")
            return spared.get(lease.item_id, (State.NEW, ""))

    def park(self, lease: Lease, worker: str, reason: str, facts: Json) -> None:
        """The item waits for a person's word before the robot goes on with it."""
        with self._database.write() as tx:
            sealed = self._codec.seal_json(facts)
            row = self._leave(tx, lease, Step.PARK, worker, reason, reason=reason, facts=sealed)
            self.stats.add(tx, row.robot, State.WAITING, reason, shard_of(worker))

    def skip(self, lease: Lease, worker: str, reason: str) -> None:
        """The robot has nothing more to do with the item, for this reason; people handle it as if there were none."""
        with self._database.write() as tx:
            row = self._leave(tx, lease, Step.SKIP, worker, reason, reason=reason)
            self.stats.add(tx, row.robot, State.SKIPPED, reason, shard_of(worker))

    def fail(self, lease: Lease, worker: str, error: str, *, max_attempts: int, retry_seconds: float) -> State:
        """A technical error: back to the queue for later, or to a person once the attempts are spent."""
        error = mask(error)
        with self._database.write() as tx:
            attempts = tx.execute(
                update(WorkItem)
                .where(*_held(lease))
                .values(attempts=WorkItem.attempts + 1)
                .returning(WorkItem.attempts)
            ).scalar_one_or_none()
            if attempts is None:
                raise lost(lease)
            if attempts < max_attempts:
                later = self._database.now(_back_off(attempts, retry_seconds))
                self._leave(tx, lease, Step.FAIL, worker, error, not_before=later)
                return State.NEW
            reason, facts = self._given_up(tx, lease.item_id, {"error": error, "attempts": attempts})
            row = self._leave(
                tx, lease, Step.GIVE_UP, worker, error, reason=reason, facts=self._codec.seal_json(facts)
            )
            self.stats.add(tx, row.robot, State.EXCEPTION, reason, shard_of(worker))
            return State.EXCEPTION

    def _given_up(self, tx: Connection, item_id: int, facts: Json) -> tuple[str, Json]:
        """The reason and facts for the person who gets the item: an effect without a receipt may have happened."""
        begun = select(Effect.name).where(
            Effect.item_id == item_id, Effect.receipt.is_(None), Effect.said_by.is_(None)
        )
        unknown = tx.execute(begun.order_by(Effect.id)).scalars().first()
        return (TECHNICAL, facts) if unknown is None else (UNCERTAIN, {"effect": unknown, **facts})

    def _leave_together(
        self, tx: Connection, leases: Collection[Lease], step: Step, worker: str, why: str = ""
    ) -> Sequence[Any]:
        target = after(State.WORKING, step)
        held = [(lease.item_id, lease.fence) for lease in sorted(leases)]
        rows: Sequence[Any] = tx.execute(self._leaving, {picking.HELD: held, picking.TARGET: target}).all()
        self._record(tx, [row.id for row in rows], step, (State.WORKING, target), worker, why)
        return rows

    def _leave(self, tx: Connection, lease: Lease, step: Step, worker: str, why: str, **values: Any) -> Row[Any]:
        target = after(State.WORKING, step)
        row = tx.execute(
            update(WorkItem)
            .where(*_held(lease))
            .values(state=target, **picking.left(self._database), **values)
            .returning(WorkItem.robot)
        ).one_or_none()
        if row is None:
            raise lost(lease)
        self._record(tx, [lease.item_id], step, (State.WORKING, target), worker, why)
        return row

    # -- shared -------------------------------------------------------------------------------------------

    def open_count(self, robots: Collection[str]) -> int:
        """How many items are ready, waiting for a later attempt, or being worked on.

        What was found for a later day is not among them, nor what waits behind it in its lane.
        """
        with self._database.read() as tx:
            return tx.execute(picking.awaited(self._database, robots)).scalar_one()

    def _claimed(self, row: Row[Any]) -> Claimed:
        return Claimed(
            lease=Lease(row.id, row.fence),
            robot=row.robot,
            reference=row.reference,
            payload=self._codec.unseal_json(row.payload),
            attempts=row.attempts,
        )


def _held(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    return WorkItem.id == lease.item_id, WorkItem.fence == lease.fence, WorkItem.state == State.WORKING


def lost(lease: Lease) -> LeaseLost:
    """The error for a worker that comes too late."""
    return LeaseLost(f"Item {lease.item_id} was taken over by another worker.", "Nothing was changed.")


def _back_off(attempts: int, seconds: float) -> timedelta:
    """Doubling, with jitter so that items that failed together do not come back together."""
    wait = min(timedelta(seconds=seconds * 2 ** (attempts - 1)), LONGEST_BACK_OFF)
    return wait * random.SystemRandom().uniform(0.75, 1.25)


def _batches(found: Sequence[NewItem]) -> Iterator[Sequence[NewItem]]:
    return (found[start : start + BATCH] for start in range(0, len(found), BATCH))
