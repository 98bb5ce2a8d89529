"""The police's tables, and how they begin: whom they know, and what will come of requests about them."""

from __future__ import annotations

import sqlite3

from mocks.town.hires.model import HireTown, Reply

SCHEMA = """
create table police_persons (id integer primary key, cpr text not null unique, exempt integer not null);
create table police_replies (
    person integer not null references police_persons, kind text not null, consent integer, wait integer not null,
    manner text not null, other_name text not null, other_cpr text not null, other_kind text, age integer,
    again integer, primary key (person, kind)
) without rowid;
create table requests (
    number text primary key, kind text not null, basis text not null, purpose text not null, contact text not null,
    sent text not null
);
create table request_lines (
    id integer primary key, request text not null references requests, person integer not null references
    police_persons, name text not null, status text not null, since text not null, due text
);
create index request_lines_person on request_lines (person);
create index request_lines_request on request_lines (request);
create index request_lines_due on request_lines (due) where due is not null;
"""


def fill(connection: sqlite3.Connection, town: HireTown) -> None:
    connection.executemany(
        "insert into police_persons (cpr, exempt) values (?, ?)", ((it.cpr, it.exempt) for it in town.people)
    )
    connection.executemany(
        "insert into police_replies values"
        " ((select id from police_persons where cpr = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (_reply_row(it) for it in town.replies),
    )
    connection.executemany("insert into counters values (?, 0)", (("request",), ("certificate",)))


def _reply_row(it: Reply) -> tuple[object, ...]:
    return (
        *(it.cpr, it.kind, it.consent, it.wait, it.manner),
        *(it.other_name, it.other_cpr, it.other_kind, it.age, it.again),
    )
