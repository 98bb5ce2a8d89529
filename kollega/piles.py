"""`kollega piles`: what people do by hand, many at a time, with a file for the upload.

The file holds personal data in full: it lies where the person wants it, its owner's alone, and goes after the upload.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from bots_common import settings as settings_module
from bots_common.errors import InvalidValue, KollegaError
from bots_common.robot import Robot, installed
from bots_common.settings import Settings
from bots_common.values import mask
from bots_common.work.piles import AT_MOST
from bots_common.work.records import Group, Member, PileRow
from kollega.rooms import opened
from kollega.terminal import RobotName, SettingsFile, Who, console

app = typer.Typer(no_args_is_help=True, help="What people do by hand: take a pile, do it, say that it is done.")

Number = Annotated[int, typer.Argument(help="The pile's number.")]
To = Annotated[Path, typer.Option("--to", help="Where the file is written: a name, or a folder that is there.")]


@app.command("list")
def list_piles(
    robot: Annotated[str | None, typer.Option(help="Only of this robot.")] = None, settings: SettingsFile = None
) -> None:
    """What waits to be done by hand, and who has what in hand."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        groups, piles = rooms.store.piles.waiting(robot), rooms.store.piles.open(robot)
    if groups:
        console.print(_waiting(groups, rooms.settings))
    if piles:
        console.print(_in_hand(piles, rooms.settings))
    if not (groups or piles):
        console.print("Nothing waits to be done by hand.")


@app.command()
def take(
    robot: RobotName,
    group: Annotated[str, typer.Argument(help="A group, as `kollega piles list` names it.")],
    who: Who,
    to: To,
    at_most: Annotated[int, typer.Option(help="At most so many, the most urgent first.", min=1)] = AT_MOST,
    settings: SettingsFile = None,
) -> None:
    """Take the most urgent of a group, and write the file to upload or to copy from."""
    _require_free(to)
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        its = installed(robot)(rooms.settings)
        pile = rooms.store.piles.take(robot, group, who, at_most)
        console.print(f"Pile {pile.number}: {len(pile.members)} of {escape(group)}, for {escape(who)}.")
        _write(pile, its, to)
    ways = f"`kollega piles sent {pile.number} --receipt …`; else `kollega piles put-back {pile.number}`"
    console.print(f"When it is done: {ways}.", soft_wrap=True)


@app.command()
def show(number: Number, settings: SettingsFile = None) -> None:
    """What is in a pile, and what became of it."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        pile = rooms.store.piles.show(number)
    zone = rooms.settings.zone
    taken = f"taken by {pile.taken_by} {pile.taken_at.astimezone(zone):%d-%m-%Y %H:%M}"
    console.print(f"[bold]Pile {pile.number}[/bold]  {pile.robot}, {escape(pile.group)}, {escape(taken)}")
    if pile.ended_at is not None:
        how = "put back" if pile.receipt is None else f"sent, receipt {pile.receipt},"
        ended = f"{how} by {pile.ended_by} {pile.ended_at.astimezone(zone):%d-%m-%Y %H:%M}"
        console.print(ended[0].upper() + ended[1:], markup=False, highlight=False)
    if pile.members:
        console.print(_inside(pile.members, rooms.settings))


@app.command("file")
def write_file(number: Number, to: To, settings: SettingsFile = None) -> None:
    """Write the file of a pile once more; what is void or on the obs-list by now is left out of it."""
    _require_free(to)
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        pile = rooms.store.piles.show(number)
        _write(pile, installed(pile.robot)(rooms.settings), to)


@app.command()
def sent(
    number: Number,
    who: Who,
    receipt: Annotated[str, typer.Option(help="What the other system answered: its number.")] = "",
    but: Annotated[list[int] | None, typer.Option(help="An item that was not sent; may be given again.")] = None,
    settings: SettingsFile = None,
) -> None:
    """Say that a pile is done: the robot goes on with its items."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        result = rooms.store.piles.sent(number, who, receipt, but or ())
    back = f", {len(result.back)} wait again" if result.back else ""
    console.print(f"Pile {number}: {len(result.done)} done{back}. The next `kollega work` goes on with them.")
    for item in result.at:
        console.print(
            f"[yellow]Item {item} was no longer waiting for this. What you did is written down; see "
            f"`kollega items show {item}`.[/yellow]"
        )


@app.command("put-back")
def put_back(number: Number, who: Who, settings: SettingsFile = None) -> None:
    """Say that nothing of a pile was done: its items wait again."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        items = rooms.store.piles.put_back(number, who)
    console.print(f"Pile {number} is put back: {len(items)} can be taken again.")


def _require_free(to: Path) -> None:
    """Said before anything is taken. Raises InvalidValue for a place where nothing can be written."""
    if mask(str(to)) != str(to):
        raise InvalidValue("A file's name must not hold a personal number.", "Choose another name.")
    if not (to.is_dir() or to.parent.is_dir()):
        raise InvalidValue(f"The folder {to.parent} does not exist.", "Make it, or choose another with --to.")
    if to.is_file():
        raise InvalidValue(f"{to} is there already.", "Delete it if it is used up, or choose another name.")


def _write(pile: PileRow, robot: Robot[Any], to: Path) -> None:
    """The file of what still stands, with a word on what does not."""
    standing = [member for member in pile.members if member.stands]
    if not standing:
        raise InvalidValue(
            f"Nothing of pile {pile.number} is to be done.", f"See `kollega piles show {pile.number}`."
        )
    made = robot.by_hand_file(pile.group, [member.intent for member in standing])
    file = to / made.name if to.is_dir() else to
    _require_free(file)
    try:
        file.touch(mode=0o600, exist_ok=False)
        file.write_bytes(made.content)
    except OSError as error:
        raise KollegaError(
            f"{file} cannot be written: {error.strerror}.",
            f"The pile is taken; write its file with `kollega piles file {pile.number} --to …`.",
        ) from error
    console.print(f"{file}: {len(standing)} rows.", highlight=False, markup=False, soft_wrap=True)
    console.print("[yellow]It holds personal data. Delete it when it is uploaded.[/yellow]")
    for member in pile.members:
        if not member.stands:
            console.print(
                f"[yellow]Item {member.item_id} is not in the file: {_remark(member)}. Unless it was in an earlier "
                f"one that is sent, add `--but {member.item_id}` to `kollega piles sent`.[/yellow]"
            )


def _waiting(groups: Sequence[Group], settings: Settings) -> Table:
    table = Table("Robot", "Group", "Waiting", "First deadline", title="To be taken", title_justify="left")
    for it in groups:
        table.add_row(it.robot, escape(it.name), str(it.waiting), _moment(it.deadline, settings))
    return table


def _in_hand(piles: Sequence[PileRow], settings: Settings) -> Table:
    table = Table("Pile", "Robot", "Group", "Effects", "Taken by", "Since", title="In hand", title_justify="left")
    for it in piles:
        since = _moment(it.taken_at, settings)
        table.add_row(str(it.number), it.robot, escape(it.group), str(len(it.members)), escape(it.taken_by), since)
    return table


def _inside(members: Sequence[Member], settings: Settings) -> Table:
    table = Table("Item", "Reference", "Effect", "Deadline", "State", "Remark")
    for it in members:
        cells = (escape(it.reference), escape(it.effect), _moment(it.deadline, settings), it.state, _remark(it))
        table.add_row(str(it.item_id), *cells)
    return table


def _remark(member: Member) -> str:
    if member.decision is not None:
        return member.decision
    return "on the obs-list now" if member.listed else ""


def _moment(at: datetime | None, settings: Settings) -> str:
    return f"{at.astimezone(settings.zone):%d-%m-%Y %H:%M}" if at else ""
