"""The statements that pick items and change them in one go. They are built once: building costs more than running."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Update, and_, bindparam, cast, exists, func, or_, select, tuple_, update
from sqlalchemy.orm import aliased

from bots_common.work.conditions import in_state, of_robots
from bots_common.work.database import Database
from bots_common.work.states import State, Step, after
from bots_common.work.tables import BigKey, WorkItem

ROBOTS: Final = "robots"
LIMIT: Final = "at_most"
WORKER: Final = "by_worker"
HELD: Final = "held"
TARGET: Final = "target"
NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


def claiming(database: Database, lease: timedelta) -> Update:
    """Claim what is ready, at most LIMIT items of ROBOTS for WORKER."""
    earlier = aliased(WorkItem)
    lane_busy = exists().where(
        earlier.robot == WorkItem.robot,
        earlier.lane == WorkItem.lane,
        or_(
            in_state(State.WORKING, earlier),
            and_(in_state(State.NEW, earlier), earlier.id < WorkItem.id),
        ),
    )
    ready = (
        select(WorkItem.id)
        .where(
            in_state(State.NEW),
            WorkItem.robot.in_(bindparam(ROBOTS, expanding=True)),
            WorkItem.not_before <= database.now(),
            or_(WorkItem.lane.is_(None), ~lane_busy),
        )
        .order_by(WorkItem.priority.desc(), WorkItem.id)
        .limit(bindparam(LIMIT))
    )
    return changing(
        database,
        ready,
        state=after(State.NEW, Step.CLAIM),
        fence=WorkItem.fence + 1,
        worker=bindparam(WORKER),
        lease_until=database.now(lease),
    )


def changing(database: Database, picked: Select[int], **values: Any) -> Update:
    """Change the picked rows and return them; on PostgreSQL those that another transaction holds are left."""
    ids = picked.with_for_update(skip_locked=True).cte("picked")
    statement = update(WorkItem).where(WorkItem.id.in_(select(ids.c.id)))
    return statement.values(changed_at=database.now(), **values).returning(WorkItem)


def leaving(database: Database) -> Update:
    """Take the items of the leases HELD to the state TARGET, and tell which were still held."""
    held = tuple_(WorkItem.id, WorkItem.fence).in_(bindparam(HELD, expanding=True))
    statement = update(WorkItem).where(held, in_state(State.WORKING))
    changed = statement.values(state=bindparam(TARGET), **left(database))
    return changed.returning(WorkItem.id, WorkItem.robot, WorkItem.helped)


def left(database: Database) -> dict[str, Any]:
    """The values of an item that leaves a desk."""
    moment = database.now()
    spent = cast(func.round(database.seconds(WorkItem.changed_at, moment) * 1000), BigKey)  # since it was claimed
    return {"lease_until": None, "changed_at": moment, "desk_ms": WorkItem.desk_ms + spent}


def awaited(database: Database, robots: Collection[str]) -> Select[int]:
    """How many can be handled now or after a back-off: not those found for later, nor what waits behind them.

    Each state is counted by itself, and every lease has an end: else SQLite would not count by the partial indexes of
    the few, but look at every row that there ever was.
    """
    earlier = aliased(WorkItem)
    held_up = exists().where(
        earlier.robot == WorkItem.robot,
        earlier.lane == WorkItem.lane,
        _later(database, earlier),
        earlier.id < WorkItem.id,
    )
    leased = (in_state(State.WORKING), WorkItem.lease_until >= NEVER)
    working = select(func.count()).where(*leased, of_robots(robots))
    waits = select(func.count()).where(
        in_state(State.NEW),
        WorkItem.robot.in_(robots),
        ~_later(database, WorkItem),
        or_(WorkItem.lane.is_(None), ~held_up),
    )
    return select(working.scalar_subquery() + waits.scalar_subquery())


def _later(database: Database, item: type[WorkItem]) -> ColumnElement[bool]:
    """Found for a time that has not come; what is to be tried again has failed before."""
    return and_(in_state(State.NEW, item), item.attempts == 0, item.not_before > database.now())
