"""The lines of a robot's month and of its benefit card, in one language: what Excel and the printed pages show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeAlias

from bots_common.autonomy import Figures
from bots_common.work import State
from reports.card import Card
from reports.figures import Saved
from reports.month import OPEN, Month, together
from reports.telling import Teller, robot_named

HOUR: Final = timedelta(hours=1)
SECOND: Final = timedelta(seconds=1)
Number: TypeAlias = int | Decimal | None


class Kind(StrEnum):
    """How a number is shown."""

    COUNT = "count"
    SHARE = "share"
    KRONER = "kroner"
    HOURS = "hours"


@dataclass(frozen=True, slots=True)
class Line:
    """A figure by its name, with a value for each column."""

    name: str
    values: tuple[Number, ...]
    kind: Kind = Kind.COUNT


@dataclass(frozen=True, slots=True)
class Checked:
    """How much of what people were asked about, for one cause, was wrong."""

    name: str
    found: Figures

    @property
    def rate(self) -> Decimal | None:
        return None if self.found.rate is None else Decimal(str(self.found.rate))

    @property
    def at_most(self) -> Decimal | None:
        """The upper 95 % bound of the error rate; None where nobody has looked."""
        return Decimal(str(self.found.at_most)) if self.found.decided else None


def shown(value: Number, kind: Kind, teller: Teller) -> str:
    """A value as people read it."""
    if value is None:
        return "–"
    match kind:
        case Kind.COUNT | Kind.KRONER:  # its line says that it is kroner
            return teller.number(round(value))
        case Kind.SHARE:
            return teller.rate(Decimal(value))
        case Kind.HOURS:
            return teller.hours(Decimal(value))


def overview(months: Sequence[Month], teller: Teller) -> list[Line]:
    """What became of what was found in each of the months, what was booked, and what was saved."""
    standings = [it.came.standing for it in months]
    saved = [it.saved for it in months]
    lines = [
        Line(teller.say("Found"), tuple(it.found for it in standings)),
        Line(teller.say("Handled by the robot"), tuple(it.handled for it in standings)),
        Line(teller.say("Left out"), tuple(it.count(State.SKIPPED) for it in standings)),
        Line(teller.say("Of these by the obs-list"), tuple(it.listed for it in standings)),
        Line(teller.say("Handed to a person"), tuple(it.count(State.EXCEPTION) for it in standings)),
        Line(teller.say("Settled by hand"), tuple(it.settled for it in standings)),
        Line(teller.say("Not finished yet"), tuple(it.count(*OPEN) for it in standings)),
        Line(teller.say("Share handled by the robot"), tuple(it.reached for it in standings), Kind.SHARE),
    ]
    goals = tuple(it.goal for it in months)
    if any(goal is not None for goal in goals):
        lines.append(Line(teller.say("Goal"), goals, Kind.SHARE))
    return [
        *lines,
        Line(teller.say("Booked (kroner)"), tuple(it.amount for it in standings), Kind.KRONER),
        Line(teller.say("Hours saved"), tuple(map(_hours, saved)), Kind.HOURS),
        Line(teller.say("Kroner saved"), tuple(map(_kroner, saved)), Kind.KRONER),
    ]


def checked(month: Month, teller: Teller) -> list[Checked]:
    """What people looked at, by why they were asked, and all of it together where there is more than one cause."""
    found = month.looked_at
    lines = [Checked(teller.cause(cause), found[cause]) for cause in sorted(found)]
    return lines if len(lines) < 2 else [*lines, Checked(teller.say("Together"), together(found))]


def times(months: Sequence[Month], teller: Teller) -> list[Line]:
    """What was measured in each of the months, what is expected, and how long it took without the robot."""
    robot = months[0].robot
    desk = (_in(it.came.times.at_desk, SECOND) for it in months)
    name = teller.say("At a desk, half of the cases within (seconds)")
    lines = [Line(name, (*desk, None, None), Kind.HOURS)]
    for it in robot_named(robot).awaited:
        name = teller.say("{effect}: half of them within (hours)", effect=teller.effect(robot, it.effect))
        waited = (_in(month.came.times.waits.get(it.effect), HOUR) for month in months)
        lines.append(Line(name, (*waited, _in(it.expected, HOUR), _in(it.without, HOUR)), Kind.HOURS))
    return lines


def benefit(card: Card, teller: Teller) -> list[Line]:
    """What the robot has achieved in the month and in the year that ends with it."""
    spans = (card.month, card.year)
    saved = [it.saved for it in spans]
    looked = [Checked("", it.looked_at) for it in spans]
    lines = [
        Line(teller.say("Cases found"), tuple(it.work.found for it in spans)),
        Line(teller.say("Handled by the robot alone"), tuple(it.work.alone for it in spans)),
        Line(teller.say("Share without a person"), tuple(it.work.share for it in spans), Kind.SHARE),
    ]
    if card.goal is not None:
        lines.append(Line(teller.say("Goal"), (card.goal, card.goal), Kind.SHARE))
    return [
        *lines,
        Line(teller.say("Hours for these cases before"), tuple(it.hours_before for it in spans), Kind.HOURS),
        Line(teller.say("Hours for these cases now"), tuple(it.hours_now for it in spans), Kind.HOURS),
        Line(teller.say("Hours saved"), tuple(map(_hours, saved)), Kind.HOURS),
        Line(teller.say("Kroner saved"), tuple(map(_kroner, saved)), Kind.KRONER),
        Line(teller.say("Looked at by people"), tuple(it.found.decided for it in looked)),
        Line(teller.say("Of these wrong"), tuple(it.found.wrong for it in looked)),
        Line(teller.say("Errors, at most (95 %)"), tuple(it.at_most for it in looked), Kind.SHARE),
    ]


def _hours(saved: Saved | None) -> Number:
    return None if saved is None else saved.hours


def _kroner(saved: Saved | None) -> Number:
    return None if saved is None else saved.kroner


def minutes(seconds: int) -> Decimal:
    """How a measure is told."""
    return Decimal(seconds) / 60


def _in(time: timedelta | None, unit: timedelta) -> Decimal | None:
    return None if time is None else Decimal(str(round(time / unit, 2)))
