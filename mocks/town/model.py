"""What exists in the mock town. Plain values; money in whole øre, personal numbers as ten digits."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from mocks.town.flex.model import FlexTown
from mocks.town.hires.model import HireTown


@dataclass(frozen=True, slots=True)
class Citizen:
    cpr: str
    name: str


@dataclass(frozen=True, slots=True)
class Supplier:
    cvr: str
    ean: str
    name: str
    ownership: str  # "kommunal", "regional" or "privat"


@dataclass(frozen=True, slots=True)
class Rate:
    valid_from: date
    ore: int


@dataclass(frozen=True, slots=True)
class Payment:
    """A period of a grant that is marked as paid, and the voucher it was paid with."""

    first: date
    last: date
    voucher: str


@dataclass(frozen=True, slots=True)
class Grant:
    number: str
    cpr: str
    cvr: str
    paragraph: str
    service: str
    art: str
    target_group: str
    unit: str  # "måned", "døgn" or "time"
    first: date
    last: date | None
    status: str  # "Bevilget", "Foreløbig" or "Ophørt"
    rates: tuple[Rate, ...]
    paid: tuple[Payment, ...] = ()


@dataclass(frozen=True, slots=True)
class Voucher:
    """A posting that stood in finance before the month began."""

    number: str
    cvr: str
    invoice: str
    ore: int
    posted: date


@dataclass(frozen=True, slots=True)
class Document:
    """An e-invoice in the inbox of finance. `number` is finance's own, unique and rising."""

    number: str
    received: date
    cvr: str
    supplier: str
    invoice: str
    ore: int
    xml: bytes


@dataclass(frozen=True, slots=True)
class Posting:
    """One line that a correct robot enters for a document."""

    grant: str
    psp: str
    art: str
    ore: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Truth:
    """What must become of a document: its scenario, and either postings or the reason a person gets it."""

    document: str
    scenario: str
    reason: str | None
    postings: tuple[Posting, ...] = ()


@dataclass(slots=True)
class Town:
    """Everything the mock systems begin with. The truths never reach a system, only tests."""

    seed: int
    month: date
    ean: str
    citizens: list[Citizen] = field(default_factory=list)
    suppliers: list[Supplier] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    vouchers: list[Voucher] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    accounts: list[tuple[str, str, str, str, str]] = field(default_factory=list)  # §, art, ownership, group, PSP
    truth: list[Truth] = field(default_factory=list)
    flex: FlexTown = field(default_factory=FlexTown)
    hires: HireTown = field(default_factory=HireTown)
