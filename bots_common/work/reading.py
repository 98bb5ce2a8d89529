"""Questions about items: lists, counts by state, and the whole story of one."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, func, select

from bots_common.errors import StoreError
from bots_common.work.codec import Codec
from bots_common.work.database import Database
from bots_common.work.ledger import ledger_row
from bots_common.work.records import Change, EvidenceRow, ItemRow, ItemStory
from bots_common.work.states import State
from bots_common.work.tables import Effect, Evidence, History, WorkItem


class Reading:
    """Reached as `store.reading`; changes nothing."""

    def __init__(self, database: Database, codec: Codec) -> None:
        self._database = database
        self._codec = codec

    def items(
        self,
        *,
        robot: str | None = None,
        states: Collection[State] = (),
        reason: str | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> list[ItemRow]:
        """Items by what is asked for, the latest change first."""
        query = select(WorkItem).order_by(WorkItem.changed_at.desc(), WorkItem.id.desc())
        if robot is not None:
            query = query.where(WorkItem.robot == robot)
        if states:
            query = query.where(WorkItem.state.in_(states))
        if reason is not None:
            query = query.where(WorkItem.reason == reason)
        with self._database.read() as tx:
            rows = tx.execute(query.limit(limit).offset(offset)).all()
            amounts = self._amounts(tx, [row.id for row in rows])
        return [self._item(row, amounts.get(row.id, Decimal(0))) for row in rows]

    def story(self, item_id: int) -> ItemStory:
        """Everything about one item. Raises StoreError where there is none."""
        with self._database.read() as tx:
            row = item_or_error(tx, item_id)
            effects = tx.execute(select(Effect).where(Effect.item_id == item_id).order_by(Effect.id)).all()
            changes = tx.execute(select(History).where(History.item_id == item_id).order_by(History.id)).all()
            evidence = tx.execute(select(Evidence).where(Evidence.item_id == item_id).order_by(Evidence.id)).all()
            amounts = self._amounts(tx, [item_id])
        return ItemStory(
            item=self._item(row, amounts.get(item_id, Decimal(0))),
            payload=self._codec.unseal_json(row.payload),
            effects=[ledger_row(effect, self._codec) for effect in effects],
            history=[_change(change) for change in changes],
            evidence=[EvidenceRow(e.id, e.at, e.about, e.kind, e.file) for e in evidence],
        )

    def known(self, robot: str, references: Collection[str]) -> set[str]:
        """Which of the references the robot has had before."""
        with self._database.read() as tx:
            query = select(WorkItem.reference).where(WorkItem.robot == robot, WorkItem.reference.in_(references))
            return set(tx.execute(query).scalars())

    def by_state(self, robot: str) -> dict[State, int]:
        """How many items stand in each state now."""
        with self._database.read() as tx:
            query = select(WorkItem.state, func.count()).where(WorkItem.robot == robot).group_by(WorkItem.state)
            return {State(state): count for state, count in tx.execute(query).all()}

    def _amounts(self, tx: Connection, ids: list[int]) -> dict[int, Decimal]:
        query = (
            select(Effect.item_id, func.sum(Effect.ore))
            .where(Effect.item_id.in_(ids), Effect.ore.is_not(None))
            .group_by(Effect.item_id)
        )
        return {item_id: Decimal(int(total or 0)) / 100 for item_id, total in tx.execute(query).all()}

    def _item(self, row: Row[Any], amount: Decimal) -> ItemRow:
        return ItemRow(
            id=row.id,
            robot=row.robot,
            reference=row.reference,
            state=State(row.state),
            reason=row.reason,
            facts={} if row.facts is None else self._codec.unseal_json(row.facts),
            attempts=row.attempts,
            takeovers=row.takeovers,
            worker=row.worker,
            created_at=row.created_at,
            changed_at=row.changed_at,
            not_before=row.not_before,
            amount=amount,
        )


def item_or_error(tx: Connection, item_id: int) -> Row[Any]:
    """The item's row, locked for this transaction. Raises StoreError where there is none."""
    row = tx.execute(select(WorkItem).where(WorkItem.id == item_id).with_for_update()).one_or_none()
    if row is None:
        raise StoreError(f"There is no item {item_id}.", "`kollega items list` shows those there are.")
    return row


def _change(row: Row[Any]) -> Change:
    before = State(row.from_state) if row.from_state else None
    return Change(row.at, row.who, row.step, before, State(row.to_state), row.why)
