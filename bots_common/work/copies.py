"""The backups that were made of this database, and the restorations that it came from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Final

from sqlalchemy import ColumnElement, exists, insert, select

from bots_common.values import mask
from bots_common.work.database import Database
from bots_common.work.tables import SafetyCopy, WorkItem

DOUBT: Final = timedelta(days=31)
"""So long a robot may still come upon a case that it handled before the restoration: it has seen a month by then."""


class CopyKind(StrEnum):
    """Whether a copy was made of the database, or the database from a copy."""

    BACKUP = "backup"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class CopyRow:
    """A backup or a restoration."""

    at: datetime
    who: str


class Copies:
    """Reached as `store.copies`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, kind: CopyKind, who: str) -> None:
        """Write down a backup that is complete, or that this database was restored."""
        row = {"kind": kind, "who": mask(who), "at": self._database.now()}
        with self._database.write() as tx:
            tx.execute(insert(SafetyCopy).values(row))

    def latest(self, kind: CopyKind) -> CopyRow | None:
        """The last backup, or the last restoration."""
        query = select(SafetyCopy).where(SafetyCopy.kind == kind).order_by(SafetyCopy.id.desc()).limit(1)
        with self._database.read() as tx:
            row = tx.execute(query).one_or_none()
        return None if row is None else CopyRow(row.at, row.who)

    def in_doubt(self, item_id: int) -> bool:
        """Whether the item may have been handled between backup and restoration, of which nothing stands here."""
        if self._restored_at is None:
            return False
        found_before: ColumnElement[bool] = WorkItem.created_at < self._restored_at + DOUBT
        with self._database.read() as tx:
            return tx.execute(select(exists().where(WorkItem.id == item_id, found_before))).scalar_one()

    @cached_property
    def _restored_at(self) -> datetime | None:
        """Asked once: nobody is at work in a database while it is restored."""
        restored = self.latest(CopyKind.RESTORE)
        return restored.at if restored else None
