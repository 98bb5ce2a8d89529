"""Accounts in the database: who may log in, with which roles; wrong passwords lock, links let in once."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, count
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select, update

from bots_common import passwords
from bots_common.errors import LockedOut, NotAdmitted, NotFound, StoreError
from bots_common.roles import Grant, Person, Role
from bots_common.values import mask
from bots_common.work.database import Database
from bots_common.work.people_tables import Account, AccountRole, Entrance, WebSession

TRIES: Final = 5
"""Wrong passwords in a row that cost nothing."""
LONGEST_LOCK: Final = timedelta(hours=1)
LINK_LASTS: Final = timedelta(minutes=10)
DIRECTORY: Final = "@directory"
"""Gives the roles that come with the municipality's own login; nobody's account can have this name."""
_NOT_IN_NAMES: Final = re.compile(r"[^a-z0-9æøå._-]+")
_NAME: Final = re.compile(r"[a-zæøå][a-z0-9æøå._-]{1,39}")


@dataclass(frozen=True, slots=True)
class AccountRow:
    """Somebody who may log in. `municipal`: by the municipality's own login alone, without a `password`."""

    id: int
    name: str
    display: str
    grants: frozenset[Grant]
    language: str | None
    password: bool
    municipal: bool
    must_change: bool
    locked_until: datetime | None
    disabled_at: datetime | None
    created_at: datetime
    created_by: str

    @property
    def person(self) -> Person:
        return Person(self.name, self.display, self.grants)


class Accounts:
    """Reached as `store.accounts`. Names are written small; whoever has none is told no more than one with a wrong
    password."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- what administrators do -----------------------------------------------------------------------------

    def add(self, name: str, display: str, who: str, *, grants: Iterable[Grant] = ()) -> AccountRow:
        """A new account, which nobody can use before it has a password or a link. Raises StoreError."""
        name = name.strip().lower()
        if not _NAME.fullmatch(name) or mask(name) != name:
            raise StoreError(
                f"{mask(name)!r} is no name for an account.", "Two to forty letters, digits, dots, as in 'anne.berg'."
            )
        row = {"name": name, "display": mask(display.strip()) or name, "created_by": mask(who), "failures": 0}
        with self._database.write() as tx:
            if tx.execute(select(Account.id).where(Account.name == name)).one_or_none():
                raise StoreError(f"There is an account {name!r} already.", "Take another name, or change that one.")
            added = insert(Account).values(**row, must_change=False, created_at=self._database.now())
            account_id = tx.execute(added.returning(Account.id)).scalar_one()
            for grant in grants:
                self._grant(tx, account_id, grant, who)
            return self._one(tx, Account.id == account_id)

    def all(self) -> list[AccountRow]:
        """Every account, by name."""
        with self._database.read() as tx:
            rows = tx.execute(select(Account).order_by(Account.name)).all()
            return self._with_roles(tx, rows)

    def names(self) -> dict[str, str]:
        """What people are called, by account."""
        with self._database.read() as tx:
            rows = tx.execute(select(Account.name, Account.display).order_by(Account.name)).all()
        return {row.name: row.display for row in rows}

    def of(self, name: str) -> AccountRow:
        """The account of that name. Raises NotFound."""
        with self._database.read() as tx:
            return self._one(tx, Account.name == name.lower())

    def grant(self, name: str, grant: Grant, who: str) -> None:
        """Give a role; one that is there already is no error."""
        with self._database.write() as tx:
            account = self._one(tx, Account.name == name)
            if grant not in account.grants:
                self._grant(tx, account.id, grant, who)

    def revoke(self, name: str, grant: Grant) -> None:
        """Take a role away; it counts from the next click."""
        with self._database.write() as tx:
            self._take(tx, self._one(tx, Account.name == name).id, grant)

    def disable(self, name: str, who: str) -> None:
        """Nobody logs in by it any more; its sessions end now."""
        with self._database.write() as tx:
            self._change(tx, name, disabled_at=self._database.now(), disabled_by=mask(who))
            self._end_sessions(tx, name)

    def enable(self, name: str) -> None:
        """It may be used again, and is locked no more."""
        with self._database.write() as tx:
            self._change(tx, name, disabled_at=None, disabled_by=None, failures=0, locked_until=None)

    def link(self, name: str) -> str:
        """The token of a link that lets the account in once, within `LINK_LASTS`. Raises NotFound or StoreError."""
        token = secrets.token_urlsafe(32)
        with self._database.write() as tx:
            account = self._one(tx, Account.name == name, Account.disabled_at.is_(None))
            _require_own_login(account)
            tx.execute(delete(Entrance).where(Entrance.until < self._database.now()))
            until = self._database.now(LINK_LASTS)
            tx.execute(insert(Entrance).values(token=digest(token), account_id=account.id, until=until))
        return token

    def forget_password(self, name: str) -> None:
        """It has no password any more, and its sessions end: a link lets its owner in, who then chooses another."""
        with self._database.write() as tx:
            self._change(tx, name, password=None, must_change=False, failures=0, locked_until=None)
            self._end_sessions(tx, name)

    # -- what people do with their own ----------------------------------------------------------------------

    def set_password(self, name: str, password: str, *, must_change: bool = False) -> None:
        """A new password; every session of the account ends. Raises WeakPassword, NotFound or StoreError."""
        passwords.require_strong(password, name)
        kept = passwords.hashed(password)
        with self._database.write() as tx:
            _require_own_login(self._one(tx, Account.name == name))
            moment = self._database.now()
            self._change(
                tx, name, password=kept, password_at=moment, must_change=must_change, failures=0, locked_until=None
            )
            self._end_sessions(tx, name)

    def set_language(self, name: str, language: str) -> None:
        """The language of the pages for this person."""
        with self._database.write() as tx:
            self._change(tx, name, language=language)

    def log_in(self, name: str, password: str) -> AccountRow:
        """Whose name and password these are. Raises LockedOut, and NotAdmitted where they are wrong.

        The try is counted before the password is looked at, so that many at once are no more tries than one by one.
        """
        name = name.strip().lower()
        with self._database.write() as tx:
            kept = self._try(tx, name)
        if not passwords.matches(kept, password):
            raise NotAdmitted("The name or the password is wrong.", "Try again, or ask an administrator.")
        fresh = {"password": passwords.hashed(password)} if passwords.outdated(str(kept)) else {}
        with self._database.write() as tx:
            self._change(tx, name, failures=0, locked_until=None, **fresh)
            return self._one(tx, Account.name == name)

    def enter(self, token: str) -> AccountRow:
        """Whom the link lets in, this once. Raises NotAdmitted."""
        used = (
            update(Entrance)
            .where(
                Entrance.token == digest(token),
                Entrance.used_at.is_(None),
                Entrance.until > self._database.now(),
            )
            .values(used_at=self._database.now())
        )
        with self._database.write() as tx:
            account_id = tx.execute(used.returning(Entrance.account_id)).scalar_one_or_none()
            if account_id is not None:
                account = self._one(tx, Account.id == account_id)
                if account.disabled_at is None:
                    return account
        raise NotAdmitted("The link has been used, or is too old.", "Ask for a new one.")

    def admit(self, oidc: str, name: str, display: str, grants: frozenset[Grant]) -> AccountRow:
        """Whose login at the municipality this is; an account is made for somebody new who has a role.

        `oidc` is the login's issuer and subject, `grants` the roles that the municipality's own directory gives: they
        come and go with it, and roles that an administrator gave stay. Raises NotAdmitted.
        """
        with self._database.write() as tx:
            found = tx.execute(select(Account).where(Account.oidc == oidc).with_for_update()).one_or_none()
            if found is None and not grants:
                raise NotAdmitted("Nobody has given this login a role.", "Ask an administrator.")
            if found is not None and found.disabled_at is not None:
                raise NotAdmitted("The account is closed.", "Ask an administrator.")
            account_id = self._new_of_login(tx, oidc, name, display) if found is None else found.id
            self._follow(tx, account_id, grants)
            return self._one(tx, Account.id == account_id)

    # -- shared -------------------------------------------------------------------------------------------

    def row(self, tx: Connection, account_id: int) -> AccountRow:
        """Within a transaction of others: the account of that id."""
        return self._one(tx, Account.id == account_id)

    def _try(self, tx: Connection, name: str) -> str | None:
        """Count a try; returns the hash to compare with."""
        query = select(Account).where(Account.name == name, Account.disabled_at.is_(None)).with_for_update()
        account = tx.execute(query).one_or_none()
        if account is None:
            return None
        moment = self._database.moment(tx)
        if account.locked_until is not None and account.locked_until > moment:
            raise LockedOut(account.locked_until)
        failures = account.failures + 1
        locked = None if failures < TRIES else moment + _lock(failures)
        self._change(tx, name, failures=failures, locked_until=locked)
        kept: str | None = account.password
        return kept

    def _new_of_login(self, tx: Connection, oidc: str, wanted: str, display: str) -> int:
        """An account under a name like the one that is wanted, and never under one that is somebody else's."""
        plain = _NOT_IN_NAMES.sub(".", wanted.partition("@")[0].lower())[:30].strip("._-")
        base = plain if _NAME.fullmatch(plain) and mask(plain) == plain else "person"
        taken = set(tx.execute(select(Account.name).where(Account.name.startswith(base, autoescape=True))).scalars())
        free = next(it for it in chain([base], (f"{base}-{n}" for n in count(2))) if it not in taken)
        row = {"name": free, "display": mask(display.strip()) or free, "oidc": oidc, "created_by": DIRECTORY}
        added = insert(Account).values(**row, failures=0, must_change=False, created_at=self._database.now())
        return tx.execute(added.returning(Account.id)).scalar_one()

    def _follow(self, tx: Connection, account_id: int, grants: frozenset[Grant]) -> None:
        """The roles of the directory are those that it gives now."""
        its = select(AccountRole).where(AccountRole.account_id == account_id)
        for row in tx.execute(its.where(AccountRole.given_by == DIRECTORY)).all():
            if Grant(Role(row.role), row.robot) not in grants:
                self._take(tx, account_id, Grant(Role(row.role), row.robot))
        has = {Grant(Role(row.role), row.robot) for row in tx.execute(its).all()}
        for grant in grants - has:
            self._grant(tx, account_id, grant, DIRECTORY)

    def _take(self, tx: Connection, account_id: int, grant: Grant) -> None:
        tx.execute(
            delete(AccountRole).where(
                AccountRole.account_id == account_id,
                AccountRole.role == grant.role,
                AccountRole.robot == grant.robot,
            )
        )

    def _change(self, tx: Connection, name: str, **values: Any) -> None:
        if not tx.execute(update(Account).where(Account.name == name).values(**values)).rowcount:
            raise no_account(name)

    def _end_sessions(self, tx: Connection, name: str) -> None:
        its = select(Account.id).where(Account.name == name)
        tx.execute(delete(WebSession).where(WebSession.account_id.in_(its)))

    def _grant(self, tx: Connection, account_id: int, grant: Grant, who: str) -> None:
        row = {"account_id": account_id, "role": grant.role, "robot": grant.robot, "given_by": mask(who)}
        tx.execute(insert(AccountRole).values(**row, given_at=self._database.now()))

    def _one(self, tx: Connection, *conditions: Any) -> AccountRow:
        rows = tx.execute(select(Account).where(*conditions)).all()
        if not rows:
            raise no_account()
        return self._with_roles(tx, rows)[0]

    def _with_roles(self, tx: Connection, rows: Sequence[Any]) -> list[AccountRow]:
        grants: defaultdict[int, set[Grant]] = defaultdict(set)
        query = select(AccountRole).where(AccountRole.account_id.in_([row.id for row in rows]))
        for given in tx.execute(query).all():
            grants[given.account_id].add(Grant(Role(given.role), given.robot))
        return [_account(row, frozenset(grants[row.id])) for row in rows]


def digest(token: str) -> bytes:
    """What is kept of a token: nobody who reads the database can use it."""
    return hashlib.sha256(token.encode()).digest()


def no_account(name: str = "") -> NotFound:
    """The error where there is no such account."""
    return NotFound(f"There is no account {mask(name)}.".replace(" .", "."), "`kollega accounts list` shows them.")


def _require_own_login(account: AccountRow) -> None:
    """Who comes by the municipality's login has no other way in: what is taken away there must be gone here."""
    if account.municipal:
        raise StoreError(f"{account.name} logs in through the municipality.", "Let it be changed there.")


def _lock(failures: int) -> timedelta:
    """Doubling from a minute."""
    return min(timedelta(minutes=2 ** min(failures - TRIES, 10)), LONGEST_LOCK)


def _account(row: Any, grants: frozenset[Grant]) -> AccountRow:
    return AccountRow(
        id=row.id,
        name=row.name,
        display=row.display,
        grants=grants,
        language=row.language,
        password=row.password is not None,
        municipal=row.oidc is not None,
        must_change=row.must_change,
        locked_until=row.locked_until,
        disabled_at=row.disabled_at,
        created_at=row.created_at,
        created_by=row.created_by,
    )
