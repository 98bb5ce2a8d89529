"""Reading e-invoices: OIOUBL 2.0x, 2.1 and 3.0 and Peppol BIS Billing 3, invoices and credit notes.

`read` is the door. Which texts a document has and where they stand is in `ubl_texts`, personal numbers and periods
in texts are in `cpr_in_text` and `periods_in_text`, sums in `totals`, safe XML in `ubl_xml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from lxml import etree

from bots_common.values import Cvr, Ean, Period, kroner
from robots.invoices import totals
from robots.invoices.model import Invoice, Kind, Line, Party, PeriodSource, StatedPeriod
from robots.invoices.periods_in_text import hull, period_in
from robots.invoices.ubl_texts import cprs_of_header, cprs_of_line, header_words, line_words
from robots.invoices.ubl_xml import (
    MAX_BYTES,
    Unreadable,
    content,
    date_in,
    each,
    leaf,
    leaves,
    local,
    number_in,
    root_of,
    scheme,
    text,
)

__all__ = ["MAX_BYTES", "Unreadable", "read"]

_UBL = re.compile(r"\{urn:oasis:names:specification:ubl:schema:xsd:([A-Za-z]{1,40})-2\}\1")
_LINE_OF = {"Invoice": "InvoiceLine", "CreditNote": "CreditNoteLine"}
_NOT_INVOICES = {
    "ApplicationResponse": "an answer to a document",
    "Order": "an order",
    "OrderResponse": "an answer to an order",
    "OrderResponseSimple": "an answer to an order",
    "Reminder": "a reminder",
    "Statement": "a statement of account",
    "UtilityStatement": "a statement of consumption",
}

_OIOUBL_2 = re.compile(r"OIOUBL-2\.[0-9]{1,2}")
_OIOUBL_3 = re.compile(r"urn:fdc:oioubl\.dk:trns:+billing:(?:invoice|creditnote):3\.0")
_PEPPOL_3 = "urn:fdc:peppol.eu:2017:poacc:billing:3.0"

_PRO_FORMA = "325"
_CREDIT_CODES = frozenset({"81", "83", "381", "396", "532"})

_CVR_SCHEMES = frozenset({"DK:CVR", "0184", "9902"})
_SE_SCHEMES = frozenset({"DK:SE", "0198", "9904"})
_EAN_SCHEMES = frozenset({"GLN", "EAN", "0088"})

_ZERO = Decimal(0)
_ONE = Decimal(1)


def read(document: bytes) -> Invoice:
    """The invoice or credit note in the document, amounts in kroner as they stand (a credit note's are positive).

    Raises Unreadable where there is none, or where a field that an invoice must have is missing or malformed. Sums
    that contradict each other are no reason to refuse: they are in `totals_problem`. See `_period` for how the
    period is found.
    """
    root = root_of(document)
    name = _document_name(root)
    form = _format(root)
    currency = _required(root, "DocumentCurrencyCode")
    issued = _required_date(root, "IssueDate")
    elements = list(each(root, _LINE_OF[name]))
    if not elements:
        raise Unreadable("The document has no lines.")
    lines = tuple(_line(element, position, issued) for position, element in enumerate(elements, start=1))
    line_sums = [_line_sum(element, line) for element, line in zip(elements, lines, strict=True)]
    sums = _totals(root, currency, exclusive_is_tax=bool(_OIOUBL_2.fullmatch(form)))
    return Invoice(
        kind=_kind(root, name),
        format=form,
        number=_required(root, "ID"),
        issue_date=issued,
        supplier=_supplier(root),
        receiver=_party(next(each(root, "AccountingCustomerParty", "Party"), None)),
        currency=currency,
        period=_period(root, elements, lines, issued),
        lines=lines,
        net=kroner(totals.net_of(line_sums, sums)),
        vat=kroner(sums.tax),
        payable=kroner(sums.payable),
        totals_problem=_foreign_amount(root, elements, currency) or totals.problem(line_sums, sums),
        cprs=cprs_of_header(root),
    )


def _document_name(root: etree._Element) -> str:
    """ "Invoice" or "CreditNote"; raises Unreadable for every other document."""
    match = _UBL.fullmatch(str(root.tag))
    if not match:
        raise Unreadable("The document is XML but no UBL document: its namespace is unknown.")
    name = match[1]
    if name not in _LINE_OF:
        raise Unreadable(f"This is {_NOT_INVOICES.get(name, 'another document')} ({name}), not an invoice.")
    return name


def _format(root: etree._Element) -> str:
    customization = text(root, "CustomizationID")
    if _OIOUBL_2.fullmatch(customization):
        return customization
    if _OIOUBL_3.fullmatch(customization):
        return "OIOUBL-3.0"
    if _PEPPOL_3 in customization.split("#"):
        return "Peppol BIS 3"
    raise Unreadable("CustomizationID names none of OIOUBL 2.0, 2.1, 3.0 and Peppol BIS Billing 3.")


def _kind(root: etree._Element, name: str) -> Kind:
    code = text(root, "InvoiceTypeCode")
    if code == _PRO_FORMA:
        raise Unreadable("This is a pro forma invoice, which asks for no payment.", "Wait for the invoice itself.")
    return Kind.CREDIT_NOTE if name == "CreditNote" or code in _CREDIT_CODES else Kind.INVOICE


def _required(root: etree._Element, name: str) -> str:
    words = text(root, name)
    if not words:
        raise Unreadable(f"The document has no {name}.")
    return words


def _required_date(root: etree._Element, name: str) -> date:
    day = date_in(leaf(root, name))
    if day is None:
        raise Unreadable(f"The document has no {name}.")
    return day


# Parties


def _supplier(root: etree._Element) -> Party:
    party = _party(next(each(root, "AccountingSupplierParty", "Party"), None))
    if not (party.name or party.cvr or party.ean):
        raise Unreadable("The document does not say who the supplier is.")
    return party


def _party(element: etree._Element | None) -> Party:
    if element is None:
        return Party(name="")
    name = text(element, "PartyName", "Name") or text(element, "PartyLegalEntity", "RegistrationName")
    return Party(name=name, cvr=next(_cvrs(element), None), ean=next(_eans(element), None))


def _cvrs(party: etree._Element) -> Iterator[Cvr]:
    """The party's valid company numbers, the surest first: that of the legal entity, then its addresses, then VAT.

    An identifier that does not say its kind counts only if it begins with DK.
    """
    places = (
        (_CVR_SCHEMES, leaves(party, "PartyLegalEntity", "CompanyID")),
        (_CVR_SCHEMES, leaves(party, "EndpointID")),
        (_CVR_SCHEMES, leaves(party, "PartyIdentification", "ID")),
        (_SE_SCHEMES, leaves(party, "PartyTaxScheme", "CompanyID")),
    )
    for schemes, elements in places:
        for element in elements:
            kind, digits = scheme(element), content(element)
            if (kind in schemes or (not kind and digits.upper().startswith("DK"))) and (cvr := Cvr.parse(digits)):
                yield cvr


def _eans(party: etree._Element) -> Iterator[Ean]:
    for path in (("EndpointID",), ("PartyIdentification", "ID")):
        for element in leaves(party, *path):
            if scheme(element) in _EAN_SCHEMES and (ean := Ean.parse(content(element))):
                yield ean


# Lines and sums


def _line(element: etree._Element, position: int, issued: date) -> Line:
    quantity = _quantity(element)
    amount = number_in(leaf(element, "LineExtensionAmount"))
    if amount is None:
        raise Unreadable(f"Line {position} has no amount (LineExtensionAmount).")
    words = line_words(element)
    return Line(
        number=text(element, "ID") or str(position),
        text="; ".join(dict.fromkeys(words)),
        quantity=number_in(quantity),
        unit=(str(quantity.get("unitCode", "")).strip() or None) if quantity is not None else None,
        price=number_in(leaf(element, "Price", "PriceAmount")),
        amount=kroner(amount),
        period=_invoice_period([element]) or period_in(words, issued),
        cprs=cprs_of_line(element),
    )


def _quantity(line: etree._Element) -> etree._Element | None:
    invoiced = leaf(line, "InvoicedQuantity")
    return invoiced if invoiced is not None else leaf(line, "CreditedQuantity")


def _line_sum(element: etree._Element, line: Line) -> totals.LineSum:
    allowances, charges = _adjustments(element)
    base = number_in(leaf(element, "Price", "BaseQuantity"))
    factor = number_in(leaf(element, "Price", "OrderableUnitFactorRate"))
    return totals.LineSum(
        amount=line.amount,
        quantity=line.quantity,
        price=line.price,
        base=_ONE if base is None else base,
        factor=_ONE if factor is None else factor,
        adjustment=charges - allowances,
    )


def _adjustments(element: etree._Element) -> tuple[Decimal, Decimal]:
    """The allowances and the charges that stand directly in the element."""
    allowances = charges = _ZERO
    for adjustment in each(element, "AllowanceCharge"):
        amount = number_in(leaf(adjustment, "Amount")) or _ZERO
        if text(adjustment, "ChargeIndicator") in ("true", "1"):
            charges += amount
        else:
            allowances += amount
    return allowances, charges


def _totals(root: etree._Element, currency: str, *, exclusive_is_tax: bool) -> totals.Totals:
    stated = next(each(root, "LegalMonetaryTotal"), None)
    payable = number_in(leaf(stated, "PayableAmount")) if stated is not None else None
    if stated is None or payable is None:
        raise Unreadable("The document does not say what is to pay (PayableAmount).")
    allowances, charges = _adjustments(root)
    return totals.Totals(
        lines=number_in(leaf(stated, "LineExtensionAmount")),
        exclusive=number_in(leaf(stated, "TaxExclusiveAmount")),
        exclusive_is_tax=exclusive_is_tax,
        inclusive=number_in(leaf(stated, "TaxInclusiveAmount")),
        allowance_total=number_in(leaf(stated, "AllowanceTotalAmount")),
        charge_total=number_in(leaf(stated, "ChargeTotalAmount")),
        prepaid=number_in(leaf(stated, "PrepaidAmount")) or _ZERO,
        rounding=number_in(leaf(stated, "PayableRoundingAmount")) or _ZERO,
        payable=payable,
        allowances=allowances,
        charges=charges,
        tax=_tax(root, currency),
    )


def _tax(root: etree._Element, currency: str) -> Decimal:
    """All tax of the document. Peppol may state it once more in the currency of the tax accounts: not added."""
    amounts = (amount for amount in leaves(root, "TaxTotal", "TaxAmount"))
    return sum((number_in(a) or _ZERO for a in amounts if a.get("currencyID", currency) == currency), _ZERO)


def _foreign_amount(root: etree._Element, lines: Sequence[etree._Element], currency: str) -> str | None:
    """A sentence where an amount that is summed stands in another currency than the document's."""
    amounts = [amount for stated in each(root, "LegalMonetaryTotal") for amount in stated]
    amounts += [amount for line in lines for amount in leaves(line, "LineExtensionAmount")]
    for amount in amounts:
        if amount.get("currencyID", currency) != currency:
            return f"{local(amount)} in line {amount.sourceline} is not in the currency of the document."
    return None


# Period


def _period(
    root: etree._Element, elements: Sequence[etree._Element], lines: Sequence[Line], issued: date
) -> StatedPeriod:
    """The period of the invoice as a whole; the first of these that there is:

    its own InvoicePeriod; the one period that its lines carry (InvoicePeriod or text); dates or a month in its
    notes; from the first to the last day of its lines' different periods; the month of the delivery date (from the
    first to the last, the lines' dates where the header has none); the month of the date of issue.
    """
    of_lines = [line.period for line in lines if line.period]
    agreed = of_lines[0] if len({stated.period for stated in of_lines}) == 1 else None
    return (
        _invoice_period([root])
        or agreed
        or period_in(header_words(root), issued)
        or _hull_of(of_lines)
        or _delivered([root])
        or _delivered(elements)
        or StatedPeriod(period=Period.month_of(issued), source=PeriodSource.ISSUE_DATE)
    )


def _invoice_period(elements: Sequence[etree._Element]) -> StatedPeriod | None:
    periods = []
    for element in (period for parent in elements for period in each(parent, "InvoicePeriod")):
        first, last = date_in(leaf(element, "StartDate")), date_in(leaf(element, "EndDate"))
        if first and last:
            if last < first:
                raise Unreadable(f"The InvoicePeriod in line {element.sourceline} ends before it begins.")
            periods.append(Period(first=first, last=last))
    return StatedPeriod(period=hull(periods), source=PeriodSource.INVOICE_PERIOD) if periods else None


def _hull_of(stated: Sequence[StatedPeriod]) -> StatedPeriod | None:
    """From the first day to the last, as sure as the least sure of them."""
    if not stated:
        return None
    surest_first = list(PeriodSource)
    source = max((s.source for s in stated), key=surest_first.index)
    return StatedPeriod(period=hull(s.period for s in stated), source=source)


def _delivered(elements: Sequence[etree._Element]) -> StatedPeriod | None:
    days = [date_in(day) for element in elements for day in leaves(element, "Delivery", "ActualDeliveryDate")]
    months = [Period.month_of(day) for day in days if day]
    return StatedPeriod(period=hull(months), source=PeriodSource.DELIVERY_DATE) if months else None
