"""What the archive remembers: personnel folders and their documents. All of its SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from mocks import ledger
from mocks.screens import Upload
from mocks.state import next_number, transaction

SEARCH_ROWS = 200

CHECKED_OUT, CHECKED_IN = "Tjekket ud", "Journaliseret"
TYPES = ("Notat", "Attest", "Brev")
ACCESS = ("Åben", "Fortrolig", "Personale-fortrolig")

FOLDERS_HEADER = ("Sag", "Navn", "Oprettet")
PAPERS_HEADER = ("Dokument", "Titel", "Dokumenttype", "Adgangskategori", "Status", "Dato", "Journalnummer")
SEARCH_HEADER = ("Dokument", "Mappe", "Titel", "Status", "Journalnummer")


@dataclass(frozen=True, slots=True)
class Paper:
    """What "Gem dokument" saves: a type of `TYPES`, an access of `ACCESS`, its day as an ISO date."""

    title: str
    type: str
    access: str
    day: str
    text: str
    file: Upload | None


def folders(connection: sqlite3.Connection, cpr: str) -> list[sqlite3.Row]:
    """The folders of a person."""
    return connection.execute("select * from folders where cpr = ? order by number", (cpr,)).fetchall()


def folder(connection: sqlite3.Connection, number: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = connection.execute("select * from folders where number = ?", (number,)).fetchone()
    return row


def papers(connection: sqlite3.Connection, wanted: Mapping[str, str]) -> list[sqlite3.Row]:
    """The newest documents whose columns equal what is wanted (folder, title)."""
    where = " and ".join(f"{column} = ?" for column in wanted) or "true"
    sql = f"select * from papers where {where} order by number desc limit {SEARCH_ROWS}"  # noqa: S608
    return connection.execute(sql, tuple(wanted.values())).fetchall()


def paper(connection: sqlite3.Connection, number: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = connection.execute("select * from papers where number = ?", (number,)).fetchone()
    return row


def file(connection: sqlite3.Connection, number: str) -> Upload | None:
    """The file of a document."""
    row = connection.execute("select name, content from files where paper = ?", (number,)).fetchone()
    return Upload(row["name"], row["content"]) if row else None


def status(row: sqlite3.Row) -> str:
    """What the state of a document is called."""
    return CHECKED_IN if row["journal"] else CHECKED_OUT


def save(connection: sqlite3.Connection, user: str, folder: str, paper: Paper) -> str:
    """Save a document in the folder and return its number. It does not ask whether it is there already."""
    facts = {"folder": folder, "title": paper.title, "type": paper.type, "access": paper.access, "day": paper.day}
    with transaction(connection):
        number = f"D{next_number(connection, 'paper'):06d}"
        row = (number, *facts.values(), paper.text)
        connection.execute("insert into papers values (?, ?, ?, ?, ?, ?, ?, '')", row)
        if paper.file:
            connection.execute("insert into files values (?, ?, ?)", (number, paper.file.name, paper.file.content))
        fields = {"document": number, **facts, "text": paper.text, "file": paper.file is not None}
        ledger.append(connection, system="archive", user=user, act="file", fields=fields)
    return number


def check_in(connection: sqlite3.Connection, user: str, row: sqlite3.Row) -> str:
    """Check a document in and return its journal number."""
    with transaction(connection):
        journal = f"J{next_number(connection, 'journal'):06d}"
        connection.execute("update papers set journal = ? where number = ?", (journal, row["number"]))
        fields = {"journal": journal, "document": row["number"], "folder": row["folder"]}
        ledger.append(connection, system="archive", user=user, act="check_in", fields=fields)
    return journal
