"""May the robot post this invoice? The rules, in the order in which they apply.

The method is that of catalogue case 6 (Rudersdal): the robot does not try to understand the service from
the invoice. It takes the citizen (CPR), the supplier (CVR) and the amount, looks at every grant that the
citizen has with the supplier, and strikes those that cannot be meant. Exactly one must be left; in all
other cases a person decides.

 1. The document: a credit note, another receiver, another currency, wrong totals, VAT.
 2. The supplier is in the grants register.
 3. The invoice is not already posted.
 4. Every line has its one citizen (`citizens.py`).
 5. For each citizen: known; has grants with the supplier; strike by scope, by running, by amount; one is
    left; its period is not already paid; its account is known.

An invoice is posted whole or not at all. Pure: values in, a decision out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field

from bots_common.values import Cpr, Cvr, Ean, Frozen, Period, kroner
from robots.invoices.accounts import AccountSheet, NoAccount, paragraph_of
from robots.invoices.amounts import Calculation, expected
from robots.invoices.citizens import Part, Parts, citizens
from robots.invoices.decision import (
    Candidate,
    Decision,
    PartDecision,
    Posting,
    Strike,
    candidate_facts,
    interval,
    part_facts,
)
from robots.invoices.model import Invoice, Kind, Party
from robots.invoices.reasons import Detail, Problem, Reason
from robots.invoices.suppliers import SupplierBook
from robots.records import Grant, Supplier

__all__ = [
    "Decision",
    "Policy",
    "PostedVoucher",
    "SupplierBook",
    "citizens",
    "index",
    "match",
    "screen",
]

SCOPE: Final = frozenset({"§ 103", "§ 104", "§ 107", "§ 108", "STU"})
TEXT_LENGTH: Final = 50
"""What the text field of a posting line in finance holds."""


class Policy(Frozen):
    """What the municipality has decided. `tolerance` is kroner, for the rounding of rates."""

    our_eans: frozenset[Ean]
    scope: frozenset[Annotated[str, AfterValidator(paragraph_of)]] = SCOPE
    tolerance: Annotated[Decimal, Field(ge=0)] = Decimal("1.00")


@dataclass(frozen=True, slots=True)
class PostedVoucher:
    """A posting that stands in finance: whose invoice, its number, and finance's voucher number."""

    supplier: Cvr
    invoice: str
    voucher: str


def index(grants: Iterable[Grant]) -> dict[Cpr, tuple[Grant, ...]]:
    """The grants by citizen, for `match` over many invoices."""
    by_cpr: defaultdict[Cpr, list[Grant]] = defaultdict(list)
    for grant in grants:
        by_cpr[grant.cpr].append(grant)
    return {cpr: tuple(theirs) for cpr, theirs in by_cpr.items()}


def screen(invoice: Invoice, policy: Policy) -> Problem | None:
    """The reasons that the document alone gives: ask before any citizen is looked up."""
    if invoice.kind is Kind.CREDIT_NOTE:
        return Problem(Reason.CREDIT_NOTE, {"payable": str(invoice.payable)})
    if invoice.receiver.ean not in policy.our_eans:
        return _not_ours(invoice.receiver)
    if invoice.currency != "DKK":
        return Problem(Reason.CURRENCY, {"currency": invoice.currency, "payable": str(invoice.payable)})
    return _wrong_totals(invoice) or _unexpected_vat(invoice)


def _not_ours(receiver: Party) -> Problem:
    if receiver.ean is None:
        return Problem(Reason.NOT_OUR_EAN, {"receiver": receiver.name, "detail": Detail.EAN_MISSING})
    return Problem(Reason.NOT_OUR_EAN, {"receiver": receiver.name, "ean": str(receiver.ean)})


def _wrong_totals(invoice: Invoice) -> Problem | None:
    """The document disagrees with itself, or has amounts outside its lines, which belong to no citizen."""
    if invoice.totals_problem:
        return Problem(Reason.TOTALS_WRONG, {"totals": invoice.totals_problem})
    lines_total = sum((line.amount for line in invoice.lines), Decimal("0.00"))
    if lines_total == invoice.net:
        return None
    facts = {"lines_total": str(lines_total), "net": str(invoice.net), "detail": Detail.LINES_NOT_NET}
    return Problem(Reason.TOTALS_WRONG, facts)


def _unexpected_vat(invoice: Invoice) -> Problem | None:
    """Social care carries no VAT; a supplier who adds it has sent something else, or is mistaken."""
    return Problem(Reason.VAT_UNEXPECTED, {"vat": str(invoice.vat)}) if invoice.vat else None


def match(
    invoice: Invoice,
    supplier: Supplier | Problem,
    parts: Parts | Problem,
    grants: Mapping[Cpr, Sequence[Grant] | None],
    posted: Iterable[PostedVoucher],
    accounts: AccountSheet,
    policy: Policy,
) -> Decision:
    """The decision on an invoice, by all the rules in their order.

    `supplier` and `parts` are what `SupplierBook.identify` and `citizens` answered. `grants` holds all
    grants of each citizen; one that is absent, or None, is not in the register. `posted` must not hold
    vouchers that this very document was posted with, nor may `grants` hold its own payments: a robot that
    resumes would meet itself.
    """
    if problem := screen(invoice, policy):
        return Decision(problem)
    if isinstance(supplier, Problem):
        return Decision(supplier)
    if problem := _duplicate(invoice, supplier, posted):
        return Decision(problem)
    if isinstance(parts, Problem):
        return Decision(parts)
    decided = tuple(_decide(part, supplier, grants.get(part.cpr), accounts, policy) for part in parts)
    first = next((it.outcome for it in decided if isinstance(it.outcome, Problem)), None)
    return Decision(first, decided)


def _duplicate(invoice: Invoice, supplier: Supplier, posted: Iterable[PostedVoucher]) -> Problem | None:
    """A supplier uses an invoice number once, so a posted one with the same number is the same invoice."""
    number = _plain(invoice.number)
    for voucher in posted:
        if voucher.supplier == supplier.cvr and _plain(voucher.invoice) == number:
            return Problem(Reason.DUPLICATE, {"voucher": voucher.voucher, "invoice": invoice.number})
    return None


def _plain(number: str) -> str:
    return "".join(number.split()).casefold()


def _decide(
    part: Part, supplier: Supplier, grants: Sequence[Grant] | None, accounts: AccountSheet, policy: Policy
) -> PartDecision:
    """One citizen's share: the exclusion method, then whether the one grant left may be paid."""
    if grants is None:
        return PartDecision(part, (), Problem(Reason.UNKNOWN_CITIZEN, part_facts(part)))
    theirs = sorted((it for it in grants if it.supplier == supplier.cvr and it.cpr == part.cpr), key=_number)
    if not theirs:
        facts = {**part_facts(part), "supplier": supplier.name, "cvr": str(supplier.cvr)}
        return PartDecision(part, (), Problem(Reason.NO_GRANT, facts))
    candidates = tuple(weigh(grant, part, policy) for grant in theirs)
    left = [it for it in candidates if it.struck is None]
    if not left:
        return PartDecision(part, candidates, _all_struck(candidates, part))
    if len(left) > 1:
        facts = {**part_facts(part), "grants": ", ".join(it.grant.number for it in left)}
        return PartDecision(part, candidates, Problem(Reason.AMBIGUOUS, facts))
    return PartDecision(part, candidates, _pay(left[0], part, accounts))


def _number(grant: Grant) -> str:
    return grant.number


def weigh(grant: Grant, part: Part, policy: Policy) -> Candidate:
    """Hold a grant against a share: the first of the three tests that it fails strikes it."""
    calculation = expected(grant, part)
    if outside_scope(grant, policy):
        return Candidate(grant, calculation, Strike.SCOPE)
    if cause := not_running(grant, part.period):
        return Candidate(grant, calculation, Strike.RUNNING, cause)
    if isinstance(calculation, Detail):
        return Candidate(grant, calculation, Strike.AMOUNT, calculation)
    if amount_off(calculation, part.amount, policy.tolerance):
        return Candidate(grant, calculation, Strike.AMOUNT)
    return Candidate(grant, calculation, None)


def outside_scope(grant: Grant, policy: Policy) -> bool:
    """First test: the grant is by a paragraph that the robot does not handle.

    In scope are serviceloven §§ 103, 104, 107 and 108 and STU (catalogue case 6; domain note §3.1). § 97 is
    not: companionship has no fixed hours, so its amount cannot be foreseen from the grant.
    """
    return paragraph_of(grant.paragraph) not in policy.scope


def not_running(grant: Grant, period: Period) -> Detail | None:
    """Second test: the grant is not in force, or does not cover every day of the period; says which.

    No grant, no payment (catalogue case 6; domain note §3.2): a service outside the granted time has none.
    """
    if not grant.active:
        return Detail.NOT_GRANTED
    if grant.first > period.first:
        return Detail.BEGINS_LATER
    if grant.last and grant.last < period.last:
        return Detail.ENDED
    return None


def amount_off(calculation: Calculation, billed: Decimal, tolerance: Decimal) -> bool:
    """Third test: the grant's rate does not give the amount that is billed.

    A grant is a service, a supplier and a rate (catalogue case 6), and rates are dated (domain note §3.2).
    The tolerance is for rounding only.
    """
    return abs(calculation.amount - billed) > tolerance


_STAGES: Final[Mapping[Strike | None, tuple[int, Reason]]] = {
    Strike.SCOPE: (1, Reason.OUT_OF_SCOPE),
    Strike.RUNNING: (2, Reason.GRANT_NOT_RUNNING),
    Strike.AMOUNT: (3, Reason.AMOUNT_DIFFERS),
}
"""How far a grant came before it was struck, and what that means for the invoice."""


def _all_struck(candidates: Sequence[Candidate], part: Part) -> Problem:
    """No grant is left: the reason of the one that came furthest, among several the nearest in amount."""

    def nearness(candidate: Candidate) -> tuple[int, bool, Decimal]:
        amount = candidate.expected
        if amount is None:
            return _STAGES[candidate.struck][0], False, Decimal(0)
        return _STAGES[candidate.struck][0], True, -abs(amount - part.amount)

    nearest = max(candidates, key=nearness)
    return Problem(_STAGES[nearest.struck][1], _facts_of(nearest, part))


def _pay(candidate: Candidate, part: Part, accounts: AccountSheet) -> Posting | Problem:
    """The one grant that is left is paid once for each day, from the account that the sheet names."""
    grant = candidate.grant
    for paid in grant.paid:
        if paid.period.overlaps(part.period):
            facts = {**_facts_of(candidate, part), "paid": interval(paid.period), "voucher": paid.voucher}
            return Problem(Reason.ALREADY_PAID, facts)
    psp = accounts.psp_for(grant.paragraph, grant.art, grant.ownership, grant.target_group)
    if isinstance(psp, NoAccount):
        return Problem(Reason.NO_ACCOUNT, {**_facts_of(candidate, part), **_account_facts(grant, psp)})
    text = posting_text(grant.service, part.period)
    return Posting(grant.number, psp, grant.art, kroner(part.amount), part.period, text)


def _account_facts(grant: Grant, missing: NoAccount) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "art": grant.art,
        "ownership": grant.ownership,
        "target_group": grant.target_group,
    }
    if missing.rows:
        facts |= {"detail": Detail.DOUBLE_ROW, "rows": ", ".join(str(row) for row in missing.rows)}
    return facts


def _facts_of(candidate: Candidate, part: Part) -> dict[str, Any]:
    return {**part_facts(part), **candidate_facts(candidate, part)}


def posting_text(service: str, period: Period) -> str:
    """The service and the period; a long service is cut, the period never."""
    when = f" {period}"
    return service[: TEXT_LENGTH - len(when)].rstrip() + when
