"""What the grants register remembers: citizens, suppliers, grants, rates and paid periods. All of its SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from mocks import danish, ledger
from mocks.state import next_number, transaction

GRANT_HEADER = (
    "Bevilling",
    "Paragraf",
    "Ydelse",
    "Art",
    "Leverandør",
    "Ejerforhold",
    "Målgruppe",
    "Enhed",
    "Fra",
    "Til",
    "Status",
    "Takster",
    "Betalt",
)
SUPPLIER_HEADER = ("CVR", "EAN", "Navn", "Ejerforhold")

_GRANTS = """
select grants.*, coalesce(suppliers.ownership, '') as ownership, coalesce(suppliers.name, '') as supplier
from grants left join suppliers using (cvr)
"""


@dataclass(frozen=True, slots=True)
class Grant:
    """A grant as its pages show it; `rates` and `paid` are ready texts."""

    row: sqlite3.Row
    rates: tuple[str, ...]
    paid: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Payment:
    """What "Markér betalt" writes: ISO dates, øre."""

    first: str
    last: str
    voucher: str
    ore: int


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of the disposition sheet: a paid period, or a month that is not paid. ISO dates, øre."""

    first: str
    last: str
    paid: bool
    voucher: str = ""
    ore: int | None = None
    receipt: str = ""


def citizen_id(connection: sqlite3.Connection, cpr: str) -> int | None:
    row = connection.execute("select id from citizens where cpr = ?", (cpr,)).fetchone()
    return row["id"] if row else None


def citizen(connection: sqlite3.Connection, number: int) -> sqlite3.Row | None:
    row: sqlite3.Row | None = connection.execute("select * from citizens where id = ?", (number,)).fetchone()
    return row


def grants_of(connection: sqlite3.Connection, citizen: int) -> list[Grant]:
    """The citizen's grants by number."""
    sql = f"{_GRANTS} where citizen = ? order by number"
    return [_grant(connection, row) for row in connection.execute(sql, (citizen,))]


def grant(connection: sqlite3.Connection, number: str) -> Grant | None:
    row = connection.execute(f"{_GRANTS} where number = ?", (number,)).fetchone()
    return _grant(connection, row) if row else None


def rates(connection: sqlite3.Connection, number: str) -> list[sqlite3.Row]:
    """The grant's dated rates, the oldest first."""
    sql = "select valid_from, ore from rates where grant_number = ? order by valid_from"
    return connection.execute(sql, (number,)).fetchall()


def sheet(connection: sqlite3.Connection, grant: sqlite3.Row) -> list[SheetRow]:
    """Every paid period, and the months of the grant around the town's month that have none."""
    sql = "select * from payments where grant_number = ? order by first, id"
    found = [
        SheetRow(it["first"], it["last"], True, it["voucher"], it["ore"], it["receipt"] or "")
        for it in connection.execute(sql, (grant["number"],))
    ]
    (month,) = connection.execute("select month from town").fetchone()
    free = [
        SheetRow(first, last, False)
        for first, last in _months(date.fromisoformat(month))
        if first <= (grant["last"] or last)
        and last >= grant["first"]
        and not any(paid.first <= last and first <= paid.last for paid in found)
    ]
    return sorted(found + free, key=lambda it: it.first)


def mark_paid(connection: sqlite3.Connection, user: str, number: str, payment: Payment) -> str:
    """Write a paid period on the grant and return the receipt. It does not ask whether it is paid already."""
    period = {"grant": number, "first": payment.first, "last": payment.last}
    with transaction(connection):
        receipt = f"K{next_number(connection, 'receipt'):06d}"
        connection.execute(
            "insert into payments (grant_number, first, last, voucher, ore, receipt) values (?, ?, ?, ?, ?, ?)",
            (*period.values(), payment.voucher, payment.ore, receipt),
        )
        fields = {"receipt": receipt, **period, "voucher": payment.voucher, "ore": payment.ore}
        ledger.append(connection, system="grants", user=user, act="mark_paid", fields=fields)
    return receipt


def suppliers(connection: sqlite3.Connection) -> list[sqlite3.Row]:
    return connection.execute("select cvr, ean, name, ownership from suppliers order by name, cvr").fetchall()


def grant_export(connection: sqlite3.Connection) -> Iterator[Sequence[Any]]:
    """Every grant by number as `GRANT_HEADER` names it, with the CPR after the number; lists joined by "; "."""
    cprs = {row["id"]: row["cpr"] for row in connection.execute("select id, cpr from citizens")}
    for row in connection.execute(f"{_GRANTS} order by number"):
        grant = _grant(connection, row)
        yield (
            row["number"],
            cprs[row["citizen"]],
            *(row[name] for name in ("paragraph", "service", "art", "cvr", "ownership", "target_group", "unit")),
            date.fromisoformat(row["first"]),
            date.fromisoformat(row["last"]) if row["last"] else None,
            row["status"],
            "; ".join(grant.rates),
            "; ".join(grant.paid),
        )


def _grant(connection: sqlite3.Connection, row: sqlite3.Row) -> Grant:
    sql = "select first, last, voucher from payments where grant_number = ? order by first, id"
    paid = connection.execute(sql, (row["number"],))
    return Grant(
        row=row,
        rates=tuple(
            f"{danish.day(it['valid_from'])}: {danish.amount(it['ore'])}" for it in rates(connection, row["number"])
        ),
        paid=tuple(f"{danish.day(it['first'])} - {danish.day(it['last'])}: {it['voucher']}" for it in paid),
    )


def _months(around: date) -> Iterator[tuple[str, str]]:
    """First and last days of six months: three before the town's, its own, and two after."""
    index = around.year * 12 + around.month - 1
    for number in range(index - 3, index + 3):
        first, following = (date(it // 12, it % 12 + 1, 1) for it in (number, number + 1))
        yield first.isoformat(), (following - timedelta(days=1)).isoformat()
