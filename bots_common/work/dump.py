"""The whole database in one file, and back: a consistent copy while others write.

SQLite is copied by its own online backup, PostgreSQL by its own programs, which must be on this machine.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import URL, inspect, make_url

from bots_common.errors import StoreError
from bots_common.work.database import SQLITE_BUSY_SECONDS, Database

_DEBIAN: Final = Path("/usr/lib/postgresql")
_INSTALL: Final = "Install PostgreSQL's client programs (Debian: `apt-get install postgresql-client`)"
_PLAIN: Final = ("--no-owner", "--no-privileges")
"""Who owns what is the other server's matter."""


def kind_of(url: str) -> str:
    """ "sqlite" or "postgresql"."""
    return make_url(url).get_backend_name()


def dump(url: str, file: Path) -> None:
    """Copy the database as it is at one moment. Raises StoreError that says what to run where it cannot be."""
    parsed = make_url(url)
    if kind_of(url) == "sqlite":
        _copy(Path(str(parsed.database)), file)
        return
    instead = f"or run where they are: pg_dump --format=custom --file={file.name} {_address(parsed)}"
    _run(parsed, "pg_dump", ["--format=custom", *_PLAIN, f"--file={file}"], instead)


def load(url: str, file: Path) -> None:
    """Make the database, which must be empty, from the file. Raises StoreError."""
    parsed = make_url(url)
    if kind_of(url) == "sqlite":
        target = Path(str(parsed.database))
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f"{target.name}.draft")
        shutil.copyfile(file, draft)
        draft.replace(target)
        return
    instead = f"or run where they are: pg_restore --no-owner --single-transaction --dbname={_address(parsed)} {file}"
    _run(parsed, "pg_restore", [*_PLAIN, "--exit-on-error", "--single-transaction"], instead, [str(file)])


def require_empty(url: str) -> None:
    """Raises StoreError where there is a database already, or the remains of one."""
    parsed = make_url(url)
    if kind_of(url) == "sqlite":
        file = Path(str(parsed.database))
        there = [it for it in (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm"))) if it.exists()]
        if there:
            raise StoreError(
                f"There is a database already: {there[0]}.", "Restore into an empty place, or move it away first."
            )
        return
    with closing(Database(url)) as database, database.read() as tx:
        if tables := inspect(tx).get_table_names():
            raise StoreError(
                f"The database is not empty: it has the table {tables[0]}.",
                "Make an empty one and restore into that.",
            )


def _copy(source: Path, target: Path) -> None:
    if not source.exists():
        raise StoreError(f"There is no database {source}.", "Check `database` and `folder` in the settings.")
    with (
        closing(sqlite3.connect(source, timeout=SQLITE_BUSY_SECONDS)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)  # in one step: one moment, and nobody who writes has to wait
        copy.execute("PRAGMA journal_mode=DELETE")  # all of it in this one file
        (said,) = copy.execute("PRAGMA quick_check").fetchone()
    if said != "ok":
        raise StoreError(f"The copy of the database is damaged: {said}.", "Check the disk, and try again.")


def _run(url: URL, program: str, options: Sequence[str], instead: str, last: Sequence[str] = ()) -> None:
    path = _program(program)
    if path is None:
        raise StoreError(f"{program} is not on this machine.", f"{_INSTALL}, {instead}")
    password = {"PGPASSWORD": str(url.password)} if url.password else {}  # never where every user sees it
    command = [path, *options, f"--dbname={_address(url)}", *last]
    environment = {**os.environ, **password}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        what = " ".join(done.stderr.split())
        raise StoreError(f"{program} failed: {what}", "Mend what it says, and try again.")


def _address(url: URL) -> str:
    """Without the password. (`URL.set` takes None for "as it was".)"""
    plain = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    return plain.render_as_string(hide_password=False)


def _program(name: str) -> str | None:
    """The newest of Debian's, as an older one refuses a newer server; else what is on the path."""
    debian = sorted(_DEBIAN.glob(f"*/bin/{name}"), key=lambda file: float(file.parts[-3]))
    return str(debian[-1]) if debian else shutil.which(name)
