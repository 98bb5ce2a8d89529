"""One citizen's share of an invoice: the grant it should be paid from, and the other grants around it.

The others are what makes the choice a choice: each lacks one thing, so that exactly one is left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from random import Random

from mocks.town.amounts import Piece, gives, rate_on, runs, total
from mocks.town.grants import IN_SCOPE, OUT_OF_SCOPE, Offer, Terms, usual_terms
from mocks.town.model import Citizen, Grant, Posting
from mocks.town.spans import Span
from mocks.town.suppliers import Firm
from mocks.town.world import World, as_grant

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Part:
    """What one citizen is billed: the pieces, the span, and the grant and its terms that they are billed by."""

    citizen: Citizen
    grant: Grant
    terms: Terms
    span: Span
    pieces: tuple[Piece, ...]


def part(world: World, firm: Firm, terms: Terms, span: Span | None = None) -> Part:
    """A citizen's plain share: the one grant that gives it, among others that do not."""
    return among_others(world, firm, lone_part(world, firm, terms, span))


def lone_part(world: World, firm: Firm, terms: Terms, span: Span | None = None) -> Part:
    """A citizen's plain share, before the citizen's other grants with the firm are thought of."""
    span = span or world.month
    citizen = world.customer(firm)
    grant = world.grant(citizen, firm, terms, unpaid_from=min(span.first, world.month.first))
    return Part(citizen, grant, terms, span, bill(world.rng, grant, span))


def paper_part(world: World, firm: Firm, citizen: Citizen, terms: Terms) -> Part:
    """A share billed by a grant that stands in no register."""
    grant = as_grant("", citizen, firm.supplier, terms)
    return Part(citizen, grant, terms, world.month, bill(world.rng, grant, world.month))


def rebilled(share: Part, *pieces: Piece) -> Part:
    """The share with other lines on the paper."""
    return replace(share, pieces=pieces)


def posting(world: World, firm: Firm, share: Part) -> Posting:
    """The line that a correct robot enters for the share: the invoice's amount, not the expected one."""
    return Posting(
        grant=share.grant.number,
        psp=world.psp(firm, share.grant),
        art=share.grant.art,
        ore=total(share.pieces),
        first=share.span.first,
        last=share.span.last,
    )


def terms_for(world: World, offers: Sequence[Offer] = IN_SCOPE, *, old: bool = False) -> Terms:
    return usual_terms(world.rng, world.month.first, world.rng.choice(offers), old=old)


def bill(rng: Random, grant: Grant, span: Span) -> tuple[Piece, ...]:
    """The lines of a supplier who bills the grant rightly."""
    if grant.unit == "måned":
        unit = rng.choice(("MON", "MON", "EA"))
        starts = span.month_starts()
        return tuple(Piece(grant.service, ONE, unit, rate_on(grant.rates, first)) for first in starts)
    if grant.unit == "time":
        hours = Decimal(rng.randint(40, 600)) / 4
        return (Piece(grant.service, hours, "HUR", rate_on(grant.rates, span.first)),)
    cut = runs(grant.rates, span)
    if rng.random() < 0.2:
        return (Piece(grant.service, ONE, "EA", sum(days * ore for days, ore in cut)),)
    return tuple(Piece(grant.service, Decimal(days), "DAY", ore) for days, ore in cut)


def among_others(world: World, firm: Firm, share: Part) -> Part:
    """The same share, after up to three grants more for its citizen, none of which can give it."""
    for make in world.rng.sample(_BYSTANDERS, world.rng.choices((0, 1, 2, 3), (25, 40, 25, 10))[0]):
        make(world, firm, share)
    return share


def elsewhere(world: World, firm: Firm, share: Part) -> None:
    """The same service at the same price, from another supplier."""
    if other := world.new_seller(share.citizen):
        world.grant(share.citizen, other, share.terms)


def other_service_elsewhere(world: World, firm: Firm, share: Part) -> None:
    if other := world.new_seller(share.citizen):
        world.grant(share.citizen, other, terms_for(world))


def ended(world: World, firm: Firm, share: Part) -> None:
    """The grant that this one replaced: same supplier, same price, over."""
    last = share.span.first - timedelta(days=world.rng.randint(1, 60))
    first = min(share.terms.first, last - timedelta(days=200))
    rates = (replace(share.terms.rates[0], valid_from=first), *share.terms.rates[1:])
    status = world.rng.choice(("Bevilget", "Ophørt"))
    over = replace(share.terms, first=first, last=last, status=status, rates=rates)
    world.grant(share.citizen, firm, over)


def provisional(world: World, firm: Firm, share: Part) -> None:
    world.grant(share.citizen, firm, replace(share.terms, status="Foreløbig"))


def out_of_scope(world: World, firm: Firm, share: Part) -> None:
    """Same supplier, same unit, same price, but under a paragraph that people keep to themselves."""
    outside = world.rng.choice(OUT_OF_SCOPE)
    offer = replace(share.terms.offer, paragraph=outside.paragraph, service=outside.service)
    world.grant(share.citizen, firm, replace(share.terms, offer=offer))


def other_price(world: World, firm: Firm, share: Part) -> None:
    """Another grant of the same supplier that runs and is in scope, and cannot give this amount."""
    other = terms_for(world)
    while gives(as_grant("", share.citizen, firm.supplier, other), share.span, share.pieces):
        other = terms_for(world)
    world.grant(share.citizen, firm, other)


Bystander = Callable[[World, Firm, Part], None]
_BYSTANDERS: tuple[Bystander, ...] = (
    elsewhere,
    other_service_elsewhere,
    ended,
    provisional,
    out_of_scope,
    other_price,
)
