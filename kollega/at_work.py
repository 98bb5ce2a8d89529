"""Robots at work as the terminal shows them: a progress bar, and the web pages when it is done."""

from __future__ import annotations

import asyncio

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bots_common.handling import Outcome
from bots_common.work import State
from kollega.rooms import Rooms, until_done_or_stopped
from reports import web


def handle_all(console: Console, rooms: Rooms, robot: str) -> list[Outcome]:
    """Work until nothing is left; returns what became of each item in the end."""
    outcomes: dict[str, Outcome] = {}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(robot, total=rooms.store.open_count([robot]))

        def told(outcome: Outcome) -> None:
            if outcome.state in (State.DONE, State.EXCEPTION, State.SKIPPED):
                outcomes[outcome.reference] = outcome
                progress.update(task, completed=len(outcomes))

        asyncio.run(until_done_or_stopped(rooms.worker([robot], told), until_empty=True))
    return list(outcomes.values())


def serve_pages(console: Console, rooms: Rooms, port: int) -> None:
    """Serve the web pages on this machine until Ctrl-C."""
    console.print(f"Web pages: http://127.0.0.1:{port}/ (Ctrl-C ends)")
    web.serve(web.create(rooms.store, rooms.codec, rooms.settings), "127.0.0.1", port)
