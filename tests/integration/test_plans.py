"""No question of a page reads every item that there ever was, or that a robot ever had."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from bots_common.work import NewItem, State, Store
from bots_common.work.database import Database
from tests.plans import plan

ROBOT = "invoices"
NOW = datetime.now(UTC)
MONTH = (NOW - timedelta(days=30), NOW)
QUESTIONS: dict[str, Callable[[Store], object]] = {
    "all items": lambda store: store.reading.items(),
    "of a robot": lambda store: store.reading.items(robot=ROBOT),
    "of robots": lambda store: store.reading.items(robots=[ROBOT, "flexwage"]),
    "of a robot, in a state": lambda store: store.reading.items(robot=ROBOT, states=[State.DONE]),
    "with people": lambda store: store.reading.items(robot=ROBOT, states=[State.EXCEPTION]),
    "changed in a run": lambda store: store.reading.items(robot=ROBOT, since=MONTH[0], until=MONTH[1]),
    "what became of a month": lambda store: store.reading.became(ROBOT, *MONTH),
    "found in a month": lambda store: store.reading.found(ROBOT, *MONTH, [State.EXCEPTION]),
    "handed over": lambda store: store.reading.handed(ROBOT, *MONTH),
    "reasons": lambda store: store.reading.handed_for(ROBOT, *MONTH),
    "time at a desk": lambda store: store.times.at_desk(ROBOT, *MONTH),
    "waits": lambda store: store.times.until_done(ROBOT, ["post"], *MONTH),
    "looked at": lambda store: store.levels.looked_at(ROBOT, *MONTH),
    "standing": lambda store: store.levels.standing(ROBOT),
    "to decide": lambda store: store.verdicts.to_decide([ROBOT]),
    "proposals": lambda store: store.verdicts.waiting(ROBOT, "post", limit=50),
    "verdicts": lambda store: store.verdicts.given(ROBOT, limit=50),
    "open": lambda store: store.open_count([ROBOT]),
    "by state": lambda store: store.unfinished.by_state(),
    "ages": lambda store: store.unfinished.ages(),
    "due": lambda store: store.unfinished.due(),
}
READ_WHOLE = (
    "Seq Scan on work_item",
    "'SCAN work_item'",
    "'SCAN work_item USING INDEX sqlite_autoindex_work_item_1'",
    "work_item USING INDEX sqlite_autoindex_work_item_1 (robot=?)",
    "work_item USING COVERING INDEX sqlite_autoindex_work_item_1 (robot=?)",
)


@pytest.mark.parametrize("question", list(QUESTIONS))
def test_it_finds_its_rows_by_an_index(database_url: str, store: Store, question: str) -> None:
    store.add(ROBOT, [NewItem("A", {}), NewItem("B", {})])
    asked: list[tuple[str, Any]] = []

    def keep(connection: Connection, cursor: object, statement: str, given: Any, *rest: object) -> None:
        if "work_item" in statement:
            asked.append((statement, given))

    event.listen(Engine, "before_cursor_execute", keep)
    QUESTIONS[question](store)
    event.remove(Engine, "before_cursor_execute", keep)
    database = Database(database_url)
    plans = [plan(database, statement, given) for statement, given in asked]
    database.close()
    assert plans
    assert not [whole for whole in READ_WHOLE for found in plans if whole in found], plans
