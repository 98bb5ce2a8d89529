"""A day's cases behind the API, and programs that call it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import Response

from bots_common.roles import Grant, Role
from bots_common.settings import GivenSettings
from bots_common.work import Codec, State, Store
from bots_common.work.audit import Asked
from reports import web
from tests.handled import day_of_work
from tests.programs import Program, token

NOON = datetime(2024, 11, 8, 12, tzinfo=UTC)
CASEWORKER = [Grant(Role.CASEWORKER, "invoices")]
SYSTEMS: dict[str, Any] = {"finance": {"url": "http://127.0.0.1:9", "username": "x", "password": "x"}}
SCHEDULE = """[schedules.mornings]
robot = "invoices"
when = "cron 30 6 * * mon-fri"
"""
CITIZEN = "6101901234"


class House:
    """A day's cases behind the API, and a clock that a test turns on."""

    def __init__(self, folder: Path, codec: Codec) -> None:
        self.now = NOON
        self.store = Store.open(f"sqlite:///{(folder / 'kollega.db').as_posix()}", codec, clock=lambda: self.now)
        self.ids = day_of_work(self.store)
        (folder / "schedules.toml").write_text(SCHEDULE, encoding="utf-8")
        settings = GivenSettings(folder=folder, systems=SYSTEMS, schedules=folder / "schedules.toml")
        self.app: FastAPI = web.create(self.store, codec, settings, lambda: self.now)

    def program(self, **of: Any) -> Program:
        return Program(self.app, token(self.store, **of))

    def seen(self, reference: str) -> int:
        return self.store.reading.story(self.ids[reference]).history[-1].id

    def state(self, reference: str) -> State:
        return self.store.reading.story(self.ids[reference]).item.state

    def acts(self, act: str) -> list[tuple[str, str]]:
        return [(row.who, row.detail) for row in self.store.audit.log(Asked(act=act), limit=100)]


@pytest.fixture
def house(tmp_path: Path, codec: Codec) -> Iterator[House]:
    opened = House(tmp_path, codec)
    yield opened
    opened.store.close()


def problem(answer: Response) -> tuple[int, str]:
    """The status and the kind of a problem, which must have a sentence and the next step."""
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == answer.status_code
    assert told["detail"]
    assert told["next"]
    return answer.status_code, told["type"].rpartition("/")[2]
