"""Drafts as e-invoice documents: OIOUBL 2.1 and Peppol BIS Billing 3, complete and in schema order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from lxml import etree

from mocks.town.letters import Draft, Line, vat_of
from mocks.town.spans import Span

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_NAMESPACES: dict[str | None, str] = {
    "cac": f"{_UBL}CommonAggregateComponents-2",
    "cbc": f"{_UBL}CommonBasicComponents-2",
}
_CAC, _CBC = (f"{{{uri}}}" for uri in _NAMESPACES.values())
_LIST_320 = {"schemeAgencyID": "320"}
Attributes = dict[str, str]
_NONE: Attributes = {}


@dataclass(frozen=True, slots=True)
class Dialect:
    """Where the two document families differ. `total_without_vat`: what TaxExclusiveAmount means."""

    head: tuple[tuple[str, str, Attributes], ...]
    cvr_scheme: str
    gln_scheme: str
    gln_agency: Attributes
    tax_ids: dict[int, str]
    tax_id_attributes: Attributes
    tax_scheme: str
    tax_scheme_name: str
    tax_scheme_attributes: Attributes
    total_without_vat: bool


OIOUBL = Dialect(
    head=(
        ("UBLVersionID", "2.1", _NONE),
        ("CustomizationID", "OIOUBL-2.1", _NONE),
        (
            "ProfileID",
            "urn:www.nesubl.eu:profiles:profile5:ver2.0",
            _LIST_320 | {"schemeID": "urn:oioubl:id:profileid-1.2"},
        ),
    ),
    cvr_scheme="DK:CVR",
    gln_scheme="GLN",
    gln_agency={"schemeAgencyID": "9"},
    tax_ids={0: "ZeroRated", 25: "StandardRated"},
    tax_id_attributes=_LIST_320 | {"schemeID": "urn:oioubl:id:taxcategoryid-1.1"},
    tax_scheme="63",
    tax_scheme_name="Moms",
    tax_scheme_attributes=_LIST_320 | {"schemeID": "urn:oioubl:id:taxschemeid-1.1"},
    total_without_vat=False,
)
PEPPOL = Dialect(
    head=(
        (
            "CustomizationID",
            "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0",
            _NONE,
        ),
        ("ProfileID", "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0", _NONE),
    ),
    cvr_scheme="0184",
    gln_scheme="0088",
    gln_agency=_NONE,
    tax_ids={0: "E", 25: "S"},
    tax_id_attributes=_NONE,
    tax_scheme="VAT",
    tax_scheme_name="",
    tax_scheme_attributes=_NONE,
    total_without_vat=True,
)


def render(draft: Draft) -> bytes:
    """The draft as a document in its supplier's dialect, UTF-8."""
    return etree.tostring(document(draft), encoding="UTF-8", xml_declaration=True, pretty_print=True)


def document(draft: Draft, root_name: str = "") -> etree._Element:
    """The draft as an element tree; its root is Invoice or CreditNote unless `root_name` says another."""
    dialect = PEPPOL if draft.firm.dialect == "peppol" else OIOUBL
    kind = root_name or ("CreditNote" if draft.credit else "Invoice")
    namespaces = {None: f"{_UBL}{kind}-2", **_NAMESPACES}
    root = etree.Element(f"{{{_UBL}{kind}-2}}{kind}", nsmap=namespaces)  # type: ignore[arg-type]  # stub has no None
    _head(root, draft, dialect, kind)
    _supplier(_group(root, "AccountingSupplierParty"), draft, dialect)
    _customer(_group(root, "AccountingCustomerParty"), draft, dialect)
    if draft.delivered:
        _leaf(_group(root, "Delivery"), "ActualDeliveryDate", draft.delivered.isoformat())
    _payment(root, draft, dialect)
    _tax(root, draft, dialect, draft.net, draft.vat)
    _totals(root, draft, dialect)
    for number, line in enumerate(draft.lines, 1):
        _line(_group(root, f"{kind}Line"), number, line, draft, dialect)
    return root


def kroner(ore: int) -> str:
    return f"{ore // 100}.{ore % 100:02d}"


def _leaf(parent: etree._Element, name: str, text: str, attributes: Attributes = _NONE) -> None:
    etree.SubElement(parent, _CBC + name, attributes).text = text


def _group(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, _CAC + name)


def _amount(parent: etree._Element, name: str, ore: int, currency: str) -> None:
    _leaf(parent, name, kroner(ore), {"currencyID": currency})


def _period(parent: etree._Element, span: Span | None) -> None:
    if span:
        period = _group(parent, "InvoicePeriod")
        _leaf(period, "StartDate", span.first.isoformat())
        _leaf(period, "EndDate", span.last.isoformat())


def _head(root: etree._Element, draft: Draft, dialect: Dialect, kind: str) -> None:
    for name, text, attributes in dialect.head:
        _leaf(root, name, text, attributes)
    _leaf(root, "ID", draft.number)
    if dialect is OIOUBL:
        _leaf(root, "CopyIndicator", "false")
        _leaf(root, "UUID", str(draft.uuid))
    _leaf(root, "IssueDate", draft.issued.isoformat())
    _type_code(root, draft, dialect, kind)
    for note in draft.notes if dialect is OIOUBL else ["\n".join(draft.notes)]:
        if note:
            _leaf(root, "Note", note)
    _leaf(root, "DocumentCurrencyCode", draft.currency)
    if draft.account_cost:
        _leaf(root, "AccountingCost", draft.account_cost)
    if dialect is PEPPOL:
        _leaf(root, "BuyerReference", "Center for Social")
    _period(root, draft.period)
    _leaf(_group(root, "OrderReference"), "ID", draft.order)


def _type_code(root: etree._Element, draft: Draft, dialect: Dialect, kind: str) -> None:
    if kind == "Invoice":
        if dialect is PEPPOL:
            _leaf(root, "DueDate", (draft.issued + timedelta(days=30)).isoformat())
        code_list = {"listAgencyID": "320", "listID": "urn:oioubl:codelist:invoicetypecode-1.1"}
        _leaf(root, "InvoiceTypeCode", "380", code_list if dialect is OIOUBL else _NONE)
    elif kind == "CreditNote" and dialect is PEPPOL:
        _leaf(root, "CreditNoteTypeCode", "381")


def _supplier(parent: etree._Element, draft: Draft, dialect: Dialect) -> None:
    firm = draft.firm
    party = _group(parent, "Party")
    gln = {"schemeID": dialect.gln_scheme, **dialect.gln_agency}
    if draft.ean:
        _leaf(party, "EndpointID", draft.ean, gln)
        _leaf(_group(party, "PartyIdentification"), "ID", draft.ean, gln)
    elif draft.cvr:
        _leaf(party, "EndpointID", draft.cvr, {"schemeID": dialect.cvr_scheme})
        _leaf(_group(party, "PartyIdentification"), "ID", draft.cvr, {"schemeID": dialect.cvr_scheme})
    _leaf(_group(party, "PartyName"), "Name", draft.name)
    _address(party, dialect, firm.street, firm.house, firm.city, firm.postcode)
    if draft.cvr:
        _party_tax(party, draft.cvr, dialect)
    _legal_entity(party, draft.name, draft.cvr, dialect)
    contact = _group(party, "Contact")
    if dialect is OIOUBL:
        _leaf(contact, "ID", firm.branch)
    _leaf(contact, "Name", firm.contact)
    _leaf(contact, "Telephone", firm.telephone)
    _leaf(contact, "ElectronicMail", firm.email)


def _customer(parent: etree._Element, draft: Draft, dialect: Dialect) -> None:
    party = _group(parent, "Party")
    gln = {"schemeID": dialect.gln_scheme, **dialect.gln_agency}
    _leaf(party, "EndpointID", draft.receiver, gln)
    _leaf(_group(party, "PartyIdentification"), "ID", draft.receiver, gln)
    _leaf(_group(party, "PartyName"), "Name", "Åkirke Kommune")
    _address(party, dialect, "Rådhuspladsen", "1", "Åkirke", "3790")
    prefix = "DK" if dialect is OIOUBL else ""
    _legal_entity(party, "Åkirke Kommune", f"{prefix}{draft.receiver_cvr}", dialect)
    contact = _group(party, "Contact")
    if dialect is OIOUBL:
        _leaf(contact, "ID", "Center for Social")
    _leaf(contact, "Name", "Center for Social")


def _address(party: etree._Element, dialect: Dialect, street: str, house: str, city: str, postcode: str) -> None:
    address = _group(party, "PostalAddress")
    if dialect is OIOUBL:
        code_list = {"listAgencyID": "320", "listID": "urn:oioubl:codelist:addressformatcode-1.1"}
        _leaf(address, "AddressFormatCode", "StructuredDK", code_list)
        _leaf(address, "StreetName", street)
        _leaf(address, "BuildingNumber", house)
    else:
        _leaf(address, "StreetName", f"{street} {house}")
    _leaf(address, "CityName", city)
    _leaf(address, "PostalZone", postcode)
    _leaf(_group(address, "Country"), "IdentificationCode", "DK")


def _party_tax(party: etree._Element, cvr: str, dialect: Dialect) -> None:
    scheme = _group(party, "PartyTaxScheme")
    attributes = {"schemeID": "DK:SE"} if dialect is OIOUBL else _NONE
    _leaf(scheme, "CompanyID", f"DK{cvr.removeprefix('DK')}", attributes)
    _tax_scheme(scheme, dialect)


def _legal_entity(party: etree._Element, name: str, cvr: str, dialect: Dialect) -> None:
    entity = _group(party, "PartyLegalEntity")
    _leaf(entity, "RegistrationName", name)
    if cvr:
        _leaf(entity, "CompanyID", cvr, {"schemeID": dialect.cvr_scheme})


def _payment(root: etree._Element, draft: Draft, dialect: Dialect) -> None:
    firm = draft.firm
    means = _group(root, "PaymentMeans")
    if dialect is OIOUBL:
        _leaf(means, "ID", "1")
        _leaf(means, "PaymentMeansCode", "42")
        _leaf(means, "PaymentDueDate", (draft.issued + timedelta(days=30)).isoformat())
        channel = {"listAgencyID": "320", "listID": "urn:oioubl:codelist:paymentchannelcode-1.1"}
        _leaf(means, "PaymentChannelCode", "DK:BANK", channel)
    else:
        _leaf(means, "PaymentMeansCode", "30")
        _leaf(means, "PaymentID", draft.number)
    account = _group(means, "PayeeFinancialAccount")
    _leaf(account, "ID", firm.account)
    if dialect is OIOUBL:
        _leaf(account, "PaymentNote", draft.number)
    _leaf(_group(account, "FinancialInstitutionBranch"), "ID", firm.branch)
    if dialect is OIOUBL:
        terms = _group(root, "PaymentTerms")
        _leaf(terms, "ID", "1")
        _leaf(terms, "PaymentMeansID", "1")
        _amount(terms, "Amount", draft.payable, draft.currency)


def _tax_scheme(parent: etree._Element, dialect: Dialect) -> None:
    scheme = _group(parent, "TaxScheme")
    _leaf(scheme, "ID", dialect.tax_scheme, dialect.tax_scheme_attributes)
    if dialect.tax_scheme_name:
        _leaf(scheme, "Name", dialect.tax_scheme_name)


def _tax_category(parent: etree._Element, name: str, draft: Draft, dialect: Dialect, reason: str = "") -> None:
    category = _group(parent, name)
    _leaf(category, "ID", dialect.tax_ids[draft.vat_percent], dialect.tax_id_attributes)
    _leaf(category, "Percent", str(draft.vat_percent))
    if reason:
        _leaf(category, "TaxExemptionReason", reason)
    _tax_scheme(category, dialect)


def _tax(parent: etree._Element, draft: Draft, dialect: Dialect, net: int, vat: int) -> None:
    total = _group(parent, "TaxTotal")
    _amount(total, "TaxAmount", vat, draft.currency)
    part = _group(total, "TaxSubtotal")
    _amount(part, "TaxableAmount", net, draft.currency)
    _amount(part, "TaxAmount", vat, draft.currency)
    exempt = dialect is PEPPOL and not draft.vat_percent
    _tax_category(part, "TaxCategory", draft, dialect, "Momsfri social ydelse" if exempt else "")


def _totals(root: etree._Element, draft: Draft, dialect: Dialect) -> None:
    total = _group(root, "LegalMonetaryTotal")
    currency = draft.currency
    _amount(total, "LineExtensionAmount", draft.net, currency)
    _amount(total, "TaxExclusiveAmount", draft.net if dialect.total_without_vat else draft.vat, currency)
    _amount(total, "TaxInclusiveAmount", draft.net + draft.vat, currency)
    _amount(total, "PayableAmount", draft.payable, currency)


def _line(parent: etree._Element, number: int, line: Line, draft: Draft, dialect: Dialect) -> None:
    _leaf(parent, "ID", str(number))
    if line.note:
        _leaf(parent, "Note", line.note)
    quantity = "CreditedQuantity" if draft.credit else "InvoicedQuantity"
    _leaf(parent, quantity, line.quantity, {"unitCode": line.unit})
    _amount(parent, "LineExtensionAmount", line.amount, draft.currency)
    _period(parent, line.period)
    if dialect is OIOUBL:
        _tax(parent, draft, dialect, line.amount, vat_of(line, draft.vat_percent))
    _item(_group(parent, "Item"), line, draft, dialect)
    price = _group(parent, "Price")
    _amount(price, "PriceAmount", line.price, draft.currency)
    _leaf(price, "BaseQuantity", "1", {"unitCode": line.unit})


def _item(item: etree._Element, line: Line, draft: Draft, dialect: Dialect) -> None:
    if line.description:
        _leaf(item, "Description", line.description)
    _leaf(item, "Name", line.name)
    if dialect is PEPPOL:
        _tax_category(item, "ClassifiedTaxCategory", draft, dialect)
    for name, value in line.properties:
        extra = _group(item, "AdditionalItemProperty")
        _leaf(extra, "Name", name)
        _leaf(extra, "Value", value)
