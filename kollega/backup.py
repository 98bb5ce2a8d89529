"""`kollega backup` and `kollega restore`: the whole installation in a folder, and back; but never its key."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from bots_common import backup as copying
from bots_common import logs
from bots_common import settings as settings_module
from bots_common.backup import Manifest
from bots_common.work.copies import DOUBT
from kollega.rooms import opened
from kollega.terminal import SettingsFile, Who, console

MEGABYTE = 1024 * 1024

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder of the backup.")]


def backup(folder: Folder, who: Who, settings: SettingsFile = None) -> None:
    """Copy database and evidence into a new folder, while robots and people work on."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        made = copying.make(rooms.store, rooms.codec, rooms.settings, folder, version=version("kollega"), who=who)
    console.print(f"Backed up: {_counts(made)}, in {folder}.", highlight=False, soft_wrap=True)
    console.print("The key is not in it: keep a copy of the key elsewhere.")


def restore(folder: Folder, who: Who, settings: SettingsFile = None) -> None:
    """Make database and evidence from a backup, where there are none; the key must be in place."""
    given = settings_module.load(settings)
    logs.configure(given.folder / "logs", level="WARNING")
    made = copying.restore(given, folder, who=who)
    of = f"{made.made_at.astimezone(given.zone):%d-%m-%Y %H:%M:%S}"
    console.print(f"Restored: {_counts(made)}, as they were on {of}.", highlight=False, soft_wrap=True)
    console.print(
        f"For {DOUBT.days} days robots look before each effect whether it was done since, and do nothing twice.",
        highlight=False,
        soft_wrap=True,
    )


def _counts(made: Manifest) -> str:
    return f"{made.items} items and {made.evidence} pieces of evidence, {made.bytes / MEGABYTE:.1f} MB"
