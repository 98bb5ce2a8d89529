"""The income register's tables, and how they begin."""

from __future__ import annotations

import sqlite3

from mocks.town.flex.model import FlexTown

SCHEMA = """
create table persons (id integer primary key, cpr text not null unique, name text not null);
create table reports (
    number text primary key, person integer not null references persons, cvr text not null, employer text not null,
    art text not null, income_type text not null, first text not null, last text not null,
    tax_month text not null, disposition text not null, reported text not null, correction text not null,
    about text not null
);
create index reports_person on reports (person, disposition);
create table report_fields (
    report text not null, field text not null, value integer not null, primary key (report, field)
) without rowid;
create table searches (
    number integer primary key, user text not null, person integer not null references persons,
    purpose text not null, basis text not null, first text not null, last text not null
);
"""


def fill(connection: sqlite3.Connection, flex: FlexTown) -> None:
    connection.executemany("insert into persons (cpr, name) values (?, ?)", ((it.cpr, it.name) for it in flex.cases))
    connection.executemany(
        "insert into reports values (?, (select id from persons where cpr = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                it.number,
                it.cpr,
                it.employer.cvr,
                it.employer.name,
                it.art,
                it.income_type,
                *(day.isoformat() for day in (it.first, it.last, it.tax_month, it.disposition, it.reported)),
                "R" if it.correction else "",
                it.about,
            )
            for it in flex.reports
        ),
    )
    connection.executemany(
        "insert into report_fields values (?, ?, ?)",
        ((it.number, name, value) for it in flex.reports for name, value in it.fields),
    )
