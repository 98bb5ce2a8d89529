"""The plain half of the inbox: invoices that a correct robot posts without a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random

from mocks.town.amounts import TOLERANCE, Piece, rate_on, total
from mocks.town.cases import Case, Kind, plain
from mocks.town.grants import BY_DAY, BY_HOUR, BY_MONTH, Terms, raised
from mocks.town.model import Rate
from mocks.town.parts import ONE, among_others, lone_part, part, rebilled, terms_for
from mocks.town.spans import Span, shifted
from mocks.town.world import World


def whole_month(world: World) -> Case:
    firm = world.firm()
    return plain(world, firm, part(world, firm, terms_for(world, BY_MONTH)))


def days_of_the_month(world: World) -> Case:
    firm = world.firm()
    return plain(world, firm, part(world, firm, terms_for(world, BY_DAY)))


def hours(world: World) -> Case:
    firm = world.firm()
    return plain(world, firm, part(world, firm, terms_for(world, BY_HOUR)))


def several_citizens(world: World) -> Case:
    """Two to five citizens, each on lines that carry the number."""
    firm = world.firm()
    shares = [part(world, firm, terms_for(world)) for _ in range(world.rng.randint(2, 5))]
    return plain(world, firm, *shares)


def several_citizens_own_periods(world: World) -> Case:
    """As before, but one came or left in the month: each line states its own period."""
    firm = world.firm()
    partly = part(world, firm, terms_for(world, BY_DAY), part_of_month(world))
    wholly = [part(world, firm, terms_for(world, BY_DAY)) for _ in range(world.rng.randint(1, 2))]
    return plain(world, firm, *wholly, partly)


def part_of_the_month(world: World) -> Case:
    """A day rate for some days, billed and stated as exactly those days."""
    firm = world.firm()
    return plain(world, firm, part(world, firm, terms_for(world, BY_DAY), part_of_month(world)))


def days_present(world: World) -> Case:
    """The month is stated, but fewer days are billed than it has: the citizen was away on the others."""
    firm = world.firm()
    share = lone_part(world, firm, terms_for(world, BY_DAY))
    days = world.rng.randint(5, share.span.days - 1)
    piece = Piece(share.grant.service, Decimal(days), "DAY", rate_on(share.grant.rates, share.span.first))
    return plain(world, firm, among_others(world, firm, rebilled(share, piece)))


def several_months(world: World) -> Case:
    """Two months on one invoice."""
    firm = world.firm()
    span = Span(shifted(world.month.first, -1), world.month.last)
    return plain(world, firm, part(world, firm, terms_for(world, BY_MONTH), span))


def several_lines(world: World) -> Case:
    """One citizen's month on two or three lines."""
    firm = world.firm()
    share = lone_part(world, firm, terms_for(world))
    return plain(world, firm, among_others(world, firm, rebilled(share, *split(world.rng, share.pieces))))


def rate_changes_in_the_month(world: World) -> Case:
    """A day rate that rises in mid-month; the supplier bills each price for its days, or the sum."""
    firm = world.firm()
    terms = terms_for(world, BY_DAY)
    return plain(world, firm, part(world, firm, with_rise(world, terms, world.rng.randint(3, 25))))


def new_rate_from_the_first(world: World) -> Case:
    """A month rate regulated on the first day of the very month."""
    firm = world.firm()
    return plain(world, firm, part(world, firm, with_rise(world, terms_for(world, BY_MONTH), 1)))


def within_tolerance(world: World) -> Case:
    """Off by at most one krone; what is posted is the invoice's amount."""
    firm = world.firm()
    share = lone_part(world, firm, terms_for(world, BY_MONTH + BY_DAY))
    off = world.rng.choice((37, -37, 1, -50, 99, TOLERANCE, -TOLERANCE))
    piece = Piece(share.grant.service, ONE, "EA", total(share.pieces) + off)
    return plain(world, firm, among_others(world, firm, rebilled(share, piece)))


def known_by_ean(world: World) -> Case:
    """The supplier's company number stands nowhere in the document."""
    firm = world.firm()
    case = plain(world, firm, part(world, firm, terms_for(world)))
    case.draft.cvr, case.draft.ean = "", firm.supplier.ean
    return case


def cvr_written_otherwise(world: World) -> Case:
    """With DK before the company number where the family writes none, and the other way round."""
    firm = world.firm()
    case = plain(world, firm, part(world, firm, terms_for(world)))
    written = case.draft.cvr
    case.draft.cvr = written.removeprefix("DK") if written.startswith("DK") else f"DK{written}"
    return case


def part_of_month(world: World) -> Span:
    """Some days of the month, never all of them."""
    days = world.rng.randint(5, 20)
    start = world.month.first + timedelta(days=world.rng.randint(0, world.month.days - days - 1))
    return Span(start, start + timedelta(days=days - 1))


def with_rise(world: World, terms: Terms, day: int) -> Terms:
    """The terms with a dearer rate from a day of the month on."""
    older = tuple(rate for rate in terms.rates if rate.valid_from < world.month.first)
    risen = Rate(world.month.first.replace(day=day), raised(world.rng, older[-1].ore))
    return replace(terms, rates=(*older, risen))


def split(rng: Random, pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """The same amount on more lines: units shared out, or a single price cut into service and supplement."""
    piece = pieces[0]
    if piece.quantity == 1:
        extra = piece.price * rng.randint(5, 30) // 100
        rest = replace(piece, price=piece.price - extra)
        return (rest, Piece("Tillæg", ONE, piece.unit, extra), *pieces[1:])
    early = Decimal(rng.randint(1, int(piece.quantity) - 1))
    return (replace(piece, quantity=early), replace(piece, quantity=piece.quantity - early), *pieces[1:])


PLAIN = (
    Kind("whole_month", 30, (whole_month,)),
    Kind("days_of_the_month", 16, (days_of_the_month,)),
    Kind("hours", 14, (hours,)),
    Kind("several_citizens", 10, (several_citizens, several_citizens_own_periods)),
    Kind("part_of_the_month", 8, (part_of_the_month, days_present)),
    Kind("several_lines", 8, (several_lines,)),
    Kind("rate_change", 6, (rate_changes_in_the_month, new_rate_from_the_first)),
    Kind("within_tolerance", 5, (within_tolerance,)),
    Kind("several_months", 3, (several_months,)),
    Kind("known_by_ean", 5, (known_by_ean,)),
    Kind("cvr_written_otherwise", 5, (cvr_written_otherwise,)),
)
