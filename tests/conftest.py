"""Shared by all tests: a codec, and stores on SQLite and on a PostgreSQL that the tests start themselves."""

from __future__ import annotations

import os
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


@pytest.fixture
def shared_database(request: pytest.FixtureRequest) -> str:
    """The URL of a database that several machines could share."""
    if postgres.binaries() is None and "CI" not in os.environ:
        pytest.skip("PostgreSQL is not installed here: `apt-get install postgresql` runs this test too")
    server: postgres.Server = request.getfixturevalue("postgres_server")
    return server.new_database()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{(tmp_path / 'kollega.db').as_posix()}"
    url: str = request.getfixturevalue("shared_database")
    return url


@pytest.fixture
def store(database_url: str, codec: Codec) -> Iterator[Store]:
    opened = Store.open(database_url, codec)
    yield opened
    opened.close()
