"""The archive's tables, and how they begin."""

from __future__ import annotations

import sqlite3

from mocks.town.hires.model import HireTown

SCHEMA = """
create table folders (number text primary key, cpr text not null, name text not null, opened text not null);
create index folders_cpr on folders (cpr);
create table papers (
    number text primary key, folder text not null references folders, title text not null, type text not null,
    access text not null, day text not null, text text not null, journal text not null default ''
);
create index papers_folder on papers (folder, number);
create index papers_title on papers (title, number);
create table files (paper text primary key references papers, name text not null, content blob not null);
"""

_APPLICATION = ("Ansøgning", "Brev", "Personale-fortrolig")


def fill(connection: sqlite3.Connection, town: HireTown) -> None:
    """The folders; each begins with the application, checked in."""
    title, kind, access = _APPLICATION
    connection.executemany(
        "insert into folders values (?, ?, ?, ?)",
        ((it.number, it.cpr, it.name, it.opened.isoformat()) for it in town.folders),
    )
    connection.executemany(
        "insert into papers values (?, ?, ?, ?, ?, ?, '', ?)",
        (
            (f"D{place:06d}", it.number, title, kind, access, it.opened.isoformat(), f"J{place:06d}")
            for place, it in enumerate(town.folders, start=1)
        ),
    )
    count = len(town.folders)
    connection.executemany("insert into counters values (?, ?)", (("paper", count), ("journal", count)))
