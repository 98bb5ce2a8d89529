"""`kollega systems`: what every system is to the robots now, and a person's word to leave one alone."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from bots_common import settings as settings_module
from bots_common.desk.manners import Mode, Standing, standing
from bots_common.settings import SystemSettings
from kollega.rooms import Rooms, opened
from kollega.terminal import SettingsFile, Who, console

app = typer.Typer(help="What every system is to the robots now; pause and resume one.")

SystemName = Annotated[str, typer.Argument(help="A system, for example finance.")]


@app.callback(invoke_without_command=True)
def list_systems(context: typer.Context, settings: SettingsFile = None) -> None:
    """List the systems: open or not, why, since or until when, and the limits that all workers keep together."""
    if context.invoked_subcommand is None:
        with opened(settings_module.load(settings), log_level="WARNING") as rooms:
            console.print(_listed(rooms))


@app.command()
def pause(
    system: SystemName,
    who: Who,
    why: Annotated[str, typer.Option(help="Why; shown to those who wonder.")],
    settings: SettingsFile = None,
) -> None:
    """Let no robot call a system until somebody resumes it."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        rooms.settings.system(system)
        rooms.store.systems.pause(system, who, why)
    console.print(
        f"{system} is paused until `kollega systems resume {system}`; a call that is under way is finished."
    )


@app.command()
def resume(system: SystemName, settings: SettingsFile = None) -> None:
    """Let robots call a system again; one that is out of order is tried at once."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        rooms.settings.system(system)
        rooms.store.systems.resume(system)
    console.print(f"{system} is no longer paused.")


def _listed(rooms: Rooms) -> Table:
    seen, lines = rooms.store.systems.seen(), rooms.store.systems.lines()
    table = Table("System", "State", "Since / until", "Why", "Calls now", "Limits")
    for name, its in sorted(rooms.settings.systems.items()):
        now = standing(name, seen.of(name), rooms.settings.hours(name), seen.at)
        mode = f"[{'green' if now.mode is Mode.OPEN else 'red'}]{now.mode}[/]"
        calls = str(lines.get(name, 0)) if its.concurrency else ""
        table.add_row(name, mode, _when(now, rooms), escape(now.why), calls, escape(_limits(its)))
    return table


def _when(now: Standing, rooms: Rooms) -> str:
    moment, word = (now.since, "since") if now.since else (now.until, "until")
    return f"{word} {moment.astimezone(rooms.settings.zone):%d-%m-%Y %H:%M}" if moment else ""


def _limits(its: SystemSettings) -> str:
    limits = [
        f"{its.concurrency} at a time" if its.concurrency else "",
        f"{its.calls_per_minute:g} a minute" if its.calls_per_minute else "",
        f"open {', '.join(its.open)}" if its.open else "",
        f"closed {', '.join(its.closed)}" if its.closed else "",
    ]
    return "; ".join(filter(None, limits))
