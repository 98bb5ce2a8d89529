"""Invoices that a person must take because of whom or what they bill: citizen, grant, amount, account."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from mocks.town import phrases
from mocks.town.accounts import DOUBLE, MISSING, RARE_GROUP
from mocks.town.amounts import TOLERANCE, Piece, rate_on, total
from mocks.town.cases import Case, Kind, refused
from mocks.town.grants import BY_DAY, BY_HOUR, BY_MONTH, IN_SCOPE, OUT_OF_SCOPE, Offer, Terms
from mocks.town.letters import Line, name_on_line
from mocks.town.parts import (
    ONE,
    Part,
    among_others,
    bill,
    elsewhere,
    lone_part,
    other_service_elsewhere,
    out_of_scope,
    paper_part,
    part,
    rebilled,
    terms_for,
)
from mocks.town.plain import part_of_month, with_rise
from mocks.town.spans import Span
from mocks.town.suppliers import Firm
from mocks.town.world import World


def no_number(world: World) -> Case:
    """Nothing but a name; what looks like a personal number on it is none."""
    firm = world.firm()
    return refused(world, "no_cpr", firm, part(world, firm, terms_for(world)), place="nowhere")


def no_number_on_one_line(world: World) -> Case:
    """Two citizens with their numbers, and a third line that could be either's."""
    firm = world.firm()
    shares = [part(world, firm, terms_for(world)) for _ in range(2)]
    case = refused(world, "no_cpr", firm, *shares)
    price = world.rng.randint(200, 2_000) * 100
    case.draft.lines.append(Line("Kørsel og udflugter", "1.00", "EA", price, price))
    return case


def two_on_a_line(world: World) -> Case:
    firm = world.firm()
    share, other = part(world, firm, terms_for(world)), world.resident()
    case = refused(world, "several_cpr", firm, share, place="description")
    name_on_line(world.rng, case.draft.lines[0], other, "description")
    return case


def two_above_the_lines(world: World) -> Case:
    firm = world.firm()
    case = refused(world, "several_cpr", firm, part(world, firm, terms_for(world)), place="header")
    case.draft.notes.append(phrases.citizen(world.rng, world.resident()))
    return case


def another_above_the_lines(world: World) -> Case:
    firm = world.firm()
    case = refused(world, "several_cpr", firm, part(world, firm, terms_for(world)), place="note")
    case.draft.notes.append(phrases.citizen(world.rng, world.resident()))
    return case


def unknown_citizen(world: World) -> Case:
    firm = world.firm()
    return refused(world, "unknown_citizen", firm, paper_part(world, firm, world.stranger(), terms_for(world)))


def nothing_granted(world: World) -> Case:
    """The citizen is known and has no grant at all."""
    firm = world.firm()
    return refused(world, "no_grant", firm, paper_part(world, firm, world.resident(), terms_for(world)))


def granted_elsewhere(world: World) -> Case:
    """The very service at the very price, but granted with another supplier."""
    firm = world.firm()
    return refused(world, "no_grant", firm, _granted_elsewhere(world, firm))


def _granted_elsewhere(world: World, firm: Firm) -> Part:
    share = paper_part(world, firm, world.resident(), terms_for(world))
    others = [other for other in world.rng.sample(world.firms, 3) if other is not firm]
    for other, terms in zip(others, (share.terms, terms_for(world)), strict=False):
        world.grant(share.citizen, other, terms)
    return share


def companionship(world: World) -> Case:
    return _outside(world, OUT_OF_SCOPE[:1])


def support_at_home(world: World) -> Case:
    return _outside(world, OUT_OF_SCOPE[1:])


def _outside(world: World, offers: tuple[Offer, ...]) -> Case:
    firm = world.firm()
    share = lone_part(world, firm, terms_for(world, offers))
    elsewhere(world, firm, share)
    return refused(world, "out_of_scope", firm, share)


def ended_before(world: World) -> Case:
    last = world.month.first - timedelta(days=world.rng.randint(1, 40))
    return _not_running(world, replace(terms_for(world), last=last))


def ends_in_the_month(world: World) -> Case:
    last = world.month.last - timedelta(days=world.rng.randint(1, 25))
    return _not_running(world, replace(terms_for(world), last=last))


def begins_in_the_month(world: World) -> Case:
    """Billed from the first, granted from a later day."""
    terms = terms_for(world)
    first = world.month.first + timedelta(days=world.rng.randint(1, 25))
    rates = (replace(terms.rates[-1], valid_from=first),)
    return _not_running(world, replace(terms, first=first, last=None, rates=rates))


def provisional_only(world: World) -> Case:
    return _not_running(world, replace(terms_for(world), status="Foreløbig"))


def terminated(world: World) -> Case:
    return _not_running(world, replace(terms_for(world), status="Ophørt"))


def _not_running(world: World, terms: Terms) -> Case:
    """Billed as if the grant ran throughout the month."""
    firm = world.firm()
    early = (replace(terms.rates[0], valid_from=min(terms.first, world.month.first)), *terms.rates[1:])
    billed = paper_part(world, firm, world.resident(), replace(terms, rates=early))
    world.grant(billed.citizen, firm, terms)
    for make in world.rng.sample((elsewhere, out_of_scope, other_service_elsewhere), world.rng.randint(0, 2)):
        make(world, firm, billed)
    return refused(world, "grant_not_running", firm, billed)


def dearer(world: World) -> Case:
    """A rate that was never agreed."""
    firm = world.firm()
    share = lone_part(world, firm, terms_for(world))
    factor = world.rng.randint(103, 109)
    pieces = [replace(piece, price=piece.price // 100 * factor) for piece in share.pieces]
    return _differs(world, firm, rebilled(share, *pieces))


def last_years_rate(world: World) -> Case:
    """The supplier has missed the regulation on 1 January."""
    firm = world.firm()
    share = lone_part(world, firm, terms_for(world, old=True))
    stale = replace(share.grant, rates=share.grant.rates[:-1])
    return _differs(world, firm, rebilled(share, *bill(world.rng, stale, share.span)))


def just_over_tolerance(world: World) -> Case:
    firm = world.firm()
    share = lone_part(world, firm, terms_for(world, BY_MONTH))
    off = world.rng.choice((TOLERANCE + 1, -TOLERANCE - 1, 137, 500))
    return _differs(world, firm, rebilled(share, Piece(share.grant.service, ONE, "EA", total(share.pieces) + off)))


def too_many_days(world: World) -> Case:
    """More days billed than the stated period has."""
    firm = world.firm()
    share = lone_part(world, firm, terms_for(world, BY_DAY), part_of_month(world))
    days = Decimal(share.span.days + world.rng.randint(1, 5))
    rate = rate_on(share.grant.rates, share.span.first)
    return _differs(world, firm, rebilled(share, Piece(share.grant.service, days, "DAY", rate)))


def days_across_a_new_rate(world: World) -> Case:
    """Fewer days than the period, and the rate changed within it: nobody can tell which days."""
    firm = world.firm()
    share = lone_part(world, firm, with_rise(world, terms_for(world, BY_DAY), world.rng.randint(5, 20)))
    days = Decimal(share.span.days - world.rng.randint(2, 8))
    rate = rate_on(share.grant.rates, share.span.first)
    return _differs(world, firm, rebilled(share, Piece(share.grant.service, days, "DAY", rate)))


def half_a_month(world: World) -> Case:
    """A month rate billed for some days of the month."""
    firm = world.firm()
    share = lone_part(world, firm, terms_for(world, BY_MONTH))
    price = share.pieces[0].price // 2
    span = part_of_month(world)
    return _differs(world, firm, replace(share, span=span, pieces=(Piece(share.grant.service, ONE, "EA", price),)))


def hours_not_stated(world: World) -> Case:
    """An hourly grant billed as one sum."""
    firm = world.firm()
    share = lone_part(world, firm, terms_for(world, BY_HOUR))
    return _differs(world, firm, rebilled(share, Piece(share.grant.service, ONE, "EA", total(share.pieces))))


def _differs(world: World, firm: Firm, share: Part) -> Case:
    return refused(world, "amount_differs", firm, among_others(world, firm, share))


def one_of_several_differs(world: World) -> Case:
    """Two plain citizens and one whose amount is off: nothing of the invoice is posted."""
    firm = world.firm()
    plain = [part(world, firm, terms_for(world)) for _ in range(2)]
    share = lone_part(world, firm, terms_for(world, BY_MONTH))
    bad = rebilled(share, replace(share.pieces[0], price=share.pieces[0].price + 25_000))
    return refused(world, "amount_differs", firm, *plain, among_others(world, firm, bad))


def two_grants_fit(world: World) -> Case:
    """Two grants under different paragraphs with one supplier and one price."""
    firm = world.firm()
    terms = terms_for(world, BY_MONTH + BY_HOUR)
    share = lone_part(world, firm, terms)
    others = [paragraph for paragraph in ("§ 103", "§ 104", "STU") if paragraph != terms.offer.paragraph]
    world.grant(share.citizen, firm, replace(terms, offer=_under(terms.offer, world.rng.choice(others))))
    return refused(world, "ambiguous", firm, share)


def _under(offer: Offer, paragraph: str) -> Offer:
    service = next(other.service for other in IN_SCOPE if other.paragraph == paragraph)
    return replace(offer, paragraph=paragraph, service=service)


def paid_by_hand(world: World) -> Case:
    """A person has paid the month in the register already."""
    return _paid(world, world.month)


def paid_in_part_by_hand(world: World) -> Case:
    """Some days of the month are paid already."""
    return _paid(world, part_of_month(world))


def _paid(world: World, span: Span) -> Case:
    firm, terms = world.firm(), terms_for(world)
    citizen = world.resident()
    grant = world.grant(citizen, firm, terms, also_paid=(span,))
    share = Part(citizen, grant, terms, world.month, bill(world.rng, grant, world.month))
    return refused(world, "already_paid", firm, among_others(world, firm, share))


def account_missing(world: World) -> Case:
    return _without_account(world, MISSING)


def account_double(world: World) -> Case:
    return _without_account(world, DOUBLE)


def _without_account(world: World, paragraphs: tuple[str, ...]) -> Case:
    firm = world.firm()
    terms = terms_for(world, [offer for offer in IN_SCOPE if offer.paragraph in paragraphs])
    return refused(world, "no_account", firm, part(world, firm, replace(terms, target_group=RARE_GROUP)))


REFUSED = (
    Kind(
        "amount_differs",
        20,
        (
            *(dearer, last_years_rate, just_over_tolerance, too_many_days),
            *(half_a_month, hours_not_stated, days_across_a_new_rate),
        ),
    ),
    Kind("no_grant", 10, (granted_elsewhere, nothing_granted)),
    Kind("no_cpr", 10, (no_number, no_number, no_number_on_one_line)),
    Kind(
        "grant_not_running",
        9,
        (ends_in_the_month, ended_before, provisional_only, begins_in_the_month, terminated),
    ),
    Kind("out_of_scope", 7, (companionship, support_at_home)),
    Kind("several_cpr", 5, (two_on_a_line, two_above_the_lines, another_above_the_lines)),
    Kind("paid_by_hand", 4, (paid_by_hand, paid_in_part_by_hand)),
    Kind("unknown_citizen", 4, (unknown_citizen,)),
    Kind("no_account", 4, (account_missing, account_double)),
    Kind("ambiguous", 3, (two_grants_fit,)),
    Kind("one_of_several_differs", 3, (one_of_several_differs,)),
)
