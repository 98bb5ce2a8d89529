"""`kollega rates`: whether the rates that the robots work by are known."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from bots_common import settings as settings_module
from bots_common.work.database import utc_now
from kollega.terminal import FAILED, SettingsFile, console
from robots.flexwage import rates
from robots.flexwage.months import before

app = typer.Typer(no_args_is_help=True, help="The rates that robots work by, from dated files with their sources.")

NEXT_MONTH = -1


@app.command()
def check(
    month: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m"], help="A month, as 2026-12; the coming one where left out.")
    ] = None,
    settings: SettingsFile = None,
) -> None:
    """Tell each rate of the flex-wage subsidy for a month, with its source, or that it must be found."""
    zone = settings_module.load(settings).zone
    coming = before(utc_now().astimezone(zone).date().replace(day=1), NEXT_MONTH)
    asked = month.date() if month else coming
    known = rates.load()
    for line in rates.check(known, asked):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if known.missing(asked):
        raise typer.Exit(FAILED)
