"""`kollega certificates`: the sheet by which a municipality says which certificates its posts ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bots_common.errors import KollegaError
from kollega.terminal import console
from robots.certificates import table as posts

app = typer.Typer(no_args_is_help=True, help="Criminal records: the table of posts that the robot goes by.")


@app.command()
def table(file: Annotated[Path, typer.Argument(help="An Excel file that is not there yet.")]) -> None:
    """Write an empty table of posts with drop-downs, to be filled in by those who hire."""
    if file.exists():
        raise KollegaError(f"{file} is there already.", "Name another file; what people have filled in stays.")
    file.write_bytes(posts.write())
    console.print(
        f"{file}: fill it in, then name it in the settings, as `table` of [robots.certificates].",
        markup=False,
        soft_wrap=True,
    )
