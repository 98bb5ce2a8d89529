"""Shared by all tests: a codec, and stores on SQLite and on a PostgreSQL that the tests start themselves."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bots_common.work.codec import Codec
from bots_common.work.store import Store
from tests import postgres

KEY = bytes(range(32))


@pytest.fixture(scope="session")
def codec() -> Codec:
    return Codec(KEY)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A server of our own for the whole run, from Debian's package."""
    with postgres.server() as running:
        yield running


@pytest.fixture(scope="session")
def prepared_file(tmp_path_factory: pytest.TempPathFactory, codec: Codec) -> Path:
    """An SQLite database with our tables and nothing else: to make one for each test takes longer than most tests."""
    file = tmp_path_factory.mktemp("prepared") / "kollega.db"
    Store.open(url_of(file), codec).close()
    return file


@pytest.fixture
def prepared(tmp_path: Path, prepared_file: Path) -> None:
    """Such a database in the test's own folder, which is an installation's then."""
    shutil.copyfile(prepared_file, tmp_path / "kollega.db")


@pytest.fixture(scope="session")
def prepared_database(postgres_server: postgres.Server, codec: Codec) -> str:
    """The URL of such a database on PostgreSQL, which tests have one after the other."""
    url = postgres_server.new_database()
    Store.open(url, codec).close()
    return url


@pytest.fixture
def shared_database(request: pytest.FixtureRequest) -> str:
    """The URL of a database that several machines could share."""
    _want_postgres()
    url: str = request.getfixturevalue("prepared_database")
    postgres.sweep(url)
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        request.getfixturevalue("prepared")
        return url_of(tmp_path / "kollega.db")
    url: str = request.getfixturevalue("shared_database")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """As a program of ours meets it that is started for the first time."""
    if request.param == "sqlite":
        return url_of(tmp_path / "kollega.db")
    _want_postgres()
    server: postgres.Server = request.getfixturevalue("postgres_server")
    return server.new_database()


@pytest.fixture
def store(database_url: str, codec: Codec) -> Iterator[Store]:
    opened = Store.open(database_url, codec)
    yield opened
    opened.close()


def url_of(file: Path) -> str:
    return f"sqlite:///{file.as_posix()}"


def _want_postgres() -> None:
    if postgres.binaries() is None and "CI" not in os.environ:
        pytest.skip("PostgreSQL is not installed here: `apt-get install postgresql` runs this test too")
