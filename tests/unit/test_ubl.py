"""Reading e-invoices: every format, what is found where, sums, and everything that must be refused."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from bots_common.values import Cpr, Cvr, Ean, Period
from robots.invoices.model import CprFound, Invoice, Kind, PeriodSource, Place, StatedPeriod
from robots.invoices.ubl import MAX_BYTES, Unreadable, read
from tests.unit.ubl_documents import (
    CUSTOMIZATIONS,
    RECEIVER_EAN,
    SUPPLIER_CVR,
    SUPPLIER_EAN,
    Paper,
    Row,
    without,
)

ANNE = Cpr("610190-1234")
OCTOBER = Period.month(2024, 10)
PUBLISHED = Path(os.environ.get("KOLLEGA_EINVOICES", Path(__file__).parents[3] / "shared" / "einvoices"))


# Formats


@pytest.mark.parametrize("form", sorted(CUSTOMIZATIONS))
@pytest.mark.parametrize("credit", [False, True])
def test_every_format_is_read(form: str, credit: bool) -> None:
    invoice = read(Paper(form=form, credit=credit).xml())
    (line,) = invoice.lines
    assert invoice.kind is (Kind.CREDIT_NOTE if credit else Kind.INVOICE)
    assert (invoice.format, invoice.number, invoice.issue_date) == (form, "F-1001", date(2024, 11, 5))
    assert (invoice.supplier.name, invoice.supplier.cvr, invoice.supplier.ean) == (
        "Bostedet Bakken",
        Cvr(SUPPLIER_CVR),
        Ean(SUPPLIER_EAN),
    )
    assert invoice.receiver.ean == Ean(RECEIVER_EAN)
    assert (invoice.net, invoice.vat, invoice.payable) == (Decimal("38750.00"), Decimal(0), Decimal("38750.00"))
    assert (line.text, line.quantity, line.unit, line.price) == ("Botilbud", Decimal(31), "DAY", Decimal("1250.00"))
    assert invoice.totals_problem is None


@pytest.mark.parametrize("code", ["381", "396"])
def test_an_invoice_of_a_credit_type_is_a_credit_note(code: str) -> None:
    assert read(Paper(type_code=code).xml()).kind is Kind.CREDIT_NOTE


def test_a_comment_does_not_split_a_text() -> None:
    document = Paper(notes=("CPR 610190-XX1234",)).xml().replace(b"XX", b"<!-- her -->")
    assert [found.cpr for found in read(document).cprs] == [ANNE]


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "ISO-8859-1"])
def test_a_declared_encoding_is_followed(encoding: str) -> None:
    document = Paper(rows=(Row(name="Støtte på Ærø"),)).xml().decode().replace("UTF-8", encoding)
    assert read(document.encode(encoding)).lines[0].text == "Støtte på Ærø"


def test_a_number_that_is_no_cvr_or_ean_is_none() -> None:
    document = Paper().xml().replace(SUPPLIER_CVR.encode(), b"12345678").replace(SUPPLIER_EAN.encode(), b"1234")
    supplier = read(document).supplier
    assert (supplier.name, supplier.cvr, supplier.ean) == ("Bostedet Bakken", None, None)


def test_the_number_of_the_legal_entity_goes_before_that_of_the_address() -> None:
    address = f'<cbc:EndpointID schemeID="GLN">{SUPPLIER_EAN}'
    document = Paper().xml().decode().replace(address, '<cbc:EndpointID schemeID="DK:CVR">DK10103940')
    assert read(document.encode()).supplier.cvr == Cvr(SUPPLIER_CVR)
    assert read(
        without(document.encode(), "AccountingSupplierParty", "Party", "PartyLegalEntity")
    ).supplier.cvr == Cvr("10103940")


# Periods


@pytest.mark.parametrize(
    ("paper", "period", "source"),
    [
        (
            Paper(period=("2024-10-01", "2024-10-31"), notes=("Ophold maj 2024",)),
            OCTOBER,
            PeriodSource.INVOICE_PERIOD,
        ),
        (Paper(rows=(Row(period=("2024-10-01", "2024-10-31")),)), OCTOBER, PeriodSource.INVOICE_PERIOD),
        (Paper(rows=(Row(note="Periode: 1/10/24 - 31/10/24"),)), OCTOBER, PeriodSource.TEXT_DATES),
        (Paper(rows=(Row(property=("Periode", "oktober 2024")),)), OCTOBER, PeriodSource.TEXT_MONTH),
        (Paper(notes=("for perioden 01-10-2024 til 31-10-2024",)), OCTOBER, PeriodSource.TEXT_DATES),
        (Paper(notes=("Ophold oktober 2024",), delivered="2024-11-04"), OCTOBER, PeriodSource.TEXT_MONTH),
        (Paper(delivered="2024-10-17"), OCTOBER, PeriodSource.DELIVERY_DATE),
        (Paper(issued="2024-10-30"), OCTOBER, PeriodSource.ISSUE_DATE),
    ],
)
def test_the_period_and_its_source(paper: Paper, period: Period, source: PeriodSource) -> None:
    assert read(paper.xml()).period == StatedPeriod(period=period, source=source)


def test_a_line_keeps_its_own_period() -> None:
    rows = (Row(name="Ophold september 2024"), Row(name="Ophold oktober 2024"), Row(name="Kørsel"))
    invoice = read(Paper(rows=rows).xml())
    september = StatedPeriod(period=Period.month(2024, 9), source=PeriodSource.TEXT_MONTH)
    october = StatedPeriod(period=OCTOBER, source=PeriodSource.TEXT_MONTH)
    assert [line.period for line in invoice.lines] == [september, october, None]
    assert invoice.period.period == Period(first=date(2024, 9, 1), last=date(2024, 10, 31))


# Personal numbers


@pytest.mark.parametrize("shown", ["610190-1234", "6101901234", "CPR: 610190-1234"])
@pytest.mark.parametrize(
    ("row", "place"),
    [
        (lambda text: Row(note=text), Place.LINE_NOTE),
        (lambda text: Row(name=text), Place.ITEM_NAME),
        (lambda text: Row(description=text), Place.ITEM_DESCRIPTION),
        (lambda text: Row(property=("Borger", text)), Place.ITEM_PROPERTY),
    ],
)
def test_a_personal_number_in_a_line_and_where_it_stood(shown: str, row: type[Row], place: Place) -> None:
    invoice = read(Paper(rows=(Row(), row(shown))).xml())
    assert [line.cprs for line in invoice.lines] == [(), (CprFound(cpr=ANNE, place=place),)]
    assert invoice.cprs == ()


@pytest.mark.parametrize(
    ("paper", "place"),
    [
        (Paper(notes=("Vedr. 610190-1234",)), Place.HEADER_NOTE),
        (Paper(order="CPR 6101901234"), Place.HEADER_REFERENCE),
        (Paper(accounting_cost="4711 cpr 6101901234"), Place.ACCOUNTING_COST),
    ],
)
def test_a_personal_number_in_the_header(paper: Paper, place: Place) -> None:
    assert read(paper.xml()).cprs == (CprFound(cpr=ANNE, place=place),)


@pytest.mark.parametrize(
    "paper",
    [
        Paper(order="6101901234"),
        Paper(accounting_cost="6101901234"),
        Paper(rows=(Row(reference="6101901234"),)),
        Paper(rows=(Row(property=("Ordrenr.", "6101901234")),)),
        Paper(notes=("Tlf. 6101901234",)),
    ],
)
def test_a_field_that_is_another_number_is_no_citizen(paper: Paper) -> None:
    invoice = read(paper.xml())
    assert [*invoice.cprs, *invoice.lines[0].cprs] == []


def test_a_party_identified_by_personal_number_is_a_citizen_unless_it_is_the_supplier() -> None:
    document = Paper().xml().decode()
    buyer = document.replace("</cac:PartyName></cac:Party></cac:AccountingCustomerParty>",
                             '</cac:PartyName><cac:PartyIdentification><cbc:ID schemeID="DK:CPR">6101901234</cbc:ID>'
                             "</cac:PartyIdentification></cac:Party></cac:AccountingCustomerParty>")  # fmt: skip
    supplier = document.replace(f'"GLN">{SUPPLIER_EAN}', '"DK:CPR">6101901234')
    assert read(buyer.encode()).cprs == (CprFound(cpr=ANNE, place=Place.HEADER_REFERENCE),)
    assert read(supplier.encode()).cprs == ()


# Sums

TWO = (Row(amount="100.00", quantity="2", price="50.00"), Row(amount="-30.00", quantity="-3", price="10.00"))


@pytest.mark.parametrize(
    "paper",
    [
        Paper(vat="9687.50", gross="48437.50", payable="48437.50"),
        Paper(rows=TWO, lines="70.00", net="70.00", gross="70.00", payable="70.00"),
        Paper(rows=TWO, lines="70.00", allowance="20.00", charge="5.00", net="55.00", gross="55.00", payable="55.00"),
        Paper(prepaid="750.00", rounding="0.25", payable="38000.25"),
        Paper(rows=(Row(price="125000.00", base="100"),)),
        Paper(rows=(Row(price="1300.00", allowance="1550.00"),)),
        Paper(rows=(Row(amount="38750.04"),), payable="38750.04"),
    ],
)
@pytest.mark.parametrize("form", ["OIOUBL-2.1", "Peppol BIS 3"])
def test_sums_that_agree(paper: Paper, form: str) -> None:
    assert read(replace(paper, form=form).xml()).totals_problem is None


def test_the_net_is_lines_less_allowances_plus_charges() -> None:
    paper = Paper(
        rows=TWO, lines="70.00", allowance="20.00", charge="5.00", vat="13.75", gross="68.75", payable="68.75"
    )
    invoice = read(paper.xml())
    assert (invoice.net, invoice.vat, invoice.payable) == (Decimal("55.00"), Decimal("13.75"), Decimal("68.75"))


@pytest.mark.parametrize(
    ("paper", "sentence"),
    [
        (Paper(rows=(Row(price="1251.00"),)), "Line 1: 31 × 1251.00 should be 38781.00 but is 38750.00."),
        (Paper(rows=(Row(base="0"),)), "Line 1 has a price per 0 units."),
        (Paper(lines="38000.00"), "The lines: the parts give 38750.00 but the document says 38000.00."),
        (Paper(vat="1.00"), "Net and tax: the parts give 38751.00 but the document says 38750.00."),
        (Paper(gross="38760.00"), "Net and tax: the parts give 38750.00 but the document says 38760.00."),
        (Paper(payable="38750.06"), "What is to pay: the parts give 38750.00 but the document says 38750.06."),
        (Paper(prepaid="1.00"), "What is to pay: the parts give 38749.00 but the document says 38750.00."),
        (
            Paper(form="Peppol BIS 3", net="0.00"),
            "The net: the parts give 38750.00 but the document says 0.00.",
        ),
    ],
)
def test_sums_that_do_not_agree(paper: Paper, sentence: str) -> None:
    assert read(paper.xml()).totals_problem == sentence


def test_an_amount_in_another_currency_is_a_problem() -> None:
    document = Paper().xml().replace(b'"DKK">38750.00</cbc:PayableAmount', b'"EUR">38750.00</cbc:PayableAmount')
    problem = read(document).totals_problem
    assert problem is not None
    assert problem.startswith("PayableAmount in line 2 is not in the currency")


def test_tax_repeated_in_the_currency_of_the_tax_accounts_is_not_added() -> None:
    again = (
        b'<cac:TaxTotal><cbc:TaxAmount currencyID="DKK">74.50</cbc:TaxAmount></cac:TaxTotal><cac:LegalMonetaryTotal>'
    )
    paper = Paper(form="Peppol BIS 3", currency="EUR", vat="10.00", gross="38760.00", payable="38760.00")
    invoice = read(paper.xml().replace(b"<cac:LegalMonetaryTotal>", again))
    assert (invoice.vat, invoice.totals_problem) == (Decimal("10.00"), None)


# Refused

BOMB = b'<!DOCTYPE Invoice [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">%s]>' % b"".join(
    b'<!ENTITY %c "%s">' % (name, b"&%c;" % (name - 1) * 10) for name in range(ord("c"), ord("n"))
)


def _with_prolog(prolog: bytes, note: bytes = b"x") -> bytes:
    declaration, root = Paper(notes=("NOTE",)).xml().split(b"\n", 1)
    return declaration + prolog + root.replace(b"NOTE", note)


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (b"", "breaks off"),
        (b"%PDF-1.7", "breaks off"),
        (Paper().xml()[:-40], "breaks off"),
        (Paper(notes=("æ",)).xml().replace("æ".encode(), b"\xe6"), "breaks off"),
        (Paper().xml().replace(b"UTF-8", b"klingon"), "breaks off"),
        (Paper().xml().replace(b"UTF-8", b"UTF-16"), "breaks off"),
        (_with_prolog(BOMB, b"&m;"), "DOCTYPE"),
        (_with_prolog(b'<!DOCTYPE Invoice SYSTEM "http://localhost:9/x.dtd">'), "DOCTYPE"),
        (_with_prolog(b'<!DOCTYPE Invoice [<!ENTITY f SYSTEM "file:///etc/hostname">]>', b"&f;"), "DOCTYPE"),
        (_with_prolog(BOMB, b'<x y="&m;"/>'), "DOCTYPE"),
        (_with_prolog(BOMB, b"&m;").decode().replace("UTF-8", "UTF-16").encode("utf-16"), "breaks off"),
        (_with_prolog(b"<!DOCTYPE Invoice>").decode().replace("UTF-8", "UTF-16").encode("utf-16"), "DOCTYPE"),
        (b"<a>" * 5000 + b"</a>" * 5000, "breaks off"),
        (b'<a b="' + b"1" * 11_000_000 + b'"/>', "breaks off"),
        (b"<Invoice/>", "namespace"),
        (b'<Invoice xmlns="urn:example"/>', "namespace"),
        (Paper().xml().replace(b"Invoice", b"Order"), "an order (Order)"),
        (Paper().xml().replace(b"OIOUBL-2.1", b"urn:example"), "CustomizationID"),
        (Paper(type_code="325").xml(), "pro forma"),
        (Paper(number=" ").xml(), "no ID"),
        (without(Paper().xml(), "IssueDate"), "no IssueDate"),
        (without(Paper().xml(), "DocumentCurrencyCode"), "no DocumentCurrencyCode"),
        (without(Paper().xml(), "AccountingSupplierParty"), "who the supplier is"),
        (without(Paper().xml(), "InvoiceLine"), "no lines"),
        (without(Paper().xml(), "InvoiceLine", "LineExtensionAmount"), "Line 1 has no amount"),
        (without(Paper().xml(), "LegalMonetaryTotal"), "what is to pay"),
        (Paper(issued="2024-02-30").xml(), "IssueDate in line 2 is not a date"),
        (Paper(issued="2024-W40-1").xml(), "not a date"),
        (Paper(period=("2024-10-31", "2024-10-01")).xml(), "ends before it begins"),
        (Paper(payable="NaN").xml(), "PayableAmount in line 2 is not a number"),
        (Paper(payable="1e999999999").xml(), "not a number"),
        (Paper(rows=(Row(quantity="1.000,00"),)).xml(), "InvoicedQuantity in line 2 is not a number"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_a_sentence(document: bytes, sentence: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read(document)
    assert sentence in refusal.value.what
    assert refusal.value.mend


def test_fifty_megabytes_are_refused_unopened() -> None:
    with pytest.raises(Unreadable, match=f"the limit is {MAX_BYTES:,}"):
        read(b" " * 50_000_000)


def test_no_refusal_quotes_the_document() -> None:
    cpr = ANNE.digits
    for paper in (Paper(issued=cpr), Paper(payable=f"{cpr}x"), Paper(rows=(Row(quantity=f"CPR {cpr}"),))):
        with pytest.raises(Unreadable) as refusal:
            read(paper.xml())
        assert cpr not in str(refusal.value)
    with pytest.raises(Unreadable) as refusal:
        read(f"<a>{cpr}<b{cpr}></a>&x{cpr};".encode())
    assert cpr not in str(refusal.value)


# Anything at all

WHOLE = Paper(
    form="Peppol BIS 3",
    rows=(Row(note="CPR 610190-1234", period=("2024-10-01", "2024-10-31"), base="1", allowance="0.00"), Row()),
    notes=("Ophold oktober 2024",),
    period=("2024-10-01", "2024-10-31"),
    delivered="2024-10-17",
    order="4711",
).xml()
LEAVES = len([element for element in etree.fromstring(WHOLE).iter() if len(element) == 0])
NASTY = st.sampled_from(
    (
        *("", " ", "\u00a0", "NaN", "-0", "1e99", "9" * 15, "9" * 40, "-1", ".5", "0", "1_0", "٣"),
        *("0000-00-00", "9999-12-31", "2100-12-31", "20241001", "2024-10-01+14:00"),
        *("1.-31. oktober 2024", "31/12/99 - 1/1/00", "CPR " * 30 + "6101901234"),
    )
)
LEGAL = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")
WORDS = NASTY | st.text(LEGAL)


def _reads_or_refuses(document: bytes) -> None:
    try:
        assert isinstance(read(document), Invoice)
    except Unreadable as refusal:
        assert refusal.what


@given(st.binary(max_size=400))
def test_random_bytes_are_refused(document: bytes) -> None:
    with pytest.raises(Unreadable):
        read(document)


@given(at=st.integers(0, len(WHOLE)), cut=st.integers(0, 40), put=st.binary(max_size=12))
def test_a_broken_document_is_read_or_refused(at: int, cut: int, put: bytes) -> None:
    _reads_or_refuses(WHOLE[:at] + put + WHOLE[at + cut :])


@settings(max_examples=200)
@given(changes=st.dictionaries(st.integers(0, LEAVES - 1), WORDS, min_size=1, max_size=4))
def test_a_document_with_any_texts_is_read_or_refused(changes: dict[int, str]) -> None:
    root = etree.fromstring(WHOLE)
    leaves = [element for element in root.iter() if len(element) == 0]
    for position, words in changes.items():
        leaves[position].text = words
    _reads_or_refuses(etree.tostring(root))


# Published examples

NOT_INVOICES = {"ApplicationResponse", "Order", "Reminder"}


def _published() -> list[Path]:
    return sorted(PUBLISHED.rglob("*.xml"))


@pytest.mark.skipif(not _published(), reason=f"no published e-invoices in {PUBLISHED}; set KOLLEGA_EINVOICES")
def test_every_published_example_is_read_and_agrees_with_itself_or_is_no_invoice() -> None:
    for path in _published():
        document = path.read_bytes()
        kind = str(etree.fromstring(document).tag).rpartition("}")[2]
        if kind in NOT_INVOICES:
            with pytest.raises(Unreadable, match=rf"\({kind}\), not an invoice"):
                read(document)
        else:
            assert read(document).totals_problem is None, path.name
