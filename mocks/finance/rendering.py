"""An e-invoice as finance shows it: whatever can be read of an OIOUBL or Peppol document, leniently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from lxml import etree

_TITLES = {"Invoice": "Faktura", "CreditNote": "Kreditnota"}


@dataclass(frozen=True, slots=True)
class ShownLine:
    number: str
    texts: tuple[str, ...]
    period: str
    quantity: str
    unit: str
    price: int | None
    ore: int | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A readable document. Amounts in øre, None where the document does not say; `facts` are name and value."""

    title: str
    facts: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    lines: tuple[ShownLine, ...]
    net: int | None
    vat: int | None
    payable: int | None
    supplier_ean: str


def show(xml: bytes) -> Shown | None:
    """What can be read of the document; None where it is no invoice or credit note, or no sound XML."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    title = _TITLES.get(etree.QName(root).localname)
    if title is None or root.getroottree().docinfo.internalDTD is not None:
        return None
    return Shown(
        title=title,
        facts=_facts(root),
        notes=_texts(root, "Note"),
        lines=tuple(_line(it) for it in root.iterfind(f"{{*}}{etree.QName(root).localname}Line")),
        net=_net(root),
        vat=_ore(root, "TaxTotal/TaxAmount"),
        payable=_ore(root, "LegalMonetaryTotal/PayableAmount"),
        supplier_ean=_ean(root),
    )


def _facts(root: etree._Element) -> tuple[tuple[str, str], ...]:
    supplier, customer = "AccountingSupplierParty/Party", "AccountingCustomerParty/Party"
    named = (
        ("Fakturanummer", _text(root, "ID")),
        ("Fakturadato", _text(root, "IssueDate")),
        ("Leverandør", _text(root, f"{supplier}/PartyName/Name")),
        ("Leverandørens id", _text(root, f"{supplier}/EndpointID")),
        ("CVR-nr. i dokumentet", _text(root, f"{supplier}/PartyLegalEntity/CompanyID")),
        ("Kontakt", " ".join(_texts(root, f"{supplier}/Contact/*"))),
        ("Modtager", _text(root, f"{customer}/PartyName/Name")),
        ("Modtagers EAN", _text(root, f"{customer}/EndpointID")),
        ("Valuta", _text(root, "DocumentCurrencyCode")),
        ("Ordrereference", _text(root, "OrderReference/ID")),
        ("Købers reference", _text(root, "BuyerReference")),
        ("Kontostreng", _text(root, "AccountingCost")),
        ("Periode", _period(root)),
        ("Leveret", _text(root, "Delivery/ActualDeliveryDate")),
        ("Betalingskonto", _text(root, "PaymentMeans/PayeeFinancialAccount/ID")),
    )
    return tuple((name, value) for name, value in named if value)


def _line(line: etree._Element) -> ShownLine:
    quantity = line.find("{*}InvoicedQuantity")
    if quantity is None:
        quantity = line.find("{*}CreditedQuantity")
    texts = (
        *_texts(line, "Item/Name"),
        *_texts(line, "Item/Description"),
        *(": ".join(_texts(it, "*")) for it in line.iterfind("{*}Item/{*}AdditionalItemProperty")),
        *_texts(line, "Note"),
        *_texts(line, "OrderLineReference/LineID"),
    )
    return ShownLine(
        number=_text(line, "ID"),
        texts=texts,
        period=_period(line),
        quantity=(quantity.text or "").replace(".", ",") if quantity is not None else "",
        unit=quantity.get("unitCode", "") if quantity is not None else "",
        price=_ore(line, "Price/PriceAmount"),
        ore=_ore(line, "LineExtensionAmount"),
    )


def _net(root: etree._Element) -> int | None:
    """Without VAT. (The document's TaxExclusiveAmount is the net in Peppol, but the VAT in OIOUBL.)"""
    lines = _ore(root, "LegalMonetaryTotal/LineExtensionAmount")
    if lines is None:
        return None
    less = _ore(root, "LegalMonetaryTotal/AllowanceTotalAmount") or 0
    more = _ore(root, "LegalMonetaryTotal/ChargeTotalAmount") or 0
    return lines - less + more


def _ean(root: etree._Element) -> str:
    endpoint = root.find("{*}AccountingSupplierParty/{*}Party/{*}EndpointID")
    is_ean = endpoint is not None and endpoint.get("schemeID") in ("GLN", "EAN", "0088")
    return (endpoint.text or "").strip() if endpoint is not None and is_ean else ""


def _period(parent: etree._Element) -> str:
    ends = _texts(parent, "InvoicePeriod/StartDate") + _texts(parent, "InvoicePeriod/EndDate")
    return " - ".join(ends)


def _text(parent: etree._Element, path: str) -> str:
    return next(iter(_texts(parent, path)), "")


def _texts(parent: etree._Element, path: str) -> tuple[str, ...]:
    """The texts at the path, whatever the namespaces; empty ones left out."""
    found: Sequence[etree._Element] = parent.findall("/".join(f"{{*}}{step}" for step in path.split("/")))
    return tuple(text for it in found if (text := (it.text or "").strip()))


def _ore(parent: etree._Element, path: str) -> int | None:
    try:
        return int((Decimal(_text(parent, path)) * 100).to_integral_value())
    except InvalidOperation:
        return None
