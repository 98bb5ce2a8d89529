"""A day of cases, and two people at the pages."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import Response

from bots_common.settings import GivenSettings
from bots_common.work import Codec, State, Store
from reports import web
from tests import visitors
from tests.handled import NOON, day_of_work
from tests.visitors import Visitor

LATER = NOON + timedelta(days=3)


@pytest.fixture
def store(tmp_path: Path, codec: Codec) -> Iterator[Store]:
    opened = Store.open(GivenSettings(folder=tmp_path).database_url, codec, clock=lambda: LATER)
    yield opened
    opened.close()


@pytest.fixture
def ids(store: Store) -> dict[str, int]:
    return day_of_work(store)


@pytest.fixture
def app(store: Store, codec: Codec, tmp_path: Path) -> FastAPI:
    return web.create(store, codec, GivenSettings(folder=tmp_path), lambda: LATER)


@pytest.fixture
async def anna(app: FastAPI, store: Store) -> AsyncIterator[Visitor]:
    async with visitors.visitor(app, store, "anna") as client:
        yield client


@pytest.fixture
async def bo(app: FastAPI, store: Store) -> AsyncIterator[Visitor]:
    async with visitors.visitor(app, store, "bo") as client:
        yield client


def words(answer: Response) -> str:
    """What a reader sees, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def listed(answer: Response) -> list[str]:
    return re.findall(r"data-open>([^<]+)</a>", answer.text)


def seen_in(answer: Response) -> str:
    (found,) = set(re.findall(r'name="seen" value="(\d+)"', answer.text))
    return str(found)


def state(store: Store, item_id: int) -> tuple[State, str | None]:
    item = store.reading.story(item_id).item
    return item.state, item.reason
