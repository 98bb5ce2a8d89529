"""The history of items: every change of a state leaves its row in the change's own transaction."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, String, bindparam, insert, select

from bots_common.work.database import Database
from bots_common.work.states import State, Step
from bots_common.work.tables import History, WorkItem


class Recorder:
    """Writes history rows, for any number of items by one statement that is built once."""

    def __init__(self, database: Database) -> None:
        told = [bindparam(name, type_=String) for name in ("who", "step", "from_state", "to_state", "why")]
        changed = WorkItem.id.in_(bindparam("items", expanding=True))
        self._adding = insert(History).from_select(
            ["item_id", "at", *(parameter.key for parameter in told)],
            select(WorkItem.id, database.now(), *told).where(changed),
        )

    def __call__(
        self,
        tx: Connection,
        items: Collection[int],
        step: Step,
        change: tuple[State | None, State],
        who: str,
        why: str = "",
    ) -> None:
        """These items went on from one state to another."""
        if not items:
            return
        from_state, to_state = change
        told = {"who": who, "step": step, "from_state": from_state, "to_state": to_state, "why": why}
        tx.execute(self._adding, {"items": list(items), **told})
