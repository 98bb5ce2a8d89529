"""The database behind the store: SQLite or PostgreSQL by URL, its transactions, and its clock."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import stamina
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Insert,
    Interval,
    SQLColumnExpression,
    bindparam,
    create_engine,
    event,
    func,
    literal,
    make_url,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool

from bots_common.errors import SettingsError, StoreUnavailable
from bots_common.work.tables import Base, Moment

Clock = Callable[[], datetime]
_Moment: TypeAlias = SQLColumnExpression[datetime] | SQLColumnExpression[datetime | None]

# SQLite's busy handler is not fair: under four claimers single waits of a second were measured.
SQLITE_BUSY_SECONDS = 30
# No transaction waits for anything but the database.
ASLEEP_SECONDS = 10


def utc_now() -> datetime:
    return datetime.now(UTC)


class Database:
    """One engine. `clock` is for tests: without it, PostgreSQL's own clock tells the time for every worker."""

    def __init__(self, url: str, clock: Clock | None = None) -> None:
        self.engine = _engine(url)
        self.sqlite = self.engine.dialect.name == "sqlite"
        self.clock = clock or utc_now
        self._server_clock = clock is None and not self.sqlite

    def now(self, plus: timedelta = timedelta()) -> ColumnElement[datetime]:
        """The moment at which the statement is run, as SQL, by the clock that all workers share."""
        if self._server_clock:
            return func.statement_timestamp() + literal(plus, Interval)
        return bindparam(None, callable_=lambda: self.clock() + plus, type_=Moment)

    def seconds(self, since: _Moment, until: _Moment) -> ColumnElement[Any]:
        """The seconds between two moments, as SQL."""
        if self.sqlite:
            return (func.julianday(until) - func.julianday(since)) * timedelta(days=1).total_seconds()
        return func.extract("epoch", until - since)

    def moment(self, tx: Connection) -> datetime:
        """The present moment as a value, by the clock that all workers share."""
        shared: datetime = tx.execute(select(self.now())).scalar_one()
        return shared

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that will write; on SQLite it takes the write lock at once instead of failing midway."""
        with _translated(), self.engine.connect() as connection:
            connection = connection.execution_options(kollega_immediate=True)
            with connection.begin():
                yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with _translated(), self.engine.connect() as connection, connection.begin():
            yield connection

    def insert(self, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
        """An INSERT that knows ON CONFLICT in this database's dialect."""
        return sqlite.insert(table) if self.sqlite else postgresql.insert(table)

    def checkpoint(self) -> None:
        """Bring SQLite's write-ahead log into the database and empty it; PostgreSQL does so by itself."""
        if self.sqlite:
            with _translated(), self.engine.connect() as connection:
                driver: Any = connection.connection.dbapi_connection
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self.engine.dispose()


def or_update(statement: Insert, keys: list[str], **values: Any) -> Insert:
    """The INSERT, turned into an update of these columns where a row with the same keys exists already."""
    assert isinstance(statement, postgresql.Insert | sqlite.Insert)
    return statement.on_conflict_do_update(index_elements=keys, set_=values)


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise SettingsError(
            "The database setting is not a database URL.",
            "Use sqlite:///path/to/kollega.db or postgresql://user@host/name.",
        ) from error
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        engine = create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=10)
        event.listen(engine, "connect", _prepare_postgresql)
        return engine
    if backend != "sqlite":
        raise SettingsError(f"{backend!r} is not a database that Kollega knows.", "Use SQLite or PostgreSQL.")
    memory = parsed.database in (None, "", ":memory:")
    if not memory:
        Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        parsed,
        connect_args={"timeout": SQLITE_BUSY_SECONDS, "check_same_thread": False},
        # In memory there is one connection, the database itself: whoever asks meanwhile waits for it.
        **({"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0} if memory else {}),
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_postgresql(connection: Any, record: Any) -> None:
    """A machine that falls asleep amid a transaction must not keep its locks until it wakes."""
    connection.execute(f"SET idle_in_transaction_session_timeout = '{ASLEEP_SECONDS}s'")
    connection.commit()


def _prepare_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see below
    _wal(connection)
    connection.execute("PRAGMA synchronous=FULL")  # an intent must be on the disk before the click
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA secure_delete=ON")  # what retention deletes is overwritten, not merely let go


def _wal(connection: Any) -> None:
    """Turning WAL on takes an exclusive lock that ignores the busy time-out: first starts may meet here."""
    for attempt in stamina.retry_context(
        on=sqlite3.OperationalError, attempts=None, timeout=SQLITE_BUSY_SECONDS, wait_initial=0.05, wait_max=0.5
    ):
        with attempt:
            connection.execute("PRAGMA journal_mode=WAL")


def _begin_sqlite(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("kollega_immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if not (isinstance(error, OperationalError) or error.connection_invalidated):
            raise
        raise StoreUnavailable(
            f"The database did not answer: {type(error.orig).__name__}.",
            "Check that it runs and that KOLLEGA_DATABASE is right; the worker tries again by itself.",
        ) from error
