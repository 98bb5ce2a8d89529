"""What the income register remembers: people, what was reported about them, and who searched. All of its SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from mocks import clock, ledger
from mocks.income import fields
from mocks.state import transaction
from mocks.town.spans import month_of

REPORT_HEADER = (
    "Indberetning",
    "Art",
    "Indkomsttype",
    "CVR",
    "Virksomhed",
    "Skattemåned",
    "Lønperiode fra",
    "Lønperiode til",
    "Dispositionsdato",
    "Indberettet",
    "Rettelse",
    "Vedrører",
)

BASES = {
    "loenperiode": ("Lønperiode", "first >= :first and last <= :last"),
    "basismaaned": ("Basismåned", "disposition between :first and :last"),
}
"""What a search goes by as it stands in forms: its name, and its condition."""


@dataclass(frozen=True, slots=True)
class Search:
    """What was asked about a person: first days of the first and the last month, ISO."""

    person: int
    purpose: str
    basis: str
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Reported:
    """A report as its page shows it; `fields` in the order of their numbers."""

    row: sqlite3.Row
    fields: tuple[tuple[str, int], ...]


def person_id(connection: sqlite3.Connection, cpr: str) -> int | None:
    row = connection.execute("select id from persons where cpr = ?", (cpr,)).fetchone()
    return row["id"] if row else None


def person(connection: sqlite3.Connection, number: int) -> sqlite3.Row:
    row: sqlite3.Row = connection.execute("select * from persons where id = ?", (number,)).fetchone()
    return row


def look_up(connection: sqlite3.Connection, user: str, search: Search) -> int:
    """Keep the search and return its number; the ledger knows who was looked up, as the law asks."""
    asked = asdict(search)
    with transaction(connection):
        sql = "insert into searches (user, person, purpose, basis, first, last) values (?, ?, ?, ?, ?, ?)"
        number = connection.execute(sql, (user, *asked.values())).lastrowid
        ledger.append(connection, system="income", user=user, act="look_up", fields={"search": number, **asked})
    assert number is not None
    return number


def search(connection: sqlite3.Connection, user: str, number: int) -> Search | None:
    """The user's own search."""
    sql = "select person, purpose, basis, first, last from searches where number = ? and user = ?"
    row = connection.execute(sql, (number, user)).fetchone()
    return Search(*row) if row else None


def reports(connection: sqlite3.Connection, search: Search) -> list[Reported]:
    """What has been reported until the town's day and lies within the search, by disposition date."""
    _, condition = BASES[search.basis]
    where = f"person = :person and reported <= :today and {condition}"
    sql = f"select * from reports where {where} order by disposition, number"  # noqa: S608
    values = {
        "person": search.person,
        "today": clock.today(connection).isoformat(),
        "first": search.first,
        "last": month_of(date.fromisoformat(search.last)).last.isoformat(),
    }
    return [Reported(row, _fields(connection, row["number"])) for row in connection.execute(sql, values)]


def report_export(connection: sqlite3.Connection, search: Search) -> Iterator[Sequence[Any]]:
    """The result as `REPORT_HEADER` names it, then every field in a column of its own."""
    for it in reports(connection, search):
        values = dict(it.fields)
        row = it.row
        yield (
            *(row[name] for name in ("number", "art", "income_type", "cvr", "employer")),
            row["tax_month"][:7],
            *(date.fromisoformat(row[name]) for name in ("first", "last", "disposition", "reported")),
            row["correction"],
            row["about"],
            *(_in_a_cell(name, values.get(name)) for name in fields.LABELS),
        )


def _fields(connection: sqlite3.Connection, report: str) -> tuple[tuple[str, int], ...]:
    sql = "select field, value from report_fields where report = ? order by field"
    return tuple((field, value) for field, value in connection.execute(sql, (report,)))


def _in_a_cell(field: str, value: int | None) -> Decimal | str | None:
    if value is None:
        return None
    return fields.shown(field, value) if field == fields.NO_RELATION else Decimal(value) / 100
