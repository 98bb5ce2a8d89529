"""Questions about items: lists, counts, what was booked when, and the whole story of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, func, or_, select

from bots_common.errors import NotFound
from bots_common.values import in_kroner
from bots_common.work.approvals import proposals_of
from bots_common.work.codec import Codec
from bots_common.work.conditions import in_state, of_robots, one_of
from bots_common.work.database import Database
from bots_common.work.ledger import ledger_row
from bots_common.work.records import Aged, Became, Booking, Change, EvidenceRow, HandedRow, ItemRow, ItemStory
from bots_common.work.retention import had
from bots_common.work.states import HANDED, REJECTED, TECHNICAL, State, Step
from bots_common.work.tables import Effect, Evidence, History, WorkItem

WITH_PEOPLE = (State.EXCEPTION, State.WAITING)
_CODES: Final[Mapping[str, str]] = {Step.GIVE_UP: TECHNICAL, Step.REJECT: REJECTED}


class Reading:
    """Reached as `store.reading`; changes nothing."""

    def __init__(self, database: Database, codec: Codec) -> None:
        self._database = database
        self._codec = codec

    def items(
        self,
        *,
        robots: Collection[str] | None = None,
        robot: str | None = None,
        states: Collection[State] = (),
        reason: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = 100,
        offset: int = 0,
    ) -> list[ItemRow]:
        """Items by what is asked for, the latest change first; `since` and before `until` they changed last.

        With `robots` only theirs are looked at, whatever else is asked for.
        """
        latest_first = (WorkItem.changed_at.desc(), WorkItem.id.desc())
        asked = (*_asked(robot, states, reason, robots), *_changed(since, until))
        theirs = select(WorkItem.id).where(*asked).order_by(*latest_first).limit(limit).offset(offset)
        with self._database.read() as tx:
            rows = tx.execute(select(WorkItem).where(WorkItem.id.in_(theirs)).order_by(*latest_first)).all()
            return item_rows(tx, rows, self._codec)

    def stamp(self, robot: str, since: datetime, until: datetime) -> frozenset[object]:
        """Another one whenever anything that the robot found then has changed its state, or has come or gone."""
        asked = select(WorkItem.state, WorkItem.reason, func.count(), func.max(WorkItem.changed_at))
        query = asked.where(*found_in(robot, since, until)).group_by(WorkItem.state, WorkItem.reason)
        with self._database.read() as tx:
            return frozenset(tuple(row) for row in tx.execute(query).all())

    def became(self, robot: str, since: datetime, until: datetime) -> list[Became]:
        """What has become of that which the robot found from `since` to before `until`."""
        booked = select(func.sum(Effect.ore)).where(Effect.item_id == WorkItem.id).scalar_subquery()
        query = (
            select(WorkItem.state, WorkItem.reason, func.count(), func.sum(booked))
            .where(*found_in(robot, since, until))
            .group_by(WorkItem.state, WorkItem.reason)
        )
        with self._database.read() as tx:
            rows = tx.execute(query).all()
        return [Became(State(state), reason, items, in_kroner(ore)) for state, reason, items, ore in rows]

    def found(self, robot: str, since: datetime, until: datetime, states: Collection[State]) -> list[ItemRow]:
        """What the robot found from `since` to before `until` and stands in these states now, in the order found."""
        query = select(WorkItem).where(*found_in(robot, since, until), WorkItem.state.in_(states))
        with self._database.read() as tx:
            rows = tx.execute(query.order_by(WorkItem.id)).all()
            return item_rows(tx, rows, self._codec)

    def handed(self, robot: str, since: datetime, until: datetime) -> list[HandedRow]:
        """What the robot found from `since` to before `until` and came to people, in the order found."""
        query = _handed(select(WorkItem, History.step, History.why), robot, since, until).order_by(WorkItem.id)
        with self._database.read() as tx:
            rows = tx.execute(query).all()
        return [
            HandedRow(
                item=_item(row, Decimal(0), self._codec),
                reason=_reason(row),
                payload=self._codec.unseal_fields(row.payload),
            )
            for row in rows
        ]

    def handed_for(self, robot: str, since: datetime, until: datetime) -> Counter[str]:
        """For what reasons it came to people, and how much of it for each."""
        told = (History.step, History.why, WorkItem.state, WorkItem.reason)
        query = _handed(select(*told, func.count().label("items")), robot, since, until).group_by(*told)
        reasons: Counter[str] = Counter()
        with self._database.read() as tx:
            for row in tx.execute(query).all():
                reasons[_reason(row)] += row.items
        return reasons

    def count(
        self,
        *,
        robots: Collection[str] | None = None,
        robot: str | None = None,
        states: Collection[State] = (),
        reason: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> int:
        """How many items there are of what `items` is asked for."""
        asked = (*_asked(robot, states, reason, robots), *_changed(since, until))
        with self._database.read() as tx:
            query = select(func.count()).select_from(WorkItem).where(*asked)
            return tx.execute(query).scalar_one()

    def exceptions(self) -> dict[tuple[str, str], int]:
        """How many items a person must take now, by robot and reason."""
        query = (
            select(WorkItem.robot, WorkItem.reason, func.count())
            .where(*_asked(None, [State.EXCEPTION], None))
            .group_by(WorkItem.robot, WorkItem.reason)
        )
        with self._database.read() as tx:
            return {(robot, reason or ""): count for robot, reason, count in tx.execute(query).all()}

    def booked(self, since: datetime, until: datetime) -> list[Booking]:
        """The items for which a receipt with an amount came from `since` to before `until`, in the order found."""
        query = (
            select(WorkItem.robot, WorkItem.reference, Effect)
            .join(Effect, Effect.item_id == WorkItem.id)
            .where(Effect.settled_at >= since, Effect.settled_at < until, Effect.receipt.is_not(None))
            .order_by(Effect.item_id, Effect.id)
        )
        with self._database.read() as tx:
            effects = tx.execute(query).all()
        of_items: list[Sequence[Any]] = [list(of_item) for _, of_item in groupby(effects, key=attrgetter("item_id"))]
        return [_booking(of_item) for of_item in of_items if any(row.ore is not None for row in of_item)]

    def evidence(self, evidence_id: int) -> tuple[ItemRow, EvidenceRow]:
        """Where a piece of evidence lies, and the item that it is about. Raises NotFound."""
        with self._database.read() as tx:
            row = tx.execute(select(Evidence).where(Evidence.id == evidence_id)).one_or_none()
            if row is None:
                raise NotFound(f"There is no evidence {evidence_id}.", "It may have been deleted by retention.")
            (item,) = item_rows(tx, [item_or_error(tx, row.item_id)], self._codec)
            return item, _evidence(row)

    def story(self, item_id: int) -> ItemStory:
        """Everything about one item. Raises NotFound."""
        with self._database.read() as tx:
            row = item_or_error(tx, item_id)
            effects = tx.execute(select(Effect).where(Effect.item_id == item_id).order_by(Effect.id)).all()
            changes = tx.execute(select(History).where(History.item_id == item_id).order_by(History.id)).all()
            evidence = tx.execute(select(Evidence).where(Evidence.item_id == item_id).order_by(Evidence.id)).all()
            (item,) = item_rows(tx, [row], self._codec)
            proposals = proposals_of(tx, item_id, self._codec)
        return ItemStory(
            item=item,
            payload=self._codec.unseal_fields(row.payload),
            effects=[ledger_row(effect, self._codec) for effect in effects],
            proposals=proposals,
            history=[_change(change) for change in changes],
            evidence=[_evidence(piece) for piece in evidence],
        )

    def known(self, robot: str, references: Collection[str]) -> set[str]:
        """Which of the references the robot has had before."""
        with self._database.read() as tx:
            query = select(WorkItem.reference).where(WorkItem.robot == robot, WorkItem.reference.in_(references))
            return set(tx.execute(query).scalars()) | had(tx, self._codec, robot, references)

    def by_state(self, robot: str) -> dict[State, int]:
        """How many items stand in each state now."""
        with self._database.read() as tx:
            query = select(WorkItem.state, func.count()).where(WorkItem.robot == robot).group_by(WorkItem.state)
            return {State(state): count for state, count in tx.execute(query).all()}


def found_in(robot: str, since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    """What the robot found from `since` to before `until`."""
    return of_robots([robot]), WorkItem.created_at >= since, WorkItem.created_at < until


def item_rows(tx: Connection, rows: Sequence[Row[Any]], codec: Codec) -> list[ItemRow]:
    """Rows of items as records, with what their receipts say was booked."""
    query = (
        select(Effect.item_id, func.sum(Effect.ore))
        .where(Effect.item_id.in_([row.id for row in rows]), Effect.ore.is_not(None))
        .group_by(Effect.item_id)
    )
    amounts = {item_id: in_kroner(total) for item_id, total in tx.execute(query).all()}
    return [_item(row, amounts.get(row.id, Decimal(0)), codec) for row in rows]


def item_or_error(tx: Connection, item_id: int, *, lock: bool = False) -> Row[Any]:
    """The item's row; with `lock` nobody else changes it within this transaction. Raises NotFound."""
    query = select(WorkItem).where(WorkItem.id == item_id)
    row = tx.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound(f"There is no item {item_id}.", "`kollega items list` shows those there are.")
    return row


def _asked(
    robot: str | None,
    states: Collection[State],
    reason: str | None,
    robots: Collection[str] | None = None,
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [] if robots is None else [of_robots(robots)]
    if robot is not None:
        conditions.append(of_robots([robot]))
    if states:
        conditions.append(or_(*(in_state(state) for state in states)))
    if states and set(states) < set(WITH_PEOPLE):
        # The words of the partial index: from one of its states SQLite would not see that it may use it.
        conditions.append(or_(*(in_state(state) for state in WITH_PEOPLE)))
    if reason is not None:
        conditions.append(WorkItem.reason == reason)
    return conditions


def _changed(since: datetime | None, until: datetime | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [] if since is None else [WorkItem.changed_at >= since]
    if until is not None:
        conditions.append(WorkItem.changed_at < until)
    return conditions


def _item(row: Row[Any], amount: Decimal, codec: Codec) -> ItemRow:
    return ItemRow(
        id=row.id,
        robot=row.robot,
        reference=row.reference,
        state=State(row.state),
        reason=row.reason,
        facts=codec.unseal_fields(row.facts),
        attempts=row.attempts,
        takeovers=row.takeovers,
        worker=row.worker,
        created_at=row.created_at,
        changed_at=row.changed_at,
        not_before=row.not_before,
        deadline=row.deadline,
        assignee=row.assignee,
        amount=amount,
        aged=Aged(row.aged),
    )


def _handed(asked: Any, robot: str, since: datetime, until: datetime) -> Any:
    """What is asked of items that were found then, and of the step by which each came to people last."""
    last = (
        select(func.max(History.id))
        .join(WorkItem, WorkItem.id == History.item_id)
        .where(*found_in(robot, since, until), one_of(HANDED))
        .group_by(History.item_id)
    )
    return asked.join_from(WorkItem, History, History.item_id == WorkItem.id).where(History.id.in_(last))


def _reason(row: Row[Any]) -> str:
    """Why people got the item. Where it was given up or rejected, the history tells an error or a person's words."""
    if row.step in _CODES:
        return str(row.reason) if row.state == State.EXCEPTION else _CODES[row.step]
    return str(row.why)


def _booking(effects: Sequence[Any]) -> Booking:
    first = effects[0]
    return Booking(
        item_id=first.item_id,
        robot=first.robot,
        reference=first.reference,
        at=max(row.settled_at for row in effects),
        amount=in_kroner(sum(row.ore or 0 for row in effects)),
        receipts=tuple((row.name, row.receipt) for row in effects),
    )


def _evidence(row: Row[Any]) -> EvidenceRow:
    return EvidenceRow(row.id, row.at, row.about, row.kind, row.file)


def _change(row: Row[Any]) -> Change:
    before = State(row.from_state) if row.from_state else None
    return Change(row.id, row.at, row.who, row.step, before, State(row.to_state), row.why)
