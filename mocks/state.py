"""The state of the mock systems: one SQLite file that begins as a town and lives on from start to start."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mocks import ledger
from mocks.archive import tables as archive
from mocks.benefits import tables as benefits
from mocks.income import tables as income
from mocks.mailbox import tables as mailbox
from mocks.personnel import tables as personnel
from mocks.portal import tables as portal
from mocks.town.model import Grant, Town
from mocks.town.spans import reporting_day

Filling = Callable[[], Town]
"""Makes the town of a new file."""

_READY = 3  # of user_version: set in the transaction that fills the file, so half a town is no town
_FIRST_VOUCHER = 5_100_000_000

_SCHEMA = """
create table town (month text not null, ean text not null, today text not null);
create table counters (name text primary key, value integer not null) without rowid;

create table documents (
    number text primary key, received text not null, cvr text not null, supplier text not null,
    invoice text not null, ore integer not null, status text not null default 'Ny', remark text not null default ''
);
create index documents_received on documents (received, number);
create index documents_supplier on documents (supplier, number);
create index documents_ore on documents (ore, number);
create index documents_status on documents (status, number);
create table originals (document text primary key references documents, xml blob not null);
create table notes (number text primary key, document text not null, text text not null);

create table vouchers (
    number text primary key, document text not null, cvr text not null, invoice text not null,
    ore integer not null, text text not null, posted text not null
);
create index vouchers_invoice on vouchers (invoice, cvr);
create index vouchers_cvr on vouchers (cvr, posted);
create index vouchers_document on vouchers (document);
create index vouchers_posted on vouchers (posted);
create table voucher_lines (
    voucher text not null, line integer not null, psp text not null, art text not null, ore integer not null,
    text text not null, first text not null, last text not null, primary key (voucher, line)
) without rowid;

create table citizens (id integer primary key, cpr text not null unique, name text not null);
create table suppliers (
    cvr text primary key, ean text not null, name text not null, ownership text not null
);
create index suppliers_ean on suppliers (ean);
create table grants (
    number text primary key, citizen integer not null references citizens, cvr text not null,
    paragraph text not null, service text not null, art text not null, target_group text not null,
    unit text not null, first text not null, last text, status text not null
);
create index grants_citizen on grants (citizen);
create table rates (
    grant_number text not null, valid_from text not null, ore integer not null,
    primary key (grant_number, valid_from)
) without rowid;
create table payments (
    id integer primary key, grant_number text not null, first text not null, last text not null,
    voucher text not null, ore integer, receipt text
);
create index payments_grant on payments (grant_number, first);
"""


def open_or_create(path: Path, town: Filling) -> sqlite3.Connection:
    """The connection to the town's file; a file that holds no town yet is filled from `town()`.

    For use by one thread; other threads and processes read through `reader`.

    Raises:
        RuntimeError: another version of the mock systems made the file.
    """
    connection = _connect(path)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = normal")
    connection.execute("pragma secure_delete = on")
    (version,) = connection.execute("pragma user_version").fetchone()
    if version not in (0, _READY):
        connection.close()
        raise RuntimeError(f"The town in {path} was made by another version. Delete its folder; a new one is made.")
    if version != _READY:
        with transaction(connection):
            _fill(connection, town())
            connection.execute(f"pragma user_version = {_READY}")
    return connection


@contextmanager
def reader(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection of its own for a long read, so that an export does not hold up the pages."""
    connection = _connect(path)
    try:
        connection.execute("pragma query_only = on")
        yield connection
    finally:
        connection.close()


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing of what is written inside."""
    connection.execute("begin immediate")
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def next_number(connection: sqlite3.Connection, counter: str) -> int:
    """The counter's next value, within the caller's transaction."""
    sql = "update counters set value = value + 1 where name = ? returning value"
    (value,) = connection.execute(sql, (counter,)).fetchone()
    return int(value)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


def _fill(connection: sqlite3.Connection, town: Town) -> None:
    systems = (income, benefits, personnel, portal, mailbox, archive)
    for statement in _statements(_SCHEMA + "".join(it.SCHEMA for it in systems) + ledger.SCHEMA):
        connection.execute(statement)
    today = reporting_day(town.month).isoformat()
    connection.execute("insert into town values (?, ?, ?)", (town.month.isoformat(), town.ean, today))
    _fill_finance(connection, town)
    _fill_grants(connection, town)
    income.fill(connection, town.flex)
    benefits.fill(connection, town.flex)
    for system in (personnel, portal, mailbox, archive):
        system.fill(connection, town.hires)


def _statements(script: str) -> Iterator[str]:
    """The script's statements one by one: `executescript` would commit the transaction it runs in."""
    pending = ""
    for part in script.splitlines(keepends=True):
        pending += part
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""


def _fill_finance(connection: sqlite3.Connection, town: Town) -> None:
    connection.executemany(
        "insert into documents (number, received, cvr, supplier, invoice, ore) values (?, ?, ?, ?, ?, ?)",
        ((it.number, it.received.isoformat(), it.cvr, it.supplier, it.invoice, it.ore) for it in town.documents),
    )
    connection.executemany("insert into originals values (?, ?)", ((it.number, it.xml) for it in town.documents))
    connection.executemany(
        "insert into vouchers values (?, '', ?, ?, ?, '', ?)",
        ((it.number, it.cvr, it.invoice, it.ore, it.posted.isoformat()) for it in town.vouchers),
    )
    taken = [int(it.number) for it in town.vouchers if it.number.isdecimal()]
    taken += [int(paid.voucher) for it in town.grants for paid in it.paid if paid.voucher.isdecimal()]
    counters = [("voucher", max([_FIRST_VOUCHER, *taken])), ("note", 0), ("receipt", 0)]
    connection.executemany("insert into counters values (?, ?)", counters)


def _fill_grants(connection: sqlite3.Connection, town: Town) -> None:
    connection.executemany(
        "insert into citizens (cpr, name) values (?, ?)", ((it.cpr, it.name) for it in town.citizens)
    )
    connection.executemany(
        "insert into suppliers values (?, ?, ?, ?)",
        ((it.cvr, it.ean, it.name, it.ownership) for it in town.suppliers),
    )
    connection.executemany(
        "insert into grants values (?, (select id from citizens where cpr = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (_grant_row(it) for it in town.grants),
    )
    connection.executemany(
        "insert into rates values (?, ?, ?)",
        ((it.number, rate.valid_from.isoformat(), rate.ore) for it in town.grants for rate in it.rates),
    )
    connection.executemany(
        "insert into payments (grant_number, first, last, voucher) values (?, ?, ?, ?)",
        (
            (it.number, paid.first.isoformat(), paid.last.isoformat(), paid.voucher)
            for it in town.grants
            for paid in it.paid
        ),
    )


def _grant_row(grant: Grant) -> tuple[str | None, ...]:
    return (
        grant.number,
        grant.cpr,
        grant.cvr,
        grant.paragraph,
        grant.service,
        grant.art,
        grant.target_group,
        grant.unit,
        grant.first.isoformat(),
        grant.last.isoformat() if grant.last else None,
        grant.status,
    )
