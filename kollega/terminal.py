"""What the commands share of the terminal: where they print, and the options that several have."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

FAILED: Final = 1
WRONG: Final = 2
TECHNICAL_LEFT: Final = 3

console = Console()
errors = Console(stderr=True)

SettingsFile = Annotated[Path | None, typer.Option("--settings", help="The settings file (else kollega.toml).")]
RobotName = Annotated[str, typer.Argument(help="A robot, for example invoices.")]
Who = Annotated[
    str,
    typer.Option(
        "--who", help="Who you are; stands in the history.", envvar="KOLLEGA_WHO", default_factory=getpass.getuser
    ),
]
