"""Notices in the database: each for each target once, however many processes see the same thing and send."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, delete, func, literal, or_, select, text, update

from bots_common.notice_settings import Kind
from bots_common.notices import GIVEN_UP_AFTER, NOBODY, Notice, Parcel, Waiting
from bots_common.values import mask
from bots_common.work.database import Database
from bots_common.work.notice_tables import NoticeParcel, NoticeRow

KEPT: Final = timedelta(days=90)
"""After so long a notice is forgotten; what still stands then is told once more."""
_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Claim:
    """A parcel that this process may send, and nobody else before its lease runs out."""

    id: int
    target: str
    urgent: bool
    tries: int
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class ToldRow:
    """A notice as staff see it: who gets it, and whether they have. `tries` that failed, `why` the last did."""

    notice: Notice
    target: str
    at: datetime
    sent_at: datetime | None
    given_up: bool
    tries: int
    why: str


class Notices:
    """Reached as `store.notices`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- what people are to be told -----------------------------------------------------------------------

    def told(self, keys: Collection[str]) -> dict[str, datetime]:
        """When each of these was written down; those that never were are left out."""
        found: dict[str, datetime] = {}
        asked = sorted(keys)
        with self._database.read() as tx:
            for start in range(0, len(asked), _BATCH):
                some = NoticeRow.key.in_(asked[start : start + _BATCH])
                first = func.min(NoticeRow.at, type_=NoticeRow.at.type)
                rows = tx.execute(select(NoticeRow.key, first.label("at")).where(some).group_by(NoticeRow.key)).all()
                found |= {row.key: row.at for row in rows}
        return found

    def write(self, addressed: Iterable[tuple[Notice, Sequence[str]]]) -> int:
        """Write down notices with their targets; says how many rows were new. Forgets what is old."""
        with self._database.write() as tx:
            self._forget(tx)
            at = self._database.moment(tx)
            rows = [_row(notice, target, at) for notice, targets in addressed for target in targets]
            if not rows:
                return 0
            added = self._database.insert(NoticeRow).on_conflict_do_nothing(index_elements=["key", "target"])
            return len(tx.execute(added.returning(NoticeRow.id), rows).all())

    def waiting(self) -> tuple[list[Waiting], set[tuple[str, bool]]]:
        """What is in no parcel yet, and the parcels that are under way: target, and whether urgent."""
        columns = (NoticeRow.id, NoticeRow.target, NoticeRow.kind, NoticeRow.at)
        unpacked = (NoticeRow.parcel_id.is_(None), NoticeRow.target != _literal(NOBODY))
        under_way = select(NoticeParcel.target, NoticeParcel.urgent).where(NoticeParcel.ended_at.is_(None))
        with self._database.read() as tx:
            rows = tx.execute(select(*columns).where(*unpacked).order_by(NoticeRow.id)).all()
            parcels = {(row.target, row.urgent) for row in tx.execute(under_way).all()}
        return [Waiting(row.id, row.target, Kind(row.kind), row.at) for row in rows], parcels

    # -- sending ------------------------------------------------------------------------------------------

    def pack(self, parcel: Parcel) -> bool:
        """Make a parcel of these; False where another process has been quicker."""
        now = self._database.now()
        made = self._database.insert(NoticeParcel).values(
            target=parcel.target, urgent=parcel.urgent, made_at=now, next_at=now, tries=0, why=""
        )
        once = made.on_conflict_do_nothing(index_elements=["target", "urgent"], index_where=text("ended_at IS NULL"))
        with self._database.write() as tx:
            number = tx.execute(once.returning(NoticeParcel.id)).scalar_one_or_none()
            if number is None:
                return False
            taken = 0
            for start in range(0, len(parcel.ids), _BATCH):
                mine = (NoticeRow.id.in_(parcel.ids[start : start + _BATCH]), NoticeRow.parcel_id.is_(None))
                taken += tx.execute(update(NoticeRow).where(*mine).values(parcel_id=number)).rowcount
            if not taken:
                tx.execute(delete(NoticeParcel).where(NoticeParcel.id == number))
            return bool(taken)

    def claim(self, holder: str, lease: timedelta, *, urgent_only: bool = False) -> Claim | None:
        """The right to send a parcel whose time has come; None where there is none."""
        now = self._database.now()
        ready = select(NoticeParcel.id).where(
            NoticeParcel.ended_at.is_(None),
            NoticeParcel.next_at <= now,
            or_(NoticeParcel.until.is_(None), NoticeParcel.until < now),
        )
        if urgent_only:
            ready = ready.where(NoticeParcel.urgent.is_(True))
        ready = ready.order_by(NoticeParcel.urgent.desc(), NoticeParcel.id).limit(1).with_for_update(skip_locked=True)
        with self._database.write() as tx:
            number = tx.execute(ready).scalar_one_or_none()
            if number is None:
                return None
            mine = {"holder": holder, "until": self._database.now(lease), "tries": NoticeParcel.tries + 1}
            taken = update(NoticeParcel).where(NoticeParcel.id == number).values(mine).returning(NoticeParcel)
            row = tx.execute(taken).one()
            its = select(NoticeRow).where(NoticeRow.parcel_id == number).order_by(NoticeRow.id)
            notices = tuple(_notice(it) for it in tx.execute(its).all())
        return Claim(row.id, row.target, row.urgent, row.tries, notices)

    def sent(self, claim: Claim) -> bool:
        """The target has it; False where another process has the parcel by now."""
        now = self._database.now()
        return self._settle(claim, sent_at=now, ended_at=now, why="")

    def failed(self, claim: Claim, why: str, again: timedelta) -> bool:
        """It did not arrive: try again in a while, or give up what is days old; says whether it is given up."""
        old = NoticeParcel.made_at < self._database.now(-GIVEN_UP_AFTER)
        with self._database.write() as tx:
            tried = {"holder": None, "until": None, "next_at": self._database.now(again), "why": mask(why)}
            tx.execute(update(NoticeParcel).where(*_mine(claim)).values(tried))
            given_up = update(NoticeParcel).where(*_mine(claim), old).values(ended_at=self._database.now())
            return bool(tx.execute(given_up).rowcount)

    def _settle(self, claim: Claim, **values: Any) -> bool:
        with self._database.write() as tx:
            done = update(NoticeParcel).where(*_mine(claim)).values(holder=None, until=None, **values)
            return bool(tx.execute(done).rowcount)

    # -- looking ------------------------------------------------------------------------------------------

    def latest(self, limit: int) -> list[ToldRow]:
        """Notices, the latest first."""
        query = select(NoticeRow).order_by(NoticeRow.id.desc()).limit(limit)
        with self._database.read() as tx:
            rows: Sequence[Any] = tx.execute(query).all()
            numbers = {row.parcel_id for row in rows if row.parcel_id is not None}
            parcels: defaultdict[int | None, Any] = defaultdict(lambda: None)
            for parcel in tx.execute(select(NoticeParcel).where(NoticeParcel.id.in_(numbers))).all():
                parcels[parcel.id] = parcel
        return [_told(row, parcels[row.parcel_id]) for row in rows]

    def _forget(self, tx: Connection) -> None:
        before = self._database.now(-KEPT)
        tx.execute(delete(NoticeRow).where(NoticeRow.at < before))
        tx.execute(delete(NoticeParcel).where(NoticeParcel.made_at < before))


def _mine(claim: Claim) -> tuple[Any, ...]:
    """Whoever was too slow has an old number of tries."""
    return NoticeParcel.id == claim.id, NoticeParcel.tries == claim.tries, NoticeParcel.ended_at.is_(None)


def _literal(value: str) -> Any:
    return literal(value, literal_execute=True)


def _row(notice: Notice, target: str, at: datetime) -> dict[str, Any]:
    return {
        "key": notice.key,
        "target": target,
        "kind": notice.kind,
        "robots": ",".join(sorted(notice.robots)),
        "what": mask(notice.what),
        "code": mask(notice.code),
        "since": notice.since,
        "due": notice.until,
        "count": notice.count,
        "at": at,
    }


def _notice(row: Any) -> Notice:
    robots = frozenset(filter(None, row.robots.split(",")))
    return Notice(row.key, Kind(row.kind), row.since, robots, row.what, row.code, row.due, row.count)


def _told(row: Any, parcel: Any) -> ToldRow:
    return ToldRow(
        notice=_notice(row),
        target=row.target,
        at=row.at,
        sent_at=parcel.sent_at if parcel else None,
        given_up=bool(parcel and parcel.ended_at and not parcel.sent_at),
        tries=parcel.tries if parcel else 0,
        why=parcel.why if parcel else "",
    )
