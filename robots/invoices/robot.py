"""The invoices robot: reads social-care invoices, matches them to grants, posts them and marks them as paid.

Catalogue case 6 (Rudersdal). What is not plain goes to a person, and the reason is written where people work:
into the remark field of the invoice in finance.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Final, NoReturn

from pydantic import Field

from bots_common.desk import Desk
from bots_common.errors import BusinessException, Uncertain
from bots_common.robot import Found, Item, Known, Robot
from bots_common.settings import Section, Settings
from bots_common.sheets import SheetFile
from bots_common.texts import Language, Texts
from bots_common.values import Cpr, Cvr, Ean, Frozen
from robots.invoices import rules, ubl
from robots.invoices.accounts import AccountSheet
from robots.invoices.changes import CHANGES
from robots.invoices.contact import CONTACT, asked
from robots.invoices.labels import COMPARISONS, EFFECTS, FACTS
from robots.invoices.model import Invoice
from robots.invoices.reasons import LOCALES, TEXTS, Problem, Reason
from robots.invoices.rules import Decision, Policy, PostedVoucher, SupplierBook
from robots.records import Grant, Supplier
from robots.systems.finance import Finance, Posting, PostingLine, Remark, Voucher
from robots.systems.grants import Grants, Payment

READ_AT_ONCE: Final = 8


class InvoiceItem(Frozen):
    """A document of the inbox: the invoice that was read from it, or why it cannot be read.

    `supplier` is who sent it, as the grants register knew it when the document was found.
    """

    document: str
    invoice: Invoice | None = None
    supplier: Supplier | None = None
    unreadable: str | None = None


class InvoicesConfig(Section):
    """What the municipality sets under [robots.invoices]. `tolerance` in kroner."""

    our_eans: frozenset[Ean]
    accounts: Path
    scope: frozenset[str] = rules.SCOPE
    tolerance: Decimal = Field(default=Decimal("1.00"), ge=0)


class Invoices(Robot[InvoiceItem]):
    """One work item a document. Documents of one supplier are handled in the order received."""

    name = "invoices"
    title = "Invoices"
    systems = (Finance, Grants)
    payload = InvoiceItem
    reasons = Reason
    reason_texts = TEXTS
    changes = CHANGES
    contact = CONTACT
    wanted = staticmethod(asked)
    fact_texts = FACTS
    effect_texts = EFFECTS
    comparisons = COMPARISONS
    correctable = (
        "invoice.number",
        "invoice.supplier.cvr",
        "invoice.period.period.first",
        "invoice.period.period.last",
    )
    locales = LOCALES

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        config = self.configured(settings, InvoicesConfig)
        self._policy = Policy(our_eans=config.our_eans, scope=config.scope, tolerance=config.tolerance)
        self._accounts = SheetFile(config.accounts, AccountSheet.read)
        self._texts = Texts.load(LOCALES)
        self._language = Language(settings.language)

    async def find(self, desk: Desk, known: Known) -> AsyncIterator[Found[InvoiceItem]]:
        inbox = await desk[Finance].inbox()
        had = await known([row.document for row in inbox])
        fresh = [row.document for row in inbox if row.document not in had]
        if not fresh:
            return
        book = SupplierBook(await desk[Grants].suppliers())
        for start in range(0, len(fresh), READ_AT_ONCE):
            chunk = fresh[start : start + READ_AT_ONCE]
            documents = await asyncio.gather(*(desk[Finance].document(number) for number in chunk))
            for number, document in zip(chunk, documents, strict=True):
                yield _found(number, document, book)

    async def handle(self, item: Item[InvoiceItem], desk: Desk) -> None:
        decision = await self._decide(item, desk)
        if decision.problem is not None:
            await self._hand_over(item, desk, decision.problem, decision)
        posting = _posting(item.payload.document, decision)
        voucher = await item.once("post", posting, do=desk[Finance].post, check=desk[Finance].find_posting)
        for line in decision.postings:
            payment = Payment(grant=line.grant, period=line.period, voucher=voucher.number, amount=line.amount)
            await item.once(
                f"mark-paid/{line.grant}",
                payment,
                do=desk[Grants].mark_paid,
                check=desk[Grants].find_payment,
                follows="post",
            )

    async def _decide(self, item: Item[InvoiceItem], desk: Desk) -> Decision:
        invoice = item.payload.invoice
        if invoice is None:
            return Decision(Problem(Reason.UNREADABLE, {"error": item.payload.unreadable}))
        supplier = item.payload.supplier or await self._supplier(invoice, desk)
        parts = rules.citizens(invoice)
        vouchers, own = [], []
        if not isinstance(supplier, Problem):
            vouchers = await desk[Finance].vouchers(cvr=supplier.cvr.digits, invoice=invoice.number)
            own = await self._own(item, vouchers)
        grants: dict[Cpr, tuple[Grant, ...] | None] = {}
        if not isinstance(parts, Problem) and rules.screen(invoice, self._policy) is None:
            cprs = [part.cpr for part in parts]
            grants = dict(zip(cprs, await asyncio.gather(*map(desk[Grants].grants_of, cprs)), strict=True))
        return rules.match(
            invoice,
            supplier,
            parts,
            {cpr: _without(theirs, own) for cpr, theirs in grants.items()},
            [_posted(voucher) for voucher in vouchers if voucher.number not in own],
            self._accounts.sheet(),
            self._policy,
        )

    async def _supplier(self, invoice: Invoice, desk: Desk) -> Supplier | Problem:
        """Asked again for a supplier that was unknown when found: somebody may have registered it since."""
        return SupplierBook(await desk[Grants].suppliers()).identify(invoice.supplier)

    async def _own(self, item: Item[InvoiceItem], vouchers: list[Voucher]) -> list[str]:
        """The vouchers that this very item posted in an earlier attempt, or may have: no duplicates of it."""
        found = [voucher.number for voucher in vouchers if voucher.document == item.payload.document]
        return found if found and (await item.begun("post") or await item.in_doubt()) else []

    async def _hand_over(self, item: Item[InvoiceItem], desk: Desk, problem: Problem, decision: Decision) -> NoReturn:
        document = item.payload.document
        if await item.begun("post") or (await item.in_doubt() and await desk[Finance].vouchers(document=document)):
            # Begun while the case was plain: a remark that says "not posted" could be false.
            raise Uncertain("post", {"since": problem.reason, **decision.facts})
        text = self._texts.text(TEXTS[problem.reason].fitting(problem.facts), self._language, **problem.facts)
        remark = Remark(document=document, text=text)
        # Another text is another remark: what a person has put right may have given the same reason new figures.
        name = f"remark/{problem.reason}#{zlib.crc32(text.encode()):08x}"
        await item.once(name, remark, do=desk[Finance].write_remark, check=desk[Finance].find_remark, note=True)
        raise BusinessException(problem.reason, decision.facts)


def _found(number: str, document: bytes, book: SupplierBook) -> Found[InvoiceItem]:
    try:
        invoice = ubl.read(document)
    except ubl.Unreadable as error:
        return Found(reference=number, payload=InvoiceItem(document=number, unreadable=str(error)))
    identified = book.identify(invoice.supplier)
    supplier = None if isinstance(identified, Problem) else identified
    everywhere = [*invoice.cprs, *(found for line in invoice.lines for found in line.cprs)]
    return Found(
        reference=number,
        payload=InvoiceItem(document=number, invoice=invoice, supplier=supplier),
        subjects=tuple(dict.fromkeys(found.cpr for found in everywhere)),
        lane=None if supplier is None else supplier.cvr.digits,
    )


def _without(grants: tuple[Grant, ...] | None, own: list[str]) -> tuple[Grant, ...] | None:
    """The grants without the payments that this very item has marked."""
    if grants is None or not own:
        return grants
    return tuple(
        grant.model_copy(update={"paid": tuple(it for it in grant.paid if it.voucher not in own)}) for grant in grants
    )


def _posted(voucher: Voucher) -> PostedVoucher:
    return PostedVoucher(supplier=Cvr(voucher.cvr), invoice=voucher.invoice, voucher=voucher.number)


def _posting(document: str, decision: Decision) -> Posting:
    return Posting(
        document=document,
        lines=tuple(
            PostingLine(psp=line.psp, art=line.art, amount=line.amount, text=line.text, period=line.period)
            for line in decision.postings
        ),
    )
