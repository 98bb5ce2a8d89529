"""What a page object depends on, screen by screen, and how a screen is told from one that has changed. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final, NamedTuple

from bots_common.work.system_records import Landmark, Signature

ANY: Final = "*"


class Kind(StrEnum):
    """The kinds of landmarks that a page's structure is read by."""

    FIELD = "field"
    BUTTON = "button"
    HEADING = "heading"
    COLUMN = "column"


class Sighting(NamedTuple):
    """A landmark as it was read from a page. `in_rows`: it stands in a row of a table that lists things."""

    kind: str
    text: str
    in_rows: bool


@dataclass(frozen=True)
class Screen:
    """A screen that a page object uses, by its address within the system and the landmarks that it depends on.

    An address with a `*` leads to a case: such a screen is looked at only where a robot that has opened it stumbles.
    Texts are compared without their digits, so `PSP-element 1` stands for every numbered one.
    """

    name: str
    address: str
    fields: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()

    @property
    def needs_case(self) -> bool:
        return ANY in self.address

    @cached_property
    def landmarks(self) -> Signature:
        """What must be there."""
        declared = (
            (Kind.FIELD, self.fields),
            (Kind.BUTTON, self.buttons),
            (Kind.HEADING, self.headings),
            (Kind.COLUMN, self.columns),
        )
        return frozenset(Landmark(kind, plain(text)) for kind, texts in declared for text in texts)

    def is_at(self, path: str) -> bool:
        """Whether a path within the system leads to this screen."""
        parts = (re.escape(part) for part in self.address.split(ANY))
        return re.fullmatch("[^/]+".join(parts), path) is not None

    def signature(self, seen: Iterable[Sighting]) -> Signature:
        """The structure of the page: nothing that may belong to a case, unless the page object declares it.

        A heading may be a citizen's name, a button in a row one's choice, a column of a case's page its unit.
        """
        kept = (Landmark(it.kind, plain(it.text)) for it in seen if not self._may_be_of_a_case(it))
        declared = (Landmark(it.kind, plain(it.text)) for it in seen)
        return frozenset(kept) | (frozenset(declared) & self.landmarks)

    def _may_be_of_a_case(self, seen: Sighting) -> bool:
        return seen.in_rows or seen.kind == Kind.HEADING or (seen.kind == Kind.COLUMN and self.needs_case)


def plain(text: str) -> str:
    """A text without what changes from look to look: numbers become #, arrows and other signs go."""
    words = "".join(letter for letter in text if not unicodedata.category(letter).startswith("S"))
    return re.sub(r"\d+", "#", " ".join(words.split()))
