"""The audit log: who saw or did what, to whose case. It only grows, and names nobody's personal number."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select

from bots_common.values import mask
from bots_common.work.codec import Codec
from bots_common.work.database import Database
from bots_common.work.people_tables import Audit, ObsEntry
from bots_common.work.states import State
from bots_common.work.tables import History, Subject, WorkItem


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
class CitizenCase:
    """A case about the citizen."""

    id: int
    robot: str
    reference: str
    state: State
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CitizenStep:
    """What a robot or a person did with a case about the citizen."""

    at: datetime
    who: str
    step: str
    item_id: int
    robot: str
    reference: str


@dataclass(frozen=True, slots=True)
class CitizenListed:
    """The citizen stands, or stood, on the obs-list; why is for those who keep the list."""

    robot: str | None
    first: date
    last: date | None
    added_at: datetime
    added_by: str
    ended_at: datetime | None
    ended_by: str | None


@dataclass(frozen=True, slots=True)
class AboutCitizen:
    """What an access request is answered by, each list the oldest first."""

    cases: list[CitizenCase]
    acts: list[AuditRow]
    steps: list[CitizenStep]
    listed: list[CitizenListed]


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the log is asked for; an empty field asks for everything. `robots`: acts about their cases alone."""

    robots: frozenset[str] | None = None
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

    def note_citizens(self, who: str, act: str, citizens: Iterable[tuple[str, str | None]]) -> None:
        """Write down one act about several citizens: the digits of each, and the robot where it was for one alone."""
        same = {"who": mask(who), "act": act, "item_id": None, "detail": ""}
        rows = [{**same, "robot": robot, "fingerprint": self._codec.fingerprint(it)} for it, robot in citizens]
        if not rows:
            return
        with self._database.write() as tx:
            self._note_all(tx, rows)

    def note_anew(
        self, who: str, act: str, robot: str, item_ids: Collection[int], since: datetime, *, detail: str = ""
    ) -> None:
        """Write down one act about items of a robot, but for those of which it has been written down since then."""
        known = select(Audit.item_id).where(
            Audit.item_id.in_(item_ids), Audit.who == mask(who), Audit.act == act, Audit.at >= since
        )
        with self._database.read() as tx:
            new = sorted(set(item_ids) - set(tx.execute(known).scalars()))
        if not new:
            return
        same = {"who": mask(who), "act": act, "robot": robot, "fingerprint": None, "detail": mask(detail)}
        with self._database.write() as tx:
            self._note_all(tx, [{**same, "item_id": it} for it in new])

    def _note_all(self, tx: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        moment = self._database.moment(tx)
        tx.execute(insert(Audit), [{**row, "at": moment} for row in rows])

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

    def of_citizen(self, subject: str, robots: frozenset[str] | None = None) -> AboutCitizen:
        """Everything that is kept about the citizen of these digits, of these robots alone where some are named."""
        fingerprint = self._codec.fingerprint(subject)
        its = select(Subject.item_id).where(Subject.fingerprint == fingerprint)
        with self._database.read() as tx:
            return AboutCitizen(
                cases=_cases(tx, WorkItem.id.in_(its), *_of(robots, WorkItem.robot)),
                acts=_acts(
                    tx,
                    or_(Audit.fingerprint == fingerprint, Audit.item_id.in_(its)),
                    *_of(robots, Audit.robot),
                ),
                steps=_steps(tx, History.item_id.in_(its), *_of(robots, WorkItem.robot)),
                listed=_listed(tx, ObsEntry.fingerprint == fingerprint, *_of(robots, ObsEntry.robot)),
            )


def _of(robots: frozenset[str] | None, column: Any) -> list[ColumnElement[bool]]:
    return [] if robots is None else [column.in_(robots)]


def _cases(tx: Connection, *conditions: ColumnElement[bool]) -> list[CitizenCase]:
    query = select(WorkItem.id, WorkItem.robot, WorkItem.reference, WorkItem.state, WorkItem.created_at)
    rows = tx.execute(query.where(*conditions).order_by(WorkItem.id)).all()
    return [CitizenCase(row.id, row.robot, row.reference, State(row.state), row.created_at) for row in rows]


def _acts(tx: Connection, *conditions: ColumnElement[bool]) -> list[AuditRow]:
    return [_row(row) for row in tx.execute(select(Audit).where(*conditions).order_by(Audit.id)).all()]


def _steps(tx: Connection, *conditions: ColumnElement[bool]) -> list[CitizenStep]:
    query = (
        select(History.at, History.who, History.step, History.item_id, WorkItem.robot, WorkItem.reference)
        .join(WorkItem, WorkItem.id == History.item_id)
        .where(*conditions)
        .order_by(History.id)
    )
    rows = tx.execute(query).all()
    return [CitizenStep(row.at, row.who, row.step, row.item_id, row.robot, row.reference) for row in rows]


def _listed(tx: Connection, *conditions: ColumnElement[bool]) -> list[CitizenListed]:
    rows = tx.execute(select(ObsEntry).where(*conditions).order_by(ObsEntry.id)).all()
    return [
        CitizenListed(row.robot, row.first, row.last, row.added_at, row.added_by, row.ended_at, row.ended_by)
        for row in rows
    ]


def _conditions(asked: Asked) -> Collection[ColumnElement[bool]]:
    wanted = _of(asked.robots, Audit.robot)
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
