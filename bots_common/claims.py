"""What the desks of one worker share: items are claimed for all that are idle at once, and finished together.

A transaction that is synced to disk costs the same for one item as for twenty.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final

from bots_common.autonomy import Level
from bots_common.settings import WorkerSettings
from bots_common.work import Claimed, Store, ask
from bots_common.work.records import Lease
from bots_common.work.store import lost


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a worker may go: how many `items` it may take, and what the robot may do alone `at_most`."""

    items: int | None = None
    at_most: Level = Level.AUTO


NO_LIMITS: Final = Limits()

Workable = Callable[[], Awaitable[Collection[str]]]
"""Asked before each claim: the robots that can work now."""


class Claims:
    """The items of one worker on their way to its desks: one claim for all that are idle, who then go on together."""

    def __init__(
        self, store: Store, worker: str, rules: WorkerSettings, workable: Workable, limits: Limits = NO_LIMITS
    ) -> None:
        self._store = store
        self._worker = worker
        self._rules = rules
        self._workable = workable
        self._at_most = limits.at_most
        self._left = limits.items
        self._tray: deque[Claimed] = deque()
        self._idle = 0
        self._claiming: asyncio.Task[bool] | None = None
        self._stopping = asyncio.Event()
        self._next_sweep = 0.0

    @property
    def spent(self) -> bool:
        """Whether the worker has taken as many items as it may."""
        return self._left == 0

    def stop(self) -> None:
        """Give out no more items."""
        self._stopping.set()

    async def next(self, *, until_empty: bool) -> Claimed | None:
        """The next item; None when the worker is to end. Raises StoreUnavailable where the database stays away."""
        self._idle += 1
        try:
            while not self._stopping.is_set():
                if self._tray:
                    return self._tray.popleft()
                if self._claiming is None or self._claiming.done():
                    self._claiming = asyncio.create_task(self._claim(until_empty))
                if not await asyncio.shield(self._claiming):
                    return None
            return None
        finally:
            self._idle -= 1

    async def hand_back(self) -> None:
        """Give back what was claimed and not begun, so that nobody has to wait for its lease to run out."""
        self.stop()
        if self._claiming is not None:
            await asyncio.wait({self._claiming})
        leases = [claimed.lease for claimed in self._tray]
        self._tray.clear()
        if leases:
            await ask(self._store.hand_back, leases, self._worker)

    async def _claim(self, until_empty: bool) -> bool:
        """Claim for all desks that are idle now, or wait a moment; False when no more may be taken or, with
        `until_empty`, nothing is left."""
        if self.spent:
            return bool(self._tray)
        robots = await self._workable()
        if time.monotonic() >= self._next_sweep:
            self._next_sweep = time.monotonic() + self._rules.lease_seconds / 4
            await ask(self._store.take_over_expired, self._rules.max_takeovers)
        if robots:
            await self._take(robots)
        if self._tray:
            return True
        if until_empty and not await ask(self._store.open_count, robots):
            return False
        await self._pause()
        return True

    async def _take(self, robots: Collection[str]) -> None:
        limit = self._idle if self._left is None else min(self._idle, self._left)
        claimed = await ask(self._store.claim, robots, self._worker, self._rules.lease, limit)
        if self._left is not None:
            self._left -= len(claimed)
        self._tray += (replace(it, at_most=self._at_most) for it in claimed)

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(self._rules.poll_seconds):
                await self._stopping.wait()
        except TimeoutError:
            return


class Finishing:
    """Finishes items: those that are ready while a transaction is under way go together in the next."""

    def __init__(self, store: Store, worker: str) -> None:
        self._store = store
        self._worker = worker
        self._ready: dict[Lease, asyncio.Future[None]] = {}
        self._running: asyncio.Task[None] | None = None

    async def __call__(self, lease: Lease) -> None:
        """The item is done. Raises LeaseLost, and StoreUnavailable where the database stays away."""
        self._ready[lease] = finished = asyncio.get_running_loop().create_future()
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        await finished

    async def _run(self) -> None:
        while self._ready:
            batch, self._ready = self._ready, {}
            try:
                refused = await ask(self._store.finish_all, list(batch), self._worker)
            except Exception as error:  # noqa: BLE001 - it reaches everybody who waits for this batch
                _answer(batch, dict.fromkeys(batch, error))
            else:
                _answer(batch, {lease: lost(lease) for lease in refused})
        self._running = None


def _answer(batch: dict[Lease, asyncio.Future[None]], errors: Mapping[Lease, Exception]) -> None:
    for lease, finished in batch.items():
        if finished.done():  # whoever waited was cancelled
            continue
        if lease in errors:
            finished.set_exception(errors[lease])
        else:
            finished.set_result(None)
