"""Counts of what is not finished, read from the partial indexes: finished rows, however many, cost nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, case, func, literal, or_, select, text, union_all

from bots_common.work.conditions import in_state, no_key
from bots_common.work.database import Database
from bots_common.work.states import OPEN, State
from bots_common.work.stats import LIMITS, Waited
from bots_common.work.tables import DUE, WorkItem


class Due(StrEnum):
    """How far ahead the deadline of an item is that is not finished."""

    OVERDUE = "overdue"
    DAY = "day"
    THREE_DAYS = "three_days"
    WEEK = "week"
    LATER = "later"


AHEAD: Final = {
    Due.OVERDUE: timedelta(),
    Due.DAY: timedelta(days=1),
    Due.THREE_DAYS: timedelta(days=3),
    Due.WEEK: timedelta(days=7),
}


class Unfinished:
    """Reached as `store.unfinished`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ages(self) -> dict[tuple[str, Waited], int]:
        """How many items are with people, by robot and by how long they have been."""
        older = [(WorkItem.changed_at >= self._database.now(-limit), span.value) for span, limit in LIMITS.items()]
        with_people = or_(in_state(State.EXCEPTION), in_state(State.WAITING))
        return {(robot, Waited(span)): count for robot, span, count in self._by(older, Waited.LONGER, with_people)}

    def due(self) -> dict[tuple[str, Due], int]:
        """How many items that have a deadline are not finished, by robot and by how far ahead it is."""
        nearer = [(WorkItem.deadline < self._database.now(ahead), due.value) for due, ahead in AHEAD.items()]
        return {(robot, Due(due)): count for robot, due, count in self._by(nearer, Due.LATER, text(DUE))}

    def with_people(self) -> dict[tuple[str, State], int]:
        """How many items people have now, by robot, and whether the robot waits for a word of theirs."""
        both = or_(in_state(State.EXCEPTION), in_state(State.WAITING))
        query = (
            select(WorkItem.robot, WorkItem.state, func.count()).where(both).group_by(WorkItem.robot, WorkItem.state)
        )
        with self._database.read() as tx:
            return {(robot, State(state)): count for robot, state, count in tx.execute(query).all()}

    def by_state(self) -> dict[tuple[str, State], int]:
        """How many items are in each state that is not the end, by robot."""
        robot = no_key(WorkItem.robot)
        query = union_all(
            *(
                select(robot, literal(state.value).label("state"), func.count().label("items"))
                .where(in_state(state))
                .group_by(robot)
                for state in OPEN
            )
        )
        with self._database.read() as tx:
            mine = {(robot, State(state)): count for robot, state, count in tx.execute(query).all()}
        return mine | self.with_people()

    def oldest(self) -> dict[str, timedelta]:
        """For how long the oldest exception of each robot has been with people."""
        query = (
            select(WorkItem.robot, func.min(WorkItem.changed_at, type_=WorkItem.changed_at.type))
            .where(in_state(State.EXCEPTION))
            .group_by(WorkItem.robot)
        )
        with self._database.read() as tx:
            moment = self._database.moment(tx)
            return {robot: moment - since for robot, since in tx.execute(query).all()}

    def _by(
        self, spans: list[tuple[ColumnElement[bool], str]], last: str, which: Any
    ) -> Iterable[tuple[str, str, int]]:
        span = case(*spans, else_=str(last)).label("span")
        query = select(WorkItem.robot, span, func.count()).where(which).group_by(WorkItem.robot, span)
        with self._database.read() as tx:
            return [(row[0], row[1], row[2]) for row in tx.execute(query).all()]
