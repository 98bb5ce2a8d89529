"""The command line.

Exit codes: 0 all is well; 1 it could not be done, the sentence on stderr says why; 2 wrong usage or settings;
3 it was done, and some items could not be handled for technical reasons, or wait for a system that is closed.
"""

from __future__ import annotations

import asyncio
import sys
import traceback
from collections import Counter
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from bots_common import logs
from bots_common import settings as settings_module
from bots_common.errors import KollegaError, SettingsError, SystemClosed
from bots_common.handling import APPROVAL, SHADOW
from bots_common.robot import installed, registry
from bots_common.settings import Settings
from bots_common.texts import Language
from bots_common.values import Period, mask
from bots_common.work import State
from bots_common.work.codec import new_key
from bots_common.work.piles import BY_HAND
from bots_common.work.states import TECHNICAL
from kollega import (
    accounts,
    autonomy,
    backup,
    certificates,
    drift,
    items,
    notices,
    obs,
    piles,
    rates,
    retention,
    robots,
    schedule,
    systems,
    up,
    workers,
)
from kollega.rooms import Rooms, opened, until_done_or_stopped
from kollega.terminal import (
    FAILED,
    TECHNICAL_LEFT,
    WRONG,
    AsJson,
    RobotName,
    SettingsFile,
    console,
    errors,
    with_json,
)

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Software robots for municipal back offices.")
mocks = typer.Typer(no_args_is_help=True, help="The mock town that robots are tried on.")
app.add_typer(items.app, name="items")
app.add_typer(accounts.app, name="accounts")
app.add_typer(autonomy.app, name="autonomy")
app.add_typer(autonomy.shadow_app, name="shadow")
app.add_typer(workers.app, name="workers")
app.add_typer(robots.app, name="robots")
app.add_typer(piles.app, name="piles")
app.add_typer(obs.app, name="obs")
app.add_typer(rates.app, name="rates")
app.add_typer(certificates.app, name="certificates")
app.add_typer(drift.app, name="drift")
app.add_typer(systems.app, name="systems")
app.add_typer(retention.app, name="retention")
app.add_typer(schedule.app, name="schedule")
app.add_typer(notices.app, name="notices")
app.add_typer(mocks, name="mocks")
app.command()(up.up)
app.command()(backup.backup)
app.command()(backup.restore)
# Commands import what only they need: `kollega items` must not wait for the web pages or the mock town to load.


def main() -> None:
    """Run the command line; every error of ours becomes one sentence and an exit code, a bug its masked traceback."""
    try:
        app(standalone_mode=True)
    except KollegaError as error:
        _tell(str(error))
        sys.exit(WRONG if isinstance(error, SettingsError) else FAILED)
    except Exception as error:  # noqa: BLE001 - Python itself would print it with anybody's personal number in it
        _tell("".join(traceback.format_exception(error)))
        sys.exit(FAILED)


def _tell(error: str) -> None:
    errors.print(mask(error), style="red", markup=False, highlight=False, soft_wrap=True)


@app.command()
def demo(
    folder: Annotated[Path, typer.Option(help="Where the demonstration keeps its data.")] = Path("var/demo"),
    size: Annotated[
        int, typer.Option(help="Invoices and flex-wage cases in the mock town; half as many hires.", min=20)
    ] = 60,
    seed: Annotated[int, typer.Option(help="Another seed is another town.")] = 1,
) -> None:
    """Let the robots handle a month of e-invoices, criminal records and flex wages, and show what happened."""
    from kollega import demo as demonstration

    demonstration.run(console, folder, seed=seed, size=size)


@app.command()
def find(robot: RobotName, settings: SettingsFile = None) -> None:
    """Let a robot find its work."""
    with opened(_settings(settings)) as rooms:
        _find(rooms, robot)


@app.command()
def work(
    robots: Annotated[list[str] | None, typer.Argument(help="Robots to work for; all where none is named.")] = None,
    as_json: AsJson = False,
    settings: SettingsFile = None,
) -> None:
    """Handle items until stopped. Ctrl-C finishes those in hand; a second Ctrl-C ends at once."""
    with opened(with_json(_settings(settings), as_json)) as rooms:
        asyncio.run(until_done_or_stopped(rooms.worker(robots or []), until_empty=False))


@app.command()
def run(robot: RobotName, settings: SettingsFile = None) -> None:
    """Let a robot find its work and handle it until nothing is left."""
    from kollega.at_work import handle_all

    with opened(_settings(settings), log_level="WARNING") as rooms:
        not_found = _find_if_open(rooms, robot)
        handled = handle_all(console, rooms, robot)
    states = Counter(outcome.state for outcome in handled.outcomes)
    reasons = Counter(outcome.reason for outcome in handled.outcomes)
    console.print(f"{robot}: {states[State.DONE]} done, {states[State.EXCEPTION]} with a person.")
    if reasons[APPROVAL]:
        console.print(f"{reasons[APPROVAL]} wait for approval: `kollega items list --state waiting`.")
    if reasons[BY_HAND]:
        console.print(f"{reasons[BY_HAND]} are to be done by hand: `kollega piles list`.")
    if reasons[SHADOW]:
        console.print(f"{reasons[SHADOW]} only watched; `kollega autonomy set` lets the robot do more.")
    if closed := handled.closed or not_found:
        _tell(f"{closed} Run it again then.")
    technical = reasons[TECHNICAL]
    if technical:
        errors.print(f"[red]{technical} could not be handled. See `kollega items list --reason technical`.[/red]")
    if technical or closed:
        raise typer.Exit(TECHNICAL_LEFT)


@app.command()
def doctor(settings: SettingsFile = None) -> None:
    """Look whether everything is here that robots need, and say what mends the rest."""
    from kollega.doctor import Grade, examine, table_of

    given = _settings(settings)
    logs.configure(given.folder / "logs", level="ERROR")
    with console.status("Looking …"):
        findings = list(examine(given))
    console.print(table_of(findings))
    if any(finding.grade is Grade.ERROR for finding in findings):
        raise typer.Exit(FAILED)


@app.command()
def new(
    robot: Annotated[str, typer.Argument(help="Its name: small letters, digits and _, for example parking.")],
    folder: Annotated[Path, typer.Option(help="Where its own folder is made.")] = Path(),
) -> None:
    """Make a small working robot with a mock office, tests and settings, to change into the one you want."""
    from kollega.new import make

    for file in make(robot, folder):
        console.print(file.as_posix(), highlight=False, markup=False, soft_wrap=True)
    console.print(f"Made. Next: cd {(folder / robot).as_posix()}, and docs/01-your-first-robot.md.", highlight=False)


@app.command()
def upgrade(settings: SettingsFile = None) -> None:
    """Finish an upgrade: take away from the database what only the version before needed.

    The first command of a new version has already added what that needs; run this once no old worker is left.
    """
    with opened(_settings(settings), log_level="WARNING") as rooms:
        done = rooms.store.finish_upgrade(version("kollega"))
    for what in done:
        console.print(f"✓ {what}", style="green", highlight=False)
    if not done:
        console.print("Nothing is left to do: the database is as this version wants it.")


@app.command()
def key() -> None:
    """Make a new key for KOLLEGA_KEY. What was sealed with one key can be read with that key alone."""
    console.print(new_key(), highlight=False)


@app.command()
def web(
    port: Annotated[int, typer.Option(help="Port on this machine.")] = 8600,
    host: Annotated[str, typer.Option(help="Address to listen on; another one needs web.public_url.")] = "127.0.0.1",
    as_json: AsJson = False,
    settings: SettingsFile = None,
) -> None:
    """Serve the web pages."""
    from kollega.at_work import serve_pages

    with opened(with_json(_settings(settings), as_json)) as rooms:
        serve_pages(console, rooms, port, host)


@app.command()
def report(
    robot: RobotName,
    month: Annotated[datetime, typer.Option(formats=["%Y-%m"], help="When the robot found the cases, as 2024-11.")],
    to: Annotated[Path | None, typer.Option(help="The Excel file; else a name by robot and month, here.")] = None,
    settings: SettingsFile = None,
) -> None:
    """Write the month's report of a robot: handled, left out, sorted out and why, amounts, and its goal."""
    from reports import month_excel

    if robot not in registry():
        raise SettingsError(f"There is no robot {robot!r}.", f"Installed here: {', '.join(registry())}.")
    file = to or Path(f"{robot}-{month:%Y-%m}.xlsx")
    with opened(_settings(settings), log_level="WARNING") as rooms:
        month_excel.write(file, rooms.store, rooms.settings, robot, Period.month_of(month.date()), cases=True)
    console.print(f"Written: {file}", highlight=False)


@app.command()
def draw(
    robot: RobotName,
    to: Annotated[Path | None, typer.Option(help="The SVG file; else a name by the robot, here.")] = None,
    language: Annotated[Language | None, typer.Option(help="Of its texts; else that of the settings.")] = None,
    settings: SettingsFile = None,
) -> None:
    """Draw the process picture of a robot from its code: what it finds, does, and when a person gets the case."""
    from reports import process
    from reports.telling import Teller

    given, file = _settings(settings), to or Path(f"{robot}.svg")
    drawn = process.draw(installed(robot), Teller(language or Language(given.language), given.zone))
    file.write_text(drawn, encoding="utf-8", newline="\n")
    console.print(f"Drawn: {file}", highlight=False)


@mocks.command("serve")
def serve_mocks(
    folder: Annotated[Path, typer.Option(help="Where the town keeps its data.")] = Path("var/town"),
    size: Annotated[int, typer.Option(help="Invoices of a new town.", min=20)] = 60,
    flex: Annotated[int, typer.Option(help="Flex-wage cases of a new town.", min=0)] = 40,
    hires: Annotated[int, typer.Option(help="Hires of a new town.", min=0)] = 40,
    seed: Annotated[int, typer.Option(help="Another seed is another town.")] = 1,
    port: Annotated[int, typer.Option(help="Port on this machine.")] = 8700,
) -> None:
    """Serve the mock town until Ctrl-C."""
    from mocks import serve
    from mocks.faults import PREFIXES
    from mocks.town import generate

    for system, prefix in PREFIXES.items():
        console.print(f"{system.capitalize():9}http://127.0.0.1:{port}{prefix}/   robot / robot")
    serve.serve(folder, lambda: generate(seed, size, flex=flex, hires=hires), port=port)


def _find(rooms: Rooms, robot: str) -> None:
    added = asyncio.run(rooms.worker([robot]).find())[robot]
    again = f", {len(added.again)} of them to be handled again" if added.again else ""
    console.print(f"{robot}: found {len(added.new)} new, {len(added.known)} known already{again}.")


def _find_if_open(rooms: Rooms, robot: str) -> SystemClosed | None:
    """Find; where a system lets nobody in, that is no reason not to handle what has been found before."""
    try:
        _find(rooms, robot)
    except SystemClosed as closed:
        return closed
    return None


def _settings(file: Path | None) -> Settings:
    return settings_module.load(file)
