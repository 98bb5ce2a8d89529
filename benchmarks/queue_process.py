"""One worker process of the queue benchmark: `python -m benchmarks.queue_process QUEUE URL WITNESS`.

It says that it is ready, waits for a line, works until nothing is left, and tells how long its claims took. Every
reference that it handles is appended to the witness file: what a queue says of itself is not taken on trust.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Collection
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TextIO

from loguru import logger
from pydantic import BaseModel

from bots_common.desk import Desk
from bots_common.robot import Found, Item, Known, Robot
from bots_common.settings import GivenSettings, Settings, WorkerSettings
from bots_common.work import Claimed, Codec, Store
from bots_common.worker import Worker

ROBOT = "tally"
CODEC = Codec(bytes(range(32)))
AT_ONCE = 20
"""Desks of a worker here, concurrency of a worker there."""
READY = "ready"


class Case(BaseModel):
    """As small as a payload can be: the queue is measured, not JSON."""

    number: int


class Tally(Robot[Case]):
    """A robot that does nothing but write down what it was given."""

    name, title, systems, payload = ROBOT, "Tally", (), Case
    reasons = StrEnum("NoReasons", [])
    reason_texts: dict[str, Any] = {}  # noqa: RUF012 - as the base has it
    locales = Path(__file__).parent

    def __init__(self, settings: Settings, witness: TextIO) -> None:
        super().__init__(settings)
        self._witness = witness

    async def find(self, desk: Desk, known: Known) -> AsyncIterator[Found[Case]]:
        return
        yield

    async def handle(self, item: Item[Case], desk: Desk) -> None:
        self._witness.write(f"{item.reference}\n")


class TimedStore(Store):
    """Keeps how many seconds each claim that brought something took."""

    claims: list[float]

    def claim(self, robots: Collection[str], worker: str, lease: timedelta, limit: int = 1) -> list[Claimed]:
        begun = time.perf_counter()
        claimed = super().claim(robots, worker, lease, limit)
        if claimed:
            self.claims.append(time.perf_counter() - begun)
        return claimed


def kollega(url: str, witness: TextIO) -> list[float]:
    logger.remove()
    store = TimedStore.open(url, CODEC)
    assert isinstance(store, TimedStore)
    store.claims = []
    with TemporaryDirectory() as folder:
        rules = WorkerSettings(desks=AT_ONCE, poll_seconds=0.05)
        settings = GivenSettings(folder=Path(folder), database=url, worker=rules)
        worker = Worker(store, CODEC, [Tally(settings, witness)], settings)
        _wait_for_the_word()
        asyncio.run(worker.work(until_empty=True))
    return store.claims


def procrastinate(url: str, witness: TextIO) -> list[float]:
    asyncio.run(_procrastinate(url, witness))
    return []


async def _procrastinate(url: str, witness: TextIO) -> None:
    from benchmarks import peer

    app = peer.app(url)

    @app.task(name=peer.TASK)
    async def tally(reference: str, number: int) -> None:
        witness.write(f"{reference}\n")

    async with app.open_async():
        _wait_for_the_word()
        await app.run_worker_async(concurrency=AT_ONCE, wait=False, install_signal_handlers=False)


def _wait_for_the_word() -> None:
    print(READY, flush=True)
    sys.stdin.readline()


def main(queue: str, url: str, witness: str) -> None:
    with Path(witness).open("w", encoding="utf-8") as file:
        claims = {"kollega": kollega, "procrastinate": procrastinate}[queue](url, file)
    print(json.dumps(claims), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
