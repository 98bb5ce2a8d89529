"""`kollega autonomy`: what robots may do alone. `kollega shadow`: what they would have done, and people did."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Final

import typer
from rich.markup import escape
from rich.table import Table

from bots_common import settings as settings_module
from bots_common import shadow
from bots_common.autonomy import Decision, Figures, Level, Verdict, judged
from bots_common.desk import Browser, BrowserDesk
from bots_common.robot import Robot, installed, registry, robots_named
from bots_common.settings import AutonomySettings, Settings
from bots_common.shadow import Comparison
from bots_common.texts import Language, kroner
from bots_common.values import Period, mask
from bots_common.work.records import LevelChange, Standing
from kollega.rooms import Rooms, opened
from kollega.terminal import RobotName, SettingsFile, Who, console

app = typer.Typer(no_args_is_help=True, help="What robots may do alone.")
shadow_app = typer.Typer(no_args_is_help=True, help="What robots would have done, beside what people did.")

ADVICE: Final = {
    Verdict.UNDER: "[green]under the limit: may be raised[/green]",
    Verdict.OPEN: "too little seen to say",
    Verdict.OVER: "[red]over the limit: lower it[/red]",
}
_HELP: Final = (
    "shadow: only watches. approve: a person approves each. sample: a person approves a share. auto: all alone."
)


@app.command("set")
def set_level(
    robot: RobotName,
    level: Annotated[Level, typer.Argument(help=_HELP)],
    why: Annotated[str, typer.Option(help="Why; stands in the log.")],
    who: Who,
    settings: SettingsFile = None,
) -> None:
    """Raise or lower what a robot may do alone; it counts from the next effect on."""
    installed(robot)
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        before = rooms.store.levels.of(robot).level
        rooms.store.levels.set(robot, level, who, why)
    console.print(f"{robot}: {before} → {level}, from the next effect on.")


@app.command("list")
def list_levels(settings: SettingsFile = None) -> None:
    """What each robot may do, by whose act, and what people have found wrong since."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        table = Table("Robot", "Level", "Since", "Who", "Why", "Checked", "Wrong", "At most (95 %)", "That is")
        for robot in registry():
            table.add_row(*_standing(rooms.store.levels.standing(robot), rooms.settings))
    console.print(table)


@app.command("log")
def log(
    robot: Annotated[str | None, typer.Option(help="Only of this robot.")] = None, settings: SettingsFile = None
) -> None:
    """Every change of what robots may do alone, the latest first."""
    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        changes = rooms.store.levels.log(robot)
    table = Table("When", "Robot", "Level", "Who", "Why")
    for change in changes:
        since, who, why = _act(change, rooms.settings)
        table.add_row(since, change.robot, _level(change, rooms.settings), who, why)
    console.print(table)


@shadow_app.command("compare")
def compare(robot: RobotName, settings: SettingsFile = None) -> None:
    """Ask the systems what people have done where the robot only watched, and show both side by side."""
    from reports import excel

    with opened(settings_module.load(settings), log_level="WARNING") as rooms:
        (asked,) = robots_named([robot], rooms.settings)
        comparison = asyncio.run(_compared(rooms, asked))
        _print(comparison, asked, Language(rooms.settings.language))
        days = _watched_days(rooms, robot)
        report = excel.write(rooms.settings.folder / f"shadow-{robot}.xlsx", rooms.store, rooms.settings, days)
    console.print(f"Excel report of these days: {report}")


async def _compared(rooms: Rooms, robot: Robot[Any]) -> Comparison:
    async with Browser(rooms.settings.browser) as browser:
        desk = BrowserDesk(browser, rooms.settings)
        try:
            await desk.ready()
            return await shadow.compare(rooms.store, robot, desk)
        finally:
            await desk.leave()


def _watched_days(rooms: Rooms, robot: str) -> Period:
    """From the first day that the robot watched until today."""
    today = rooms.store.stats.today()
    days = (rooms.store.stats.day_of(row.proposed_at) for _, row in rooms.store.approvals.shadowed(robot))
    return Period(first=min(days, default=today), last=today)


def _standing(standing: Standing, settings: Settings) -> Sequence[str]:
    change, figures = standing.change, standing.figures
    rules = settings.autonomy_of(change.robot)
    return [
        change.robot,
        _level(change, settings),
        *_act(change, settings),
        f"{figures.decided} of {figures.proposed}",
        str(figures.wrong),
        f"{figures.at_most:.1%}",
        _advice(change.level, figures, rules),
    ]


def _advice(level: Level, figures: Figures, rules: AutonomySettings) -> str:
    verdict = judged(figures, rules.error_limit)
    if level is Level.AUTO and verdict is Verdict.UNDER:
        return "[green]under the limit[/green]"
    return ADVICE[verdict]


def _level(change: LevelChange, settings: Settings) -> str:
    """The level, and the ramp's number where it still has one."""
    ramp = settings.autonomy_of(change.robot).ramp
    if change.level in (Level.SHADOW, Level.APPROVE) or change.step >= len(ramp):
        return change.level
    return f"{change.level}, {ramp[change.step]} a day"


def _act(change: LevelChange, settings: Settings) -> tuple[str, str, str]:
    if change.at is None:
        return "", "", "nobody has raised it"
    return f"{change.at.astimezone(settings.zone):%d-%m-%Y %H:%M}", escape(change.who), escape(change.why)


def _print(comparison: Comparison, robot: Robot[Any], language: Language) -> None:
    table = Table("Effect", "Would have", "Kroner", "Same as people", "Kroner", "Differently", "Not done", "Open")
    for kind in comparison.kinds:
        found = kind.found
        table.add_row(
            robot.effect_title(kind.name, language),
            f"{kind.proposed} in {kind.items} of {comparison.items} cases",
            kroner(kind.amount, language),
            str(found[Decision.SAME]),
            kroner(kind.same_amount, language),
            str(found[Decision.DIFFERENT]),
            str(found[Decision.ABSENT]),
            str(found[None]),
        )
    console.print(table)
    for reference, name in comparison.different:
        line = f"People did it differently: {mask(reference)}, {robot.effect_title(name, language)}"
        console.print(line, markup=False, highlight=False)
