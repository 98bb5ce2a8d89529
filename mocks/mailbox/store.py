"""What the mailbox remembers: messages, their PDFs, and which were deleted. All of its SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from mocks import clock, ledger
from mocks.mailbox import tables
from mocks.state import next_number, transaction
from mocks.town.hires.model import Message

PAGE_ROWS = 50
ATTACHMENT = "attest.pdf"

LIST_HEADER = ("Besked", "Modtaget", "Afsender", "Emne", "Anmodning", "Bilag")
DELETED_HEADER = ("Kvittering", "Besked", "Slettet")

_MESSAGES = """
select messages.*, iif(attachments.message is null, '', 'attest.pdf') as attachment
from messages left join attachments on attachments.message = messages.number
"""


def receive(connection: sqlite3.Connection, message: Message) -> None:
    """Put a message in the mailbox, under the next number, within the caller's transaction."""
    tables.put(connection, f"M{next_number(connection, 'message'):06d}", message)


def messages(connection: sqlite3.Connection, page: int) -> list[sqlite3.Row]:
    """The rows of one page, from 1, the newest first."""
    sql = f"{_MESSAGES} order by number desc limit ? offset ?"
    return connection.execute(sql, (PAGE_ROWS, (page - 1) * PAGE_ROWS)).fetchall()


def messages_size(connection: sqlite3.Connection) -> int:
    (count,) = connection.execute("select count(*) from messages").fetchone()
    return int(count)


def message(connection: sqlite3.Connection, number: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = connection.execute(f"{_MESSAGES} where number = ?", (number,)).fetchone()
    return row


def attachment(connection: sqlite3.Connection, number: str) -> bytes | None:
    row = connection.execute("select pdf from attachments where message = ?", (number,)).fetchone()
    return row["pdf"] if row else None


def delete(connection: sqlite3.Connection, user: str, message: sqlite3.Row) -> tuple[str, date]:
    """Overwrite the message and its PDF, and return the receipt and the day."""
    number, today = message["number"], clock.today(connection)
    with transaction(connection):
        receipt = f"SL{next_number(connection, 'deletion'):06d}"
        connection.execute("delete from attachments where message = ?", (number,))
        connection.execute("delete from messages where number = ?", (number,))
        connection.execute("insert into deleted_messages values (?, ?, ?)", (receipt, number, today.isoformat()))
        fields = {
            "receipt": receipt,
            "message": number,
            "subject": message["subject"],
            "request": message["request"],
            "person": _person(connection, message["cpr"]),
            "kind": message["kind"],
        }
        ledger.append(connection, system="mailbox", user=user, act="delete", fields=fields)
    # What is deleted is overwritten (see `mocks.state`), but old pages lie in the log until they are carried over.
    connection.execute("pragma wal_checkpoint(truncate)")
    return receipt, today


def deleted(connection: sqlite3.Connection, number: str) -> list[sqlite3.Row]:
    """The receipt of a deleted message, if it is one."""
    return connection.execute("select * from deleted_messages where message = ?", (number,)).fetchall()


def export(connection: sqlite3.Connection) -> Iterator[Sequence[Any]]:
    """Every message by number, as `LIST_HEADER` names it."""
    for it in connection.execute(f"{_MESSAGES} order by number"):
        received = date.fromisoformat(it["received"])
        yield it["number"], received, it["sender"], it["subject"], it["request"], it["attachment"]


def _person(connection: sqlite3.Connection, cpr: str) -> int | None:
    """The police's own number of whom the message is about: the ledger names nobody."""
    row = connection.execute("select id from police_persons where cpr = ?", (cpr,)).fetchone()
    return row["id"] if row else None
