"""The audit log: who saw or did what, to whose case. It only grows, and names nobody's personal number."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, insert, or_, select

from bots_common.values import mask
from bots_common.work.codec import Codec
from bots_common.work.database import Database
from bots_common.work.people_tables import Audit
from bots_common.work.tables import Subject


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One act. `item_id` is that of the item it was about, where there was one."""

    id: int
    at: datetime
    who: str
    act: str
    robot: str | None
    item_id: int | None
    detail: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the log is asked for; an empty field asks for everything."""

    who: str | None = None
    act: str | None = None
    item_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


class AuditLog:
    """Reached as `store.audit`."""

    def __init__(self, database: Database, codec: Codec) -> None:
        self._database = database
        self._codec = codec

    def note(
        self,
        who: str,
        act: str,
        *,
        robot: str | None = None,
        item_id: int | None = None,
        subject: str | None = None,
        detail: str = "",
    ) -> None:
        """Write down an act. `subject` is the digits of the citizen that it was about, where it was about no item."""
        row = {
            "who": mask(who),
            "act": act,
            "robot": robot,
            "item_id": item_id,
            "fingerprint": None if subject is None else self._codec.fingerprint(subject),
            "detail": mask(detail),
        }
        with self._database.write() as tx:
            tx.execute(insert(Audit).values(**row, at=self._database.now()))

    def noted_since(self, who: str, act: str, item_id: int, since: datetime) -> bool:
        """Whether the same person has done this to the item since then."""
        query = select(Audit.id).where(
            Audit.item_id == item_id, Audit.who == who, Audit.act == act, Audit.at >= since
        )
        with self._database.read() as tx:
            return tx.execute(query.limit(1)).one_or_none() is not None

    def log(self, asked: Asked, *, limit: int, offset: int = 0) -> list[AuditRow]:
        """The acts that are asked for, the latest first."""
        query = select(Audit).where(*_conditions(asked)).order_by(Audit.id.desc())
        with self._database.read() as tx:
            return [_row(row) for row in tx.execute(query.limit(limit).offset(offset)).all()]

    def count(self, asked: Asked) -> int:
        """How many acts there are of what is asked for."""
        query = select(func.count()).select_from(Audit).where(*_conditions(asked))
        with self._database.read() as tx:
            return tx.execute(query).scalar_one()

    def acts(self) -> list[str]:
        """Every kind of act that has been noted."""
        with self._database.read() as tx:
            return list(tx.execute(select(Audit.act).distinct().order_by(Audit.act)).scalars())

    def of_citizen(self, subject: str) -> tuple[list[int], list[AuditRow]]:
        """The items about the citizen of these digits, and every act to one of them or to the citizen."""
        fingerprint = self._codec.fingerprint(subject)
        its = select(Subject.item_id).where(Subject.fingerprint == fingerprint)
        about = or_(Audit.fingerprint == fingerprint, Audit.item_id.in_(its))
        with self._database.read() as tx:
            items = list(tx.execute(its.order_by(Subject.item_id)).scalars())
            rows = tx.execute(select(Audit).where(about).order_by(Audit.id)).all()
        return items, [_row(row) for row in rows]


def _conditions(asked: Asked) -> Collection[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if asked.who is not None:
        wanted.append(Audit.who == asked.who)
    if asked.act is not None:
        wanted.append(Audit.act == asked.act)
    if asked.item_id is not None:
        wanted.append(Audit.item_id == asked.item_id)
    if asked.since is not None:
        wanted.append(Audit.at >= asked.since)
    if asked.until is not None:
        wanted.append(Audit.at < asked.until)
    return wanted


def _row(row: Any) -> AuditRow:
    return AuditRow(row.id, row.at, row.who, row.act, row.robot, row.item_id, row.detail)
