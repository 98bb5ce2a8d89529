"""`kollega obs`: the citizens whom robots must leave alone.

A personal number is never an argument, since arguments can be read by everybody on the machine: it is asked for.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from bots_common import obslist
from bots_common import settings as settings_module
from bots_common.errors import InvalidValue, KollegaError
from bots_common.robot import registry, spellings
from bots_common.settings import Settings
from bots_common.texts import Language
from bots_common.values import Cpr
from bots_common.work.database import utc_now
from bots_common.work.records import NewObs, ObsAdded, ObsRow
from kollega.rooms import opened
from kollega.terminal import FAILED, SettingsFile, Who, console, errors

app = typer.Typer(no_args_is_help=True, help="The obs-list: citizens whom robots must leave alone.")

Entry = Annotated[int, typer.Argument(help="The entry's number.")]
ExcelFile = Annotated[Path, typer.Argument(help="An Excel file.")]
Robot = Annotated[str | None, typer.Option(help="Only for this robot; for all where none is named.")]
DAY_FORMATS = ["%d-%m-%Y", "%Y-%m-%d"]


@app.command("list")
def list_entries(robot: Robot = None, settings: SettingsFile = None) -> None:
    """Why and until when citizens are on the list; the export says who they are."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        console.print(_listed(rooms.store.obs.entries(robot=robot), rooms.settings))


@app.command()
def add(
    who: Who,
    why: Annotated[str, typer.Option(help="What a person knows that the robot does not.")],
    robot: Robot = None,
    first: Annotated[datetime | None, typer.Option("--from", formats=DAY_FORMATS, help="The first day.")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=DAY_FORMATS, help="The last day.")] = None,
    settings: SettingsFile = None,
) -> None:
    """Put a citizen on the list; the personal number is asked for."""
    if robot is not None and robot not in registry():
        raise InvalidValue(f"There is no robot {robot!r}.", f"Installed here: {', '.join(registry())}.")
    cpr = Cpr(typer.prompt("Personal number (DDMMYY-SSSS)", hide_input=True))
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        begins = first.date() if first else rooms.store.stats.today()
        entry = NewObs(cpr.digits, why, begins, last.date() if last else None, robot)
        if entry.last is not None and entry.last < entry.first:
            raise InvalidValue("The last day is before the first.", "Swap --from and --to.")
        _tell(rooms.store.obs.add([entry], who))


@app.command()
def end(entry: Entry, who: Who, settings: SettingsFile = None) -> None:
    """Take an entry off the list; the robot handles the citizen's next cases again."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        rooms.store.obs.end(entry, who)
    console.print(f"Entry {entry} has ended. What was skipped because of it stays with people.")


@app.command()
def confirm(entry: Entry, who: Who, settings: SettingsFile = None) -> None:
    """Say that an entry is still right; it is asked about again in three months."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        rooms.store.obs.confirm(entry, who)
    console.print(f"Entry {entry} is confirmed.")


@app.command()
def due(settings: SettingsFile = None) -> None:
    """Entries that end within two weeks, and those that nobody has confirmed for three months."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        entries = rooms.store.obs.entries()
        soon = obslist.expiring(entries, rooms.store.stats.today())
        old = obslist.still_right(entries, utc_now())
        for title, rows in (("End soon: extend them, or let them end", soon), ("On the list for long: right?", old)):
            if rows:
                table = _listed(rows, rooms.settings)
                table.title, table.title_justify = title, "left"
                console.print(table)
    if not soon and not old:
        console.print("Nothing is due.")


@app.command()
def template(file: ExcelFile, settings: SettingsFile = None) -> None:
    """Write an empty sheet with drop-downs, to be filled in and imported."""
    given = settings_module.load(settings)
    file.write_bytes(obslist.write([], _titles(given), Language(given.language)))
    console.print(f"{file}: fill it in, then `kollega obs import {file}`.")


@app.command("export")
def export_list(file: ExcelFile, settings: SettingsFile = None) -> None:
    """Write the list as an Excel sheet. It holds personal numbers: keep it where such files belong."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        entries = rooms.store.obs.entries()
        file.write_bytes(obslist.write(entries, _titles(rooms.settings), Language(rooms.settings.language)))
    console.print(f"{file}: {len(entries)} entries, with personal numbers in full.")


@app.command("import")
def import_list(
    file: ExcelFile,
    who: Who,
    good_rows: Annotated[bool, typer.Option("--good-rows", help="Load the good rows where some are wrong.")] = False,
    settings: SettingsFile = None,
) -> None:
    """Read a sheet into the list. Where a row is wrong nothing is loaded, unless the good rows are asked for."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        sheet = obslist.read(_content(file), spellings(), rooms.store.stats.today())
        for fault in sheet.wrong:
            errors.print(str(fault), style="red", markup=False, highlight=False, soft_wrap=True)
        if sheet.wrong and not good_rows:
            errors.print("Nothing was loaded. Correct the cells, or load the other rows with --good-rows.")
            raise typer.Exit(FAILED)
        _tell(rooms.store.obs.add(sheet.entries, who))
    if sheet.wrong:
        raise typer.Exit(FAILED)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise KollegaError(
            f"{file} cannot be opened: {error.strerror}.", "Check the path, close it in Excel."
        ) from error


def _tell(added: ObsAdded) -> None:
    console.print(f"{added.new} put on the obs-list, {added.known} stood there already.")
    for item in added.in_hand:
        console.print(
            f"[yellow]A robot is at item {item} of such a citizen right now. It stops before its next act; see "
            f"`kollega items show {item}` for what was done before.[/yellow]"
        )


def _listed(entries: list[ObsRow], settings: Settings) -> Table:
    table = Table("Entry", "Robot", "Why", "From", "To", "Added by")
    for entry in entries:
        days = (_day(entry.first), _day(entry.last))
        robot = entry.robot or "all"
        table.add_row(str(entry.id), robot, escape(entry.reason), *days, escape(entry.added_by))
    return table


def _day(day: date | None) -> str:
    return f"{day:%d-%m-%Y}" if day else ""


def _titles(settings: Settings) -> dict[str, str]:
    language = Language(settings.language)
    return {name: robot.texts().text(robot.title, language) for name, robot in registry().items()}
