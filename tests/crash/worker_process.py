"""A worker process of the harness: the real worker, which dies at a step that its orders name."""

from __future__ import annotations

import asyncio
import itertools
import multiprocessing
import random
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from bots_common import logs
from bots_common.robot import Robot
from bots_common.settings import Settings
from bots_common.work import Codec, Store
from bots_common.worker import Worker
from robots.invoices.robot import Invoices
from tests.crash import steps
from tests.crash.journal import Scribe
from tests.crash.steps import WHILE_FINDING, Death, Fate, Step, Victim

KEY = bytes(range(32))


@dataclass(frozen=True)
class Orders:
    """What a worker process is to do. Without `victims` nobody dies, and it ends when nothing is left to do.

    It begins with finding where it is told to `find`, where nothing has been found yet, and where it is to die of it.
    Of the `steps` at which somebody may die, the first, second, … or `latest` time that one is reached is drawn.
    """

    settings: Settings
    robot: type[Robot[Any]]
    find: bool
    seed: int = 0
    victims: tuple[Victim, ...] = ()
    steps: tuple[Step, ...] = tuple(Step)
    latest: int = 4
    random_seconds: float = 2.0
    click_seconds: float = 0.05


@dataclass(frozen=True)
class AtWork:
    """A running worker process, and what it tells of the deaths in it."""

    process: BaseProcess
    tells: Connection


def start(orders: Orders) -> AtWork:
    """Start a process; where it can be, cheaply, by a fork of one that has only imported these modules."""
    forks = "forkserver" in multiprocessing.get_all_start_methods()
    context: Any = multiprocessing.get_context("forkserver" if forks else "spawn")
    if forks:
        context.set_forkserver_preload([__name__])
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=run, args=(orders, theirs), daemon=True)
    process.start()
    theirs.close()
    return AtWork(process, ours)


def run(orders: Orders, tell: Connection) -> None:
    """The body of the process."""
    logs.configure(orders.settings.folder / "logs", level="ERROR")
    store = Store.open(orders.settings.database_url, Codec(KEY))
    find = orders.find or not store.reading.count(robot=orders.robot.name)
    if orders.victims:
        death = Death(_fates(orders), tell, click_seconds=orders.click_seconds)
        find = find or death.fate.step in WHILE_FINDING
        steps.watch_store(store, death)
        WATCHES[orders.robot](death)
    worker = Worker(store, Codec(KEY), [orders.robot(orders.settings)], orders.settings)
    asyncio.run(_work(worker, find))
    store.close()


def _fates(orders: Orders) -> Callable[[], Fate]:
    """Draws one fate after the other. Seeds that follow each other come by every step and every victim."""
    chance = random.Random(orders.seed)
    numbers = itertools.count(orders.seed, step=7)

    def draw() -> Fate:
        number = next(numbers)
        victim = orders.victims[number % len(orders.victims)]
        dies = victim in (Victim.WORKER, Victim.ALL)
        possible = [step for step in orders.steps if dies or step not in WHILE_FINDING]
        step = possible[number % len(possible)]
        nth = 1 if step in WHILE_FINDING else chance.randint(1, orders.latest)
        return Fate(step, victim, nth, chance.uniform(0, orders.random_seconds))

    return draw


async def _work(worker: Worker, find: bool) -> None:
    if find:
        await worker.find()
    await worker.work(until_empty=True)


WATCHES: dict[type[Robot[Any]], Callable[[Death], None]] = {
    Scribe: steps.watch_journal,
    Invoices: steps.watch_browser,
}
