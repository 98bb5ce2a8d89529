"""Browsers that are logged in. A session ends after a while without a click, and at the latest after some hours."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from bots_common.work.accounts import AccountRow, Accounts, digest
from bots_common.work.database import Database
from bots_common.work.people_tables import Account, WebSession

SEEN_EVERY = timedelta(seconds=60)
"""A click within so short a time is not written down anew."""


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A browser that is logged in, as its owner sees it."""

    created_at: datetime
    seen_at: datetime


class Sessions:
    """Reached as `store.sessions`."""

    def __init__(self, database: Database, accounts: Accounts) -> None:
        self._database = database
        self._accounts = accounts

    def begin(self, account_id: int, length: timedelta) -> str:
        """The token of a new session; those that have ended are forgotten."""
        token = secrets.token_urlsafe(32)
        with self._database.write() as tx:
            moment = self._database.moment(tx)
            tx.execute(delete(WebSession).where(WebSession.ends_at < moment))
            row = {"token": digest(token), "account_id": account_id, "created_at": moment, "seen_at": moment}
            tx.execute(insert(WebSession).values(**row, ends_at=moment + length))
        return token

    def of(self, token: str, idle: timedelta) -> AccountRow | None:
        """Whose session it is; None where it has ended, or stood idle for longer than `idle`."""
        query = (
            select(WebSession)
            .join(Account, Account.id == WebSession.account_id)
            .where(WebSession.token == digest(token), Account.disabled_at.is_(None))
        )
        with self._database.read() as tx:
            moment = self._database.moment(tx)
            found = tx.execute(query).one_or_none()
            if found is None or moment >= found.ends_at or moment - found.seen_at > idle:
                return None
            account = self._accounts.row(tx, found.account_id)
        if moment - found.seen_at >= SEEN_EVERY:
            with self._database.write() as tx:
                tx.execute(update(WebSession).where(WebSession.token == found.token).values(seen_at=moment))
        return account

    def all_of(self, account_id: int) -> list[SessionRow]:
        """The account's open sessions, the latest first."""
        with self._database.read() as tx:
            query = select(WebSession).where(
                WebSession.account_id == account_id, WebSession.ends_at > self._database.now()
            )
            rows = tx.execute(query.order_by(WebSession.seen_at.desc())).all()
        return [SessionRow(row.created_at, row.seen_at) for row in rows]

    def end(self, token: str) -> None:
        """This browser is logged out."""
        with self._database.write() as tx:
            tx.execute(delete(WebSession).where(WebSession.token == digest(token)))

    def end_all(self, account_id: int) -> None:
        """Every browser of the account is logged out."""
        with self._database.write() as tx:
            tx.execute(delete(WebSession).where(WebSession.account_id == account_id))
