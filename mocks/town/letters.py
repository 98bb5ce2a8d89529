"""Invoices as a supplier writes them: where the citizen, the period and the other numbers are put."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Literal
from uuid import UUID

from mocks.town import phrases
from mocks.town.amounts import Piece
from mocks.town.model import Citizen
from mocks.town.parts import Part
from mocks.town.spans import Span
from mocks.town.suppliers import Firm
from mocks.town.world import World

Place = Literal["note", "name", "description", "property", "header", "reference", "nowhere"]
Field = Literal["note", "name", "description"]
Telling = Literal["period", "line_period", "dates", "month", "delivery", "issued"]

_FIELDS: tuple[Field, ...] = ("note", "name", "description")
_LINE_PLACES: tuple[Place, ...] = ("note", "note", "name", "description", "description", "property")
_PLACES: tuple[Place, ...] = (*_LINE_PLACES, "header", "header", "reference")
_TELLINGS: dict[Telling, int] = {
    "period": 8,
    "line_period": 3,
    "dates": 40,
    "month": 30,
    "delivery": 12,
    "issued": 7,
}


@dataclass(slots=True)
class Line:
    """A line on the paper. `amount` is what is written, in øre, which a bad invoice gets wrong."""

    name: str
    quantity: str
    unit: str
    price: int
    amount: int
    description: str = ""
    note: str = ""
    period: Span | None = None
    properties: list[tuple[str, str]] = field(default_factory=list)

    def add(self, place: Field, text: str, before: bool = False) -> None:
        """Puts a text into a field, beside what already stands there."""
        setattr(self, place, _beside(getattr(self, place), text, before))


@dataclass(slots=True)
class Draft:
    """Everything that stands on one invoice. Money in øre; "" is what the supplier left out."""

    firm: Firm
    name: str
    cvr: str
    ean: str
    receiver: str
    receiver_cvr: str
    number: str
    uuid: UUID
    issued: date
    received: date
    account_cost: str
    order: str
    lines: list[Line] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    delivered: date | None = None
    period: Span | None = None
    currency: str = "DKK"
    vat_percent: int = 0
    credit: bool = False
    sum_error: int = 0
    payable_error: int = 0

    @property
    def net(self) -> int:
        """The total without VAT as the document states it."""
        return sum(line.amount for line in self.lines) + self.sum_error

    @property
    def vat(self) -> int:
        return sum(vat_of(line, self.vat_percent) for line in self.lines)

    @property
    def payable(self) -> int:
        return self.net + self.vat + self.payable_error


def vat_of(line: Line, percent: int) -> int:
    return (line.amount * percent + 50) // 100


def write(world: World, firm: Firm, shares: Sequence[Part], place: Place | None = None) -> Draft:
    """The supplier's invoice for the shares; where the citizen is named is left to habit unless given."""
    rng = world.rng
    telling = _a_telling(rng, shares)
    usual = _PLACES if len(shares) == 1 else _LINE_PLACES
    where = rng.choice(usual) if place is None else place
    groups = [[_line(piece) for piece in share.pieces] for share in shares]
    draft = _blank(world, firm, _issue_day(rng, shares, telling))
    draft.lines = [line for group in groups for line in group]
    _tell_period(rng, draft, shares, groups, telling)
    for share, group in zip(shares, groups, strict=True):
        # With one citizen on the invoice, naming that one on the first line is enough, and common.
        enough = 1 if len(shares) == 1 and rng.random() < 0.4 else len(group)
        _name_citizen(rng, draft, group[:enough], share.citizen, where)
    _add_noise(rng, draft)
    return draft


def _blank(world: World, firm: Firm, issued: date) -> Draft:
    rng = world.rng
    orders = (str(rng.randint(1_000_000, 9_999_999)), phrases.lookalike(rng), f"RK-{rng.randint(100, 999)}")
    return Draft(
        firm=firm,
        name=firm.supplier.name,
        cvr=f"DK{firm.supplier.cvr}" if firm.dialect == "oioubl" else firm.supplier.cvr,
        ean=firm.supplier.ean if firm.endpoint_is_ean else "",
        receiver=world.ean,
        receiver_cvr=world.cvr,
        number=firm.next_number(issued.year),
        uuid=UUID(int=rng.getrandbits(128), version=4),
        issued=issued,
        received=issued + timedelta(days=rng.randint(0, 2)),
        account_cost=_account_cost(rng),
        order=rng.choice(orders),
    )


def _account_cost(rng: Random) -> str:
    """An account string of the kind that suppliers are asked to put on their invoices."""
    function = rng.choice(("538501003", "538521001", "538581002", "538591002", "330461999"))
    return rng.choice(("", function, f"0{rng.randint(9000, 9999)}-{function}-{rng.randint(91000, 91999):06d}-409CPR"))


def _line(piece: Piece) -> Line:
    return Line(piece.text, f"{piece.quantity:.2f}", piece.unit, piece.price, piece.ore)


def _beside(old: str, new: str, before: bool) -> str:
    first, second = (new, old) if before else (old, new)
    return f"{first}, {second}" if old else new


def _a_telling(rng: Random, shares: Sequence[Part]) -> Telling:
    """A way to state the period that the shares' spans allow."""
    spans = {share.span for share in shares}
    if len(spans) > 1:
        return rng.choice(("dates", "line_period"))
    if not spans.pop().one_month:
        return rng.choice(("dates", "dates", "period"))
    return rng.choices(list(_TELLINGS), list(_TELLINGS.values()))[0]


def _issue_day(rng: Random, shares: Sequence[Part], telling: Telling) -> date:
    """The week after the service ended; its last week where only this date tells the period."""
    last = max(share.span.last for share in shares)
    return last + timedelta(days=rng.randint(-6, 0) if telling == "issued" else rng.randint(1, 8))


def _tell_period(
    rng: Random, draft: Draft, shares: Sequence[Part], groups: Sequence[list[Line]], telling: Telling
) -> None:
    span = shares[0].span
    if telling == "delivery":
        draft.delivered = span.last - timedelta(days=rng.randint(0, 20))
    elif telling != "issued" and rng.random() < 0.4:
        draft.delivered = draft.issued  # says nothing: the period stands elsewhere
    if telling == "period":
        draft.period = span
    elif telling == "line_period":
        for share, group in zip(shares, groups, strict=True):
            for line in group:
                line.period = share.span
    elif telling in ("dates", "month"):
        _say_period(rng, draft, shares, groups, telling)


def _say_period(
    rng: Random, draft: Draft, shares: Sequence[Part], groups: Sequence[list[Line]], telling: Telling
) -> None:
    """States the period in words: once for all above the lines, or on every line."""
    say = phrases.month if telling == "month" else phrases.dates
    if len({share.span for share in shares}) == 1 and rng.random() < 0.5:
        draft.notes.append(say(rng, shares[0].span))
        return
    place = rng.choice(_FIELDS)
    for share, group in zip(shares, groups, strict=True):
        text = say(rng, share.span)
        for line in group:
            line.add(place, text)


def _name_citizen(rng: Random, draft: Draft, lines: list[Line], who: Citizen, place: Place) -> None:
    if place == "header":
        draft.notes.append(phrases.citizen(rng, who))
    elif place == "reference":
        draft.order = phrases.labelled(rng, who.cpr)
    elif place == "nowhere":
        lines[0].add("note", phrases.nameless(rng, who))
    else:
        for line in lines:
            name_on_line(rng, line, who, place)


def name_on_line(rng: Random, line: Line, who: Citizen, place: Place) -> None:
    if place == "property":
        number = rng.choice((phrases.shown(who.cpr), who.cpr))
        line.properties.append((rng.choice(("CPR", "CPR-nummer", "Borgers CPR-nr.")), number))
    elif place in ("note", "name", "description"):
        line.add(place, phrases.citizen(rng, who), before=rng.random() < 0.3)


def _add_noise(rng: Random, draft: Draft) -> None:
    for _ in range(rng.choices((0, 1, 2, 3), (30, 35, 25, 10))[0]):
        text = phrases.noise(rng)
        if rng.random() < 0.4:
            draft.notes.append(text)
        else:
            rng.choice(draft.lines).add(rng.choice(_FIELDS), text, before=rng.random() < 0.3)
