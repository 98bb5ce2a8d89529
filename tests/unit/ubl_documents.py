"""Small e-invoices of every format that the reader takes, made up for the tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
CAC = f"{UBL}CommonAggregateComponents-2"
CBC = f"{UBL}CommonBasicComponents-2"

SUPPLIER_CVR = "12542976"
SUPPLIER_EAN = "5798009811578"
RECEIVER_EAN = "5798000416604"

CUSTOMIZATIONS = {
    "OIOUBL-2.02": "OIOUBL-2.02",
    "OIOUBL-2.1": "OIOUBL-2.1",
    "OIOUBL-3.0": "urn:fdc:oioubl.dk:trns:billing:{kind}:3.0",
    "Peppol BIS 3": "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0",
}


def cbc(name: str, words: str, **attributes: str) -> etree._Element:
    element = etree.Element(f"{{{CBC}}}{name}", attributes)
    element.text = words
    return element


def cac(name: str, *children: etree._Element) -> etree._Element:
    element = etree.Element(f"{{{CAC}}}{name}")
    element.extend(children)
    return element


@dataclass(frozen=True)
class Row:
    """A line of an invoice; "" is left out."""

    amount: str = "38750.00"
    quantity: str = "31"
    unit: str = "DAY"
    price: str = "1250.00"
    name: str = "Botilbud"
    description: str = ""
    note: str = ""
    reference: str = ""
    property: tuple[str, str] | None = None
    period: tuple[str, str] | None = None
    base: str = ""
    allowance: str = ""


@dataclass(frozen=True)
class Paper:
    """A whole invoice; "" and None are left out."""

    form: str = "OIOUBL-2.1"
    credit: bool = False
    rows: tuple[Row, ...] = (Row(),)
    number: str = "F-1001"
    issued: str = "2024-11-05"
    currency: str = "DKK"
    type_code: str = "380"
    notes: tuple[str, ...] = ()
    period: tuple[str, str] | None = None
    delivered: str = ""
    order: str = ""
    accounting_cost: str = ""
    lines: str = "38750.00"
    allowance: str = ""
    charge: str = ""
    net: str = "38750.00"
    vat: str = "0.00"
    gross: str = "38750.00"
    prepaid: str = ""
    rounding: str = ""
    payable: str = "38750.00"

    def xml(self) -> bytes:
        kind = "CreditNote" if self.credit else "Invoice"
        namespaces = f'xmlns="{UBL}{kind}-2" xmlns:cac="{CAC}" xmlns:cbc="{CBC}"'
        root = etree.fromstring(f"<{kind} {namespaces}/>")
        root.extend(self._parts(kind))
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8")

    def _parts(self, kind: str) -> Iterator[etree._Element]:
        yield cbc("CustomizationID", CUSTOMIZATIONS[self.form].format(kind=kind.lower()))
        yield cbc("ID", self.number)
        yield cbc("IssueDate", self.issued)
        if not self.credit:
            yield cbc("InvoiceTypeCode", self.type_code)
        yield from (cbc("Note", note) for note in self.notes)
        yield cbc("DocumentCurrencyCode", self.currency)
        yield from _optional("AccountingCost", self.accounting_cost)
        yield from _period(self.period)
        if self.order:
            yield cac("OrderReference", cbc("ID", self.order))
        yield cac("AccountingSupplierParty", self._supplier())
        yield cac(
            "AccountingCustomerParty",
            cac(
                "Party",
                cbc("EndpointID", RECEIVER_EAN, schemeID=self._schemes[1]),
                cac("PartyName", cbc("Name", "Kommunen")),
            ),
        )
        if self.delivered:
            yield cac("Delivery", cbc("ActualDeliveryDate", self.delivered))
        yield from _adjustment(self.allowance, "false", self.currency)
        yield from _adjustment(self.charge, "true", self.currency)
        yield cac("TaxTotal", self._amount("TaxAmount", self.vat))
        yield cac("LegalMonetaryTotal", *self._totals())
        yield from (self._row(position, row) for position, row in enumerate(self.rows, start=1))

    @property
    def _schemes(self) -> tuple[str, str]:
        return ("DK:CVR", "GLN") if self.form.startswith("OIOUBL-2") else ("0184", "0088")

    def _supplier(self) -> etree._Element:
        cvr, ean = self._schemes
        return cac(
            "Party",
            cbc("EndpointID", SUPPLIER_EAN, schemeID=ean),
            cac("PartyName", cbc("Name", "Bostedet Bakken")),
            cac("PartyLegalEntity", cbc("CompanyID", f"DK{SUPPLIER_CVR}", schemeID=cvr)),
        )

    def _totals(self) -> Iterator[etree._Element]:
        exclusive = self.vat if self.form.startswith("OIOUBL-2") else self.net
        sums = {
            "LineExtensionAmount": self.lines,
            "TaxExclusiveAmount": exclusive,
            "TaxInclusiveAmount": self.gross,
            "AllowanceTotalAmount": self.allowance,
            "ChargeTotalAmount": self.charge,
            "PrepaidAmount": self.prepaid,
            "PayableRoundingAmount": self.rounding,
            "PayableAmount": self.payable,
        }
        yield from (self._amount(name, amount) for name, amount in sums.items() if amount)

    def _amount(self, name: str, amount: str) -> etree._Element:
        return cbc(name, amount, currencyID=self.currency)

    def _row(self, position: int, row: Row) -> etree._Element:
        item = cac("Item", *_optional("Description", row.description), *_optional("Name", row.name))
        if row.property:
            name, value = row.property
            item.append(cac("AdditionalItemProperty", cbc("Name", name), cbc("Value", value)))
        line = cac("CreditNoteLine" if self.credit else "InvoiceLine", cbc("ID", str(position)))
        line.extend(_optional("Note", row.note))
        quantity = "CreditedQuantity" if self.credit else "InvoicedQuantity"
        line.append(cbc(quantity, row.quantity, unitCode=row.unit))
        line.append(self._amount("LineExtensionAmount", row.amount))
        line.extend(_period(row.period))
        if row.reference:
            line.append(cac("OrderLineReference", cbc("LineID", row.reference)))
        line.extend(_adjustment(row.allowance, "false", self.currency))
        line.append(item)
        line.append(cac("Price", self._amount("PriceAmount", row.price), *_optional("BaseQuantity", row.base)))
        return line


def _optional(name: str, words: str) -> list[etree._Element]:
    return [cbc(name, words)] if words else []


def _period(period: tuple[str, str] | None) -> list[etree._Element]:
    return [cac("InvoicePeriod", cbc("StartDate", period[0]), cbc("EndDate", period[1]))] if period else []


def _adjustment(amount: str, charge: str, currency: str) -> list[etree._Element]:
    if not amount:
        return []
    return [cac("AllowanceCharge", cbc("ChargeIndicator", charge), cbc("Amount", amount, currencyID=currency))]


def without(document: bytes, *path: str) -> bytes:
    """The document less the elements at the path of local names below its root."""
    root = etree.fromstring(document)
    for element in root.findall("/".join(f"{{*}}{name}" for name in path)):
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)
    return etree.tostring(root)
