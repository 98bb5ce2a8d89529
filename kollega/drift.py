"""`kollega drift`: screens that have changed, what was expected and seen, and the word that robots may go on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer
from rich.markup import escape
from rich.table import Table

from bots_common import settings as settings_module
from bots_common.errors import NotFound
from bots_common.evidence import EVIDENCE, EvidenceFolder
from bots_common.settings import Settings
from bots_common.work.system_records import DriftRow
from kollega.rooms import Rooms, opened
from kollega.terminal import SettingsFile, Who, console
from reports.changed import MARKS, Mark, lacking, side_by_side

app = typer.Typer(no_args_is_help=True, help="Screens that have changed; the robots that use them stand still.")

STYLES: Final = {Mark.SAME: "", Mark.MISSING: "red", Mark.NEW: "yellow", Mark.BESIDE: "dim"}
DriftNumber = Annotated[int, typer.Argument(metavar="ID", help="The drift's number.")]


@app.command("list")
def list_drifts(
    limit: Annotated[int, typer.Option(help="At most so many, the latest first.", min=1)] = 50,
    settings: SettingsFile = None,
) -> None:
    """Open and accepted drifts, the latest first."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        console.print(_listed(rooms.store.drift.latest(limit), rooms.settings))


@app.command()
def show(
    drift: DriftNumber,
    picture: Annotated[
        Path | None, typer.Option(help="Write the picture to this file (JPEG, no longer sealed).")
    ] = None,
    settings: SettingsFile = None,
) -> None:
    """What was expected and what was seen, side by side; what differs is marked."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        row = rooms.store.drift.one(drift)
        console.print(f"[bold]{escape(row.system)}: {escape(row.screen)}[/bold]  {_state(row, rooms.settings)}")
        console.print(f"Seen {_time(row, rooms.settings)} by {escape(row.worker)}", highlight=False)
        console.print(_side_by_side(row))
        console.print(_about_picture(row, rooms, picture), markup=False, highlight=False, soft_wrap=True)


@app.command()
def accept(
    drift: DriftNumber,
    why: Annotated[str, typer.Option(help="Why the robots can go on with this screen.")],
    who: Who,
    settings: SettingsFile = None,
) -> None:
    """Say that the screen may look as it was seen; its robots go on."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        row = rooms.store.drift.accept(drift, who, why)
    console.print(f"Drift {drift} is accepted; the robots that use {row.system} go on within seconds.")
    if missing := lacking(row):
        names = ", ".join(f"{it.kind} {it.text!r}" for it in missing)
        console.print(
            f"The page object still names what is no longer there: {names}. Items that need it will fail.",
            style="yellow",
            markup=False,
        )


def _listed(rows: list[DriftRow], settings: Settings) -> Table:
    table = Table("Drift", "System", "Screen", "Seen", "State", "Why")
    for row in rows:
        seen = f"{row.at.astimezone(settings.zone):%d-%m %H:%M}"
        names = (escape(row.system), escape(row.screen))
        table.add_row(str(row.id), *names, seen, _state(row, settings), escape(row.why or ""))
    return table


def _state(row: DriftRow, settings: Settings) -> str:
    if row.accepted_at is None:
        return "[red]open: its robots stand still[/red]"
    at = row.accepted_at.astimezone(settings.zone)
    return f"[green]accepted by {escape(row.accepted_by or '')} {at:%d-%m %H:%M}[/green]"


def _time(row: DriftRow, settings: Settings) -> str:
    return f"{row.at.astimezone(settings.zone):%d-%m-%Y %H:%M:%S}"


def _side_by_side(row: DriftRow) -> Table:
    table = Table("", "Expected exactly" if row.expected.exact else "Expected at least", "Seen", "")
    for it in side_by_side(row):
        table.add_row(it.kind, escape(it.expected), escape(it.seen), MARKS.get(it.mark, ""), style=STYLES[it.mark])
    return table


def _about_picture(row: DriftRow, rooms: Rooms, file: Path | None) -> str:
    folder = rooms.settings.folder / EVIDENCE
    if row.picture is None:
        if file is not None:
            raise NotFound(f"Of drift {row.id} there is no picture.", "Open the screen in the system itself.")
        return "No picture could be taken."
    if file is None:
        return f"Picture, sealed: {folder / row.picture} (`kollega drift show {row.id} --picture FILE` unseals it)"
    file.write_bytes(EvidenceFolder(folder, rooms.codec, rooms.store.ledger).open(row.picture))
    return f"Picture: {file}. It may show a case: delete it when you have looked."
