"""Finding: a robot says what there is to do, and the store keeps what is new of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from typing import Any, Final

import stamina
from loguru import logger

from bots_common.desk import BrowserDesk
from bots_common.desk.desk import getting_on
from bots_common.errors import BrowserGone, SessionExpired, SystemUnavailable
from bots_common.robot import Found, Robot
from bots_common.work import Added, Store, ask

ATTEMPTS: Final = 3
CURED: Final = (BrowserGone, SessionExpired, SystemUnavailable)
"""What a fresh beginning may mend; full batches of what was found until then are in the store already."""
BATCH: Final = 200


async def find(robot: Robot[Any], desk: BrowserDesk, store: Store, progress_seconds: float) -> Added:
    """Let the robot find its work at the desk.

    A browser that dies or hangs, a session that expires, and a system that does not answer are cured, some times.
    """

    async def known(references: Collection[str]) -> set[str]:
        had = await ask(store.reading.known, robot.name, references)
        old.extend(sorted(had))
        return had

    async def enqueue() -> None:
        async for added in _enqueued(robot, robot.find(desk, known), store):
            desk.guard.progress()
            new.extend(added.new)
            old.extend(added.known)
            again.extend(added.again)

    new: list[str] = []
    old: list[str] = []
    again: list[str] = []
    async for attempt in stamina.retry_context(on=CURED, attempts=ATTEMPTS, timeout=None):
        with attempt:
            await desk.leave()
            if robot.systems:
                await desk.ready()
            await getting_on(enqueue(), desk, progress_seconds)
    fresh = set(new)
    known_before = tuple(dict.fromkeys(it for it in old if it not in fresh))
    logger.bind(robot=robot.name).info(
        "{} found {} new items and {} known ones.", robot.name, len(new), len(known_before)
    )
    return Added(tuple(new), known_before, tuple(again))


async def _enqueued(robot: Robot[Any], finding: AsyncIterator[Found[Any]], store: Store) -> AsyncIterator[Added]:
    """Put into the store what the robot finds, in batches, as it finds it."""
    batch: list[Found[Any]] = []
    async for found in finding:
        batch.append(found)
        if len(batch) >= BATCH:
            yield await ask(store.add, robot.name, [found.as_item() for found in batch])
            batch.clear()
    yield await ask(store.add, robot.name, [found.as_item() for found in batch])
