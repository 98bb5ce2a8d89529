"""The ledger of effects: what a robot meant to do, written before it does it, and what the system answered."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, exists, insert, select, update

from bots_common.errors import LeaseLost
from bots_common.values import Receipt, ore
from bots_common.work.codec import Codec
from bots_common.work.conditions import may_be_done
from bots_common.work.database import Database
from bots_common.work.obs import ObsList
from bots_common.work.records import Json, Lease, LedgerRow
from bots_common.work.stats import Stats
from bots_common.work.tables import Effect, Evidence, WorkItem


class Ledger:
    """Reached as `store.ledger`. Every write is bound to the lease under which it is made."""

    def __init__(self, database: Database, codec: Codec, stats: Stats, obs: ObsList) -> None:
        self._database = database
        self._codec = codec
        self._stats = stats
        self._obs = obs

    def find(self, item_id: int, name: str) -> LedgerRow | None:
        """The item's effect of this name as an earlier attempt has left it, settled or not."""
        with self._database.read() as tx:
            row = tx.execute(select(Effect).where(Effect.item_id == item_id, Effect.name == name)).one_or_none()
        return None if row is None else ledger_row(row, self._codec)

    def begun(self, item_id: int) -> bool:
        """Whether the item has any effect in the ledger, settled or not, that is not surely absent."""
        with self._database.read() as tx:
            return tx.execute(select(exists().where(Effect.item_id == item_id, may_be_done()))).scalar_one()

    def intend(self, lease: Lease, name: str, intent: Json) -> tuple[LedgerRow, bool]:
        """Commit the intent of an effect, or find the row of an earlier attempt; True says that it is new.

        Raises LeaseLost where the item has been taken over, and ObsListed where it would be new and a citizen that
        it is about is on the obs-list.
        """
        with self._database.write() as tx:
            hold(tx, lease)
            found = tx.execute(
                select(Effect).where(Effect.item_id == lease.item_id, Effect.name == name)
            ).one_or_none()
            if found is not None:
                return ledger_row(found, self._codec), False
            self._obs.forbid(tx, lease.item_id)
            row = tx.execute(
                insert(Effect)
                .values(
                    item_id=lease.item_id,
                    name=name,
                    intent=self._codec.seal_json(intent),
                    fence=lease.fence,
                    tries=1,
                    intended_at=self._database.now(),
                )
                .returning(Effect)
            ).one()
            return ledger_row(row, self._codec), True

    def intend_again(self, lease: Lease, row: LedgerRow, intent: Json) -> LedgerRow:
        """Commit the intent anew for an effect that is surely absent. Raises LeaseLost and ObsListed."""
        with self._database.write() as tx:
            hold(tx, lease)
            self._obs.forbid(tx, lease.item_id)
            found = tx.execute(
                update(Effect)
                .where(Effect.id == row.id, Effect.receipt.is_(None))
                .values(
                    intent=self._codec.seal_json(intent),
                    fence=lease.fence,
                    tries=Effect.tries + 1,
                    intended_at=self._database.now(),
                    said_by=None,
                )
                .returning(Effect)
            ).one_or_none()
            if found is None:
                raise LeaseLost(f"The effect {row.name!r} has its receipt already.", "Nothing was changed.")
            return ledger_row(found, self._codec)

    def settle(self, lease: Lease, row: LedgerRow, receipt: Receipt, robot: str, shard: int) -> None:
        """Commit what the system answered.

        A receipt that comes late is still the truth, so it is refused (LeaseLost) only where another worker
        has meanwhile intended the effect anew.
        """
        amount = None if receipt.amount is None else ore(receipt.amount)
        with self._database.write() as tx:
            settled = tx.execute(
                update(Effect)
                .where(Effect.id == row.id, Effect.fence <= lease.fence, Effect.receipt.is_(None))
                .values(receipt=receipt.number, ore=amount, settled_at=self._database.now(), said_by=None)
            )
            if settled.rowcount == 0:
                raise LeaseLost(
                    f"The receipt of {row.name!r} came after another worker took over.", "It decides now."
                )
            self._stats.add(tx, robot, "effect", row.name.partition("/")[0], shard, amount=amount or 0)

    def keep_evidence(self, item_id: int, about: str, kind: str, file: str) -> None:
        """Remember where a piece of evidence lies. `about` names the effect, or the reason."""
        with self._database.write() as tx:
            tx.execute(
                insert(Evidence).values(item_id=item_id, at=self._database.now(), about=about, kind=kind, file=file)
            )


def hold(tx: Connection, lease: Lease) -> None:
    """Lock the item's row for this transaction. Raises LeaseLost unless the lease's fence is still the item's."""
    held = tx.execute(
        select(WorkItem.id)
        .where(WorkItem.id == lease.item_id, WorkItem.fence == lease.fence, WorkItem.state == "working")
        .with_for_update()
    ).one_or_none()
    if held is None:
        raise LeaseLost(f"Item {lease.item_id} was taken over by another worker.", "Nothing was changed.")


def ledger_row(row: Row[Any], codec: Codec) -> LedgerRow:
    receipt = None
    if row.receipt is not None:
        receipt = Receipt(row.receipt, None if row.ore is None else Decimal(row.ore) / 100)
    return LedgerRow(
        id=row.id,
        name=row.name,
        intent=codec.unseal_fields(row.intent),
        tries=row.tries,
        intended_at=row.intended_at,
        receipt=receipt,
        settled_at=row.settled_at,
        said_by=row.said_by,
    )
