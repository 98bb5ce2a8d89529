"""Facts as people see them: any robot's JSON turned into labelled texts, lists and tables, personal numbers masked.

What a page shows is a tree of texts, listings, tables and groups; the templates only draw it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TypeAlias

from bots_common.reasons import FactText
from bots_common.texts import NOT_SAID
from bots_common.values import mask
from reports.telling import Teller, fact_texts

MASKED: Final = "******-****"
PERSONAL: Final = frozenset({"cpr"})
NUMERIC: Final = frozenset({"kroner", "number"})
INLINE: Final = 3
"""Up to so many plain facts of something nested are shown on one line."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Labelled facts: those of one line, and those that need a part of the page of their own."""

    plain: tuple[tuple[str, str], ...]
    nested: tuple[tuple[str, Shown], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column; `kind` is "number" or "short" where its values must not be broken.

    `part` is its number among those that a bar is made of, from 1; 0 where it is none of them.
    """

    label: str
    kind: str
    part: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a row's bar: which it is, where it begins and how long it is, in per cent of the longest bar."""

    number: int
    start: Decimal
    length: Decimal


@dataclass(frozen=True, slots=True)
class Table:
    """`bars` has a bar for each row where the rows are drawn, and is empty where they are not."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    bars: tuple[tuple[Part, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Several of the same that are too deep for a table."""

    members: tuple[Listing, ...]


Shown: TypeAlias = str | Listing | Table | Group


@dataclass(frozen=True, slots=True)
class Presenter:
    """Shows the facts of one robot in one language."""

    teller: Teller
    robot: str

    def listing(self, facts: Mapping[str, Any], said: Mapping[str, Any] | None = None) -> Listing:
        """The facts in the robot's order; what `said` holds already, and what is empty, is not repeated."""
        shown = [
            (self.teller.label(self.robot, key), self.shown(key, facts[key], facts))
            for key in self.ordered(facts)
            if not (said and key in said and said[key] == facts[key])
        ]
        return Listing(
            plain=tuple((label, value) for label, value in shown if isinstance(value, str) and value),
            nested=tuple((label, value) for label, value in shown if not isinstance(value, str) and _full(value)),
        )

    def line(self, facts: Mapping[str, Any]) -> str:
        """The facts that are worth a column in lists, on one line."""
        texts = fact_texts(self.robot)
        plain = {key: value for key, value in facts.items() if not isinstance(value, Mapping | list)}
        listed = [key for key in self.ordered(plain) if key in texts and texts[key].listed]
        told = [(self.teller.label(self.robot, key), self.text(key, facts[key])) for key in listed]
        return " · ".join(f"{label} {value}" for label, value in told if value)

    def text(self, key: str, value: Any) -> str:
        """A single value as text: formatted, put into words, or masked."""
        fact = fact_texts(self.robot).get(key, FactText(key))
        if value is None:
            return self.teller.robot_text(self.robot, fact.absent) if fact.absent else ""
        if key in PERSONAL:
            return MASKED
        if isinstance(value, bool):
            return self.teller.say("Yes") if value else self.teller.say("No")
        if key == "effect":
            return self.teller.effect(self.robot, str(value))
        if word := fact.words.get(str(value)):
            return self.teller.robot_text(self.robot, word)
        return mask(self._formatted(fact, value))

    def _formatted(self, fact: FactText, value: Any) -> str:
        if not fact.shown:
            return str(value)
        try:
            return self.teller.robot_text(self.robot, f"{{value:{fact.shown}}}", value=value)
        except (ValueError, ArithmeticError):
            return str(value)  # a stored fact may be older than the text that shows it

    def shown(self, key: str, value: Any, around: Mapping[str, Any]) -> Shown:
        """A value of whatever depth; what is `around` it is not repeated within."""
        if isinstance(value, Mapping):
            return self._nested(key, value)
        if isinstance(value, Sequence) and not isinstance(value, str):
            return self._several(key, value, around)
        return self.text(key, value)

    def _nested(self, key: str, facts: Mapping[str, Any]) -> Shown:
        """A period, a few facts on one line, or a listing."""
        if set(facts) == {"first", "last"}:
            return self.text(key, f"{facts['first']}/{facts['last']}")
        keys = [it for it in self.ordered(facts) if facts[it] not in (None, [], {})]
        if len(keys) == 1:
            return self.shown(keys[0], facts[keys[0]], facts)
        listing = self.listing(facts)
        if listing.nested or len(listing.plain) > INLINE:
            return listing
        first, *others = listing.plain or [("", "")]
        return " · ".join([first[1], *(f"{label}\u00a0{value}" for label, value in others)])

    def _several(self, key: str, values: Sequence[Any], around: Mapping[str, Any]) -> Shown:
        """Plain values on one line, flat facts as a table, deeper ones as a group."""
        if not all(isinstance(value, Mapping) for value in values):
            return ", ".join(self.text(key, value) for value in values)
        cells = [{it: self.shown(it, value[it], value) for it in self.ordered(value)} for value in values]
        if all(isinstance(cell, str) for row in cells for cell in row.values()):
            if all(len(row) == 1 for row in cells):
                return ", ".join(str(cell) for row in cells for cell in row.values())
            return self._table(key, values, cells)
        return Group(tuple(self.listing(value, said=around) for value in values))

    def _table(self, key: str, values: Sequence[Any], rows: Sequence[Mapping[str, Shown]]) -> Table:
        used = {name: None for row in rows for name, cell in row.items() if cell}
        names = self.ordered(used)
        texts = fact_texts(self.robot)
        drawn = texts[key].drawn if key in texts else ()
        columns = (
            Column(
                self.teller.label(self.robot, name),
                _kind(texts.get(name)),
                drawn.index(name) + 1 if name in drawn else 0,
            )
            for name in names
        )
        cells = (tuple(str(row.get(name) or NOT_SAID) for name in names) for row in rows)
        return Table(tuple(columns), tuple(cells), _bars(drawn, values))

    def ordered(self, facts: Mapping[str, Any]) -> list[str]:
        """The facts that people see, in the robot's order."""
        texts = fact_texts(self.robot)
        order = {key: place for place, key in enumerate(texts)}
        shown = [key for key in facts if not (key in texts and texts[key].hidden)]
        return sorted(shown, key=lambda key: order.get(key, len(order)))


def _bars(drawn: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> tuple[tuple[Part, ...], ...]:
    """A bar for each row; what is owed back has no length. None at all where there is nothing to draw."""
    none = Decimal(0)
    lengths = [[max(Decimal(row.get(name) or 0), none) for name in drawn] for row in rows]
    longest = max((sum(its, none) for its in lengths), default=none)
    if not longest:
        return ()

    def part(place: int, its: Sequence[Decimal]) -> Part:
        before = sum(its[:place], none)
        return Part(place + 1, round(100 * before / longest, 1), round(100 * its[place] / longest, 1))

    return tuple(tuple(part(place, its) for place in range(len(its)) if its[place]) for its in lengths)


def masked(value: Any, key: str = "") -> Any:
    """Facts as they are, for programs: of any depth, with every personal number in them starred out."""
    if isinstance(value, Mapping):
        return {mask(str(name)): masked(inner, str(name)) for name, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [masked(inner, key) for inner in value]
    if value is None or isinstance(value, bool):
        return value
    if key in PERSONAL:
        return MASKED
    text = mask(str(value))
    return value if text == str(value) else text


def _kind(fact: FactText | None) -> str:
    if fact is None or not fact.shown:
        return ""
    return "number" if fact.shown in NUMERIC else "short"


def _full(shown: Shown) -> bool:
    """Whether there is anything to see."""
    if isinstance(shown, Listing):
        return bool(shown.plain or shown.nested)
    if isinstance(shown, Group):
        return any(_full(member) for member in shown.members)
    return bool(shown)
