"""Robots at work as the terminal shows them: a progress bar, and the web pages when it is done."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from anyio.from_thread import start_blocking_portal
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bots_common.errors import SystemClosed
from bots_common.handling import Outcome
from bots_common.roles import Grant, Role
from bots_common.work.states import OPEN
from kollega.rooms import Rooms, until_done_or_stopped
from kollega.scheduling import scheduler_of
from reports import web
from reports.acts import Act

LOOPBACK: Final = "127.0.0.1"
FIRST: Final = "admin"


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of each item in the end. `closed`: a system that lets nobody in, for which the rest waits."""

    outcomes: list[Outcome]
    closed: SystemClosed | None


def handle_all(console: Console, rooms: Rooms, robot: str) -> Handled:
    """Work until nothing is left, or what is left waits for a system."""
    outcomes: dict[str, Outcome] = {}
    closed = None
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        total = rooms.store.open_count([robot])
        task = progress.add_task(robot, total=total)

        def told(outcome: Outcome) -> None:
            if outcome.state is not None and outcome.state not in OPEN:
                outcomes[outcome.reference] = outcome
                # Handling may enqueue further items, so there can be more than there were.
                progress.update(task, completed=len(outcomes), total=max(total, len(outcomes)))

        try:
            asyncio.run(until_done_or_stopped(rooms.worker([robot], told), until_empty=True))
        except SystemClosed as error:
            closed = error
    return Handled(list(outcomes.values()), closed)


@contextmanager
def working_meanwhile(rooms: Rooms, robots: Sequence[str]) -> Iterator[None]:
    """A worker and a scheduler beside the block; when it ends, they finish the items in hand."""
    worker = rooms.worker(robots)
    scheduler = scheduler_of(rooms)
    with start_blocking_portal() as beside:
        both = [beside.start_task_soon(worker.work), beside.start_task_soon(scheduler.serve)]
        try:
            yield
        finally:
            beside.call(worker.stop)
            beside.call(scheduler.stop)
            for one in both:
                one.result()


def serve_pages(console: Console, rooms: Rooms, port: int, host: str = LOOPBACK, *, guest: str | None = None) -> None:
    """Serve the web pages until Ctrl-C, with a link that lets the `guest` in at once.

    Without one, and as long as nobody could log in, a link lets the first administrator in.
    """
    address = rooms.settings.web.public_url or f"http://127.0.0.1:{port}"
    app = web.create(rooms.store, rooms.codec, rooms.settings)
    console.print(f"Web pages: {address}/ (Ctrl-C ends)")
    if name := guest or _first(rooms):
        by = (
            "You come in by this link" if guest else "Nobody can log in yet. The first administrator comes in by this"
        )
        link = f"{address}/enter/{rooms.store.accounts.link(name)}"
        console.print(f"{by}, once and within ten minutes:\n{link}", soft_wrap=True, highlight=False)
    web.serve(app, rooms.settings.web, host, port)


def _first(rooms: Rooms) -> str | None:
    """The first administrator, where nobody has come so far as to have a password; made where there is no account."""
    accounts = rooms.store.accounts.all()
    if any(account.password or account.municipal for account in accounts):
        return None
    if not accounts:
        rooms.store.accounts.add(FIRST, "Administrator", FIRST, grants=[Grant(Role.ADMINISTRATOR)])
        rooms.store.audit.note(FIRST, Act.ACCOUNT_MADE, detail=FIRST)
    return next(
        (
            it.name
            for it in rooms.store.accounts.all()
            if Grant(Role.ADMINISTRATOR) in it.grants and not it.disabled_at
        ),
        None,
    )
