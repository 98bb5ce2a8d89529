"""A private PostgreSQL server for the tests: made in a temporary folder, on a free port, gone afterwards."""

from __future__ import annotations

import itertools
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

ALONE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
EMPTY = """
DO $$
DECLARE its name;
BEGIN
    SET LOCAL session_replication_role = replica; -- keys between tables would want an order
    FOR its IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE format('DELETE FROM %I', its);
    END LOOP;
    FOR its IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
        EXECUTE format('ALTER SEQUENCE %I RESTART', its);
    END LOOP;
END $$
"""


def binaries() -> Path | None:
    """The folder with initdb and pg_ctl: the newest of Debian's, else whatever is on the path."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: float(file.parts[-3]))
    if debian:
        return debian[-1].parent
    found = shutil.which("initdb")
    return Path(found).parent if found else None


@dataclass
class Server:
    folder: Path
    port: int
    names: Iterator[int] = field(default_factory=itertools.count)

    def new_database(self) -> str:
        """The URL of an empty database."""
        name = f"test_{next(self.names)}"
        address = f"postgresql://postgres@127.0.0.1:{self.port}"
        with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return f"{address}/{name}"

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        self._run("pg_ctl", "start", "-w", "-o", options, "-l", str(self.folder / "server.log"))

    def stop(self, mode: str = "fast") -> None:
        self._run("pg_ctl", "stop", "-w", "-m", mode)

    def create(self) -> None:
        if os.name == "posix" and os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        self._run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")

    def _run(self, program: str, *arguments: str) -> None:
        """PostgreSQL refuses to run as root; a root user (as in CI) becomes `postgres` for it."""
        folder = binaries()
        assert folder is not None, "PostgreSQL is not installed: `apt-get install postgresql`"
        as_user: dict[str, Any] = {}
        if os.name == "posix" and os.geteuid() == 0:
            as_user = {"user": "postgres", "group": "postgres", "extra_groups": []}
        suffix = ".exe" if sys.platform == "win32" else ""
        command = [str(folder / f"{program}{suffix}"), "-D", str(self.folder / "data"), *arguments]
        done = subprocess.run(
            command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **as_user
        )
        assert done.returncode == 0, f"{program}: {done.stderr}"


def sweep(url: str) -> None:
    """Leave of a database its tables alone, and nobody connected to it: quicker by far than to make another."""
    with psycopg.connect(url) as connection:
        connection.execute(ALONE)
        connection.execute(EMPTY)


@contextmanager
def server() -> Iterator[Server]:
    """A running server; its folder is not pytest's, whose folders only their owner may enter."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with TemporaryDirectory(prefix="kollega-postgres-") as folder:
        running = Server(Path(folder), port)
        running.create()
        running.start()
        try:
            yield running
        finally:
            running.stop("immediate")
