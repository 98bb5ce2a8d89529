"""The rules as a table: an invoice, the grants in the register, and what must become of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bots_common.values import Cvr, Period
from robots.invoices.model import Invoice, Kind, Party
from robots.invoices.reasons import Detail, Reason
from robots.invoices.rules import PostedVoucher
from robots.records import Grant, Unit
from tests.unit.care import (
    ANNA,
    ASK,
    BENT,
    CARL,
    DAILY,
    ELM,
    ELM_EAN,
    OCTOBER,
    OTHER_EAN,
    SHARED_EAN,
    grant,
    in_period,
    invoice,
    line,
    named,
    paid,
    rates,
    stated,
)

MONTHLY = {"unit": Unit.MONTH, "rates": rates((date(2024, 1, 1), "38750.00"))}
HOURLY = {"unit": Unit.HOUR, "rates": rates((date(2024, 1, 1), "400.00"))}
CHANGING = {"rates": rates((date(2024, 1, 1), "1250.00"), (date(2024, 10, 16), "1300.00"))}
HALF = in_period(date(2024, 10, 10), date(2024, 10, 21))
TWO_MONTHS = in_period(date(2024, 9, 1), date(2024, 10, 31))


@dataclass(frozen=True)
class Case:
    name: str
    document: Invoice
    grants: tuple[Grant, ...]
    reason: Reason | None
    detail: Detail | None = None
    posted: tuple[PostedVoucher, ...] = ()


def voucher(number: str, supplier: Cvr = ELM.cvr) -> PostedVoucher:
    return PostedVoucher(supplier, number, "5100000123")


PLAIN = (
    Case("days of the month", invoice(), (grant(),), None),
    Case("grant ends on the last day", invoice(), (grant(last=date(2024, 10, 31)),), None),
    Case("grant begins on the first day", invoice(), (grant(first=date(2024, 10, 1)),), None),
    Case("tolerance is included", invoice(line("38751.00")), (grant(),), None),
    Case("tolerance downwards", invoice(line("38749.00")), (grant(),), None),
    Case("stated days of half a month", invoice(stated("12", "DAY", "15000.00"), period=HALF), (grant(),), None),
    Case("fewer stated days than the month has", invoice(stated("12", "DAY", "15000.00")), (grant(),), None),
    Case("rate changes within the month", invoice(line("39550.00")), (grant(**CHANGING),), None),
    Case("all days stated, rate changes", invoice(stated("31", "DAY", "39550.00")), (grant(**CHANGING),), None),
    Case(
        "renewed at the same rate",
        invoice(stated("12", "DAY", "15000.00")),
        (grant(rates=DAILY + rates((date(2024, 10, 16), "1250.00"))),),
        None,
    ),
    Case("stated hours are no days", invoice(stated("12", "HUR", "38750.00")), (grant(),), None),
    Case("a month", invoice(), (grant(**MONTHLY),), None),
    Case(
        "two months at two rates",
        invoice(line("77000.00"), period=TWO_MONTHS),
        (grant(unit=Unit.MONTH, rates=rates((date(2024, 1, 1), "38250"), (date(2024, 10, 1), "38750"))),),
        None,
    ),
    Case("hours", invoice(stated("10.5", "HUR", "4200.00")), (grant(**HOURLY),), None),
    Case(
        "two lines of one citizen, one of them without a number",
        invoice(line("38000.00"), line("750.00", cpr=None, number="2")),
        (grant(),),
        None,
    ),
    Case("a citizen in the head only", invoice(line(cpr=None), cprs=named(ANNA)), (grant(),), None),
    Case("head and line agree", invoice(cprs=named(ANNA, ANNA)), (grant(),), None),
    Case(
        "two citizens",
        invoice(line(), line("5000.00", BENT, number="2")),
        (grant(), grant(number="B-2", cpr=BENT, unit=Unit.MONTH, rates=rates((date(2024, 1, 1), "5000.00")))),
        None,
    ),
    Case(
        "the lines' own period counts",
        invoice(line("15000.00", period=HALF)),
        (grant(first=date(2024, 10, 10), last=date(2024, 10, 21)),),
        None,
    ),
    Case("supplier by EAN alone", invoice(supplier=Party(name="?", ean=ELM_EAN)), (grant(),), None),
    Case(
        "the CVR goes before the EAN",
        invoice(supplier=Party(name="?", cvr=ELM.cvr, ean=SHARED_EAN)),
        (grant(),),
        None,
    ),
    Case("paid in other months only", invoice(), (grant(paid=paid(Period.month(2024, 9))),), None),
    Case(
        "another supplier used this number",
        invoice(),
        (grant(),),
        None,
        None,
        (voucher("F-77", ASK.cvr),),
    ),
    Case("the paragraph is written closely", invoice(), (grant(paragraph="§107"),), None),
    Case(
        "the other grants are struck",
        invoice(),
        (
            grant(number="B-1", paragraph="§ 97"),
            grant(number="B-2", last=date(2024, 10, 30)),
            grant(number="B-3", active=False),
            grant(number="B-4", rates=rates((date(2024, 1, 1), "1251.00"))),
            grant(number="B-5", supplier=ASK.cvr),
            grant(number="B-6"),
        ),
        None,
    ),
)

OF_THE_DOCUMENT = (
    Case("credit note", invoice(kind=Kind.CREDIT_NOTE), (grant(),), Reason.CREDIT_NOTE),
    Case("another receiver", invoice(receiver=Party(name="?", ean=OTHER_EAN)), (grant(),), Reason.NOT_OUR_EAN),
    Case("no receiver", invoice(receiver=Party(name="?")), (grant(),), Reason.NOT_OUR_EAN, Detail.EAN_MISSING),
    Case("euro", invoice(currency="EUR"), (grant(),), Reason.CURRENCY),
    Case("sums", invoice(totals_problem="LineExtensionAmount is 1.00"), (grant(),), Reason.TOTALS_WRONG),
    Case(
        "a fee",
        invoice(net=Decimal("38800.00")),
        (grant(),),
        Reason.TOTALS_WRONG,
        Detail.LINES_NOT_NET,
    ),
    Case("VAT", invoice(vat=Decimal("9687.50")), (grant(),), Reason.VAT_UNEXPECTED),
    Case("unknown supplier", invoice(supplier=Party(name="Vognmand Hansen")), (grant(),), Reason.SUPPLIER_UNKNOWN),
    Case(
        "misspelt supplier",
        invoice(supplier=Party(name="Botilbudet  ELMELY")),
        (grant(),),
        Reason.SUPPLIER_UNKNOWN,
        Detail.LOOKS_LIKE,
    ),
    Case(
        "an EAN that two suppliers share",
        invoice(supplier=Party(name="?", ean=SHARED_EAN)),
        (grant(),),
        Reason.SUPPLIER_UNKNOWN,
        Detail.EAN_SHARED,
    ),
    Case("posted before", invoice(), (grant(),), Reason.DUPLICATE, None, (voucher("F-76"), voucher("f-77 "))),
    Case("nobody", invoice(line(cpr=None)), (grant(),), Reason.NO_CPR),
    Case(
        "one line without, two citizens",
        invoice(line(), line("1.00", BENT, number="2"), line("2.00", None, number="3")),
        (grant(),),
        Reason.NO_CPR,
        Detail.LINE_WITHOUT,
    ),
    Case(
        "two on one line",
        invoice(line(cprs=named(ANNA, BENT))),
        (grant(),),
        Reason.SEVERAL_CPR,
        Detail.LINE_WITH_SEVERAL,
    ),
    Case("two in the head", invoice(line(cpr=None), cprs=named(ANNA, BENT)), (grant(),), Reason.SEVERAL_CPR),
    Case(
        "another in the head", invoice(cprs=named(BENT)), (grant(),), Reason.SEVERAL_CPR, Detail.HEADER_WITH_ANOTHER
    ),
)

OF_A_CITIZEN = (
    Case("not in the register", invoice(line(cpr=CARL)), (), Reason.UNKNOWN_CITIZEN),
    Case("no grant at all", invoice(), (), Reason.NO_GRANT),
    Case("grant of another supplier", invoice(), (grant(supplier=ASK.cvr),), Reason.NO_GRANT),
    Case("§ 97", invoice(), (grant(paragraph="§ 97"),), Reason.OUT_OF_SCOPE),
    Case("not granted", invoice(), (grant(active=False),), Reason.GRANT_NOT_RUNNING, Detail.NOT_GRANTED),
    Case("a day late", invoice(), (grant(first=date(2024, 10, 2)),), Reason.GRANT_NOT_RUNNING, Detail.BEGINS_LATER),
    Case("a day short", invoice(), (grant(last=date(2024, 10, 30)),), Reason.GRANT_NOT_RUNNING, Detail.ENDED),
    Case("off by 1.01", invoice(line("38751.01")), (grant(),), Reason.AMOUNT_DIFFERS),
    Case("off by -1.01", invoice(line("38748.99")), (grant(),), Reason.AMOUNT_DIFFERS),
    Case("half a month", invoice(period=HALF), (grant(**MONTHLY),), Reason.AMOUNT_DIFFERS, Detail.NOT_WHOLE_MONTHS),
    Case(
        "monthly rate changes on the 16th",
        invoice(),
        (grant(**{**CHANGING, "unit": Unit.MONTH}),),
        Reason.AMOUNT_DIFFERS,
        Detail.RATE_CHANGES_IN_MONTH,
    ),
    Case(
        "some days, rate changes",
        invoice(stated("12", "DAY", "15000.00")),
        (grant(**CHANGING),),
        Reason.AMOUNT_DIFFERS,
        Detail.RATE_CHANGES,
    ),
    Case(
        "hours, rate changes",
        invoice(stated("10", "HUR", "4000.00")),
        (grant(**{**CHANGING, "unit": Unit.HOUR}),),
        Reason.AMOUNT_DIFFERS,
        Detail.RATE_CHANGES,
    ),
    Case(
        "32 days in October",
        invoice(stated("32", "DAY", "40000.00")),
        (grant(),),
        Reason.AMOUNT_DIFFERS,
        Detail.TOO_MANY_DAYS,
    ),
    Case(
        "hours not stated",
        invoice(line("4000.00")),
        (grant(**HOURLY),),
        Reason.AMOUNT_DIFFERS,
        Detail.HOURS_NOT_STATED,
    ),
    Case(
        "no hours",
        invoice(stated("0", "HUR", "0.00")),
        (grant(**HOURLY),),
        Reason.AMOUNT_DIFFERS,
        Detail.HOURS_NOT_STATED,
    ),
    Case(
        "hours on one of two lines",
        invoice(stated("10", "HUR", "4000.00"), line("0.00", number="2")),
        (grant(**HOURLY),),
        Reason.AMOUNT_DIFFERS,
        Detail.HOURS_NOT_STATED,
    ),
    Case(
        "rate begins too late",
        invoice(),
        (grant(rates=rates((date(2024, 10, 2), "1250"))),),
        Reason.AMOUNT_DIFFERS,
        Detail.NO_RATE,
    ),
    Case(
        "two rates from one date",
        invoice(),
        (grant(rates=DAILY + rates((date(2024, 1, 1), "1300"))),),
        Reason.AMOUNT_DIFFERS,
        Detail.NO_RATE,
    ),
    Case("two that fit", invoice(), (grant(), grant(number="B-2")), Reason.AMBIGUOUS),
    Case("paid", invoice(), (grant(paid=paid(OCTOBER)),), Reason.ALREADY_PAID),
    Case(
        "paid for one day of it",
        invoice(),
        (grant(paid=paid(Period(first=date(2024, 10, 31), last=date(2024, 11, 30)))),),
        Reason.ALREADY_PAID,
    ),
    Case("no row", invoice(), (grant(target_group="Hjerneskade"),), Reason.NO_ACCOUNT),
    Case("two rows", invoice(), (grant(paragraph="§ 104"),), Reason.NO_ACCOUNT, Detail.DOUBLE_ROW),
    Case(
        "the one that came furthest gives the reason",
        invoice(),
        (grant(number="B-1", paragraph="§ 97"), grant(number="B-2", active=False)),
        Reason.GRANT_NOT_RUNNING,
        Detail.NOT_GRANTED,
    ),
    Case(
        "the second citizen stops the invoice",
        invoice(line(), line("5000.00", CARL, number="2")),
        (grant(),),
        Reason.UNKNOWN_CITIZEN,
    ),
)

CASES = (*PLAIN, *OF_THE_DOCUMENT, *OF_A_CITIZEN)
