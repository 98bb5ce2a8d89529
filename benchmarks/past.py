"""A past for a database: finished items with their history, made by the database itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, literal, select

from benchmarks.queue_process import CODEC, ROBOT
from bots_common.work.database import Database
from bots_common.work.states import State, Step
from bots_common.work.tables import History, Moment, WorkItem

PAYLOAD = {"number": 1, "lines": [{"grant": "G-100 200", "amount": "1234.50", "period": "2026-01"}] * 3}
STEPS = (
    (Step.FIND, None, State.NEW),
    (Step.CLAIM, State.NEW, State.WORKING),
    (Step.FINISH, State.WORKING, State.DONE),
)
AGO = timedelta(days=30)


def fill(url: str, items: int) -> None:
    """Put so many items into an empty database, found and finished a month ago, each with its three changes."""
    database = Database(url)
    then = literal(datetime.now(UTC) - AGO, Moment)
    counted = select(literal(1).label("number")).cte("counted", recursive=True)
    counted = counted.union_all(select(counted.c.number + 1).where(counted.c.number < items))
    values = {
        WorkItem.robot: literal(ROBOT),
        WorkItem.reference: literal("past ").concat(counted.c.number),
        WorkItem.state: literal(State.DONE.value),
        WorkItem.priority: literal(0),
        WorkItem.not_before: then,
        WorkItem.payload: literal(CODEC.seal_json(PAYLOAD)),
        WorkItem.attempts: literal(0),
        WorkItem.takeovers: literal(0),
        WorkItem.fence: literal(1),
        WorkItem.worker: literal("past/1/abcd"),
        WorkItem.created_at: then,
        WorkItem.changed_at: then,
    }
    with database.write() as tx:
        tx.execute(insert(WorkItem).from_select(list(values), select(*values.values()).select_from(counted)))
        for step, before, after in STEPS:
            change = {
                History.item_id: WorkItem.id,
                History.at: then,
                History.who: WorkItem.worker,
                History.step: literal(step.value),
                History.from_state: literal(before),
                History.to_state: literal(after.value),
                History.why: literal(""),
            }
            tx.execute(insert(History).from_select(list(change), select(*change.values())))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE" if database.sqlite else "VACUUM ANALYZE")
    database.close()
