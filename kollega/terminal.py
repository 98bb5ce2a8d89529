"""What the commands share of the terminal: where they print, and the options that several have."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from bots_common.settings import LogSettings, Settings

FAILED: Final = 1
WRONG: Final = 2
TECHNICAL_LEFT: Final = 3

console = Console()
errors = Console(stderr=True)

SettingsFile = Annotated[Path | None, typer.Option("--settings", help="The settings file (else kollega.toml).")]
AsJson = Annotated[bool, typer.Option("--json", help="Log lines as JSON, as logs.format of the settings says.")]
RobotName = Annotated[str, typer.Argument(help="A robot, for example invoices.")]
Who = Annotated[
    str,
    typer.Option(
        "--who", help="Who you are; stands in the history.", envvar="KOLLEGA_WHO", default_factory=getpass.getuser
    ),
]


def with_json(settings: Settings, as_json: bool) -> Settings:
    """The settings, with log lines as JSON where that is asked for."""
    return settings.model_copy(update={"logs": LogSettings(format="json")}) if as_json else settings
