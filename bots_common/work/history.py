"""The history of items: every change of a state leaves its row in the change's own transaction."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert

from bots_common.work.database import Database
from bots_common.work.states import State, Step
from bots_common.work.tables import History


class Recorder:
    """Writes history rows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __call__(
        self,
        tx: Connection,
        items: Sequence[tuple[int, State | None]],
        step: Step,
        target: State,
        who: str,
        why: str,
    ) -> None:
        """These items, each from its state, went on to `target`."""
        if not items:
            return
        tx.execute(
            insert(History).values(at=self._database.now()),
            [
                {
                    "item_id": item_id,
                    "who": who,
                    "step": step,
                    "from_state": state,
                    "to_state": target,
                    "why": why,
                }
                for item_id, state in items
            ],
        )
