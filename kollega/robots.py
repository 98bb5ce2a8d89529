"""`kollega robots`: stop a robot on every machine, and let it work again."""

from __future__ import annotations

from typing import Annotated

import typer

from bots_common import settings as settings_module
from bots_common.robot import installed
from bots_common.work.system_records import Order
from kollega.rooms import opened
from kollega.terminal import RobotName, SettingsFile, Who, console
from reports.acts import Act

app = typer.Typer(no_args_is_help=True, help="Stop a robot on every machine, and let it work again.")


@app.command()
def stop(
    robot: RobotName,
    who: Who,
    why: Annotated[str, typer.Option(help="Why; shown to those who wonder.")],
    now: Annotated[bool, typer.Option("--now", help="Do not finish the items in hand; hand them back.")] = False,
    settings: SettingsFile = None,
) -> None:
    """Let a robot finish the items in hand and begin no more, until somebody lets it work again."""
    installed(robot)
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        order = Order.NOW if now else Order.FINISH
        rooms.store.stops.stop(robot, order, who, why)
        rooms.store.audit.note(who, Act.ROBOT_STOPPED, robot=robot, detail=f"{order}: {why}")
        seconds = rooms.settings.worker.report_seconds if now else rooms.settings.worker.poll_seconds
    console.print(f"{robot} is stopped; every worker hears it within {seconds:.0f} seconds.")


@app.command()
def resume(robot: RobotName, who: Who, settings: SettingsFile = None) -> None:
    """Let a stopped robot work again."""
    installed(robot)
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        stopped = rooms.store.stops.end(robot)
        if stopped:
            rooms.store.audit.note(who, Act.ROBOT_RESUMED, robot=robot)
    console.print(f"{robot} works again." if stopped else f"{robot} was not stopped.")
