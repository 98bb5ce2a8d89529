"""The obs-list in the database: whom robots must leave alone, and whether an item is about one of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Select,
    and_,
    bindparam,
    exists,
    insert,
    not_,
    or_,
    select,
    update,
)

from bots_common.errors import NotFound, ObsListed
from bots_common.values import Cpr
from bots_common.work.codec import Codec
from bots_common.work.conditions import in_state, may_be_done
from bots_common.work.database import Database
from bots_common.work.history import Recorder
from bots_common.work.people_tables import ObsEntry
from bots_common.work.records import NewObs, ObsAdded, ObsRow
from bots_common.work.states import State, Step, after
from bots_common.work.stats import Stats, shard_of
from bots_common.work.tables import Effect, Subject, WorkItem

LISTED: Final = "obs"
MIDWAY: Final = "obs_midway"


class ObsList:
    """Reached as `store.obs`. Days are the municipality's own calendar days."""

    def __init__(self, database: Database, codec: Codec, stats: Stats, record: Recorder) -> None:
        self._database = database
        self._codec = codec
        self._stats = stats
        self._today = stats.today
        self._record = record
        self._about = self._listed()

    # -- what staff do ------------------------------------------------------------------------------------

    def add(self, entries: Sequence[NewObs], who: str) -> ObsAdded:
        """Put citizens on the list; an entry that stands there already in the same words adds nothing."""
        with self._database.write() as tx:
            fresh = [entry for entry in dict.fromkeys(entries) if not self._stands(tx, entry)]
            if fresh:
                tx.execute(insert(ObsEntry), [self._row(entry, who) for entry in fresh])
            return ObsAdded(len(fresh), len(entries) - len(fresh), self._in_hand(tx, fresh))

    def end(self, entry_id: int, who: str) -> None:
        """The robot may handle the citizen's cases again. Raises NotFound where no such entry is in force."""
        self._change(entry_id, ended_at=self._database.now(), ended_by=who)

    def confirm(self, entry_id: int, who: str) -> None:
        """A person has looked: the entry is still right. Raises NotFound where no such entry is in force."""
        self._change(entry_id, confirmed_at=self._database.now(), confirmed_by=who)

    def until(self, entry_id: int, last: date | None, who: str) -> None:
        """The entry holds up to this day, or until somebody ends it; who says so has looked that it is right.

        Raises NotFound where no such entry is in force.
        """
        self._change(entry_id, last=last, confirmed_at=self._database.now(), confirmed_by=who)

    def one(self, entry_id: int) -> ObsRow:
        """An entry, also one that has ended. Raises NotFound."""
        with self._database.read() as tx:
            row = tx.execute(select(ObsEntry).where(ObsEntry.id == entry_id)).one_or_none()
        if row is None:
            raise NotFound(f"There is no entry {entry_id}.", "`kollega obs list` shows those there are.")
        return self._entry(row)

    def entries(self, *, robot: str | None = None, subject: str | None = None, gone: bool = False) -> list[ObsRow]:
        """The entries that nobody has ended and that are not past, the oldest first; with `gone` all the others.

        With a robot also those for every robot.
        """
        stands = and_(*self._in_force(), or_(ObsEntry.last.is_(None), ObsEntry.last >= self._today()))
        query = select(ObsEntry).where(not_(stands) if gone else stands)
        if robot is not None:
            query = query.where(or_(ObsEntry.robot.is_(None), ObsEntry.robot == robot))
        if subject is not None:
            query = query.where(ObsEntry.fingerprint == self._codec.fingerprint(subject))
        with self._database.read() as tx:
            return [self._entry(row) for row in tx.execute(query.order_by(ObsEntry.id)).all()]

    def citizens(self, item_id: int) -> list[str]:
        """The digits of those citizens of the item whose numbers stand in its payload."""
        with self._database.read() as tx:
            payload = tx.execute(select(WorkItem.payload).where(WorkItem.id == item_id)).scalar_one_or_none()
            theirs = set(tx.execute(select(Subject.fingerprint).where(Subject.item_id == item_id)).scalars())
        numbers = dict.fromkeys(_digits(self._codec.unseal_fields(payload)))
        return [digits for digits in numbers if self._codec.fingerprint(digits) in theirs]

    def concerns(self, item_id: int, subject: str) -> bool:
        """Whether the item is about the citizen of these digits."""
        mine = (Subject.item_id == item_id, Subject.fingerprint == self._codec.fingerprint(subject))
        with self._database.read() as tx:
            return tx.execute(select(exists().where(*mine))).scalar_one()

    # -- what the store asks, within its own transactions ---------------------------------------------------

    def forbid(self, tx: Connection, item_id: int) -> None:
        """Asked before an effect. Raises ObsListed where a citizen that the item is about is on the list."""
        if entry := self.about(tx, [item_id]).get(item_id):
            raise ObsListed(entry.reason, entry.added_by)

    def spare(
        self, tx: Connection, item_ids: Collection[int], state: State, worker: str
    ) -> dict[int, tuple[State, str]]:
        """Leave those of the items to people that are about somebody on the list; what became of each.

        They are in `state` now. An item is skipped, unless something of it was done or begun before: then a person
        has to see to it.
        """
        listed = self.about(tx, item_ids)
        return {item_id: self._leave(tx, item_id, state, entry, worker) for item_id, entry in listed.items()}

    def about(self, tx: Connection, item_ids: Collection[int]) -> dict[int, ObsRow]:
        """For each of the items that is about somebody on the list: an entry that is in force today."""
        asked = {"items": list(item_ids), "today": self._today()}
        return {row.item_id: self._entry(row) for row in tx.execute(self._about, asked).all()}

    # -- shared -------------------------------------------------------------------------------------------

    def _listed(self) -> Select[int, ObsEntry]:
        """Built once: it is asked at every claim and before every effect."""
        today = bindparam("today", type_=Date)
        return (
            select(Subject.item_id, ObsEntry)
            .join(Subject, Subject.fingerprint == ObsEntry.fingerprint)
            .join(WorkItem, WorkItem.id == Subject.item_id)
            .where(
                Subject.item_id.in_(bindparam("items", expanding=True)),
                *self._in_force(),
                ObsEntry.first <= today,
                or_(ObsEntry.last.is_(None), ObsEntry.last >= today),
                or_(ObsEntry.robot.is_(None), ObsEntry.robot == WorkItem.robot),
            )
            .order_by(ObsEntry.id)
        )

    def _leave(self, tx: Connection, item_id: int, state: State, entry: ObsRow, worker: str) -> tuple[State, str]:
        query = select(Effect.name).where(Effect.item_id == item_id, may_be_done()).order_by(Effect.id)
        names = tx.execute(query).scalars().all()
        step, reason = (Step.HAND_OVER, MIDWAY) if names else (Step.SKIP, LISTED)
        facts = {"why": entry.reason, "by": entry.added_by} | ({"effects": ", ".join(names)} if names else {})
        target = after(state, step)
        changed = (
            update(WorkItem)
            .where(WorkItem.id == item_id)
            .values(
                state=target,
                reason=reason,
                facts=self._codec.seal_json(facts),
                lease_until=None,
                assignee=None,
                assigned_at=None,
                changed_at=self._database.now(),
            )
        )
        robot = tx.execute(changed.returning(WorkItem.robot)).scalar_one()
        self._record(tx, [item_id], step, (state, target), worker, reason)
        self._stats.add(tx, robot, target, reason, shard_of(worker))
        return target, reason

    def _stands(self, tx: Connection, entry: NewObs) -> bool:
        robot = ObsEntry.robot.is_(None) if entry.robot is None else ObsEntry.robot == entry.robot
        fingerprint = self._codec.fingerprint(entry.subject)
        query = select(ObsEntry).where(ObsEntry.fingerprint == fingerprint, robot, *self._in_force())
        standing = [self._entry(row) for row in tx.execute(query).all()]
        return (entry.reason, entry.first, entry.last) in [(it.reason, it.first, it.last) for it in standing]

    def _in_hand(self, tx: Connection, entries: Sequence[NewObs]) -> tuple[int, ...]:
        fingerprints = [self._codec.fingerprint(entry.subject) for entry in entries]
        query = (
            select(WorkItem.id)
            .join(Subject, Subject.item_id == WorkItem.id)
            .where(Subject.fingerprint.in_(fingerprints), in_state(State.WORKING))
        )
        return tuple(tx.execute(query.distinct().order_by(WorkItem.id)).scalars())

    def _change(self, entry_id: int, **values: Any) -> None:
        with self._database.write() as tx:
            changed = tx.execute(
                update(ObsEntry).where(ObsEntry.id == entry_id, *self._in_force()).values(**values)
            ).rowcount
        if not changed:
            raise NotFound(f"No entry {entry_id} is in force.", "`kollega obs list` shows those there are.")

    def _in_force(self) -> tuple[ColumnElement[bool], ...]:
        return (ObsEntry.ended_at.is_(None),)

    def _row(self, entry: NewObs, who: str) -> dict[str, Any]:
        return {
            "fingerprint": self._codec.fingerprint(entry.subject),
            "subject": self._codec.seal_json(entry.subject),
            "robot": entry.robot,
            "reason": self._codec.seal_json(entry.reason),
            "first": entry.first,
            "last": entry.last,
            "added_at": self._database.clock(),
            "added_by": who,
        }

    def _entry(self, row: Any) -> ObsRow:
        return ObsRow(
            id=row.id,
            subject=self._codec.unseal_json(row.subject),
            reason=self._codec.unseal_json(row.reason),
            first=row.first,
            last=row.last,
            robot=row.robot,
            added_at=row.added_at,
            added_by=row.added_by,
            confirmed_at=row.confirmed_at,
            ended_at=row.ended_at,
            confirmed_by=row.confirmed_by,
            ended_by=row.ended_by,
        )


def _digits(value: Any) -> Iterator[str]:
    """Every personal number that stands somewhere in a payload, by itself."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _digits(inner)
    elif isinstance(value, str) and (cpr := Cpr.parse(value)):
        yield cpr.digits
