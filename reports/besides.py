"""Facts side by side, as a robot declares them: what was held against what, with the lines marked that differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bots_common.reasons import COMPARISONS, Against, Pair, Row
from reports.showing import Listing, Presenter, Table
from reports.telling import robot_named


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a comparison; `marked` are the columns that differ."""

    label: str
    cells: tuple[str, ...]
    marked: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Comparing:
    """A table of what is compared: a column for each side."""

    caption: str
    heads: tuple[str, ...]
    lines: tuple[Line, ...]


def compared(presenter: Presenter, facts: Mapping[str, Any]) -> tuple[list[Comparing], dict[str, Any]]:
    """The comparisons that the facts allow, and the facts that are left to be shown as they are."""
    left = dict(facts)
    shown: list[Comparing] = []
    for declared in (*robot_named(presenter.robot).comparisons, *COMPARISONS):
        if isinstance(declared, Against):
            shown += _against(presenter, declared, left)
        elif left.get(declared.left) is not None and left.get(declared.right) is not None:
            shown.append(_pair(presenter, declared, left))
    return shown, left


def _against(presenter: Presenter, declared: Against, left: dict[str, Any]) -> Iterator[Comparing]:
    ones = left.get(declared.each)
    if not isinstance(ones, list) or not all(isinstance(one, dict) for one in ones):
        return
    left[declared.each] = [{key: value for key, value in one.items() if key != declared.others} for one in ones]
    for key in [key for key, value in left.items() if any(_holds(one, declared.others, key, value) for one in ones)]:
        del left[key]  # what the reason tells of the nearest stands in the table
    title = presenter.teller.robot_text(presenter.robot, declared.title)
    for number, one in enumerate(ones, start=1):
        others = one.get(declared.others)
        if others:
            names = (
                f"{presenter.teller.label(presenter.robot, declared.named)} {it[declared.named]}" for it in others
            )
            lines = (_line(presenter, declared, row, one, others) for row in declared.rows)
            caption = presenter.teller.label(presenter.robot, declared.others)
            yield Comparing(
                caption=f"{caption} {number}" if len(ones) > 1 else caption,
                heads=(title, *names),
                lines=tuple(line for line in lines if any(line.cells)),
            )


def _holds(one: Mapping[str, Any], others: str, key: str, value: Any) -> bool:
    """Whether the same fact stands in what is compared."""
    return any(key in it and it[key] == value for it in (one, *one.get(others, ())) if one.get(others))


def _line(
    presenter: Presenter, declared: Against, row: Row, one: Mapping[str, Any], others: list[dict[str, Any]]
) -> Line:
    own = presenter.text(row.own, one.get(row.own)) if row.own else ""
    theirs = (" – ".join(presenter.text(key, it[key]) for key in row.theirs if key in it) for it in others)
    marked = (it.get(declared.verdict) in row.marked_by for it in others)
    return Line(
        label=presenter.teller.label(presenter.robot, row.own or row.theirs[0]),
        cells=(own, *theirs),
        marked=(False, *marked),
    )


def _pair(presenter: Presenter, declared: Pair, left: dict[str, Any]) -> Comparing:
    one, other = left.pop(declared.left), left.pop(declared.right)
    heads = tuple(presenter.teller.label(presenter.robot, key) for key in (declared.left, declared.right))
    caption = presenter.teller.say("Side by side")
    if not (isinstance(one, Mapping) and isinstance(other, Mapping)):
        cells = (presenter.text(declared.left, one), presenter.text(declared.right, other))
        return Comparing(caption, heads, (Line("", cells, (False, one != other)),))
    lines = tuple(
        Line(
            label=presenter.teller.label(presenter.robot, key),
            cells=(_flat(presenter, key, one.get(key)), _flat(presenter, key, other.get(key))),
            marked=(False, one.get(key) != other.get(key)),
        )
        for key in presenter.ordered({**one, **other})
    )
    return Comparing(caption, heads, lines)


def _flat(presenter: Presenter, key: str, value: Any) -> str:
    """A value on one line, however deep it is."""
    shown = presenter.shown(key, value, {})
    if isinstance(shown, str):
        return shown
    if isinstance(shown, Table):
        return "; ".join(", ".join(row) for row in shown.rows)
    parts = shown.plain if isinstance(shown, Listing) else [pair for it in shown.members for pair in it.plain]
    return "; ".join(f"{label} {value}" for label, value in parts)
