"""Finished items, made by the database itself: thousands at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, insert, literal, select

from bots_common.work.states import State
from bots_common.work.tables import Moment, WorkItem


def finish(
    tx: Connection,
    robots: Sequence[str],
    numbers: range,
    began: datetime,
    ended: datetime,
    payload: bytes = b"",
    **other: Any,
) -> None:
    """An item for each of the numbers, of the robots in turn, found and finished at these moments."""
    counted = select(literal(numbers.start).label("number")).cte("counted", recursive=True)
    counted = counted.union_all(select(counted.c.number + 1).where(counted.c.number < numbers.stop - 1))
    number, found = counted.c.number, literal(began, Moment)
    of = case(*((number % len(robots) == place, robot) for place, robot in enumerate(robots)), else_=robots[0])
    values = {
        "robot": of,
        "reference": literal("past ").concat(number),
        "state": literal(State.DONE.value),
        "priority": literal(0),
        "not_before": found,
        "payload": literal(payload),
        "attempts": literal(0),
        "takeovers": literal(0),
        "fence": literal(1),
        "created_at": found,
        "changed_at": literal(ended, Moment),
        **{name: literal(value) for name, value in other.items()},
    }
    tx.execute(insert(WorkItem).from_select(list(values), select(*values.values()).select_from(counted)))
