"""A past for a database: finished items with their history, made by the database itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, LargeBinary, Select, cast, insert, literal, select

from benchmarks.queue_process import CODEC, ROBOT
from bots_common.work.database import Database
from bots_common.work.states import State, Step
from bots_common.work.tables import Effect, History, Moment, Subject, WorkItem
from tests.finished import finish

PAYLOAD = {"number": 1, "lines": [{"grant": "G-100 200", "amount": "1234.50", "period": "2026-01"}] * 3}
STEPS = (
    (Step.FIND, None, State.NEW),
    (Step.CLAIM, State.NEW, State.WORKING),
    (Step.FINISH, State.WORKING, State.DONE),
)
AGO: Final = timedelta(days=30)
MILLISECOND: Final = timedelta(milliseconds=1)
AT_DESK: Final = timedelta(seconds=20)
CITIZENS: Final = 50_000


def fill(url: str, items: int) -> None:
    """Put so many items into an empty database, found and finished a month ago, each with its three changes."""
    database = Database(url)
    with database.write() as tx:
        _finished(tx, [ROBOT], 0, items, datetime.now(UTC) - AGO)
    vacuum(database)
    database.close()


def fill_days(url: str, items: int, robots: Sequence[str], days: int) -> None:
    """Put so many items of these robots into an empty database, found and finished on the days until today.

    Each is about a citizen and has a receipt with an amount.
    """
    database, today, a_day = Database(url), datetime.now(UTC), -(-items // days)
    for first in range(0, items, a_day):
        last = min(first + a_day, items)
        with database.write() as tx:
            _finished(tx, robots, first, last, today - timedelta(days=days - 1 - first // a_day))
            mine = WorkItem.id.between(first + 1, last)
            _insert(tx, Subject, _SUBJECT, select(*_SUBJECT.values()).where(mine))
            _insert(tx, Effect, _EFFECT, select(*_EFFECT.values()).where(mine))
    vacuum(database)
    database.close()


def vacuum(database: Database) -> None:
    """What PostgreSQL does by itself; nobody gathers statistics for SQLite."""
    if not database.sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def _finished(tx: Connection, robots: Sequence[str], first: int, last: int, found: datetime) -> None:
    """Items `first` to before `last`, counted from 0, of an empty database: their keys are one more."""
    ended = found + AT_DESK
    more = {"worker": "past/1/abcd", "desk_ms": AT_DESK // MILLISECOND}
    finish(tx, robots, range(first, last), found, ended, CODEC.seal_json(PAYLOAD), **more)
    for step, before, after in STEPS:
        change = {
            History.item_id: WorkItem.id,
            History.at: literal(ended if step is Step.FINISH else found, Moment),
            History.who: WorkItem.worker,
            History.step: literal(step.value),
            History.from_state: literal(before),
            History.to_state: literal(after.value),
            History.why: literal(""),
        }
        _insert(tx, History, change, select(*change.values()).where(WorkItem.id.between(first + 1, last)))


def _insert(tx: Connection, table: type[Any], columns: dict[Any, Any], rows: Select[Any]) -> None:
    tx.execute(insert(table).from_select(list(columns), rows))


_SUBJECT: Final[dict[Any, Any]] = {
    Subject.item_id: WorkItem.id,
    Subject.fingerprint: cast(literal("citizen ").concat(WorkItem.id % CITIZENS), LargeBinary),
}
_EFFECT: Final[dict[Any, Any]] = {
    Effect.item_id: WorkItem.id,
    Effect.name: literal("post"),
    Effect.intent: literal(CODEC.seal_json(PAYLOAD)),
    Effect.fence: literal(1),
    Effect.tries: literal(1),
    Effect.intended_at: WorkItem.created_at,
    Effect.receipt: literal("V").concat(WorkItem.id),
    Effect.ore: literal(123_450),
    Effect.settled_at: WorkItem.changed_at,
}
