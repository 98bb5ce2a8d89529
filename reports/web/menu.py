"""Where one can go: the pages in their groups, of which everybody sees what their roles open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from bots_common.roles import Right


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the menu; it stands there for those who have one of the rights."""

    label: str
    href: str
    rights: tuple[Right, ...]


GROUPS: Final[tuple[tuple[str, tuple[Entry, ...]], ...]] = (
    (
        "Figures",
        (
            Entry("The day's work", "/", (Right.SEE_FIGURES,)),
            Entry("Dashboard", "/dashboard", (Right.SEE_FIGURES,)),
            Entry("Reports", "/reports", (Right.SEE_FIGURES,)),
        ),
    ),
    (
        "Cases",
        (
            Entry("Worklist", "/worklist", (Right.SEE_CASES,)),
            Entry("Approvals", "/approvals", (Right.DECIDE,)),
            Entry("By hand", "/piles", (Right.DECIDE,)),
            Entry("Obs-list", "/obs", (Right.OBS,)),
            Entry("Sample control", "/sample", (Right.DECIDE, Right.OPERATE)),
            Entry("My decisions", "/mine", (Right.DECIDE,)),
            Entry("All cases", "/items", (Right.SEE_CASES,)),
        ),
    ),
    (
        "Robots",
        (
            Entry("Robots", "/robots", (Right.SEE_FIGURES,)),
            Entry("Systems", "/systems", (Right.SEE_FIGURES,)),
            Entry("Schedules", "/schedules", (Right.SEE_FIGURES,)),
            Entry("Runs", "/runs", (Right.SEE_FIGURES,)),
        ),
    ),
    (
        "Administration",
        (
            Entry("Audit", "/audit", (Right.AUDIT,)),
            Entry("Accounts", "/accounts", (Right.ADMIT,)),
        ),
    ),
)


class Asks(Protocol):
    """Who looks at the menu."""

    def may(self, right: str, robot: str | None = None) -> bool:
        """Whether they have the right, for any robot."""


@dataclass(frozen=True, slots=True)
class Place:
    """A link of the menu, and whether it leads to where one is."""

    label: str
    href: str
    here: bool


@dataclass(frozen=True, slots=True)
class Menu:
    """The groups, each a link to its first page, and the pages of the group in which one is."""

    groups: tuple[Place, ...]
    pages: tuple[Place, ...]


def menu(who: Asks, path: str) -> Menu:
    """What stands on top of the page at that path."""
    theirs = [(label, [it for it in its if any(map(who.may, it.rights))]) for label, its in GROUPS]
    open_ = [(label, its) for label, its in theirs if its]
    here = _nearest([it for _, its in open_ for it in its], path)
    groups = tuple(Place(label, its[0].href, here in its) for label, its in open_)
    pages = next((its for _, its in open_ if here in its), [])
    return Menu(groups, tuple(Place(it.label, it.href, it is here) for it in pages))


def _nearest(entries: Sequence[Entry], path: str) -> Entry | None:
    """The entry at the path, or that it lies below; everything lies below the first page, which does not count."""
    above = [it for it in entries if path == it.href or (it.href != "/" and path.startswith(f"{it.href}/"))]
    return max(above, key=lambda it: len(it.href), default=None)
