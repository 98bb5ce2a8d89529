"""The process picture of a robot: what it finds, looks up, does, and when a person gets the case; from its code."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bots_common.robot import Robot
from reports.anatomy import MAIL, Anatomy, Effect, How, anatomy
from reports.charts import Colour, drawing
from reports.telling import Teller

WIDTH: Final = 940
ROBOT_LEFT: Final = 16
ROBOT_WIDTH: Final = 400
PERSON_LEFT: Final = 496
PERSON_WIDTH: Final = 428
LETTERS: Final = {ROBOT_LEFT: 52, PERSON_LEFT: 56}
"""How many letters a line of a box takes, by where the box stands."""
LISTED_LETTERS: Final = 27
"""How many letters a line of a list takes, of which two columns stand in a box."""
EDGE: Final = 16
BETWEEN: Final = 26
"""Between the boxes of a column, so that an arrow has room."""
PADDING: Final = 11
LINE: Final = 19


@dataclass(frozen=True, slots=True)
class Said:
    """What a box says: its title, lines under it, and under these a list in two columns."""

    title: str
    lines: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    colour: Colour = Colour.ALONE


@dataclass(frozen=True, slots=True)
class Step:
    """What the robot does, and what a person gets of it."""

    does: Said
    person: Said | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A box as it is drawn: its corner and size, and its title, lines and columns, broken so that they fit."""

    x: float
    y: float
    width: float
    height: float
    title: tuple[str, ...]
    lines: tuple[str, ...]
    columns: tuple[tuple[str, ...], ...]
    colour: Colour


@dataclass(frozen=True, slots=True)
class Layout:
    """All boxes, and the arrows as paths."""

    boxes: list[Box] = field(default_factory=list)
    arrows: list[str] = field(default_factory=list)
    bottom: float = EDGE


def draw(robot: type[Robot[Any]], teller: Teller) -> str:
    """The picture as an SVG document. Raises KollegaError where the robot's source is not here."""
    drawn = layout(list(steps(robot, teller)))
    return drawing(
        "process.svg",
        boxes=drawn.boxes,
        arrows=drawn.arrows,
        width=WIDTH,
        height=round(drawn.bottom + EDGE),
        padding=PADDING,
        line=LINE,
        title=teller.say("How {robot} works", robot=_title(robot, teller)),
    )


def steps(robot: type[Robot[Any]], teller: Teller) -> Iterator[Step]:
    """The way of a case, from above to below."""
    seen = anatomy(robot)
    yield Step(Said(teller.say("Finds the cases"), _in(seen.found_in, teller), colour=Colour.GOAL))
    obs = Said(teller.say("Left to people"), (robot.reason_title("obs", teller.language),), colour=Colour.LEFT)
    yield Step(Said(teller.say("Looks whether the citizen is on the obs-list"), colour=Colour.GOAL), obs)
    yield Step(_decides(seen, teller), _handed_over(robot, seen, teller))
    alone = [it for it in seen.effects if not it.handing_over]
    asked = next((it for it in alone if it.how is How.ONCE and it.follows is None), None)
    for effect in alone:
        yield Step(_does(effect, robot, teller), _asked(teller) if effect is asked else None)
    yield Step(Said(teller.say("Handled"), colour=Colour.SETTLED))


def _decides(seen: Anatomy, teller: Teller) -> Said:
    looked_up = seen.looked_up_in
    lines = [teller.say("after looking in {systems}", systems=", ".join(looked_up))] if looked_up else []
    if seen.finds_further:
        lines.append(teller.say("and may come upon further cases"))
    return Said(teller.say("Decides by its rules"), tuple(lines))


def _handed_over(robot: type[Robot[Any]], seen: Anatomy, teller: Teller) -> Said:
    titles = [robot.effect_title(it.name, teller.language) for it in seen.effects if it.handing_over]
    first = tuple(teller.say("First: {effect}", effect=it) for it in titles)
    reasons = tuple(robot.reason_title(code, teller.language) for code in robot.reasons)
    return Said(teller.say("A person gets the case, with the reason"), first, reasons, Colour.HANDED)


def _asked(teller: Teller) -> Said:
    lines = (
        teller.say("where the robot may not do it alone: to approve or reject it"),
        teller.say("where nobody can tell whether it was done: to look in the system"),
    )
    return Said(teller.say("A person is asked"), lines, colour=Colour.ASKED)


def _does(effect: Effect, robot: type[Robot[Any]], teller: Teller) -> Said:
    lines = list(_in(effect.systems, teller))
    if effect.how is How.BY_HAND:
        lines.insert(0, teller.say("by a person, by hand"))
        lines[1:] = [teller.say("or by the robot, if a setting says so: {place}", place=it) for it in lines[1:]]
    if effect.how is How.NOTE:
        lines.append(teller.say("a note that needs no approval"))
    if effect.follows:
        lines.append(teller.say("completes: {effect}", effect=robot.effect_title(effect.follows, teller.language)))
    colour = Colour.HELPED if effect.how is How.BY_HAND else Colour.ALONE
    return Said(robot.effect_title(effect.name, teller.language), tuple(lines), colour=colour)


def _in(systems: Sequence[str], teller: Teller) -> tuple[str, ...]:
    named = [it for it in systems if it != MAIL]
    lines = [teller.say("in {systems}", systems=", ".join(named))] if named else []
    return (*lines, *([teller.say("by mail")] if MAIL in systems else []))


def _title(robot: type[Robot[Any]], teller: Teller) -> str:
    return robot.texts().text(robot.title, teller.language)


# -- geometry -------------------------------------------------------------------------------------------------


def layout(shown: Sequence[Step]) -> Layout:
    """The robot's steps one under the other on the left, what a person gets beside each; neither column overlaps."""
    drawn = Layout()
    left = right = float(EDGE)
    earlier: Box | None = None
    for step in shown:
        # A step with something for a person begins where the person's column is free again.
        does = _box(step.does, ROBOT_LEFT, ROBOT_WIDTH, max(left, right) if step.person else left)
        if earlier is not None:
            x = ROBOT_LEFT + ROBOT_WIDTH / 2
            drawn.arrows.append(f"M{x:g} {earlier.y + earlier.height:g}V{does.y - 2:g}")
        drawn.boxes.append(does)
        left, earlier = does.y + does.height + BETWEEN, does
        if step.person is not None:
            person = _box(step.person, PERSON_LEFT, PERSON_WIDTH, does.y)
            drawn.boxes.append(person)
            y = does.y + min(does.height, person.height) / 2
            drawn.arrows.append(f"M{ROBOT_LEFT + ROBOT_WIDTH:g} {y:g}H{PERSON_LEFT - 2:g}")
            right = person.y + person.height + BETWEEN
    return Layout(drawn.boxes, drawn.arrows, max(left, right) - BETWEEN)


def _box(said: Said, x: float, width: float, y: float) -> Box:
    title = tuple(textwrap.wrap(said.title, LETTERS[int(x)]))
    lines = tuple(part for line in said.lines for part in textwrap.wrap(line, LETTERS[int(x)]))
    half = (len(said.listed) + 1) // 2
    columns = tuple(tuple(_listed(part)) for part in (said.listed[:half], said.listed[half:]) if part)
    rows = len(title) + len(lines) + max(map(len, columns), default=0)
    return Box(x, y, width, LINE * rows + 2 * PADDING, title, lines, columns, said.colour)


def _listed(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        first, *rest = textwrap.wrap(text, LISTED_LETTERS)
        yield f"· {first}"
        yield from (f"\u2002{part}" for part in rest)
