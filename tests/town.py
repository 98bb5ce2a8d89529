"""The mock town as the page objects show it to the robot: its registers in the robot's own types.

For tests and measures that run the rules over a whole town without a browser.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from bots_common.values import Cpr, Cvr, Ean, Period
from mocks.town import model as town
from robots.invoices.accounts import AccountSheet
from robots.invoices.model import Invoice
from robots.invoices.rules import Decision, Policy, PostedVoucher, SupplierBook, citizens, index, match
from robots.records import Grant, PaidPeriod, Rate, Supplier, Unit

UNITS = {"måned": Unit.MONTH, "døgn": Unit.DAY, "time": Unit.HOUR}


@dataclass(slots=True)
class Office:
    """What the systems hold, and what becomes of it while invoices are posted one after another."""

    suppliers: SupplierBook
    grants: dict[Cpr, tuple[Grant, ...]]
    posted: defaultdict[tuple[Cvr, str], list[PostedVoucher]]
    accounts: AccountSheet
    policy: Policy

    def decide(self, invoice: Invoice) -> Decision:
        """The decision on an invoice as things stand."""
        supplier = self.suppliers.identify(invoice.supplier)
        posted = self.posted.get((supplier.cvr, invoice.number), []) if isinstance(supplier, Supplier) else []
        return match(invoice, supplier, citizens(invoice), self.grants, posted, self.accounts, self.policy)

    def book(self, invoice: Invoice, decision: Decision, voucher: str) -> None:
        """Post what was decided: finance has the voucher, the grants have their payments."""
        supplier = self.suppliers.identify(invoice.supplier)
        if not decision.postings or not isinstance(supplier, Supplier):
            return
        self.posted[supplier.cvr, invoice.number].append(PostedVoucher(supplier.cvr, invoice.number, voucher))
        for part, posting in zip(decision.parts, decision.postings, strict=True):
            paid = PaidPeriod(period=posting.period, voucher=voucher)
            self.grants[part.part.cpr] = tuple(
                it.model_copy(update={"paid": (*it.paid, paid)}) if it.number == posting.grant else it
                for it in self.grants[part.part.cpr]
            )


def office(made: town.Town, accounts: AccountSheet) -> Office:
    """The town's registers as the robot reads them at the start of the month's run."""
    ownership = {it.cvr: it.ownership for it in made.suppliers}
    posted: defaultdict[tuple[Cvr, str], list[PostedVoucher]] = defaultdict(list)
    for it in made.vouchers:
        posted[Cvr(it.cvr), it.invoice].append(PostedVoucher(Cvr(it.cvr), it.invoice, it.number))
    citizens_known: dict[Cpr, tuple[Grant, ...]] = {Cpr(it.cpr): () for it in made.citizens}
    return Office(
        suppliers=SupplierBook(Supplier(cvr=Cvr(it.cvr), ean=Ean(it.ean), name=it.name) for it in made.suppliers),
        grants=citizens_known | index(_grant(it, ownership[it.cvr]) for it in made.grants),
        posted=posted,
        accounts=accounts,
        policy=Policy(our_eans=frozenset({Ean(made.ean)})),
    )


def _grant(it: town.Grant, ownership: str) -> Grant:
    return Grant(
        number=it.number,
        cpr=Cpr(it.cpr),
        supplier=Cvr(it.cvr),
        paragraph=it.paragraph,
        service=it.service,
        art=it.art,
        ownership=ownership,
        target_group=it.target_group,
        unit=UNITS[it.unit],
        first=it.first,
        last=it.last,
        active=it.status == "Bevilget",
        rates=tuple(Rate(valid_from=rate.valid_from, amount=Decimal(rate.ore) / 100) for rate in it.rates),
        paid=tuple(PaidPeriod(period=Period(first=p.first, last=p.last), voucher=p.voucher) for p in it.paid),
    )
