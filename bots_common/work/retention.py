"""What is left of a finished item as it gets older: its fields go one after the other, the row with all of it last.

Only what is done or skipped ages, counted from its last change; an item that is with a person never does. Each call
is one small transaction that leaves alone whatever others hold, and may be repeated: after a crash the next run goes
on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)

from bots_common.work.codec import Codec
from bots_common.work.database import Database
from bots_common.work.people_tables import ObsEntry
from bots_common.work.records import Aged, EvidenceRow
from bots_common.work.run_records import RunState
from bots_common.work.run_tables import Run
from bots_common.work.states import State, Step
from bots_common.work.system_tables import Drift
from bots_common.work.tables import Effect, Evidence, History, Pile, Proposal, Subject, WorkItem

BATCH: Final = 200
FREE_TEXTS: Final = (
    Step.FAIL,
    Step.GIVE_UP,
    Step.RETRY,
    Step.CORRECT,
    Step.APPROVE,
    Step.REJECT,
    Step.SETTLE,
    Step.GIVE,
)
"""The steps whose reason is a text of an error or a person, not a code."""
EMPTY: Final = b""

# The words of the partial index: with bound parameters SQLite would not use it.
_FINISHED: Final = WorkItem.state.in_([literal_column(f"'{state.value}'") for state in (State.DONE, State.SKIPPED)])


class Retention:
    """Reached as `store.retention`. Roll-ups hold nothing personal and stay for ever."""

    def __init__(self, database: Database, codec: Codec) -> None:
        self._database = database
        self._codec = codec

    # -- ageing -------------------------------------------------------------------------------------------

    def due_evidence(self, age: timedelta, after: int = 0) -> list[EvidenceRow]:
        """The next pieces of evidence, by their id, of items that finished longer ago than `age`."""
        query = self._of_evidence(age, select(Evidence)).where(Evidence.id > after).order_by(Evidence.id)
        with self._database.read() as tx:
            return [EvidenceRow(it.id, it.at, it.about, it.kind, it.file) for it in tx.execute(query.limit(BATCH))]

    def forget_evidence(self, ids: Collection[int]) -> None:
        """Delete the rows of evidence whose files are gone; in this order a crash leaves no file without a row."""
        with self._database.write() as tx:
            tx.execute(delete(Evidence).where(Evidence.id.in_(ids)))

    def empty(self, age: timedelta) -> int:
        """Take payload, lane, facts, fields of effects and free texts from a batch of items; says of how many."""
        with self._database.write() as tx:
            ids = [row.id for row in self._batch(tx, Aged.NOTHING, age)]
            if ids:
                tx.execute(
                    update(WorkItem)
                    .where(WorkItem.id.in_(ids))
                    .values(payload=EMPTY, facts=None, lane=None, aged=Aged.CONTENT)
                )
                tx.execute(update(Effect).where(Effect.item_id.in_(ids)).values(intent=EMPTY))
                tx.execute(update(Proposal).where(Proposal.item_id.in_(ids)).values(intent=EMPTY, why=None))
                told = History.step.in_(FREE_TEXTS)
                tx.execute(update(History).where(History.item_id.in_(ids), told).values(why=""))
        return len(ids)

    def hash_references(self, age: timedelta) -> int:
        """Put a keyed hash in place of the reference of a batch of emptied items; says of how many.

        The case is still known when it is found again, until its row goes. Its citizens are forgotten.
        """
        statement = (
            update(WorkItem)
            .where(WorkItem.id == bindparam("of"))
            .values(reference=bindparam("hash"), aged=Aged.REFERENCE)
        )
        with self._database.write() as tx:
            rows = self._batch(tx, Aged.CONTENT, age)
            if rows:
                tx.execute(statement, [{"of": row.id, "hash": hashed(self._codec, row.reference)} for row in rows])
                tx.execute(delete(Subject).where(Subject.item_id.in_([row.id for row in rows])))
        return len(rows)

    def delete(self, age: timedelta) -> int:
        """Delete a batch of items with everything of them; says how many. Those with evidence wait for its files.

        With them go the piles of that age of which nothing is left.
        """
        bare = ~exists().where(Evidence.item_id == WorkItem.id)
        query = self._older(age, *Aged).where(bare).limit(BATCH).with_for_update(skip_locked=True)
        with self._database.write() as tx:
            ids = tx.execute(query).scalars().all()
            if ids:
                tx.execute(delete(WorkItem).where(WorkItem.id.in_(ids)))
                empty = ~exists().where(Proposal.pile == Pile.id)
                tx.execute(delete(Pile).where(Pile.ended_at < self._database.now(-age), empty))
        return len(ids)

    def forget_obs(self, age: timedelta) -> int:
        """Delete the entries of the obs-list that ended longer ago than `age`; says how many."""
        with self._database.write() as tx:
            return int(tx.execute(delete(ObsEntry).where(self._over(age))).rowcount)

    def forget_runs(self, age: timedelta) -> int:
        """Delete a batch of runs that ended or were left out longer ago than `age`; says how many."""
        batch = select(Run.id).where(self._run_over(age)).order_by(Run.id).limit(BATCH)
        with self._database.write() as tx:
            return int(tx.execute(delete(Run).where(Run.id.in_(batch))).rowcount)

    def settle(self) -> None:
        """Let what was deleted leave the write-ahead log too."""
        self._database.checkpoint()

    # -- questions ----------------------------------------------------------------------------------------

    def due(self, age: timedelta, *aged: Aged) -> int:
        """How many items that have come so far finished longer ago than `age`."""
        with self._database.read() as tx:
            return tx.execute(select(func.count()).select_from(self._older(age, *aged).subquery())).scalar_one()

    def evidence_due(self, age: timedelta) -> int:
        """How many pieces of evidence belong to items that finished longer ago than `age`."""
        with self._database.read() as tx:
            return int(tx.execute(self._of_evidence(age, select(func.count(Evidence.id)))).scalar_one())

    def obs_due(self, age: timedelta) -> int:
        """How many entries of the obs-list ended longer ago than `age`."""
        with self._database.read() as tx:
            return tx.execute(select(func.count(ObsEntry.id)).where(self._over(age))).scalar_one()

    def runs_due(self, age: timedelta) -> int:
        """How many runs ended or were left out longer ago than `age`."""
        with self._database.read() as tx:
            return tx.execute(select(func.count(Run.id)).where(self._run_over(age))).scalar_one()

    def strays(self, files: Collection[str], age: timedelta | None) -> set[str]:
        """Those of the files that nothing speaks of, but for drifts that were accepted longer ago than `age`."""
        shown = select(Drift.picture).where(Drift.picture.in_(files))
        if age is not None:
            shown = shown.where(or_(Drift.accepted_at.is_(None), Drift.accepted_at >= self._database.now(-age)))
        with self._database.read() as tx:
            kept = set(tx.execute(select(Evidence.file).where(Evidence.file.in_(files))).scalars())
            return set(files) - kept - set(tx.execute(shown).scalars())

    def drop_known(self, tx: Connection, robot: str, added: Mapping[str, int]) -> set[str]:
        """Take back what was added in this transaction although it is known by its hash; returns the references.

        Added first and looked up then: whoever puts the hash in place of a reference meanwhile is waited for.
        """
        if not tx.execute(select(exists().where(_FINISHED, WorkItem.aged == Aged.REFERENCE))).scalar_one():
            return set()
        known = had(tx, self._codec, robot, added) if added else set()
        if known:
            tx.execute(delete(WorkItem).where(WorkItem.id.in_([added[reference] for reference in known])))
        return known

    # -- shared -------------------------------------------------------------------------------------------

    def _batch(self, tx: Connection, aged: Aged, age: timedelta) -> list[Any]:
        query = self._older(age, aged).add_columns(WorkItem.reference).limit(BATCH)
        return list(tx.execute(query.with_for_update(skip_locked=True)).all())

    def _older(self, age: timedelta, *aged: Aged) -> Select[int]:
        return select(WorkItem.id).where(_FINISHED, WorkItem.aged.in_(aged), self._finished_before(age))

    def _of_evidence(self, age: timedelta, query: Select[Any]) -> Select[Any]:
        return query.join(WorkItem, WorkItem.id == Evidence.item_id).where(_FINISHED, self._finished_before(age))

    def _over(self, age: timedelta) -> ColumnElement[bool]:
        """The entry was ended, or its last day came."""
        last_day = (self._database.clock() - age).date()
        return or_(ObsEntry.ended_at < self._database.now(-age), ObsEntry.last < last_day)

    def _run_over(self, age: timedelta) -> ColumnElement[bool]:
        over = Run.state.in_([RunState.ENDED, RunState.LEFT_OUT])
        return and_(over, Run.ended_at < self._database.now(-age))

    def _finished_before(self, age: timedelta) -> ColumnElement[bool]:
        return WorkItem.changed_at < self._database.now(-age)


def hashed(codec: Codec, reference: str) -> str:
    """What stands in place of a reference that has aged."""
    return f"#{codec.fingerprint(f'reference {reference}').hex()}"


def had(tx: Connection, codec: Codec, robot: str, references: Collection[str]) -> set[str]:
    """Which of the references a robot has had before, by the hashes that stand in place of aged ones."""
    hashes = {hashed(codec, reference): reference for reference in references}
    query = select(WorkItem.reference).where(WorkItem.robot == robot, WorkItem.reference.in_(hashes))
    return {hashes[found] for found in tx.execute(query).scalars()}
