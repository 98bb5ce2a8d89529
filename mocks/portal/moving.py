"""How requests move with the town's clock: consent, answers, and what becomes of those who give none."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta

from mocks.mailbox import store as mailbox
from mocks.portal import store
from mocks.state import next_number
from mocks.town.hires import police
from mocks.town.hires.model import Certificate, Kind, Reply


def advance(connection: sqlite3.Connection, day: date) -> None:
    """Let all happen that is due until `day`, in the order of its days, within the caller's transaction."""
    while line := store.next_due(connection, day):
        _step(connection, line, store.reply(connection, line["person"], line["kind"]))


def _step(connection: sqlite3.Connection, line: sqlite3.Row, reply: Reply) -> None:
    """The next thing that happens to a line, and when the one after it does."""
    day = date.fromisoformat(line["due"])
    if line["exempt"]:
        status, following = store.EXEMPT, None
        mailbox.receive(connection, police.message(day, police.EXEMPT, _about(line)))
    elif reply.consent is None:
        status, following = store.NO_CONSENT, None
        mailbox.receive(connection, police.message(day, police.NO_CONSENT, _about(line)))
    elif line["status"] == store.WAITING:
        earliest = date.fromisoformat(line["sent"]) + timedelta(days=1)
        status, following = store.CONSENTED, max(earliest, day + timedelta(days=reply.wait))
    else:
        first = line["status"] == store.CONSENTED
        status, following = store.ANSWERED, day + timedelta(days=reply.again) if first and reply.again else None
        certificate = _certificate(connection, line, reply, day)
        mailbox.receive(connection, police.message(day, police.ANSWER, _about(line), certificate))
    since = line["since"] if status == line["status"] else line["due"]
    store.move_line(connection, line["id"], status, since, following)


def _about(line: sqlite3.Row) -> police.About:
    return police.About(line["request"], line["name"], line["cpr"], Kind(line["kind"]))


def _certificate(connection: sqlite3.Connection, line: sqlite3.Row, reply: Reply, day: date) -> Certificate:
    requested = date.fromisoformat(line["sent"])
    return Certificate(
        number=f"A{next_number(connection, 'certificate'):06d}",
        request=line["request"],
        name=reply.other_name or line["name"],
        cpr=reply.other_cpr or line["cpr"],
        kind=reply.other_kind or Kind(line["kind"]),
        issued=day if reply.age is None else requested - timedelta(days=reply.age),
        purpose=line["purpose"],
        basis=line["basis"],
        manner=reply.manner,
    )
