"""What finance remembers: the inbox, its documents and notes, and the vouchers. All of its SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from mocks import ledger
from mocks.state import next_number, transaction

PAGE_ROWS = 50
SEARCH_ROWS = 200

STATUSES = {"ny": "Ny", "bogfoert": "Bogført", "alle": None}
"""The inbox's filters as they stand in addresses, and the status that each shows."""

ORDERS = {"bilagsnr": "number", "modtaget": "received", "leverandoer": "supplier", "beloeb": "ore"}
"""The inbox's orders as they stand in addresses, and their columns."""

INBOX_HEADER = ("Bilagsnr", "Modtaget", "CVR", "Leverandør", "Fakturanr", "Beløb", "Status", "Bemærkning")
VOUCHER_HEADER = ("Posteringsnr", "Bilagsnr", "CVR", "Fakturanr", "Beløb", "Tekst", "Bogført")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a voucher: amounts in øre, ISO dates."""

    psp: str
    art: str
    ore: int
    text: str
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class View:
    """Which part of the inbox is shown; keys of `STATUSES` and `ORDERS`, pages count from 1."""

    status: str
    order: str
    descending: bool
    page: int


def inbox(connection: sqlite3.Connection, view: View) -> list[sqlite3.Row]:
    """The rows of one page."""
    where, values = _with_status(view.status)
    direction = "desc" if view.descending else "asc"
    sql = f"select * from documents {where} order by {ORDERS[view.order]} {direction}, number {direction}"  # noqa: S608
    page = (PAGE_ROWS, (view.page - 1) * PAGE_ROWS)
    return connection.execute(f"{sql} limit ? offset ?", (*values, *page)).fetchall()


def inbox_size(connection: sqlite3.Connection, status: str) -> int:
    """How many documents the filter shows."""
    where, values = _with_status(status)
    (count,) = connection.execute(f"select count(*) from documents {where}", values).fetchone()  # noqa: S608
    return int(count)


def inbox_export(connection: sqlite3.Connection, status: str) -> Iterator[Sequence[Any]]:
    """The whole inbox by Bilagsnr, as `INBOX_HEADER` names it."""
    where, values = _with_status(status)
    for row in connection.execute(f"select * from documents {where} order by number", values):  # noqa: S608
        received = date.fromisoformat(row["received"])
        texts = (row["cvr"], row["supplier"], row["invoice"])
        yield row["number"], received, *texts, Decimal(row["ore"]) / 100, row["status"], row["remark"]


def document(connection: sqlite3.Connection, number: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = connection.execute("select * from documents where number = ?", (number,)).fetchone()
    return row


def original(connection: sqlite3.Connection, number: str) -> bytes:
    """The document's XML as it came."""
    (xml,) = connection.execute("select xml from originals where document = ?", (number,)).fetchone()
    return bytes(xml)


def creditor(connection: sqlite3.Connection, ean: str) -> str:
    """The CVR of the supplier with this EAN, or nothing."""
    row = connection.execute("select cvr from suppliers where ean = ? and ean <> ''", (ean,)).fetchone()
    return str(row["cvr"]) if row else ""


def post(connection: sqlite3.Connection, user: str, document: sqlite3.Row, cvr: str, lines: Sequence[Line]) -> str:
    """Book a new voucher for the document and return its number. It does not ask whether there is one already."""
    total = sum(line.ore for line in lines)
    with transaction(connection):
        number = str(next_number(connection, "voucher"))
        voucher = (number, document["number"], cvr, document["invoice"], total, lines[0].text)
        connection.execute("insert into vouchers values (?, ?, ?, ?, ?, ?, ?)", (*voucher, _today().isoformat()))
        connection.executemany(
            "insert into voucher_lines values (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (number, place, it.psp, it.art, it.ore, it.text, it.first, it.last)
                for place, it in enumerate(lines, start=1)
            ],
        )
        connection.execute("update documents set status = 'Bogført' where number = ?", (document["number"],))
        facts = {
            "voucher": number,
            "document": document["number"],
            "cvr": cvr,
            "invoice": document["invoice"],
            "ore": total,
            "lines": [asdict(it) for it in lines],
        }
        ledger.append(connection, system="finance", user=user, act="post", fields=facts)
    return number


def remark(connection: sqlite3.Connection, user: str, number: str, text: str) -> str:
    """Keep a remark on the document; the inbox shows the latest. Returns the note's number."""
    with transaction(connection):
        note = f"N{next_number(connection, 'note'):06d}"
        connection.execute("insert into notes values (?, ?, ?)", (note, number, text))
        connection.execute("update documents set remark = ? where number = ?", (text, number))
        fields = {"note": note, "document": number, "text": text}
        ledger.append(connection, system="finance", user=user, act="remark", fields=fields)
    return note


def notes(connection: sqlite3.Connection, number: str) -> list[sqlite3.Row]:
    """The document's remarks, the oldest first."""
    return connection.execute(
        "select number, text from notes where document = ? order by number", (number,)
    ).fetchall()


def search(
    connection: sqlite3.Connection, wanted: Mapping[str, str], months: tuple[str, str] | None
) -> list[sqlite3.Row]:
    """Vouchers whose columns equal what is wanted, posted from the first to before the second ISO date."""
    conditions = [f"{column} = ?" for column in wanted]
    values = list(wanted.values())
    if months:
        conditions.append("posted >= ? and posted < ?")
        values += months
    where = " and ".join(conditions) or "true"
    sql = f"select * from vouchers where {where} order by posted desc, number desc limit {SEARCH_ROWS}"  # noqa: S608
    return connection.execute(sql, values).fetchall()


def voucher_export(connection: sqlite3.Connection) -> Iterator[Sequence[Any]]:
    """Every voucher by number, as `VOUCHER_HEADER` names it."""
    for row in connection.execute("select * from vouchers order by number"):
        texts = (row["number"], row["document"], row["cvr"], row["invoice"])
        yield *texts, Decimal(row["ore"]) / 100, row["text"], date.fromisoformat(row["posted"])


def voucher(connection: sqlite3.Connection, number: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = connection.execute("select * from vouchers where number = ?", (number,)).fetchone()
    return row


def voucher_lines(connection: sqlite3.Connection, number: str) -> list[sqlite3.Row]:
    return connection.execute("select * from voucher_lines where voucher = ? order by line", (number,)).fetchall()


def vouchers_of(connection: sqlite3.Connection, document: str) -> list[sqlite3.Row]:
    """What has been booked for the document."""
    return connection.execute("select * from vouchers where document = ? order by number", (document,)).fetchall()


def _with_status(key: str) -> tuple[str, tuple[str, ...]]:
    status = STATUSES[key]
    return ("where status = ?", (status,)) if status else ("", ())


def _today() -> date:
    return date.today()  # noqa: DTZ011  the office's own calendar day
