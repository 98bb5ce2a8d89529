"""The town while it is being built: who lives there, who sells care, what is granted and paid so far."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from mocks.town import accounts
from mocks.town.amounts import rate_on, runs
from mocks.town.grants import Terms
from mocks.town.model import Citizen, Grant, Payment, Supplier, Voucher
from mocks.town.people import People
from mocks.town.spans import Span, month_of, shifted
from mocks.town.suppliers import FEWEST, Directory, Firm

FIRST_VOUCHER = 5_100_000_001


class World:
    """Hands out people, firms, grants and vouchers, and keeps what it handed out."""

    def __init__(self, rng: Random, size: int, month: date) -> None:
        self.rng = rng
        self.month = month_of(month)
        self.directory = Directory(rng)
        self.ean, self.cvr = self.directory.new_ean(), self.directory.new_cvr()
        self.firms = self.directory.firms(max(FEWEST, size // 12))
        self.sheet = accounts.sheet()
        self.citizens: list[Citizen] = []
        self.grants: list[Grant] = []
        self.vouchers: list[Voucher] = []
        self._people = People(rng, month)
        self._psp = {row[:4]: row[4] for row in self.sheet}
        self._sellers: dict[str, set[str]] = {}  # citizen's number → CVR of everyone with a grant
        self._regulars: list[Citizen] = []

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def firm(self) -> Firm:
        return self.rng.choice(self.firms)

    def new_seller(self, citizen: Citizen) -> Firm | None:
        """A firm that the citizen has no grant with, if some tries find one."""
        tries = (self.firm() for _ in range(10))
        return next((firm for firm in tries if firm.supplier.cvr not in self._sellers[citizen.cpr]), None)

    def stranger(self) -> Citizen:
        """A person whom no register of the town knows."""
        return self._people.person()

    def resident(self) -> Citizen:
        """A new citizen with no grants yet."""
        citizen = self.stranger()
        self.citizens.append(citizen)
        self._sellers[citizen.cpr] = set()
        return citizen

    def customer(self, firm: Firm) -> Citizen:
        """A citizen without grants at the firm: often somebody whom other firms send invoices about."""
        if self._regulars and self.chance(0.2):
            known = self.rng.choice(self._regulars)
            if firm.supplier.cvr not in self._sellers[known.cpr]:
                return known
        citizen = self.resident()
        self._regulars.append(citizen)
        return citizen

    def grant(
        self,
        citizen: Citizen,
        firm: Firm,
        terms: Terms,
        *,
        unpaid_from: date | None = None,
        also_paid: tuple[Span, ...] = (),
    ) -> Grant:
        """Registers a grant; one or two months before `unpaid_from` (default: this month) are paid."""
        spans = (*self._months_before(unpaid_from or self.month.first), *also_paid)
        paid = tuple(self._pay(firm, terms, span) for span in spans if terms.runs(*span))
        return self.register(as_grant(f"BEV{len(self.grants) + 1:07d}", citizen, firm.supplier, terms, paid))

    def register(self, grant: Grant) -> Grant:
        self._sellers[grant.cpr].add(grant.cvr)
        self.grants.append(grant)
        return grant

    def voucher(self, supplier: Supplier, invoice: str, ore: int, posted: date) -> Voucher:
        """Books an amount in finance, as a person did before the robot came."""
        number = str(FIRST_VOUCHER + len(self.vouchers))
        self.vouchers.append(Voucher(number, supplier.cvr, invoice, ore, posted))
        return self.vouchers[-1]

    def psp(self, firm: Firm, grant: Grant) -> str:
        return self._psp[grant.paragraph, grant.art, firm.supplier.ownership, grant.target_group]

    def _months_before(self, first: date) -> list[Span]:
        return [month_of(shifted(first, -back)) for back in range(self.rng.randint(1, 2), 0, -1)]

    def _pay(self, firm: Firm, terms: Terms, span: Span) -> Payment:
        posted = min(span.last + timedelta(days=self.rng.randint(3, 14)), self.month.last)
        ore = _usual_amount(self.rng, terms, span)
        voucher = self.voucher(firm.supplier, firm.next_number(posted.year), ore, posted)
        return Payment(span.first, span.last, voucher.number)


def as_grant(
    number: str, citizen: Citizen, supplier: Supplier, terms: Terms, paid: tuple[Payment, ...] = ()
) -> Grant:
    return Grant(
        number=number,
        cpr=citizen.cpr,
        cvr=supplier.cvr,
        paragraph=terms.offer.paragraph,
        service=terms.offer.service,
        art=accounts.ART_OF[supplier.ownership],
        target_group=terms.target_group,
        unit=terms.offer.unit,
        first=terms.first,
        last=terms.last,
        status=terms.status,
        rates=terms.rates,
        paid=paid,
    )


def _usual_amount(rng: Random, terms: Terms, span: Span) -> int:
    if terms.offer.unit == "døgn":
        return sum(days * ore for days, ore in runs(terms.rates, span))
    return rate_on(terms.rates, span.first) * (1 if terms.offer.unit == "måned" else rng.randint(10, 120))
