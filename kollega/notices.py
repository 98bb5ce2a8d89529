"""`kollega notices`: what people were told, what waits, and whether a mail or a card arrives."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from bots_common import settings as settings_module
from bots_common.errors import KollegaError, SettingsError
from bots_common.notices import NOBODY
from bots_common.robot import registry
from bots_common.settings import Settings
from bots_common.work.notices import ToldRow
from kollega.rooms import Rooms, opened
from kollega.terminal import FAILED, SettingsFile, console, errors

if TYPE_CHECKING:  # a command loads calendars and mail only where it needs them
    from schedules.plan import Schedule

app = typer.Typer(no_args_is_help=True, help="What people are told by mail and in channels.")


@app.command()
def send(settings: SettingsFile = None) -> None:
    """Look what people are to be told, and send at once what waits; in quiet hours only what is urgent.

    Schedulers do this by themselves.
    """
    from schedules.noticing import Noticing
    from schedules.scheduler import holder

    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        _require_routes(rooms.settings)
        noticing = Noticing(rooms.store, rooms.settings, registry(), holder())
        told = asyncio.run(noticing.round(_schedules(rooms.settings), at_once=True))
        waits = len(rooms.store.notices.waiting()[0])
    console.print(f"{told.new} new, {told.sent} mails and cards sent, {waits} notices wait.")
    if told.failed:
        errors.print(
            f"[red]{told.failed} have not arrived: `kollega notices list` says why. They are tried again.[/]"
        )
        raise typer.Exit(FAILED)


@app.command("list")
def list_notices(
    limit: Annotated[int, typer.Option(help="At most so many, the latest first.", min=1)] = 30,
    settings: SettingsFile = None,
) -> None:
    """What people were told and what waits, the latest first."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        table = Table("At", "Kind", "About", "To", "State")
        for row in rooms.store.notices.latest(limit):
            about = ", ".join(filter(None, (*sorted(row.notice.robots), row.notice.what, row.notice.code)))
            to = "nobody" if row.target == NOBODY else row.target
            table.add_row(_time(row.at, rooms), row.notice.kind.value, escape(about), escape(to), _state(row, rooms))
        console.print(table)


@app.command()
def test(settings: SettingsFile = None) -> None:
    """Send everybody whom the settings name a test, and say what arrived."""
    from schedules.noticing import Post
    from schedules.scheduler import holder

    given = settings_module.load(settings)
    _require_routes(given)
    post, once, failed = Post(given, registry()), holder(), False
    for target in dict.fromkeys(target for route in given.notices.routes for target in route.targets):
        try:
            asyncio.run(post.deliver(target, post.writer.test(), f"test {once} {target}"))
        except KollegaError as error:
            failed = True
            errors.print(f"✗ {target}: {error}", style="red", markup=False, highlight=False)
        else:
            console.print(f"✓ {target}", style="green", markup=False, highlight=False)
    if failed:
        raise typer.Exit(FAILED)


def _require_routes(given: Settings) -> None:
    if not given.notices.routes:
        raise SettingsError(
            "The settings do not say who is told what.",
            'Add [[notices.routes]] with role = "operator" and mail = ["…"]; docs/notices.md shows how.',
        )


def _schedules(given: Settings) -> tuple[Schedule, ...]:
    """Those of the schedule file, where there is one."""
    from schedules.file import read

    return read(given.schedules, registry(), given.timezone).schedules if given.schedules.exists() else ()


def _state(row: ToldRow, rooms: Rooms) -> str:
    if row.target == NOBODY:
        return "no route wanted it"
    if row.sent_at:
        return f"[green]sent {_time(row.sent_at, rooms)}[/]"
    if row.given_up:
        return f"[red]given up: {escape(row.why)}[/]"
    return f"[yellow]tried {row.tries} times: {escape(row.why)}[/]" if row.why else "waits"


def _time(moment: datetime, rooms: Rooms) -> str:
    return f"{moment.astimezone(rooms.settings.zone):%d-%m %H:%M}"
