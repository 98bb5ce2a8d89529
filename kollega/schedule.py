"""`kollega schedule`: when robots run by themselves, what came of it, and the process that sees to it."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.live import Live
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from bots_common import settings as settings_module
from bots_common.robot import registry, robots_named
from bots_common.settings import Settings
from bots_common.texts import Language
from bots_common.work.run_records import Planning, RunCause, RunRow, RunState, Stop, Tally
from bots_common.work.runs import SCHEDULER
from kollega.rooms import Rooms, opened, stopped_by_signals
from kollega.terminal import FAILED, TECHNICAL_LEFT, AsJson, SettingsFile, Who, console, errors, with_json

if TYPE_CHECKING:  # a command loads calendars and APScheduler only where it needs them
    from schedules.file import Plan
    from schedules.plan import Schedule
    from schedules.running import RunAtWork

app = typer.Typer(no_args_is_help=True, help="When robots run by themselves, and what came of it.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="A schedule of the schedule file.")]

BAD = (Stop.DRIFT, Stop.LOGIN, Stop.FAILED)
LOOK_SECONDS = 1.0
"""How often runs that somebody follows are looked at."""
_SHORT = 3


@app.command()
def check(
    file: Annotated[Path | None, typer.Argument(help="The schedule file; else that of the settings.")] = None,
    settings: SettingsFile = None,
) -> None:
    """Read a schedule file, and say what is wrong in it and when each schedule comes next."""
    given = settings_module.load(settings)
    plan, now = _plan(given, file), datetime.now(UTC)
    for schedule in plan.schedules:
        console.print(f"✓ {schedule.name}: {_next(schedule, now)}", style="green", markup=False, highlight=False)
    for name in plan.never_due(now):
        console.print(f"{name} does not come within a year: is that meant?", style="yellow", markup=False)
    if not plan.schedules:
        console.print("The file has no schedule yet; docs/schedules.md shows how one is written.")


@app.command("plan")
def show_plan(
    days: Annotated[int, typer.Option(help="So many days from now.", min=1, max=366)] = 14,
    settings: SettingsFile = None,
) -> None:
    """What will run in the next days."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        console.print(_coming(_plan(rooms.settings), rooms.store.runs.planning(), days))


@app.command("list")
def list_schedules(settings: SettingsFile = None) -> None:
    """Every schedule: when it comes next, how its last run went, and who has paused it."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        plan, planning = _plan(rooms.settings), rooms.store.runs.planning()
        console.print(_listed(plan, planning, rooms))
        leader = rooms.store.runs.leader(SCHEDULER)
    if leader is None:
        console.print(
            "No scheduler is running: nothing begins by itself. Start `kollega schedule serve`.", style="red"
        )
    else:
        console.print(f"Scheduler: {leader}", markup=False, highlight=False)


@app.command()
def run(name: Name, who: Who, settings: SettingsFile = None) -> None:
    """Let a schedule run now, with its limits, and show how far it is."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        row = asyncio.run(_run(rooms, _plan(rooms.settings).of(name), who))
    style = "red" if row.stop in BAD else None
    console.print(f"{row.robot}: {_outcome(row)}; {_counts(row.tally) or 'no items'}.", style=style, markup=False)
    if row.stop in BAD:
        raise typer.Exit(FAILED)
    if row.tally.failed:
        errors.print(f"[red]{row.tally.failed} could not be handled. `kollega items list --reason technical`.[/red]")
    if row.tally.failed or row.stop is Stop.SYSTEM_CLOSED:
        raise typer.Exit(TECHNICAL_LEFT)


@app.command()
def pause(
    name: Name,
    who: Who,
    why: Annotated[str, typer.Option(help="Why; shown to those who wonder.")],
    settings: SettingsFile = None,
) -> None:
    """Begin nothing of a schedule until somebody resumes it; what is running goes on."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        _plan(rooms.settings).of(name)
        rooms.store.runs.pause(name, who, why)
    console.print(f"{name} is paused until `kollega schedule resume {name}`.", highlight=False)


@app.command()
def resume(name: Name, settings: SettingsFile = None) -> None:
    """Let a paused schedule go on from now; what it left out meanwhile does not come again."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        schedule = _plan(rooms.settings).of(name)
        paused = rooms.store.runs.resume(name)
    told = "goes on" if paused else "was not paused"
    console.print(f"{name} {told}; it comes {_next(schedule, datetime.now(UTC))}.", highlight=False)


@app.command()
def log(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="A schedule, or a run's number; else all.")
    ] = None,
    limit: Annotated[int, typer.Option(help="At most so many, the latest first.", min=1)] = 30,
    follow: Annotated[
        bool, typer.Option("--follow", help="Live, until all of them have ended; Ctrl-C leaves.")
    ] = False,
    settings: SettingsFile = None,
) -> None:
    """Runs and what came of them, the latest first; those that were left out too, with why. A number is one run."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        rows = _runs(rooms, name, limit)
        if not follow:
            console.print(_logged(rows, rooms.settings))
            return
        with suppress(KeyboardInterrupt), Live(console=console, auto_refresh=False) as live:
            live.update(_logged(rows, rooms.settings), refresh=True)
            while any(row.state in (RunState.DUE, RunState.RUNNING) for row in rows):
                time.sleep(LOOK_SECONDS)
                rows = _runs(rooms, name, limit)
                live.update(_logged(rows, rooms.settings), refresh=True)


@app.command()
def serve(as_json: AsJson = False, settings: SettingsFile = None) -> None:
    """Run what is due until stopped. Ctrl-C or SIGTERM finishes the items in hand; another process goes on with the
    rest. Any number may run, on any machines."""
    from kollega.scheduling import scheduler_of

    async def serving(rooms: Rooms) -> None:
        scheduler = scheduler_of(rooms)
        with stopped_by_signals(scheduler.stop):
            await scheduler.serve()

    with opened(with_json(settings_module.load(settings), as_json)) as rooms:
        console.print(f"Scheduler for {rooms.settings.schedules} (Ctrl-C ends)", highlight=False)
        asyncio.run(serving(rooms))


# -- running now ----------------------------------------------------------------------------------------------


async def _run(rooms: Rooms, schedule: Schedule, who: str) -> RunRow:
    from kollega.scheduling import office_of
    from schedules.scheduler import run_now

    (robot,) = robots_named([schedule.rules.robot], rooms.settings)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(f"{schedule.name}: looks for work")

        def seen(tally: Tally) -> None:
            progress.update(task, description=f"{schedule.name}: {_counts(tally) or 'nothing found'}")

        at_work: RunAtWork = await run_now(office_of(rooms), schedule, robot, who, seen)
        with stopped_by_signals(at_work.halt):
            await at_work.run()
    return rooms.store.runs.one(at_work.row.id)


# -- what is shown --------------------------------------------------------------------------------------------


def _plan(given: Settings, file: Path | None = None) -> Plan:
    from schedules.file import read

    return read(file or given.schedules, registry(), given.timezone)


def _runs(rooms: Rooms, name: str | None, limit: int) -> list[RunRow]:
    """Those of a schedule, or the one of that number. Raises NotFound."""
    if name is not None and name.isdecimal():
        return [rooms.store.runs.one(int(name))]
    return rooms.store.runs.latest(name, limit)


def _coming(plan: Plan, planning: dict[str, Planning], days: int) -> Table:
    """A line for each day and schedule; one that comes often is shown by its first and last time."""
    from schedules.outlook import ahead

    now = datetime.now(UTC)
    table = Table("Day", "At", "Schedule", "Robot", "Note")
    for it in ahead(plan, now, now + timedelta(days=days)):
        times = [f"{moment:%H:%M}" for moment in it.moments]
        at = ", ".join(times) if len(times) <= _SHORT else f"{times[0]} – {times[-1]}, {len(times)} times"
        name, rules = it.schedule.name, it.schedule.rules
        table.add_row(f"{it.day:%a %d-%m-%Y}", at, escape(name), rules.robot, _note(it.schedule, planning.get(name)))
    return table


def _note(schedule: Schedule, planning: Planning | None) -> str:
    rules = schedule.rules
    notes = [
        f"[red]paused by {escape(planning.paused_by or '')}[/red]" if planning and planning.paused else "",
        f"at most {rules.autonomy}" if rules.autonomy else "",
        f"from {rules.min_items} items" if rules.min_items else "",
        f"at most {rules.max_items} items" if rules.max_items else "",
        f"until {rules.until}" if rules.until else "",
    ]
    return "; ".join(filter(None, notes))


def _listed(plan: Plan, planning: dict[str, Planning], rooms: Rooms) -> Table:
    now, last = datetime.now(UTC), rooms.store.runs.last_begun()
    table = Table("Schedule", "Robot", "When", "Next", "Last run", "Paused")
    for schedule in plan.schedules:
        rules, its, row = schedule.rules, planning.get(schedule.name), last.get(schedule.name)
        paused = f"[red]{escape(its.paused_by or '')}: {escape(its.paused_why)}[/red]" if its and its.paused else ""
        ran = f"{_time(row.begun_at, rooms.settings)} {escape(_outcome(row))}" if row else ""
        table.add_row(escape(schedule.name), rules.robot, escape(rules.when), _next(schedule, now), ran, paused)
    return table


def _logged(rows: list[RunRow], settings: Settings) -> Table:
    table = Table("Run", "Schedule", "Due", "Begun", "Took", "Outcome", "Items", "By")
    for row in rows:
        by = row.who if row.cause is RunCause.PERSON else (row.holder or "")
        table.add_row(
            str(row.id),
            escape(row.schedule),
            _time(row.due, settings),
            _time(row.begun_at, settings),
            "" if row.seconds is None else f"{timedelta(seconds=round(row.seconds))}",
            f"[{_colour(row)}]{escape(_outcome(row))}[/]",
            escape(_counts(row.tally)),
            escape(by),
        )
    return table


def _outcome(row: RunRow) -> str:
    from schedules.telling import state_of

    told = state_of(row, Language.EN)
    return f"{told}: {row.detail}" if row.detail else told


def _colour(row: RunRow) -> str:
    if row.stop in BAD or (row.stalled_at and row.state is RunState.RUNNING):
        return "red"
    if row.state is RunState.LEFT_OUT or row.stop is Stop.SYSTEM_CLOSED or row.tally.failed:
        return "yellow"
    return "green"


def _counts(tally: Tally) -> str:
    counts = {
        "found": tally.found,
        "done": tally.handled,
        "with a person": tally.exceptions,
        "to approve or do by hand": tally.waiting,
        "left to people": tally.skipped,
        "failed": tally.failed,
    }
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count)


def _next(schedule: Schedule, now: datetime) -> str:
    moment = next(schedule.due(now, now + timedelta(days=366)), None)
    return "never within a year" if moment is None else f"{moment.astimezone(schedule.zone):%a %d-%m-%Y %H:%M}"


def _time(moment: datetime | None, settings: Settings) -> str:
    return f"{moment.astimezone(settings.zone):%d-%m %H:%M:%S}" if moment else ""
