"""A case is a draft and its truth; a kind of case has a share of the inbox and several ways to come about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from mocks.town.letters import Draft, Place, write
from mocks.town.model import Posting
from mocks.town.parts import Part, posting
from mocks.town.suppliers import Firm
from mocks.town.world import World


@dataclass(frozen=True, slots=True)
class Case:
    """One document and what must become of it. `xml` is set where the document is not the draft's own."""

    draft: Draft
    reason: str | None = None
    postings: tuple[Posting, ...] = ()
    xml: bytes | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of case, its weight among its like, and the ways it comes about, taken in turn."""

    name: str
    weight: int
    ways: tuple[Callable[[World], Case], ...] = ()
    after: tuple[Callable[[World, Case], Case], ...] = field(default=())
    """Ways that need an earlier plain case to follow upon."""


class Weighed(Protocol):
    """What has a share: a name of its own, and a weight among its like."""

    @property
    def name(self) -> str: ...
    @property
    def weight(self) -> int: ...


T = TypeVar("T", bound=Weighed)


def quota(kinds: Sequence[T], count: int) -> list[tuple[T, int]]:
    """How many cases of each kind: one of each where there is room, the rest by weight (largest remainder)."""
    floor = 1 if count >= len(kinds) else 0
    rest = count - floor * len(kinds)
    weights = sum(kind.weight for kind in kinds)
    shares = {kind.name: divmod(rest * kind.weight, weights) for kind in kinds}
    missing = rest - sum(whole for whole, _ in shares.values())
    by_remainder = sorted(kinds, key=lambda kind: shares[kind.name][1], reverse=True)
    lucky = {kind.name for kind in by_remainder[:missing]}
    return [(kind, floor + shares[kind.name][0] + (kind.name in lucky)) for kind in kinds]


def plain(world: World, firm: Firm, *shares: Part) -> Case:
    """A case that must be posted: one line for each citizen's share."""
    postings = tuple(posting(world, firm, share) for share in shares)
    return Case(write(world, firm, shares), postings=postings)


def refused(world: World, reason: str, firm: Firm, *shares: Part, place: Place | None = None) -> Case:
    """A case that a person must take, for the reason."""
    return Case(write(world, firm, shares, place), reason=reason)
