"""Keys of programs: a token lets one call the API as somebody's account, within its scopes and until its last day."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import insert, select, update

from bots_common.errors import NotFound, StoreError
from bots_common.roles import LENT, Person, Scope
from bots_common.values import mask
from bots_common.work.accounts import AccountRow, Accounts, digest
from bots_common.work.database import Database
from bots_common.work.people_tables import Account, ApiToken
from bots_common.work.sessions import SEEN_EVERY

LONGEST: Final = timedelta(days=366)
LONGEST_TITLE: Final = 60
PREFIX: Final = "kollega_"
"""Tells people, and programs that look for keys left lying about, what it is."""


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token as people see it: all but the token itself, of which nothing but a hash is kept."""

    id: int
    account: str
    title: str
    scopes: frozenset[Scope]
    created_at: datetime
    until: datetime
    used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whoever calls with a token: the account, what it may by this token, and which token it is."""

    account: AccountRow
    person: Person
    token: TokenRow


class Tokens:
    """Reached as `store.tokens`."""

    def __init__(self, database: Database, accounts: Accounts) -> None:
        self._database = database
        self._accounts = accounts

    def add(self, name: str, title: str, scopes: Collection[Scope], length: timedelta) -> str:
        """A new token of the account, good for `length`. It is told here, and never again.

        Raises NotFound, and StoreError for what cannot be lent or lasts too long.
        """
        title = " ".join(title.split())
        if not title or len(title) > LONGEST_TITLE or mask(title) != title:
            raise StoreError("A token needs a name of its own.", f"At most {LONGEST_TITLE} letters, no number in it.")
        if not timedelta() < length <= LONGEST:
            raise StoreError("A token lasts from one day to a year.", "Choose fewer days, and make a new one then.")
        account = self._accounts.of(name)
        _require_own(account, scopes)
        token = PREFIX + secrets.token_urlsafe(32)
        row = {
            "token": digest(token),
            "account_id": account.id,
            "title": title,
            "scopes": " ".join(sorted(map(str, scopes))),
            "created_at": self._database.now(),
            "until": self._database.now(length),
        }
        with self._database.write() as tx:
            open_ones = select(ApiToken.id).where(ApiToken.account_id == account.id, ApiToken.title == title)
            if tx.execute(open_ones.where(*self._open())).first():
                raise StoreError(f"There is a token {title!r} already.", "Take another name, or end that one.")
            tx.execute(insert(ApiToken).values(**row))
        return token

    def of(self, token: str) -> Bearer | None:
        """Who calls with this token; None where it is none, has ended, or its account is closed."""
        query = _rows().where(ApiToken.token == digest(token), Account.disabled_at.is_(None), *self._open())
        with self._database.read() as tx:
            moment = self._database.moment(tx)
            found = tx.execute(query).one_or_none()
            if found is None:
                return None
            account = self._accounts.row(tx, found.account_id)
        row = _row(found)
        if row.used_at is None or moment - row.used_at >= SEEN_EVERY:
            with self._database.write() as tx:
                tx.execute(update(ApiToken).where(ApiToken.id == row.id).values(used_at=moment))
        return Bearer(account, Person(account.name, account.display, account.grants, row.scopes), row)

    def all_of(self, name: str | None = None) -> list[TokenRow]:
        """The tokens that have not ended, of one account or of all, the newest last."""
        query = _rows().where(*self._open()).order_by(Account.name, ApiToken.id)
        if name is not None:
            query = query.where(Account.name == name)
        with self._database.read() as tx:
            return [_row(row) for row in tx.execute(query).all()]

    def end(self, token_id: int, name: str | None = None) -> TokenRow:
        """Nobody calls with it any more; with a `name` only that account's. Returns which it was. Raises NotFound."""
        query = _rows().where(ApiToken.id == token_id, *self._open())
        if name is not None:
            query = query.where(Account.name == name)
        with self._database.write() as tx:
            found = tx.execute(query).one_or_none()
            if found is None:
                raise NotFound(
                    f"There is no token {token_id}.", "`kollega accounts token list` shows those there are."
                )
            tx.execute(update(ApiToken).where(ApiToken.id == token_id).values(revoked_at=self._database.now()))
        return _row(found)

    def _open(self) -> tuple[Any, ...]:
        return ApiToken.revoked_at.is_(None), ApiToken.until > self._database.now()


def _rows() -> Any:
    return select(ApiToken, Account.name).join(Account, Account.id == ApiToken.account_id)


def _require_own(account: AccountRow, scopes: Collection[Scope]) -> None:
    """Nobody lends what they have not: a token that can do nothing would only puzzle."""
    if not scopes:
        raise StoreError("A token without a right opens nothing.", f"Choose among {', '.join(sorted(LENT))}.")
    for scope in scopes:
        if scope.right not in LENT:
            raise StoreError(f"{scope.right.value} is for people alone.", f"Choose among {', '.join(sorted(LENT))}.")
        if not account.person.may(scope.right, scope.robot or None):
            raise StoreError(f"{account.name} may not {scope} itself.", "Choose what the account's roles allow.")


def _row(row: Any) -> TokenRow:
    return TokenRow(
        id=row.id,
        account=row.name,
        title=row.title,
        scopes=frozenset(map(Scope.parse, row.scopes.split())),
        created_at=row.created_at,
        until=row.until,
        used_at=row.used_at,
        revoked_at=row.revoked_at,
    )
