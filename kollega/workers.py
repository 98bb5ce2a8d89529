"""`kollega workers`: who works where, and how staff end them."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from bots_common import settings as settings_module
from bots_common.settings import Settings
from bots_common.work.system_records import Order, WorkerRow
from kollega.rooms import opened
from kollega.terminal import SettingsFile, Who, console

app = typer.Typer(no_args_is_help=True, help="The workers of all machines.")


@app.command("list")
def list_workers(settings: SettingsFile = None) -> None:
    """Who works where: machine, version, robots, and when an item last got on."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        console.print(_listed(rooms.store.fleet.workers(), rooms.settings))


@app.command()
def stop(
    who: Who,
    worker: Annotated[str | None, typer.Argument(help="A worker's name; all where none is named.")] = None,
    now: Annotated[bool, typer.Option("--now", help="Do not finish the items in hand; hand them back.")] = False,
    settings: SettingsFile = None,
) -> None:
    """Tell a worker, or all, to finish the items in hand and end."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        told = rooms.store.fleet.order(Order.NOW if now else Order.FINISH, who, worker)
        seconds = rooms.settings.worker.report_seconds
    console.print(f"{told} told; each hears it within {seconds:.0f} seconds.")


def _listed(rows: list[WorkerRow], settings: Settings) -> Table:
    table = Table("Worker", "Version", "Robots", "In hand", "Handled", "Last progress", "State")
    table.columns[0].no_wrap = True  # the name is what `stop` wants
    for row in rows:
        progress = f"{row.progress_at.astimezone(settings.zone):%d-%m %H:%M:%S}" if row.progress_at else ""
        counts = (str(row.in_hand), str(row.handled))
        table.add_row(escape(row.name), row.version, ", ".join(row.robots), *counts, progress, _state(row, settings))
    return table


def _state(row: WorkerRow, settings: Settings) -> str:
    if row.silent:
        seen = row.seen_at.astimezone(settings.zone)
        return f"[red]silent since {seen:%d-%m %H:%M:%S}: dead or cut off; its items are taken over[/red]"
    if row.order:
        return f"told to stop ({row.order})"
    return "[green]at work[/green]" if row.in_hand else "[green]waiting for work[/green]"
