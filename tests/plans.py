"""How a database would find the rows of a statement, beside thousands of items that finished lately."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from bots_common.work.database import Database
from tests.finished import finish

FINISHED = 20_000
LATELY = datetime(2100, 1, 1, tzinfo=UTC)  # whatever day it is in a test


def plan(database: Database, statement: str, given: Any) -> str:
    """As the database explains it. PostgreSQL weighs numbers of rows: in a small table it would read all of them."""
    if database.sqlite:
        with database.read() as tx:
            return str(tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given).all())
    with database.engine.connect() as tx, tx.begin() as begun:
        finish(tx, ["invoices"], range(FINISHED), LATELY, LATELY)
        tx.execute(text("ANALYZE work_item"))
        explained = str(tx.exec_driver_sql(f"EXPLAIN {statement}", given).all())
        begun.rollback()
    return explained
