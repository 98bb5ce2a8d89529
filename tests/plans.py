"""How a database would find the rows of a statement, beside thousands of items that finished lately."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, literal, select, text

from bots_common.work.database import Database
from bots_common.work.states import State
from bots_common.work.tables import Moment, WorkItem

FINISHED = 20_000
LATELY = datetime(2100, 1, 1, tzinfo=UTC)  # whatever day it is in a test


def plan(database: Database, statement: str, given: Any) -> str:
    """As the database explains it. PostgreSQL weighs numbers of rows: in a small table it would read all of them."""
    if database.sqlite:
        with database.read() as tx:
            return str(tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given).all())
    with database.engine.connect() as tx, tx.begin() as begun:
        number = select(literal(1).label("number")).cte("numbers", recursive=True)
        number = number.union_all(select(number.c.number + 1).where(number.c.number < FINISHED))
        values: dict[Any, Any] = {
            WorkItem.robot: literal("invoices"),
            WorkItem.reference: literal("finished ").concat(number.c.number),
            WorkItem.state: literal(State.DONE.value),
            WorkItem.priority: literal(0),
            WorkItem.attempts: literal(0),
            WorkItem.takeovers: literal(0),
            WorkItem.fence: literal(1),
            WorkItem.payload: literal(b""),
            **dict.fromkeys((WorkItem.not_before, WorkItem.created_at, WorkItem.changed_at), literal(LATELY, Moment)),
        }
        tx.execute(insert(WorkItem).from_select(list(values), select(*values.values()).select_from(number)))
        tx.execute(text("ANALYZE work_item"))
        explained = str(tx.exec_driver_sql(f"EXPLAIN {statement}", given).all())
        begun.rollback()
    return explained
