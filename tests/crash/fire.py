"""Keeps workers at work while they die one after the other, and measures how soon others finish what they had."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing.connection import wait
from statistics import median

import stamina

from bots_common.errors import StoreUnavailable
from bots_common.work import State, Store
from bots_common.work.records import Change
from tests.crash import worker_process
from tests.crash.steps import Step, Strike, Victim
from tests.crash.worker_process import AtWork, Orders
from tests.postgres import Server

STUCK_SECONDS = 900.0
FAILED = 1


@dataclass
class Score:
    """What came of a lane. `lost` and `twice` are lines that say what is wrong; `uncertain` counts items.

    `gave_up` counts the workers that nobody killed and that ended with an error all the same.
    """

    lane: str
    kills: Counter[tuple[Victim, Step]] = field(default_factory=Counter)
    cuts: int = 0
    items: int = 0
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    uncertain: int = 0
    gave_up: int = 0
    recovered: list[float] = field(default_factory=list)
    seconds: float = 0

    @property
    def killed(self) -> int:
        return self.kills.total()

    @property
    def victims(self) -> set[Victim]:
        return {victim for victim, _ in self.kills}

    @property
    def steps(self) -> set[Step]:
        return {step for _, step in self.kills}

    def add(self, other: Score) -> None:
        self.kills += other.kills
        self.cuts += other.cuts
        self.items += other.items
        self.lost += other.lost
        self.twice += other.twice
        self.uncertain += other.uncertain
        self.gave_up += other.gave_up
        self.recovered += other.recovered
        self.seconds += other.seconds

    def recovery(self) -> tuple[float, float] | None:
        """Median and worst, in seconds."""
        return (median(self.recovered), max(self.recovered)) if self.recovered else None


class Fire:
    """Some worker processes with the same orders on one store; each death is a line in the score.

    `progress` is called now and then while they work.
    """

    def __init__(self, store: Store, orders: Orders, score: Score, *, workers: int, seed: int) -> None:
        self.score = score
        self._store = store
        self._orders = orders
        self._count = workers
        self._seeds = itertools.count(seed)
        self._at_work: list[AtWork] = []
        self._struck: dict[int, float] = {}

    @contextmanager
    def burning(self) -> Iterator[Fire]:
        begun = time.monotonic()
        try:
            yield self
        finally:
            for one in self._at_work:
                one.process.kill()
                one.process.join()
                one.tells.close()
            self.score.seconds += time.monotonic() - begun

    def until(self, enough: Callable[[], bool]) -> None:
        """Let workers work and die, each replaced at once, until it is enough."""
        patience = time.monotonic() + STUCK_SECONDS
        killed = self.score.killed
        while not enough():
            if self.score.killed > killed:
                killed, patience = self.score.killed, time.monotonic() + STUCK_SECONDS
            assert time.monotonic() < patience, f"nobody has died for {STUCK_SECONDS:.0f} seconds"
            while len(self._at_work) < self._count:
                self._start(self._orders)
            self._listen(0.2)

    def until_all_is_done(self) -> None:
        """Let the last ones die, and workers that nothing disturbs do what is left."""
        for number in range(self._count):
            self._start(replace(self._orders, victims=(), find=number == 0))
        patience = time.monotonic() + STUCK_SECONDS
        while self._at_work:
            assert time.monotonic() < patience, f"not done after {STUCK_SECONDS:.0f} seconds"
            self._listen(0.2)
        self._measure()

    def strike_database(self, server: Server, *, away_seconds: float) -> None:
        """Kill the database server under all workers, and start it again after a while."""
        in_hand = self._in_hand("")
        server.stop("immediate")
        self._count_strike(Strike(time.time(), 0, Step.AT_RANDOM, Victim.DATABASE), in_hand)
        time.sleep(away_seconds)
        server.start()

    def _start(self, orders: Orders) -> None:
        self._at_work.append(worker_process.start(replace(orders, seed=next(self._seeds))))

    def _listen(self, seconds: float) -> None:
        ready = wait([one.tells for one in self._at_work], seconds)
        for one in list(self._at_work):
            if one.tells in ready:
                try:
                    strike: Strike = one.tells.recv()
                except EOFError:
                    self._gone(one)
                else:
                    self._count_strike(strike, self._in_hand(f"/{strike.pid}/"))

    def _gone(self, one: AtWork) -> None:
        one.process.join()
        one.tells.close()
        self._at_work.remove(one)
        self.score.gave_up += one.process.exitcode == FAILED

    def _in_hand(self, worker: str) -> list[int]:
        """The items that are being handled by the worker, whose name contains this."""
        for attempt in stamina.retry_context(on=StoreUnavailable, attempts=None, timeout=60):
            with attempt:
                rows = self._store.reading.items(states=[State.WORKING], limit=None)
        return [row.id for row in rows if worker in (row.worker or "")]

    def _count_strike(self, strike: Strike, in_hand: list[int]) -> None:
        self.score.kills[strike.victim, strike.step] += 1
        self._struck.update(dict.fromkeys(in_hand, strike.at))

    def _measure(self) -> None:
        """How long after the last strike at it an item that was in hand had come to its end, by whomever."""
        for item, at in self._struck.items():
            ends = (change.at.timestamp() for change in self._store.reading.story(item).history if _ends(change))
            self.score.recovered += [end - at for end in ends if end >= at]


def _ends(change: Change) -> bool:
    return change.to_state in (State.DONE, State.EXCEPTION)
