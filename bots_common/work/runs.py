"""Runs: each due moment of a schedule is a row before anything begins, so that none is run twice and none is lost."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, literal_column, or_, select, update
from sqlalchemy.exc import IntegrityError

from bots_common.errors import NotFound, StoreError
from bots_common.values import mask
from bots_common.work.database import Database, or_update
from bots_common.work.run_records import Beat, NewRun, Planning, RunCause, RunRow, RunState, Stop, Tally, Wanted
from bots_common.work.run_tables import Leadership, Run, ScheduleState

SCHEDULER: Final = "scheduler"
"""What is led by one of several processes."""
MAX_TAKEOVERS: Final = 20
_CANDIDATES: Final = 50
_NO_PAUSE: Final = {"paused_by": None, "paused_why": None, "paused_at": None}


class Runs:
    """Reached as `store.runs`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- one of several processes plans -------------------------------------------------------------------

    def elect(self, name: str, holder: str, lease: timedelta) -> datetime | None:
        """Lead, or go on leading, for `lease`: the present moment by the shared clock. None where another leads."""
        row = self._database.insert(Leadership).values(name=name, holder=holder, until=self._database.now(lease))
        free = or_(Leadership.holder == holder, Leadership.until < self._database.now())
        asked = row.on_conflict_do_update(
            index_elements=["name"],
            set_={"holder": row.excluded.holder, "until": row.excluded.until},
            where=free,
        )
        with self._database.write() as tx:
            elected = tx.execute(asked.returning(Leadership.holder)).one_or_none()
            return None if elected is None else self._database.moment(tx)

    def resign(self, name: str, holder: str) -> None:
        """Lead no more, so that another need not wait for the lease to run out."""
        with self._database.write() as tx:
            tx.execute(delete(Leadership).where(Leadership.name == name, Leadership.holder == holder))

    def leader(self, name: str) -> str | None:
        """Who leads now."""
        alive = Leadership.until >= self._database.now()
        with self._database.read() as tx:
            return tx.execute(select(Leadership.holder).where(Leadership.name == name, alive)).scalar_one_or_none()

    # -- planning -----------------------------------------------------------------------------------------

    def planning(self) -> dict[str, Planning]:
        """How far each schedule is planned."""
        with self._database.read() as tx:
            rows = tx.execute(select(ScheduleState)).all()
        return {row.schedule: _planning(row) for row in rows}

    def plan(self, schedule: str, robot: str, until: datetime, runs: Sequence[NewRun] = ()) -> int:
        """Write down what is due up to `until`; says how many had no row before."""
        row = self._database.insert(ScheduleState).values(schedule=schedule, planned_until=until)
        further = row.on_conflict_do_update(
            index_elements=["schedule"],
            set_={"planned_until": row.excluded.planned_until},
            where=ScheduleState.planned_until < row.excluded.planned_until,
        )
        with self._database.write() as tx:
            added = self._add(tx, schedule, robot, runs) if runs else 0
            tx.execute(further)
        return added

    def keep(self, schedules: Collection[str]) -> None:
        """Forget how far others were planned: one that comes back later has missed nothing. A pause stays."""
        gone = ScheduleState.schedule.not_in(list(schedules))
        with self._database.write() as tx:
            tx.execute(delete(ScheduleState).where(gone, ScheduleState.paused_at.is_(None)))

    def _add(self, tx: Connection, schedule: str, robot: str, runs: Sequence[NewRun]) -> int:
        now = self._database.moment(tx)
        rows = [
            {
                **_new(schedule, robot, run.due, RunCause.SCHEDULE, schedule),
                "begins_at": run.begins_at,
                "waits": run.waits,
                "state": RunState.LEFT_OUT if run.left_out else RunState.DUE,
                "stop": run.left_out,
                "ended_at": now if run.left_out else None,
            }
            for run in runs
        ]
        added = self._database.insert(Run).on_conflict_do_nothing(index_elements=["schedule", "due"])
        return len(tx.execute(added.returning(Run.id), rows).all())

    # -- people -------------------------------------------------------------------------------------------

    def pause(self, schedule: str, who: str, why: str) -> None:
        """Nothing of the schedule begins until somebody resumes it; what is running goes on.

        Raises StoreError where it is not said who does it, or why.
        """
        if not (who.strip() and why.strip()):
            raise StoreError("Who pauses a schedule says who it is, and why.", "Give --who and --why.")
        said = {"paused_by": mask(who), "paused_why": mask(why), "paused_at": self._database.now()}
        row = self._database.insert(ScheduleState).values(
            schedule=schedule, planned_until=self._database.now(), **said
        )
        of_schedule = and_(Run.schedule == schedule, _in(RunState.DUE), Run.cause == RunCause.SCHEDULE)
        left = {"state": RunState.LEFT_OUT, "stop": Stop.PAUSED, "ended_at": self._database.now()}
        with self._database.write() as tx:
            tx.execute(or_update(row, ["schedule"], **said))
            tx.execute(update(Run).where(of_schedule).values(left))

    def resume(self, schedule: str) -> bool:
        """Let the schedule go on from now, as if nothing had been due meanwhile; whether it was paused."""
        paused = (ScheduleState.schedule == schedule, ScheduleState.paused_at.is_not(None))
        with self._database.write() as tx:
            resumed = update(ScheduleState).where(*paused).values(planned_until=self._database.now(), **_NO_PAUSE)
            return tx.execute(resumed).rowcount == 1

    def request(self, schedule: str, robot: str, who: str) -> int:
        """A person wants the schedule to run now; the number of the run, which waits for its turn."""
        with self._database.write() as tx:
            return self._requested(tx, schedule, robot, who)

    def _requested(self, tx: Connection, schedule: str, robot: str, who: str) -> int:
        row = _new(schedule, robot, self._database.moment(tx), RunCause.PERSON, mask(who))
        return int(tx.execute(insert(Run).values(row).returning(Run.id)).scalar_one())

    # -- running ------------------------------------------------------------------------------------------

    def begin(self, holder: str, robots: Collection[str], lease: timedelta, version: str) -> RunRow | None:
        """Take a run that is due for one of these robots, and begin it.

        What may not wait for its robot is left out on the way. Of several processes one gets it.
        """
        ready = select(Run).where(
            _in(RunState.DUE), Run.robot.in_(list(robots)), Run.begins_at <= self._database.now()
        )
        ready = ready.order_by(Run.begins_at, Run.id).limit(_CANDIDATES).with_for_update(skip_locked=True)
        try:
            with self._database.write() as tx:
                busy = set(tx.execute(select(Run.robot).where(_in(RunState.RUNNING))).scalars())
                for row in tx.execute(ready).all():
                    if row.robot not in busy:
                        return self._begun(tx, row.id, holder, lease, version)
                    if not row.waits:
                        self._end(tx, [Run.id == row.id], RunState.LEFT_OUT, Stop.OVERLAP)
        except IntegrityError:
            pass  # another process began one of the same robot this very moment; the next look sees it
        return None

    def start(self, schedule: str, robot: str, who: str, holder: str, lease: timedelta, version: str) -> RunRow:
        """A person's run, begun by this process at once. Raises StoreError where the robot is running."""
        try:
            with self._database.write() as tx:
                return self._begun(tx, self._requested(tx, schedule, robot, who), holder, lease, version)
        except IntegrityError as error:
            raise StoreError(
                f"{robot} is running already.", "Wait for it; `kollega schedule log` shows how far it is."
            ) from error

    def beat(self, run: RunRow, tally: Tally, *, moved: bool, lease: timedelta, patience: timedelta) -> Beat:
        """Report a run; `moved` where it has got on since the last time. Without, for `patience`, it is marked."""
        now = self._database.now()
        values: dict[str, Any] = {"alive_until": self._database.now(lease), **asdict(tally)}
        if moved:
            values |= {"progress_at": now, "stalled_at": None}
        halted = and_(*_mine(run), Run.stalled_at.is_(None), Run.progress_at < self._database.now(-patience))
        with self._database.write() as tx:
            at = self._database.moment(tx)
            if not tx.execute(update(Run).where(*_mine(run)).values(values)).rowcount:
                return Beat(ours=False, at=at)
            return Beat(True, at, bool(tx.execute(update(Run).where(halted).values(stalled_at=now)).rowcount))

    def finish(self, run: RunRow, tally: Tally, stop: Stop, detail: str = "") -> bool:
        """The run has ended; False where another process has it by now, and nothing is changed."""
        with self._database.write() as tx:
            values = {"detail": mask(detail), **asdict(tally)}
            return bool(self._end(tx, _mine(run), RunState.ENDED, stop, **values))

    def give_back(self, run: RunRow, tally: Tally) -> None:
        """This process ends: another goes on with the run at once."""
        with self._database.write() as tx:
            tx.execute(update(Run).where(*_mine(run)).values(**_FREE, **asdict(tally)))

    def take_over(self) -> list[RunRow]:
        """Free the runs whose process has died; one that has cost too many their life ends as failed."""
        dead = (_in(RunState.RUNNING), Run.alive_until < self._database.now())
        with self._database.write() as tx:
            detail = f"{MAX_TAKEOVERS} processes stopped during this run."
            self._end(tx, [*dead, Run.takeovers >= MAX_TAKEOVERS], RunState.ENDED, Stop.FAILED, detail=detail)
            freed = update(Run).where(*dead).values(**_FREE, takeovers=Run.takeovers + 1).returning(Run)
            return [_run(row) for row in tx.execute(freed).all()]

    def _begun(self, tx: Connection, run_id: int, holder: str, lease: timedelta, version: str) -> RunRow:
        now = self._database.now()
        values = {
            "state": RunState.RUNNING,
            "holder": holder,
            "version": version,
            "alive_until": self._database.now(lease),
            "begun_at": func.coalesce(Run.begun_at, now),
            "progress_at": now,
        }
        return _run(tx.execute(update(Run).where(Run.id == run_id).values(values).returning(Run)).one())

    def leave_out(self, run: RunRow, stop: Stop) -> None:
        """Begun, but not to be run after all."""
        with self._database.write() as tx:
            self._end(tx, _mine(run), RunState.LEFT_OUT, stop)

    def _end(self, tx: Connection, which: Sequence[Any], state: RunState, stop: Stop, **values: Any) -> int:
        ended = {"state": state, "stop": stop, "ended_at": self._database.now(), "alive_until": None, **values}
        return tx.execute(update(Run).where(*which).values(ended)).rowcount

    # -- looking ------------------------------------------------------------------------------------------

    def counted(self) -> dict[tuple[str, RunState, Stop | None], int]:
        """How many runs there are, by robot, state, and why they ended or were left out."""
        columns = (Run.robot, Run.state, Run.stop)
        with self._database.read() as tx:
            rows = tx.execute(select(*columns, func.count()).group_by(*columns)).all()
        return {(robot, RunState(state), Stop(stop) if stop else None): count for robot, state, stop, count in rows}

    def one(self, run_id: int) -> RunRow:
        """Raises NotFound."""
        with self._database.read() as tx:
            row = tx.execute(select(Run).where(Run.id == run_id)).one_or_none()
        if row is None:
            raise NotFound(f"There is no run {run_id}.", "`kollega schedule log` shows those there are.")
        return _run(row)

    def known(self, ids: Collection[int]) -> set[int]:
        """Those of these that are the number of a run."""
        with self._database.read() as tx:
            return set(tx.execute(select(Run.id).where(Run.id.in_(ids))).scalars())

    def latest(self, schedule: str | None = None, limit: int = 50) -> list[RunRow]:
        """Runs, those whose moment came last first."""
        query = select(Run).order_by(Run.due.desc(), Run.id.desc()).limit(limit)
        if schedule is not None:
            query = query.where(Run.schedule == schedule)
        with self._database.read() as tx:
            return [_run(row) for row in tx.execute(query).all()]

    def page(self, wanted: Wanted, limit: int, offset: int) -> list[RunRow]:
        """Runs of what is wanted, those written down last first."""
        query = select(Run).where(*_wanted(wanted)).order_by(Run.id.desc())
        with self._database.read() as tx:
            return [_run(row) for row in tx.execute(query.limit(limit).offset(offset)).all()]

    def count(self, wanted: Wanted) -> int:
        """How many runs there are of what is wanted."""
        with self._database.read() as tx:
            return tx.execute(select(func.count(Run.id)).where(*_wanted(wanted))).scalar_one()

    def unfinished(self) -> list[RunRow]:
        """What is running, or waits to begin, the first first."""
        of_state = or_(_in(RunState.RUNNING), _in(RunState.DUE))
        with self._database.read() as tx:
            return [
                _run(row) for row in tx.execute(select(Run).where(of_state).order_by(Run.begins_at, Run.id)).all()
            ]

    def last_begun(self) -> dict[str, RunRow]:
        """Of each schedule the run that was begun last."""
        numbers = select(func.max(Run.id)).where(Run.begun_at.is_not(None)).group_by(Run.schedule)
        with self._database.read() as tx:
            return {row.schedule: _run(row) for row in tx.execute(select(Run).where(Run.id.in_(numbers))).all()}


_FREE: Final = {"state": RunState.DUE, "holder": None, "alive_until": None, "waits": True}


def _wanted(wanted: Wanted) -> list[ColumnElement[bool]]:
    return [
        *([] if wanted.robots is None else [Run.robot.in_(list(wanted.robots))]),
        *([] if wanted.robot is None else [Run.robot == wanted.robot]),
        *([] if wanted.schedule is None else [Run.schedule == wanted.schedule]),
        *([] if wanted.all else [Run.state != RunState.LEFT_OUT]),
    ]


def _mine(run: RunRow) -> tuple[Any, ...]:
    """Who has lost a run once, to another or to itself, has an old number of takeovers."""
    return Run.id == run.id, Run.holder == run.holder, Run.takeovers == run.takeovers, _in(RunState.RUNNING)


def _in(state: RunState) -> ColumnElement[bool]:
    """The state as a literal: with a bound parameter SQLite would not use the partial indexes."""
    return Run.state == literal_column(f"'{state.value}'")


def _new(schedule: str, robot: str, due: datetime, cause: RunCause, who: str) -> dict[str, Any]:
    return {
        "schedule": schedule,
        "robot": robot,
        "due": due,
        "begins_at": due,
        "cause": cause,
        "who": who,
        "waits": True,
        "state": RunState.DUE,
        "detail": "",
        "takeovers": 0,
        **asdict(Tally()),
    }


def _planning(row: Any) -> Planning:
    return Planning(row.planned_until, row.paused_by, row.paused_why or "", row.paused_at)


def _run(row: Any) -> RunRow:
    return RunRow(
        id=row.id,
        schedule=row.schedule,
        robot=row.robot,
        due=row.due,
        begins_at=row.begins_at,
        cause=RunCause(row.cause),
        who=row.who,
        state=RunState(row.state),
        stop=Stop(row.stop) if row.stop else None,
        detail=row.detail,
        version=row.version,
        holder=row.holder,
        alive_until=row.alive_until,
        takeovers=row.takeovers,
        begun_at=row.begun_at,
        progress_at=row.progress_at,
        stalled_at=row.stalled_at,
        ended_at=row.ended_at,
        tally=Tally(row.found, row.handled, row.exceptions, row.waiting, row.skipped, row.failed),
    )
