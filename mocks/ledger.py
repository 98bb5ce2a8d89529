"""What was done to the mock systems: an append-only table beside their data, written in the act's own transaction.

Tests prove "once" by reading it; no screen of the systems shows it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

SCHEMA = """
create table acts (
    seq integer primary key autoincrement,
    at text not null,
    system text not null,
    user text not null,
    act text not null,
    fields text not null
);
create trigger acts_are_never_changed before update on acts begin select raise(abort, 'append only'); end;
create trigger acts_are_never_deleted before delete on acts begin select raise(abort, 'append only'); end;
"""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing done by a user of a system. `at` is UTC, amounts in `fields` are whole øre, dates ISO.

    finance: `post` (voucher, document, cvr, invoice, ore, lines), `remark` (note, document, text).
    grants: `mark_paid` (receipt, grant, first, last, voucher, ore).
    income: `look_up` (search, person, purpose, basis, first, last); the person by the register's own number.
    benefits: `calculate` (calculation, case, month, wage, other_wage, pension, reduction, ceiling, subsidy, atp,
    reasoning), `approve` (receipt, case, month, ore, atp, calculation), `letter` (receipt, case, month, heading,
    text); a month by its first day.
    post_office: `mail` (to, subject, text, message_id, again: whether one with that id had come before).
    personnel: `state` (receipt, hire, certificate, state, day).
    portal: `request` (request, kind, basis, purpose, contact, persons); persons by the police's own numbers.
    mailbox: `delete` (receipt, message, subject, request, person, kind); the person as in `request`.
    archive: `file` (document, folder, title, type, access, day, text, file: whether one came with it), `check_in`
    (journal, document, folder), `locked_out` (nothing more).
    """

    seq: int
    at: str
    system: str
    user: str
    act: str
    fields: dict[str, Any]


def append(connection: sqlite3.Connection, *, system: str, user: str, act: str, fields: Mapping[str, Any]) -> None:
    """Write the act within the caller's transaction."""
    connection.execute(
        "insert into acts (at, system, user, act, fields) values (?, ?, ?, ?, ?)",
        (datetime.now(UTC).isoformat(), system, user, act, json.dumps(fields, ensure_ascii=False)),
    )


def acts(connection: sqlite3.Connection) -> list[Act]:
    """Every act so far, in order."""
    rows = connection.execute("select seq, at, system, user, act, fields from acts order by seq")
    return [Act(seq, at, system, user, act, json.loads(fields)) for seq, at, system, user, act, fields in rows]


def read(path: Path) -> list[Act]:
    """Every act in the town's file, in order, whether its server is running or not."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        return acts(connection)
