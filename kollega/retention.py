"""`kollega retention`: what has reached its age goes, or is only counted."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Final

import typer
from rich.table import Table

from bots_common.settings import RetentionSettings, load
from kollega.rooms import opened
from kollega.terminal import SettingsFile, console

app = typer.Typer(no_args_is_help=True, help="Let finished items age, field by field.")
WHAT: Final = {
    "evidence": ("Evidence deleted", "pieces"),
    "payload": ("Payload, facts and fields emptied", "items"),
    "reference": ("Reference hashed, citizens forgotten", "items"),
    "row": ("Deleted altogether", "items"),
    "strays": ("Evidence that no item has", "files"),
    "obs": ("Ended entries of the obs-list deleted", "entries"),
    "runs": ("Ended runs deleted", "runs"),
    "reports": ("Reports of runs that are gone", "files"),
}

AS: Final = {"obs": "reference", "runs": "row", "reports": "row"}
"""What goes by the age of something else."""


@app.callback()
def retention() -> None:
    """A group of its own, so that its one command is called by name."""


@app.command()
def run(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would go.")] = False,
    settings: SettingsFile = None,
) -> None:
    """Let go what has reached its age under [retention]; beside live work, and as often as you like."""
    from bots_common import retention as running
    from bots_common.evidence import EVIDENCE, EvidenceFolder
    from reports import kept

    with opened(load(settings), log_level="WARNING") as rooms:
        folder = EvidenceFolder(rooms.settings.folder / EVIDENCE, rooms.codec, rooms.store.ledger)
        act = running.look if dry_run else running.run
        outlived = act(rooms.store, folder, rooms.settings.retention)
        reports = kept.drop_strays(rooms.store, rooms.settings, only_count=dry_run)
        _tell(asdict(outlived) | {"reports": reports}, rooms.settings.retention, dry_run=dry_run)


def _tell(counts: dict[str, int], rules: RetentionSettings, *, dry_run: bool) -> None:
    days = rules.model_dump()
    table = Table("What", "After days", "Would be now" if dry_run else "This time")
    for kind, (what, unit) in WHAT.items():
        rule = AS.get(kind, kind)
        after = "" if rule not in days else "kept" if days[rule] is None else str(days[rule])
        table.add_row(what, after, f"{counts[kind]} {unit}")
    console.print(table)
