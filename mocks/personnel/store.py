"""What the personnel system remembers: hires, and how their certificates stand. All of its SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from mocks import danish, ledger
from mocks.state import next_number, transaction

PAGE_ROWS = 50

CERTIFICATES = {"Straffeattest": "criminal", "Børneattest": "children"}
"""The certificates as they are called, and the columns of their states."""
STATES = ("Ikke påkrævet", "Anmodet", "Samtykke mangler", "Fritaget", "Hos HR", "Ren")

LIST_HEADER = ("Ansættelse", "Navn", "Stilling", "Arbejdssted", "Startdato", *CERTIFICATES)
FACTS_HEADER = (
    *("Stilling", "Arbejdssted", "Alder fra", "Alder til", "Tilknytning", "Dage", "Startdato", "Slutdato"),
    *("Leder", "Leders e-mail", "Oprettet"),
)
EXPORT_HEADER = ("Ansættelse", "CPR", "Navn", *FACTS_HEADER, *CERTIFICATES)

_FACTS = (
    *("post", "workplace", "youngest", "oldest", "attachment", "days", "first", "last"),
    *("manager", "manager_mail", "created"),
)
_DAYS = ("first", "last", "created")


@dataclass(frozen=True, slots=True)
class Change:
    """What "Gem status" writes: a certificate of `CERTIFICATES`, one of `STATES`, its day as an ISO date."""

    certificate: str
    state: str
    day: str


def hires(connection: sqlite3.Connection, page: int) -> list[sqlite3.Row]:
    """The rows of one page, from 1, the newest hire first."""
    sql = "select * from hires order by number desc limit ? offset ?"
    return connection.execute(sql, (PAGE_ROWS, (page - 1) * PAGE_ROWS)).fetchall()


def hires_size(connection: sqlite3.Connection) -> int:
    (count,) = connection.execute("select count(*) from hires").fetchone()
    return int(count)


def hire(connection: sqlite3.Connection, number: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = connection.execute("select * from hires where number = ?", (number,)).fetchone()
    return row


def standing(row: sqlite3.Row, certificate: str) -> str:
    """How the certificate of a hire stands: its state and day, or nothing."""
    column = CERTIFICATES[certificate]
    return f"{row[column]} {danish.day(row[f'{column}_since'])}".strip()


def facts(row: sqlite3.Row) -> list[tuple[str, str]]:
    """A hire's facts as its page shows them, named as in `FACTS_HEADER`."""
    texts = (danish.day(row[it]) if it in _DAYS else row[it] for it in _FACTS)
    return [(name, "" if text is None else str(text)) for name, text in zip(FACTS_HEADER, texts, strict=True)]


def set_state(connection: sqlite3.Connection, user: str, number: str, change: Change) -> str:
    """Set how a certificate of the hire stands, and return the receipt."""
    column = CERTIFICATES[change.certificate]
    with transaction(connection):
        receipt = f"ST{next_number(connection, 'state'):06d}"
        sql = f"update hires set {column} = ?, {column}_since = ? where number = ?"  # noqa: S608
        connection.execute(sql, (change.state, change.day, number))
        fields = {
            "receipt": receipt,
            "hire": number,
            "certificate": change.certificate,
            "state": change.state,
            "day": change.day,
        }
        ledger.append(connection, system="personnel", user=user, act="state", fields=fields)
    return receipt


def export(connection: sqlite3.Connection) -> Iterator[Sequence[Any]]:
    """Every hire by number, as `EXPORT_HEADER` names it."""
    for row in connection.execute("select * from hires order by number"):
        values = (date.fromisoformat(row[it]) if it in _DAYS and row[it] else row[it] for it in _FACTS)
        yield row["number"], row["cpr"], row["name"], *values, *(standing(row, it) for it in CERTIFICATES)
