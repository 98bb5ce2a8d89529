"""The mailbox's tables, how they begin, and how a message gets into them."""

from __future__ import annotations

import sqlite3

from mocks.town.hires import certificate
from mocks.town.hires.model import HireTown, Message

SCHEMA = """
create table messages (
    number text primary key, received text not null, sender text not null, subject text not null, text text not null,
    request text not null, name text not null, cpr text not null, kind text not null
);
create table attachments (message text primary key references messages, pdf blob not null);
create table deleted_messages (receipt text primary key, message text not null unique, deleted text not null);
"""


def fill(connection: sqlite3.Connection, town: HireTown) -> None:
    for place, it in enumerate(town.messages, start=1):
        put(connection, f"M{place:06d}", it)
    counters = (("message", len(town.messages)), ("deletion", 0))
    connection.executemany("insert into counters values (?, ?)", counters)


def put(connection: sqlite3.Connection, number: str, message: Message) -> None:
    """The message, and the PDF of its certificate, in the mailbox."""
    row = (
        *(number, message.received.isoformat(), message.sender, message.subject, message.text),
        *(message.request, message.name, message.cpr, message.kind or ""),
    )
    connection.execute("insert into messages values (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    if message.certificate:
        pdf = certificate.pdf(message.certificate)
        connection.execute("insert into attachments values (?, ?)", (number, pdf))
