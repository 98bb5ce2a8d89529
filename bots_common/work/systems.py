"""What all workers share about the systems that they call: pauses, the circuit breaker, and whose turn it is.

Whoever changes something of a system holds that system's row until the end of the transaction. So turns are given in
the order in which they are asked for, and what is read is still true when it is written.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, delete, func, insert, select, update

from bots_common.values import mask
from bots_common.work.database import Database, or_update
from bots_common.work.system_records import Place, Queue, SystemRow, SystemsSeen
from bots_common.work.system_tables import SystemState, Ticket

LONGEST_BREAK: Final = timedelta(minutes=15)
_MINUTE: Final = timedelta(minutes=1)
_MENDED: Final = {"failures": 0, "broken_at": None, "broken_until": None, "broken_why": None, "probe": None}


class Systems:
    """Reached as `store.systems`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def seen(self) -> SystemsSeen:
        """The state of every system that has had one."""
        with self._database.read() as tx:
            rows = tx.execute(select(SystemState)).all()
            return SystemsSeen(self._database.moment(tx), {row.system: _row(row) for row in rows})

    # -- people ---------------------------------------------------------------------------------------------

    def pause(self, system: str, who: str, why: str) -> None:
        """Nobody calls the system until somebody resumes it."""
        with self._database.write() as tx:
            self._hold(tx, system)
            self._set(tx, system, paused_by=who, paused_why=mask(why), paused_at=self._database.now())

    def resume(self, system: str) -> None:
        """End the pause; a system that is out of order may be tried at once."""
        with self._database.write() as tx:
            row = self._hold(tx, system)
            self._set(tx, system, paused_by=None, paused_why=None, paused_at=None)
            if row.broken_until is not None:
                self._set(tx, system, probe=None, broken_until=self._database.now())

    # -- the circuit breaker --------------------------------------------------------------------------------

    def failed(self, system: str, why: str, *, limit: int, length: timedelta) -> bool:
        """A call has failed; with the `limit`-th in a row the system is out of order for `length`.

        Says whether it was so before.
        """
        with self._database.write() as tx:
            row = self._hold(tx, system)
            if row.broken_until is not None:
                return True
            self._set(tx, system, failures=row.failures + 1)
            if row.failures + 1 >= limit:
                now, until = self._database.now(), self._database.now(length)
                self._set(tx, system, broken_at=now, broken_until=until, broken_why=mask(why))
            return False

    def succeeded(self, system: str) -> None:
        """A call was answered: failures are counted from the beginning. Only a probe mends what is out of order."""
        with self._database.write() as tx:
            whole = SystemState.broken_until.is_(None)
            tx.execute(update(SystemState).where(SystemState.system == system, whole).values(failures=0))

    def probe(self, system: str, holder: str, length: timedelta) -> bool:
        """Ask to be the one who tries a system that is out of order; the right ends after `length`."""
        due = SystemState.broken_until <= self._database.now()
        with self._database.write() as tx:
            asked = update(SystemState).where(SystemState.system == system, due)
            return tx.execute(asked.values(probe=holder, broken_until=self._database.now(length))).rowcount == 1

    def probe_ended(self, system: str, holder: str, *, why: str | None, limit: int, length: timedelta) -> None:
        """The probe was answered (`why` None) or failed: then the next is due after `length`, doubled each time.

        Says nothing where the right to probe has run out meanwhile.
        """
        with self._database.write() as tx:
            row = self._hold(tx, system)
            if row.probe != holder:
                return
            if why is None:
                self._set(tx, system, **_MENDED)
                return
            failures = row.failures + 1
            pause = min(length * 2 ** min(max(failures - limit, 0), 16), max(LONGEST_BREAK, length))
            again = self._database.now(pause)
            self._set(tx, system, failures=failures, probe=None, broken_until=again, broken_why=mask(why))

    def probe_dropped(self, system: str, holder: str) -> None:
        """Nobody knows what came of the probe; another may try at once."""
        with self._database.write() as tx:
            mine = (SystemState.system == system, SystemState.probe == holder)
            tx.execute(update(SystemState).where(*mine).values(probe=None, broken_until=self._database.now()))

    # -- so many calls in a stretch of time -----------------------------------------------------------------

    def next_call(self, system: str, interval: timedelta) -> timedelta:
        """Reserve the next free moment, `interval` after the one before; says how far away it is."""
        with self._database.write() as tx:
            row = self._hold(tx, system)
            now = self._database.moment(tx)
            mine = max(now, row.next_call_at or now)
            self._set(tx, system, next_call_at=mine + interval, **_counted(row, mine))
            return mine - now

    # -- so many calls at a time ----------------------------------------------------------------------------

    def line_up(self, system: str, holder: str, length: timedelta) -> Place:
        """Take a ticket, good for `length`. Fewer `ahead` than places: it is inside."""
        with self._database.write() as tx:
            self._hold(tx, system)
            return self._lined_up(tx, system, holder, length)

    def look(self, place: Place, places: int, length: timedelta) -> Place:
        """Where the ticket stands now, its time begun anew where half is over. Who comes too late lines up again."""
        mine = select(Ticket.id).where(Ticket.id == place.ticket, Ticket.until > self._database.now(length / 2))
        with self._database.read() as tx:
            ahead = self._ahead(tx, place.system, place.ticket)
            if ahead >= places and tx.execute(mine).first():
                return replace(place, ahead=ahead)
        with self._database.write() as tx:
            self._hold(tx, place.system)
            if not self._renewed(tx, place, length):
                return self._lined_up(tx, place.system, place.holder, length)
            return replace(place, ahead=self._ahead(tx, place.system, place.ticket))

    def stay(self, place: Place, length: timedelta) -> bool:
        """Begin the time of a ticket anew; False where it had run out, and another may be inside in its place."""
        with self._database.write() as tx:
            self._hold(tx, place.system)
            return self._renewed(tx, place, length)

    def leave(self, place: Place) -> None:
        """Give the ticket back."""
        with self._database.write() as tx:
            tx.execute(delete(Ticket).where(Ticket.id == place.ticket))

    def lines(self) -> dict[str, int]:
        """How many calls are under way or wait for their turn, of each system that lets in only so many."""
        return {system: len(queue.holders) for system, queue in self.queues().items()}

    def queues(self) -> dict[str, Queue]:
        """Who is inside or waits for a turn, of each system that lets in only so many."""
        alive = Ticket.until > self._database.now()
        holders: defaultdict[str, list[str]] = defaultdict(list)
        with self._database.read() as tx:
            query = select(Ticket.system, Ticket.holder).where(alive).order_by(Ticket.system, Ticket.id)
            for row in tx.execute(query):
                holders[row.system].append(row.holder)
        return {system: Queue(tuple(its)) for system, its in holders.items()}

    def _lined_up(self, tx: Connection, system: str, holder: str, length: timedelta) -> Place:
        self._forget_the_dead(tx, system)
        taken = insert(Ticket).values(system=system, holder=holder, until=self._database.now(length))
        ticket = tx.execute(taken.returning(Ticket.id)).scalar_one()
        return Place(ticket, system, holder, self._ahead(tx, system, ticket))

    def _renewed(self, tx: Connection, place: Place, length: timedelta) -> bool:
        self._forget_the_dead(tx, place.system)
        return bool(
            tx.execute(
                update(Ticket).where(Ticket.id == place.ticket).values(until=self._database.now(length))
            ).rowcount
        )

    def _forget_the_dead(self, tx: Connection, system: str) -> None:
        tx.execute(delete(Ticket).where(Ticket.system == system, Ticket.until <= self._database.now()))

    def _ahead(self, tx: Connection, system: str, ticket: int) -> int:
        earlier = (Ticket.system == system, Ticket.id < ticket, Ticket.until > self._database.now())
        return tx.execute(select(func.count()).where(*earlier)).scalar_one()

    # -- shared ---------------------------------------------------------------------------------------------

    def _hold(self, tx: Connection, system: str) -> Any:
        """The system's row, a new one where there is none, which nobody else changes before this transaction ends."""
        row = self._database.insert(SystemState).values(system=system, failures=0)
        held = or_update(row, ["system"], system=row.excluded.system)
        return tx.execute(held.returning(SystemState)).one()

    def _set(self, tx: Connection, system: str, **values: Any) -> None:
        tx.execute(update(SystemState).where(SystemState.system == system).values(**values))


def _counted(row: Any, moment: datetime) -> dict[str, Any]:
    """One more call in the minute of that moment. Moments are given out in order, so no minute comes back."""
    minute = moment.replace(second=0, microsecond=0)
    if row.minute == minute:
        return {"calls": row.calls + 1}
    before = row.calls if row.minute == minute - _MINUTE else 0
    return {"minute": minute, "calls": 1, "calls_before": before}


def _row(row: Any) -> SystemRow:
    return SystemRow(
        paused_by=row.paused_by,
        paused_why=row.paused_why or "",
        paused_at=row.paused_at,
        failures=row.failures,
        broken_until=row.broken_until,
        broken_why=row.broken_why or "",
        probing=row.probe is not None,
        next_call_at=row.next_call_at,
        minute=row.minute,
        calls=row.calls,
        calls_before=row.calls_before,
    )
