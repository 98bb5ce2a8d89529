"""What the commands have in common: settings, store, codec and worker, opened as the settings say."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bots_common import logs
from bots_common.robot import robots_named
from bots_common.settings import Settings
from bots_common.work import Codec, Store
from bots_common.work.codec import codec_of
from bots_common.worker import Told, Worker


@dataclass(frozen=True)
class Rooms:
    """An opened installation."""

    settings: Settings
    codec: Codec
    store: Store

    def worker(self, robots: Collection[str], told: Told | None = None) -> Worker:
        """A worker for the robots of these names, all where none is named."""
        return Worker(self.store, self.codec, robots_named(robots, self.settings), self.settings, told)


@contextmanager
def opened(settings: Settings, *, log_level: str = "INFO") -> Iterator[Rooms]:
    """The installation that the settings describe; its database is brought up to date."""
    logs.configure(settings.folder / "logs", level=log_level, form=settings.logs.format)
    codec = codec_of(settings)
    store = Store.open(settings.database_url, codec, zone=settings.timezone)
    try:
        yield Rooms(settings, codec, store)
    finally:
        store.close()


async def until_done_or_stopped(worker: Worker, *, until_empty: bool) -> None:
    """Work; the first Ctrl-C (or SIGTERM) finishes the items in hand, the second ends at once."""
    with stopped_by_signals(worker.stop):
        await worker.work(until_empty=until_empty)


@contextmanager
def stopped_by_signals(stop: Callable[[], None]) -> Iterator[None]:
    """The first Ctrl-C (or SIGTERM) calls `stop` in the running event loop, the second ends at once."""
    loop = asyncio.get_running_loop()
    earlier: dict[signal.Signals, Callable[..., object] | int | None] = {}

    def told(number: int, frame: object) -> None:
        loop.call_soon_threadsafe(stop)
        for kind, handler in earlier.items():
            signal.signal(kind, handler)

    for kind in (signal.SIGINT, signal.SIGTERM):
        earlier[kind] = signal.signal(kind, told)
    try:
        yield
    finally:
        for kind, handler in earlier.items():
            signal.signal(kind, handler)
