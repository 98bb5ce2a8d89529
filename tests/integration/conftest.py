"""A mock town of a few cases for each module of tests, and a clerk who is logged in to it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from loguru import logger

from kollega import cli, systems
from mocks import ledger, state
from mocks.serve import STATE, running
from tests.clerk import Clerk
from tests.integration.command_line import Office
from tests.small_town import small_town

HR_SYSTEMS = ("/sd", "/politi", "/post", "/esdh")


@dataclass(frozen=True, slots=True)
class MockServer:
    """A running town. `acts` are those of its ledger after the first `seen`."""

    base: str
    path: Path
    seen: int = 0

    def acts(self) -> list[ledger.Act]:
        return ledger.read(self.path)[self.seen :]


@pytest.fixture(scope="module")
def mock_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MockServer]:
    directory = tmp_path_factory.mktemp("town")
    state.open_or_create(directory / STATE, small_town).close()
    with running(directory) as base:
        yield MockServer(base, directory / STATE)


@pytest.fixture
def server(mock_town: MockServer) -> MockServer:
    """The town as this test finds it: only what is done from now on is among its acts."""
    return MockServer(mock_town.base, mock_town.path, seen=len(mock_town.acts()))


@pytest.fixture
def clerk(mock_town: MockServer) -> Iterator[Clerk]:
    with Clerk(mock_town.base) as clerk:
        clerk.log_in("/opus")
        clerk.log_in("/sensum")
        yield clerk
        clerk.http.delete("/_faults")


@pytest.fixture
def fresh_town(tmp_path: Path) -> Iterator[MockServer]:
    """A town of the test's own, where the clock may move and requests go on by themselves."""
    state.open_or_create(tmp_path / STATE, small_town).close()
    with running(tmp_path) as base:
        yield MockServer(base, tmp_path / STATE)


@pytest.fixture
def hr(fresh_town: MockServer) -> Iterator[Clerk]:
    """A clerk of the personnel office, logged in to the systems that certificates go through."""
    with Clerk(fresh_town.base) as clerk:
        for prefix in HR_SYSTEMS:
            clerk.log_in(prefix)
        yield clerk


@pytest.fixture
def visitor(mock_town: MockServer) -> Iterator[Clerk]:
    """One in the module's town, who looks and writes nothing."""
    before = len(mock_town.acts())
    with Clerk(mock_town.base) as clerk:
        for prefix in HR_SYSTEMS:
            clerk.log_in(prefix)
        yield clerk
        clerk.http.delete("/_faults")
    assert len(mock_town.acts()) == before


@pytest.fixture
def office(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    for name in os.environ:
        if name.startswith("KOLLEGA_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("USER", "birgit")
    for console in (cli.console, systems.console):
        monkeypatch.setattr(console, "width", 160)
    yield Office(tmp_path, capsys, monkeypatch)
    logger.remove()
