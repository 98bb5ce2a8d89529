"""What an address asks of the worklist, and how links keep it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import Depends, Query, Request
from pydantic import AfterValidator, BeforeValidator

from bots_common.roles import Right
from bots_common.work import State
from bots_common.work.worklist import Age, Due, Group, Sort, Wanted, Whose, counted
from reports.telling import AGES, DUES, WHOSE, Teller
from reports.web.access import visitor

LONGEST: Final = 100
FIELDS: Final = ("robot", "reason", "state", "whose", "due", "age", "text", "sort")

# A form sends every field: one that is left empty asks for nothing.
_empty_is_none = BeforeValidator(lambda text: text or None)
_Text = Annotated[str | None, AfterValidator(lambda text: text and text[:LONGEST]), _empty_is_none, Query()]
_STATES: Final = (State.EXCEPTION, State.WAITING)


def asked(
    request: Request,
    robot: _Text = None,
    reason: _Text = None,
    state: Annotated[State | None, _empty_is_none, Query()] = None,
    whose: Annotated[Whose | None, _empty_is_none, Query()] = None,
    due: Annotated[Due | None, _empty_is_none, Query()] = None,
    age: Annotated[Age | None, _empty_is_none, Query()] = None,
    text: Annotated[str, Query(max_length=LONGEST)] = "",
) -> Wanted:
    """What of the worklist is asked for, of the robots whose cases the visitor may see."""
    who = visitor(request)
    return Wanted(who.name, who.robots(Right.SEE_CASES), robot, reason, state, whose, due, age, text.strip())


def ordered(
    narrowed: Annotated[Wanted, Depends(asked)],
    sort: Annotated[Sort, BeforeValidator(lambda text: text or Sort.URGENT), Query()] = Sort.URGENT,
) -> Wanted:
    """A route's dependency: what of the worklist is asked for, in the order that is asked for."""
    return replace(narrowed, sort=sort)


def query_of(wanted: Wanted, **changed: Any) -> str:
    """The list as an address asks for it, with some of it changed; nothing for what is as ever."""
    wanted = replace(wanted, **changed)
    values = {name: getattr(wanted, name) for name in FIELDS}
    return urlencode({name: value for name, value in values.items() if value and value != Sort.URGENT})


@dataclass(frozen=True, slots=True)
class Choice:
    """A link that narrows the list down, or widens it again; `count` is how many there are then."""

    text: str
    query: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """The choices of one kind."""

    title: str
    choices: tuple[Choice, ...]


def facets(teller: Teller, wanted: Wanted, groups: Iterable[Group]) -> list[Facet]:
    """What the list can be narrowed down by with a click, with how many there are of each."""
    known = tuple(groups)
    offered = (
        ("whose", teller.say("Who has it"), {value: teller.say(text) for value, text in WHOSE.items()}),
        ("due", teller.say("Deadline"), {value: teller.say(text) for value, text in DUES.items()}),
        ("age", teller.say("Age"), {value: teller.say(text) for value, text in AGES.items()}),
        ("state", teller.say("State"), {value: teller.state(value) for value in _STATES}),
    )
    return [_facet(wanted, known, *facet) for facet in offered]


def _facet(wanted: Wanted, groups: tuple[Group, ...], name: str, title: str, texts: dict[Any, str]) -> Facet:
    counts = counted(groups, wanted, name)
    now = getattr(wanted, name)
    return Facet(
        title,
        tuple(
            Choice(
                text, query_of(wanted, **{name: None if now == value else value}), counts.get(value, 0), now == value
            )
            for value, text in texts.items()
            if counts.get(value) or now == value
        ),
    )


def robots_of(teller: Teller, wanted: Wanted, groups: Iterable[Group]) -> dict[str, str]:
    """The robots for choosing one, each with how many there are."""
    counts = {} if wanted.robot is None else {wanted.robot: 0}
    counts |= counted(groups, wanted, "robot")
    return {robot: _with_count(teller, teller.robot(robot), count) for robot, count in sorted(counts.items())}


def reasons_of(teller: Teller, wanted: Wanted, groups: Iterable[Group]) -> dict[str, str]:
    """The reasons for choosing one, the most frequent first, each with how many there are."""
    known = tuple(groups)
    counts = {} if wanted.reason is None else {wanted.reason: 0}
    counts |= counted(known, wanted, "reason")
    robots = {group.reason: group.robot for group in sorted(known, key=attrgetter("robot"), reverse=True)}
    ordered = sorted(counts.items(), key=lambda it: (-it[1], it[0]))
    return {
        code: _with_count(teller, teller.reason(robots.get(code, wanted.robot or ""), code), count)
        for code, count in ordered
        if code
    }


def _with_count(teller: Teller, text: str, count: int) -> str:
    return f"{text} ({teller.number(count)})"
