"""`kollega items`: look at work items, send them to the robot again, approve or reject what it proposes."""

from __future__ import annotations

from typing import Annotated

import typer

from bots_common import settings as settings_module
from bots_common.work import State
from bots_common.work.records import ProposalRow
from kollega import show
from kollega.rooms import Rooms, opened
from kollega.terminal import SettingsFile, Who, console

app = typer.Typer(no_args_is_help=True, help="Look at work items, and decide what becomes of them.")

ItemNumber = Annotated[int, typer.Argument(help="The item's number.")]


@app.command("list")
def list_items(
    robot: Annotated[str | None, typer.Option(help="Only of this robot.")] = None,
    state: Annotated[State | None, typer.Option(help="Only in this state.")] = None,
    reason: Annotated[str | None, typer.Option(help="Only with this reason code.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many, the latest change first.", min=1)] = 50,
    settings: SettingsFile = None,
) -> None:
    """List items, the latest change first."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        rows = rooms.store.reading.items(robot=robot, states=[state] if state else (), reason=reason, limit=limit)
    console.print(show.listed(rows, rooms.settings))


@app.command("show")
def show_item(item: ItemNumber, settings: SettingsFile = None) -> None:
    """Show everything that is known of an item; personal numbers are masked."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        show.story(console, rooms.store.reading.story(item), rooms.settings)


@app.command("retry")
def retry_item(
    item: ItemNumber,
    why: Annotated[str, typer.Option(help="Why it will go better now; stands in the history.")],
    who: Who,
    settings: SettingsFile = None,
) -> None:
    """Send an item that is with a person to the robot again."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        rooms.store.people.retry(item, who, why)
    console.print(f"Item {item} is new again; the next `kollega work` takes it.")


@app.command("approve")
def approve_item(
    item: ItemNumber,
    who: Who,
    why: Annotated[str, typer.Option(help="What you looked at; stands in the history.")] = "",
    settings: SettingsFile = None,
) -> None:
    """Let the robot do what it proposes, exactly as it is printed here."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        proposal = _to_decide(rooms, item)
        rooms.store.people.approve(proposal.id, who, why)
    console.print(f"Approved. Item {item} is new again; the next `kollega work` does this.")


@app.command("reject")
def reject_item(
    item: ItemNumber,
    why: Annotated[str, typer.Option(help="What is wrong with it; the person who takes the case reads it.")],
    who: Who,
    settings: SettingsFile = None,
) -> None:
    """Forbid what the robot proposes; a person takes the case."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        proposal = _to_decide(rooms, item)
        rooms.store.people.reject(proposal.id, who, why)
    console.print(f"Rejected. Item {item} is with a person now.")


def _to_decide(rooms: Rooms, item: int) -> ProposalRow:
    """What the item waits for, printed, so that nobody decides on anything else."""
    proposal = rooms.store.people.to_decide(item)
    console.print(proposal.name, markup=False, highlight=False)
    console.print(show.intent_of(proposal), highlight=False, markup=False, soft_wrap=True)
    return proposal
