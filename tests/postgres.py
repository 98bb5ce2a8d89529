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

    def new_database(self, like: str = "template1") -> str:
        """The URL of a database that is empty, or as the one of that name is."""
        name = f"test_{next(self.names)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {like}".encode())
        return self.url(name)

    def url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

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
