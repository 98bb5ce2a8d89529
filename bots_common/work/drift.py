"""Screens that have changed: which robots must stand still, and what a person has accepted as the new look."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select, text, update

from bots_common.errors import NotFound, StoreError
from bots_common.values import mask
from bots_common.work.codec import Codec
from bots_common.work.database import Database
from bots_common.work.system_records import DriftRow, Expected, Landmark, Signature
from bots_common.work.system_tables import Drift

OPEN = Drift.accepted_at.is_(None)


class Drifts:
    """Reached as `store.drift`. The database itself keeps one open drift a screen, however many workers see it."""

    def __init__(self, database: Database, codec: Codec) -> None:
        self._database = database
        self._codec = codec

    def report(self, system: str, screen: str, expected: Expected, seen: Signature, worker: str) -> int | None:
        """Open a drift; returns its number, None where it is open already or was accepted this very moment."""
        row = (
            self._database.insert(Drift)
            .values(
                system=system,
                screen=screen,
                at=self._database.now(),
                worker=worker,
                expected=self._sealed(expected.landmarks),
                exact=expected.exact,
                seen=self._sealed(seen),
            )
            .on_conflict_do_nothing(index_elements=["system", "screen"], index_where=text("accepted_at IS NULL"))
            .returning(Drift.id)
        )
        with self._database.write() as tx:
            if self._accepted(tx, system, screen) == seen:
                return None
            return tx.execute(row).scalar_one_or_none()

    def keep_picture(self, drift_id: int, file: str) -> None:
        """Remember where the picture of what was seen lies."""
        with self._database.write() as tx:
            tx.execute(update(Drift).where(Drift.id == drift_id).values(picture=file))

    def accepted(self, system: str, screen: str) -> Signature | None:
        """How the screen looks by the last word of a person, None where nobody had to say."""
        with self._database.read() as tx:
            return self._accepted(tx, system, screen)

    def open(self) -> list[DriftRow]:
        """The drifts that no person has accepted, the oldest first."""
        with self._database.read() as tx:
            rows = tx.execute(select(Drift).where(OPEN).order_by(Drift.id)).all()
        return [self._row(row) for row in rows]

    def latest(self, limit: int) -> list[DriftRow]:
        """Open and accepted ones, the latest first."""
        with self._database.read() as tx:
            rows = tx.execute(select(Drift).order_by(Drift.id.desc()).limit(limit)).all()
        return [self._row(row) for row in rows]

    def one(self, drift_id: int) -> DriftRow:
        """Raises NotFound."""
        with self._database.read() as tx:
            row = tx.execute(select(Drift).where(Drift.id == drift_id)).one_or_none()
        if row is None:
            raise NotFound(f"There is no drift {drift_id}.", "`kollega drift list` shows those there are.")
        return self._row(row)

    def accepted_before(self, drift: DriftRow) -> DriftRow | None:
        """By whose word, and after which drift, the screen was expected as this one expects it; None where nobody
        had to say."""
        query = select(Drift).where(
            Drift.system == drift.system,
            Drift.screen == drift.screen,
            Drift.accepted_at.is_not(None),
            Drift.id < drift.id,
        )
        with self._database.read() as tx:
            row = tx.execute(query.order_by(Drift.id.desc()).limit(1)).one_or_none()
        return None if row is None else self._row(row)

    def accept(self, drift_id: int, who: str, why: str) -> DriftRow:
        """A person has looked: what was seen is what is expected from now on, and the robots go on.

        Raises NotFound, and StoreError where it has been accepted before.
        """
        with self._database.write() as tx:
            accepted = tx.execute(
                update(Drift)
                .where(Drift.id == drift_id, OPEN)
                .values(accepted_at=self._database.now(), accepted_by=who, why=mask(why))
            )
        drift = self.one(drift_id)
        if not accepted.rowcount:
            raise StoreError(f"{drift.accepted_by} has accepted drift {drift_id} before.", "There is nothing to do.")
        return drift

    def _accepted(self, tx: Connection, system: str, screen: str) -> Signature | None:
        query = (
            select(Drift.seen)
            .where(Drift.system == system, Drift.screen == screen, Drift.accepted_at.is_not(None))
            .order_by(Drift.id.desc())
            .limit(1)
        )
        sealed = tx.execute(query).scalar_one_or_none()
        return None if sealed is None else self._unsealed(sealed)

    def _sealed(self, signature: Signature) -> bytes:
        return self._codec.seal_json(sorted(signature))

    def _unsealed(self, sealed: bytes) -> Signature:
        return frozenset(Landmark(kind, words) for kind, words in self._codec.unseal_json(sealed))

    def _row(self, row: Any) -> DriftRow:
        return DriftRow(
            id=row.id,
            system=row.system,
            screen=row.screen,
            at=row.at,
            worker=row.worker,
            expected=Expected(self._unsealed(row.expected), row.exact),
            seen=self._unsealed(row.seen),
            picture=row.picture,
            accepted_at=row.accepted_at,
            accepted_by=row.accepted_by,
            why=row.why,
        )
