"""How fast the queue is: `python -m benchmarks.queue`, with every commit synced to the disk.

Worker processes are started as an operator starts them, each with its desks; the robot does nothing but write down
what it was given. Beside them procrastinate's, on the same PostgreSQL. Times are of the wall, from the word to go
until every process has come to its end by itself; of several rounds, taken in turn, the best counts, since whatever
else the machine does only adds time.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

import psycopg
from rich.console import Console
from rich.table import Table

from benchmarks import past, peer
from benchmarks.queue_process import AT_ONCE, CODEC, READY, ROBOT
from bots_common.work import NewItem, Store
from tests import postgres

ITEMS = 10_000
PEER_ITEMS = 2_000
"""Fewer, so that every run lasts some seconds, and what it takes to get going does not count."""
GROWTH_ITEMS = 5_000
ROUNDS = 3
WORKERS = (1, 4)
PASTS = (10_000, 100_000, 1_000_000)
SURE_ITEMS = 100_000
SURE_WORKERS = 8


@dataclass(frozen=True)
class Run:
    """What worker processes did together: the seconds, those of each claim, and what their witnesses wrote down."""

    seconds: float
    claims: list[float]
    handled: Counter[str]


class Queue(ABC):
    """A queue on a database. No reference is ever used again."""

    name: str

    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self._folder = folder
        self._numbers = count()

    @abstractmethod
    def put(self, numbers: Sequence[int]) -> None:
        """Enqueue them all in one call."""

    def enqueue(self, items: int) -> float:
        """Enqueue so many new items; returns the seconds."""
        numbers = list(islice(self._numbers, items))
        begun = time.perf_counter()
        self.put(numbers)
        return time.perf_counter() - begun

    def work(self, workers: int) -> Run:
        """Let so many worker processes work until nothing is left."""
        witnesses = [self._folder / f"witness-{number}" for number in range(workers)]
        command = (sys.executable, "-m", "benchmarks.queue_process", self.name, self._url)
        processes = [
            subprocess.Popen([*command, str(witness)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for witness in witnesses
        ]
        assert all(_said(process) == READY for process in processes)
        begun = time.perf_counter()
        for process in processes:
            _say(process, "go")
        claims = [claim for process in processes for claim in json.loads(_said(process))]
        seconds = time.perf_counter() - begun
        for process in processes:
            process.communicate()
        handled = Counter(line for witness in witnesses for line in witness.read_text("utf-8").splitlines())
        return Run(seconds, claims, handled)


class Kollega(Queue):
    name = "kollega"

    def __init__(self, url: str, folder: Path) -> None:
        super().__init__(url, folder)
        self._store = Store.open(url, CODEC)

    def put(self, numbers: Sequence[int]) -> None:
        self._store.add(ROBOT, [NewItem(f"R{number}", {"number": number}) for number in numbers])


class Procrastinate(Queue):
    name = "procrastinate"

    def __init__(self, url: str, folder: Path) -> None:
        super().__init__(url, folder)
        self._app = peer.app(url, at_rest=True)
        with self._app.open():
            self._app.schema_manager.apply_schema()

    def put(self, numbers: Sequence[int]) -> None:
        task = self._app.configure_task(peer.TASK)
        with self._app.open():
            task.batch_defer(*({"reference": f"R{number}", "number": number} for number in numbers))


@dataclass
class Pace:
    """The best of several rounds, in seconds; `claims` are those of all rounds."""

    items: int
    enqueuing: float = float("inf")
    working: float = float("inf")
    claims: list[float] = field(default_factory=list)

    def round(self, queue: Queue, workers: int) -> None:
        self.enqueuing = min(self.enqueuing, queue.enqueue(self.items))
        run = queue.work(workers)
        assert run.handled.total() == len(run.handled) == self.items, "lost, or handled twice"
        self.working = min(self.working, run.seconds)
        self.claims += run.claims

    @property
    def per_second(self) -> float:
        return self.items / self.working

    def cells(self) -> tuple[str, str, str]:
        p99 = f"{quantiles(self.claims, n=100)[98] * 1000:.1f}" if self.claims else ""
        return f"{self.items / self.enqueuing:,.0f}", f"{self.per_second:,.0f}", p99


def pace(console: Console, databases: Databases) -> None:
    """How fast, beside the peer."""
    queues: list[tuple[Queue, str]] = [
        (Kollega(databases.sqlite(), databases.folder), "SQLite"),
        (Kollega(databases.postgresql(), databases.folder), "PostgreSQL"),
        (Procrastinate(databases.postgresql(), databases.folder), "PostgreSQL"),
    ]
    items = (ITEMS, ITEMS, PEER_ITEMS)
    paces = {(number, workers): Pace(items[number]) for workers in WORKERS for number in range(len(queues))}
    for _ in range(ROUNDS):
        for (number, workers), measured in paces.items():
            measured.round(queues[number][0], workers)
    table = Table(title=f"{AT_ONCE} items at once in each worker, best of {ROUNDS} rounds", title_justify="left")
    for heading in (
        "queue",
        "database",
        "workers",
        "items",
        "enqueue/s",
        "claim+finish/s",
        "claim p99 ms",
        "× procrastinate",
    ):
        table.add_column(heading, justify="left" if heading in ("queue", "database") else "right")
    for (number, workers), measured in paces.items():
        queue, database = queues[number]
        ratio = measured.per_second / paces[len(queues) - 1, workers].per_second
        told = (str(workers), f"{measured.items:,}", *measured.cells(), f"{ratio:.1f}")
        table.add_row(queue.name, database, *told)
    console.print(table)


def growth(console: Console, databases: Databases) -> None:
    """How that changes as finished items pile up."""
    table = Table(title=f"{GROWTH_ITEMS:,} items beside finished ones, {WORKERS[-1]} workers", title_justify="left")
    headings = ("database", "finished before", "enqueue/s", "claim+finish/s", "claim p99 ms", "time × 10 thousand")
    for heading in headings:
        table.add_column(heading, justify="left" if heading == "database" else "right")
    for database, new in (("SQLite", databases.sqlite), ("PostgreSQL", databases.postgresql)):
        queues = {size: _with_past(new(), databases.folder, size) for size in PASTS}
        paces = {size: Pace(GROWTH_ITEMS) for size in PASTS}
        for _ in range(ROUNDS):
            for size, measured in paces.items():
                measured.round(queues[size], WORKERS[-1])
        for size, measured in paces.items():
            ratio = measured.working / paces[PASTS[0]].working
            table.add_row(database, f"{size:,}", *measured.cells(), f"{ratio:.2f}")
    console.print(table)


def sureness(console: Console, databases: Databases) -> None:
    """Whether anything is handled twice or not at all, by the witness of the worker processes."""
    for database, url in (("SQLite", databases.sqlite()), ("PostgreSQL", databases.postgresql())):
        queue = Kollega(url, databases.folder)
        queue.enqueue(SURE_ITEMS)
        run = queue.work(SURE_WORKERS)
        twice = sum(times > 1 for times in run.handled.values())
        lost = SURE_ITEMS - len(run.handled)
        pace = SURE_ITEMS / run.seconds
        console.print(
            f"{database}, {SURE_ITEMS:,} items, {SURE_WORKERS} workers: {twice} twice, {lost} lost, {pace:,.0f}/s"
        )


@dataclass
class Databases:
    """Where the databases of a run lie."""

    folder: Path
    server: postgres.Server
    numbers: Iterator[int] = field(default_factory=count)

    def sqlite(self) -> str:
        return f"sqlite:///{(self.folder / f'{next(self.numbers)}.db').as_posix()}"

    def postgresql(self) -> str:
        url = self.server.new_database()
        with psycopg.connect(url) as connection:
            for setting in ("fsync", "synchronous_commit"):
                assert connection.execute(f"SHOW {setting}".encode()).fetchone() == ("on",)
        return url


@contextmanager
def databases() -> Iterator[Databases]:
    with TemporaryDirectory() as folder, postgres.server() as server:
        yield Databases(Path(folder), server)


def main() -> None:
    console = Console(width=110)
    with console.status("The queue, for some minutes …"), databases() as opened:
        pace(console, opened)
        growth(console, opened)
        sureness(console, opened)


def _with_past(url: str, folder: Path, finished: int) -> Queue:
    queue = Kollega(url, folder)
    past.fill(url, finished)
    return queue


def _say(process: subprocess.Popen[str], word: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{word}\n")
    process.stdin.flush()


def _said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


if __name__ == "__main__":
    main()
