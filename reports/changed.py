"""A changed screen for people: what was expected and what was seen, side by side. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bots_common.desk.screens import Kind
from bots_common.robot import registry
from bots_common.work.system_records import DriftRow, Landmark

KINDS: Final[Mapping[str, str]] = {
    Kind.FIELD: "Field",
    Kind.BUTTON: "Button",
    Kind.HEADING: "Heading",
    Kind.COLUMN: "Column",
}


class Mark(StrEnum):
    """How a landmark differs."""

    SAME = ""
    MISSING = "missing"
    NEW = "new"
    BESIDE = "beside"
    """Not among what the robots need, and not known to be new."""


MARKS: Final[Mapping[Mark, str]] = {
    Mark.MISSING: "missing",
    Mark.NEW: "new",
    Mark.BESIDE: "only seen",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One landmark: its kind, its text as expected and as seen, and how the two differ."""

    kind: str
    expected: str
    seen: str
    mark: Mark


def side_by_side(drift: DriftRow) -> list[Line]:
    """Every landmark that was expected or seen, what is missing first."""
    lines = [_line(drift, it) for it in sorted(drift.expected.landmarks | drift.seen)]
    order = (Mark.MISSING, Mark.NEW, Mark.SAME, Mark.BESIDE)
    return sorted(lines, key=lambda it: order.index(it.mark))


def _line(drift: DriftRow, it: Landmark) -> Line:
    expected, seen = it in drift.expected.landmarks, it in drift.seen
    if expected and seen:
        mark = Mark.SAME
    elif expected:
        mark = Mark.MISSING
    else:
        mark = Mark.NEW if drift.expected.exact else Mark.BESIDE
    return Line(it.kind, it.text if expected else "", it.text if seen else "", mark)


def lacking(drift: DriftRow) -> list[Landmark]:
    """What the installed page object needs of the screen and was not seen: accepted or not, it fails there."""
    systems = {system for robot in registry().values() for system in robot.systems if system.name == drift.system}
    screens = [it for system in systems for it in system.screens if it.name == drift.screen]
    needed: frozenset[Landmark] = frozenset().union(*(it.landmarks for it in screens))
    return sorted(needed - drift.seen)
