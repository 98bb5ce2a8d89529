"""`kollega accounts token`: the keys of programs that call the API as somebody's account."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from bots_common import settings as settings_module
from bots_common.errors import InvalidValue
from bots_common.roles import LENT, Scope
from bots_common.settings import Settings
from kollega.rooms import opened
from kollega.terminal import SettingsFile, Who, console
from reports.acts import Act

app = typer.Typer(no_args_is_help=True, help="The keys of programs that call the API as somebody's account.")

DAYS = 90

Account = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account whose rights are lent.")]
Scopes = Annotated[
    list[str], typer.Option("--scope", help=f"A right, for one robot after a colon: {', '.join(sorted(LENT))}.")
]


@app.command()
def add(
    account: Account,
    title: Annotated[str, typer.Argument(help="What the token is for, for example monitoring.")],
    scope: Scopes,
    who: Who,
    days: Annotated[int, typer.Option(help="So many days it lasts.", min=1, max=366)] = DAYS,
    settings: SettingsFile = None,
) -> None:
    """Make a token. It is shown here, and nowhere else."""
    scopes = [_scope(text) for text in scope]
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        token = rooms.store.tokens.add(account, title, scopes, timedelta(days=days))
        rooms.store.audit.note(who, Act.TOKEN_MADE, detail=f"{account}: {title}")
    console.print(token, soft_wrap=True, highlight=False, markup=False)


@app.command("list")
def listed(
    account: Annotated[str | None, typer.Argument(metavar="[ACCOUNT]", help="One account; else all.")] = None,
    settings: SettingsFile = None,
) -> None:
    """The tokens that can be used: whose, what for, what they may, until when, and when they were used last."""
    table = Table("Token", "Account", "Name", "May", "Until", "Last used")
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        for it in rooms.store.tokens.all_of(account):
            may = "\n".join(sorted(map(str, it.scopes)))
            times = (_time(it.until, rooms.settings), _time(it.used_at, rooms.settings))
            table.add_row(str(it.id), it.account, escape(it.title), escape(may), *times)
    console.print(table)


@app.command()
def end(
    token: Annotated[int, typer.Argument(help="The token's number in the list.")],
    who: Who,
    settings: SettingsFile = None,
) -> None:
    """Nobody calls with the token any more."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        ended = rooms.store.tokens.end(token)
        rooms.store.audit.note(who, Act.TOKEN_ENDED, detail=f"{ended.account}: {ended.title}")
    console.print(f"{ended.title} of {ended.account} has ended.", markup=False, highlight=False)


def _scope(text: str) -> Scope:
    try:
        return Scope.parse(text)
    except ValueError as error:
        known = ", ".join(sorted(LENT))
        raise InvalidValue(
            f"{text!r} is no right.", f"Choose among {known}, with :robot after it for one."
        ) from error


def _time(moment: datetime | None, settings: Settings) -> str:
    return f"{moment.astimezone(settings.zone):%d-%m-%Y %H:%M}" if moment else ""
