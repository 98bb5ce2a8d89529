"""What the police's portal remembers: requests, and how they stand with each person. All of its SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from mocks import clock, ledger
from mocks.state import next_number, transaction
from mocks.town.hires.model import Kind, Manner, Reply

SEARCH_ROWS = 200
MOST_PERSONS = 50
PATIENCE = 14
"""Days in which a person may consent."""
EXEMPT_DAYS = 1
"""Until the police know that somebody has no digital post."""

WAITING, CONSENTED, ANSWERED = "Afventer samtykke", "Samtykke givet", "Besvaret"
NO_CONSENT, EXEMPT = "Samtykke ikke givet", "Fritaget for Digital Post"

SEARCH_HEADER = ("Anmodning", "Attesttype", "Hjemmel", "Sendt", "Status", "Status fra")
EXPORT_HEADER = ("Anmodning", "CPR", "Navn", *SEARCH_HEADER[1:])

_LINES = """
select request_lines.*, requests.kind, requests.basis, requests.purpose, requests.sent, police_persons.cpr,
    police_persons.exempt
from request_lines
join requests on requests.number = request_lines.request
join police_persons on police_persons.id = request_lines.person
"""


@dataclass(frozen=True, slots=True)
class Named:
    """A person as the request names them: ten digits and a name."""

    cpr: str
    name: str


@dataclass(frozen=True, slots=True)
class Order:
    """What "Underskriv og send" sends."""

    kind: Kind
    basis: str
    purpose: str
    contact: str
    persons: tuple[Named, ...]


def send(connection: sqlite3.Connection, user: str, order: Order) -> str:
    """Send a request and return its number. It does not ask whether somebody is requested already."""
    today = clock.today(connection)
    with transaction(connection):
        number = f"P{next_number(connection, 'request'):06d}"
        facts = (order.kind, order.basis, order.purpose, order.contact)
        connection.execute("insert into requests values (?, ?, ?, ?, ?, ?)", (number, *facts, today.isoformat()))
        persons = [_add_line(connection, number, order.kind, it, today) for it in order.persons]
        fields = {
            "request": number,
            "kind": order.kind,
            "basis": order.basis,
            "purpose": order.purpose,
            "contact": order.contact,
            "persons": persons,
        }
        ledger.append(connection, system="portal", user=user, act="request", fields=fields)
    return number


def reply(connection: sqlite3.Connection, person: int, kind: str) -> Reply:
    """What will come of requests about a person: as the town knows, or else a clean certificate after some days."""
    sql = "select * from police_replies where person = ? and kind = ?"
    row = connection.execute(sql, (person, kind)).fetchone()
    if row is None:
        return Reply("", Kind(kind), consent=2, wait=3)
    return Reply(
        cpr="",
        kind=Kind(kind),
        manner=Manner(row["manner"]),
        other_kind=row["other_kind"] and Kind(row["other_kind"]),
        **{it: row[it] for it in ("consent", "wait", "other_name", "other_cpr", "age", "again")},
    )


def lines(connection: sqlite3.Connection, cpr: str, kind: str) -> list[sqlite3.Row]:
    """The newest requests of a person and a kind; of all where either is empty."""
    wanted = {column: value for column, value in (("cpr", cpr), ("kind", kind)) if value}
    where = " and ".join(f"{column} = ?" for column in wanted) or "true"
    sql = f"{_LINES} where {where} order by request_lines.id desc limit {SEARCH_ROWS}"
    return connection.execute(sql, tuple(wanted.values())).fetchall()


def export(connection: sqlite3.Connection) -> Iterator[Sequence[Any]]:
    """Every person of every request, the oldest first, as `EXPORT_HEADER` names it."""
    for it in connection.execute(f"{_LINES} order by request_lines.id"):
        yield (
            *(it["request"], it["cpr"], it["name"], Kind(it["kind"]).written, it["basis"]),
            *(date.fromisoformat(it["sent"]), it["status"], date.fromisoformat(it["since"])),
        )


def next_due(connection: sqlite3.Connection, until: date) -> sqlite3.Row | None:
    """The line that moves first, of those that move until then."""
    sql = f"{_LINES} where due <= ? order by due, request_lines.id limit 1"
    row: sqlite3.Row | None = connection.execute(sql, (until.isoformat(),)).fetchone()
    return row


def move_line(connection: sqlite3.Connection, line: int, status: str, since: str, due: date | None) -> None:
    """Set how a line stands, and when it moves next, within the caller's transaction."""
    sql = "update request_lines set status = ?, since = ?, due = ? where id = ?"
    connection.execute(sql, (status, since, due and due.isoformat(), line))


def _add_line(connection: sqlite3.Connection, number: str, kind: Kind, named: Named, today: date) -> int:
    """A person of a request; returns the police's own number of the person."""
    connection.execute("insert or ignore into police_persons (cpr, exempt) values (?, false)", (named.cpr,))
    person = connection.execute("select id, exempt from police_persons where cpr = ?", (named.cpr,)).fetchone()
    consent = reply(connection, person["id"], kind).consent
    days = EXEMPT_DAYS if person["exempt"] else PATIENCE if consent is None else consent
    row = (number, person["id"], named.name, WAITING, today.isoformat(), (today + timedelta(days=days)).isoformat())
    sql = "insert into request_lines (request, person, name, status, since, due) values (?, ?, ?, ?, ?, ?)"
    connection.execute(sql, row)
    return int(person["id"])
