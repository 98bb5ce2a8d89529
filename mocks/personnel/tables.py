"""The personnel system's table, and how it begins."""

from __future__ import annotations

import sqlite3

from mocks.town.hires.model import Hire, HireTown

SCHEMA = """
create table hires (
    number text primary key, cpr text not null, name text not null, post text not null, workplace text not null,
    youngest integer, oldest integer, attachment text not null, days integer, first text not null, last text,
    manager text not null, manager_mail text not null, created text not null,
    criminal text not null, criminal_since text, children text not null, children_since text
);
"""


def fill(connection: sqlite3.Connection, town: HireTown) -> None:
    marks = ", ".join("?" * 18)
    connection.executemany(f"insert into hires values ({marks})", (_row(it) for it in town.hires))  # noqa: S608
    connection.execute("insert into counters values ('state', 0)")


def _row(it: Hire) -> tuple[object, ...]:
    return (
        *(it.number, it.cpr, it.name, it.post, it.workplace, it.youngest, it.oldest, it.attachment, it.days),
        *(it.first.isoformat(), it.last and it.last.isoformat(), it.manager, it.manager_mail, it.created.isoformat()),
        *(it.criminal.state, it.criminal.since and it.criminal.since.isoformat()),
        *(it.children.state, it.children.since and it.children.since.isoformat()),
    )
