"""A town small enough to keep in mind: two citizens, two suppliers, three grants, four documents, two flex jobs and
three hires."""

from __future__ import annotations

from datetime import date

from mocks.town.model import Citizen, Document, Grant, Payment, Rate, Supplier, Town, Voucher
from tests.small_flex import small_flex
from tests.small_hires import small_hires

ANNA, BO = "6101901234", "6202851235"
CVR, EAN = "13585628", "5790000123451"

_INVOICE = """<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:a="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:b="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<b:ID>{number}</b:ID><b:IssueDate>2024-11-01</b:IssueDate><b:Note>Ophold oktober 2024</b:Note>
<b:DocumentCurrencyCode>DKK</b:DocumentCurrencyCode>
<a:AccountingSupplierParty><a:Party><b:EndpointID schemeID="GLN">{ean}</b:EndpointID>
<a:PartyName><b:Name>Bosted Ådalen</b:Name></a:PartyName></a:Party></a:AccountingSupplierParty>
<a:LegalMonetaryTotal><b:LineExtensionAmount currencyID="DKK">12345.67</b:LineExtensionAmount>
<b:PayableAmount currencyID="DKK">12345.67</b:PayableAmount></a:LegalMonetaryTotal>
<a:InvoiceLine><b:ID>1</b:ID><b:Note>Lejr &lt;b&gt; &amp; bål</b:Note>
<b:InvoicedQuantity unitCode="MON">1</b:InvoicedQuantity>
<b:LineExtensionAmount currencyID="DKK">12345.67</b:LineExtensionAmount>
<a:Item><b:Name>Botilbud</b:Name></a:Item><a:Price><b:PriceAmount currencyID="DKK">12345.67</b:PriceAmount></a:Price>
</a:InvoiceLine></Invoice>"""


def _document(serial: int, *, cvr: str = CVR, xml: bytes | None = None) -> Document:
    invoice = f"F-{serial}"
    return Document(
        number=f"B2024-{serial:06d}",
        received=date(2024, 11, serial),
        cvr=cvr,
        supplier="Bosted Ådalen",
        invoice=invoice,
        ore=1_234_567,
        xml=xml or _INVOICE.format(number=invoice, ean=EAN).encode(),
    )


def _grant(number: str, cpr: str, *, last: date | None = None, paid: tuple[Payment, ...] = ()) -> Grant:
    return Grant(
        number=number,
        cpr=cpr,
        cvr=CVR,
        paragraph="§ 108",
        service="Længerevarende botilbud",
        art="4.9",
        target_group="Autisme",
        unit="måned",
        first=date(2023, 1, 1),
        last=last,
        status="Bevilget",
        rates=(Rate(date(2023, 1, 1), 1_200_000), Rate(date(2024, 1, 1), 1_234_567)),
        paid=paid,
    )


def small_town() -> Town:
    """The third document names its supplier only by EAN, the fourth cannot be read."""
    september = Payment(date(2024, 9, 1), date(2024, 9, 30), "5100000007")
    return Town(
        seed=0,
        month=date(2024, 10, 1),
        ean="5798000123451",
        citizens=[Citizen(ANNA, "Anna Holm"), Citizen(BO, "Bo Lund")],
        suppliers=[
            Supplier(CVR, EAN, "Bosted Ådalen", "privat"),
            Supplier("25313763", "5790000123468", "Region Midt, Tagdækkervej", "regional"),
        ],
        grants=[
            _grant("G-000001", ANNA, paid=(september,)),
            _grant("G-000002", ANNA, last=date(2024, 6, 30)),
            _grant("G-000003", BO),
        ],
        vouchers=[Voucher("5100000007", CVR, "F-0", 1_234_567, date(2024, 10, 3))],
        documents=[_document(1), _document(2), _document(3, cvr=""), _document(4, xml=b"<Invoice><ID>1</ID")],
        flex=small_flex(),
        hires=small_hires(),
    )
