"""The workers, as each last reported, and what staff have ordered them to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import delete, select, update

from bots_common.errors import NotFound
from bots_common.work.database import Database, or_update
from bots_common.work.system_records import Health, Order, WorkerRow
from bots_common.work.system_tables import Colleague

SILENT_AFTER: Final = timedelta(seconds=60)
FORGOTTEN_AFTER: Final = timedelta(days=1)


class Fleet:
    """Reached as `store.fleet`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def report(self, health: Health) -> Order | None:
        """Write down how a worker is; returns what staff have ordered it to do."""
        now = self._database.now()
        progress = (
            None if health.idle_seconds is None else self._database.now(timedelta(seconds=-health.idle_seconds))
        )
        said = {
            "in_hand": health.in_hand,
            "handled": health.handled,
            "robots": ",".join(health.robots),
            "seen_at": now,
        }
        row = self._database.insert(Colleague).values(
            name=health.name,
            machine=health.machine,
            version=health.version,
            started_at=now,
            progress_at=progress,
            **said,
        )
        if progress is not None:
            said["progress_at"] = progress
        with self._database.write() as tx:
            tx.execute(or_update(row, ["name"], **said))
            tx.execute(delete(Colleague).where(Colleague.seen_at < self._database.now(-FORGOTTEN_AFTER)))
            order = tx.execute(select(Colleague.order).where(Colleague.name == health.name)).scalar_one()
        return Order(order) if order else None

    def leave(self, name: str) -> None:
        """The worker has ended in good order."""
        with self._database.write() as tx:
            tx.execute(delete(Colleague).where(Colleague.name == name))

    def order(self, order: Order, who: str, name: str | None = None) -> int:
        """Order a worker, or all, to end; says how many. Raises NotFound where none has that name."""
        asked = update(Colleague).values(order=order, ordered_by=who)
        if name is not None:
            asked = asked.where(Colleague.name == name)
        with self._database.write() as tx:
            count = tx.execute(asked).rowcount
        if name is not None and not count:
            raise NotFound(f"There is no worker {name!r}.", "`kollega workers list` shows those there are.")
        return count

    def workers(self) -> list[WorkerRow]:
        """Every worker that has reported within a day and not ended in good order, by machine."""
        silent = (Colleague.seen_at < self._database.now(-SILENT_AFTER)).label("silent")
        with self._database.read() as tx:
            rows: Sequence[Any] = tx.execute(
                select(Colleague, silent).order_by(Colleague.machine, Colleague.started_at)
            ).all()
        return [_worker(row) for row in rows]


def _worker(row: Any) -> WorkerRow:
    return WorkerRow(
        name=row.name,
        machine=row.machine,
        version=row.version,
        robots=tuple(row.robots.split(",")),
        in_hand=row.in_hand,
        handled=row.handled,
        started_at=row.started_at,
        seen_at=row.seen_at,
        progress_at=row.progress_at,
        order=Order(row.order) if row.order else None,
        silent=bool(row.silent),
    )
