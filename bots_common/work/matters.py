"""What stands now that people may have to be told of, as notices that name nobody. All of it is asked by indexes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, and_, exists, or_, select

from bots_common.autonomy import ASKED
from bots_common.notice_settings import Kind, NoticeSettings
from bots_common.notices import Notice, stamp
from bots_common.work.conditions import in_state
from bots_common.work.database import Database
from bots_common.work.fleet import SILENT_AFTER
from bots_common.work.reading import WITH_PEOPLE
from bots_common.work.run_records import RunState, Stop
from bots_common.work.run_tables import Run
from bots_common.work.states import UNCERTAIN, State
from bots_common.work.system_tables import Colleague, Drift, SystemState
from bots_common.work.tables import Proposal, WorkItem

NEWS: Final = timedelta(days=2)
"""What ended longer ago was over before anybody asked to be told."""
OLD_NEWS: Final = timedelta(days=30)
"""Deadlines that were missed longer ago than this are no news."""

STOPS: Final[Mapping[Stop, Kind]] = {
    Stop.FAILED: Kind.RUN_FAILED,
    Stop.LOGIN: Kind.RUN_FAILED,
    Stop.DRIFT: Kind.RUN_FAILED,
    Stop.SYSTEM_CLOSED: Kind.RUN_STOPPED,
    Stop.ORDERED: Kind.RUN_STOPPED,
    Stop.MISSED: Kind.RUN_MISSED,
}

# The words of the partial indexes: with bound parameters SQLite would not use them.
_OPEN: Final = or_(*(in_state(state) for state in WITH_PEOPLE))


class Matters:
    """Reached as `store.matters`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def seen(self, rules: NoticeSettings) -> list[Notice]:
        """Everything that stands now, told or not. A system's notice does not say which robots use it."""
        with self._database.read() as tx:
            return [
                *self._runs(tx),
                *self._screens(tx),
                *self._systems(tx),
                *self._workers(tx),
                *self._deadlines(tx, rules.ahead),
                *self._approvals(tx, rules.patience),
                *self._uncertain(tx),
            ]

    def _runs(self, tx: Connection) -> Iterator[Notice]:
        ended = and_(Run.ended_at >= self._database.now(-NEWS), Run.stop.in_(list(STOPS)))
        halted = and_(Run.state == RunState.RUNNING, Run.stalled_at.is_not(None))
        for row in tx.execute(select(Run).where(or_(ended, halted)).order_by(Run.id)).all():
            stop, robots = Stop(row.stop) if row.stop else None, frozenset({row.robot})
            if stop is None:
                key = f"stalled:{row.id}:{stamp(row.stalled_at)}"
                yield Notice(key, Kind.RUN_STALLED, row.progress_at or row.stalled_at, robots, row.schedule)
            else:
                since = row.due if stop is Stop.MISSED else row.ended_at
                yield Notice(f"run:{row.id}", STOPS[stop], since, robots, row.schedule, stop.value)

    def _screens(self, tx: Connection) -> Iterator[Notice]:
        query = select(Drift.id, Drift.system, Drift.screen, Drift.at).where(Drift.accepted_at.is_(None))
        for row in tx.execute(query.order_by(Drift.id)).all():
            yield Notice(f"screen:{row.id}", Kind.SCREEN_CHANGED, row.at, what=row.system, code=row.screen)

    def _systems(self, tx: Connection) -> Iterator[Notice]:
        broken = select(SystemState).where(SystemState.broken_until.is_not(None)).order_by(SystemState.system)
        for row in tx.execute(broken).all():
            since = row.broken_at or row.broken_until
            key = f"system:{row.system}:{stamp(row.broken_at)}"
            yield Notice(key, Kind.SYSTEM_BROKEN, since, what=row.system)

    def _workers(self, tx: Connection) -> Iterator[Notice]:
        silent = select(Colleague).where(Colleague.seen_at < self._database.now(-SILENT_AFTER))
        for row in tx.execute(silent.order_by(Colleague.name)).all():
            key = f"worker:{row.name}:{stamp(row.seen_at)}"
            robots = frozenset(filter(None, row.robots.split(",")))
            yield Notice(key, Kind.WORKER_SILENT, row.seen_at, robots, row.machine)

    def _deadlines(self, tx: Connection, ahead: timedelta) -> Iterator[Notice]:
        near = (
            WorkItem.deadline < self._database.now(ahead),
            WorkItem.deadline > self._database.now(-OLD_NEWS),
            WorkItem.assignee.is_(None),
            ~exists().where(Proposal.item_id == WorkItem.id, Proposal.decision.is_(None), Proposal.pile.is_not(None)),
        )
        for row in self._cases(tx, _OPEN, *near):
            key = f"deadline:{row.id}:{stamp(row.deadline)}"
            yield _about_case(key, Kind.DEADLINE, row, row.deadline)

    def _uncertain(self, tx: Connection) -> Iterator[Notice]:
        for row in self._cases(tx, _OPEN, in_state(State.EXCEPTION), WorkItem.reason == UNCERTAIN):
            yield _about_case(f"uncertain:{row.id}:{stamp(row.changed_at)}", Kind.UNCERTAIN, row)

    def _cases(self, tx: Connection, *which: Any) -> Iterator[Any]:
        columns = (WorkItem.id, WorkItem.robot, WorkItem.reason, WorkItem.deadline, WorkItem.changed_at)
        yield from tx.execute(select(*columns).where(*which).order_by(WorkItem.id)).all()

    def _approvals(self, tx: Connection, patience: timedelta) -> Iterator[Notice]:
        query = (
            select(Proposal.id, Proposal.proposed_at, WorkItem.robot)
            .join(WorkItem, WorkItem.id == Proposal.item_id)
            .where(
                _OPEN,
                in_state(State.WAITING),
                Proposal.decision.is_(None),
                Proposal.cause.in_(list(ASKED)),
                Proposal.proposed_at <= self._database.now(-patience),
            )
        )
        for row in tx.execute(query.order_by(Proposal.id)).all():
            yield Notice(f"approval:{row.id}", Kind.APPROVAL, row.proposed_at, frozenset({row.robot}))


def _about_case(key: str, kind: Kind, row: Any, until: Any = None) -> Notice:
    return Notice(key, kind, row.changed_at, frozenset({row.robot}), code=row.reason or "", until=until)
