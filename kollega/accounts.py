"""`kollega accounts`: who may log in to the web pages."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from bots_common import settings as settings_module
from bots_common.errors import SettingsError
from bots_common.robot import registry
from bots_common.roles import EVERY_ROBOT, Grant, Role
from bots_common.work.accounts import AccountRow
from kollega import tokens
from kollega.rooms import opened
from kollega.terminal import SettingsFile, Who, console
from reports.acts import Act

app = typer.Typer(no_args_is_help=True, help="Who may log in to the web pages, and as what.")
app.add_typer(tokens.app, name="token")

Name = Annotated[str, typer.Argument(help="The account's name, for example anne.berg.")]
RoleName = Annotated[Role, typer.Argument(help="A role.")]
RobotOption = Annotated[str, typer.Option("--robot", help="The robot that the role is for; else for every robot.")]


@app.command("list")
def listed(settings: SettingsFile = None) -> None:
    """Every account, with its roles."""
    table = Table("Account", "Person", "Roles", "State")
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        for account in rooms.store.accounts.all():
            roles = sorted(f"{grant.role}: {grant.robot}" if grant.robot else grant.role for grant in account.grants)
            table.add_row(account.name, account.display, "\n".join(roles), _state(account))
    console.print(table)


@app.command()
def add(
    name: Name,
    who: Who,
    display: Annotated[str, typer.Option(help="The name that people know.")] = "",
    role: Annotated[list[Role] | None, typer.Option(help="A role, for every robot.")] = None,
    settings: SettingsFile = None,
) -> None:
    """Make an account, and a link that lets its owner in once."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        grants = [Grant(it) for it in role or ()]
        account = rooms.store.accounts.add(name, display, who, grants=grants)
        rooms.store.audit.note(who, Act.ACCOUNT_MADE, detail=account.name)
        for grant in grants:
            rooms.store.audit.note(who, Act.ROLE_GIVEN, detail=f"{account.name}: {grant.role.value}")
        _link(rooms.store.accounts.link(account.name), rooms.settings.web.public_url)


@app.command()
def role(
    name: Name,
    role: RoleName,
    who: Who,
    robot: RobotOption = EVERY_ROBOT,
    take: Annotated[bool, typer.Option("--take", help="Take the role away.")] = False,
    settings: SettingsFile = None,
) -> None:
    """Give a role, or take it away."""
    if robot != EVERY_ROBOT and robot not in registry():
        raise SettingsError(f"There is no robot {robot!r}.", f"Installed here: {', '.join(registry())}.")
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        if take:
            rooms.store.accounts.revoke(name, Grant(role, robot))
        else:
            rooms.store.accounts.grant(name, Grant(role, robot), who)
        act = Act.ROLE_TAKEN if take else Act.ROLE_GIVEN
        rooms.store.audit.note(who, act, robot=robot or None, detail=f"{name}: {role.value}")


@app.command()
def password(name: Name, who: Who, settings: SettingsFile = None) -> None:
    """Set a first password, which is asked for here; its owner has to change it."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        rooms.store.accounts.of(name)
        chosen = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        rooms.store.accounts.set_password(name, chosen, must_change=True)
        rooms.store.audit.note(who, Act.PASSWORD_SET, detail=name)


@app.command()
def link(name: Name, who: Who, settings: SettingsFile = None) -> None:
    """Make a link that lets the account in once, within ten minutes."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        _link(rooms.store.accounts.link(name), rooms.settings.web.public_url)
        rooms.store.audit.note(who, Act.ACCOUNT_LINKED, detail=name)


@app.command()
def disable(name: Name, who: Who, settings: SettingsFile = None) -> None:
    """Nobody logs in by the account any more; whoever is logged in is logged out."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        rooms.store.accounts.disable(name, who)
        rooms.store.audit.note(who, Act.ACCOUNT_CLOSED, detail=name)


@app.command()
def enable(name: Name, who: Who, settings: SettingsFile = None) -> None:
    """The account may be used again, and is locked no more."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        rooms.store.accounts.enable(name)
        rooms.store.audit.note(who, Act.ACCOUNT_OPENED, detail=name)


def _link(token: str, public_url: str | None) -> None:
    address = public_url or "http://127.0.0.1:8600"
    console.print(f"Lets in once, within ten minutes: {address}/enter/{token}", soft_wrap=True, highlight=False)


def _state(account: AccountRow) -> str:
    if account.disabled_at:
        return "closed"
    if account.locked_until:
        return f"locked until {account.locked_until:%d-%m %H:%M} UTC"
    if account.municipal:
        return "open, through the municipality"
    return "open" if account.password else "without a password"
