"""A small made-up municipality for the tests of the rules: one plain invoice, and ways to change it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from bots_common.values import Cpr, Cvr, Ean, Period
from robots.invoices.accounts import AccountSheet, account_key
from robots.invoices.model import CprFound, Invoice, Kind, Line, Party, PeriodSource, Place, StatedPeriod
from robots.invoices.rules import Decision, Policy, PostedVoucher, SupplierBook, citizens, match
from robots.records import Grant, PaidPeriod, Rate, Supplier, Unit

ANNA, BENT, CARL = Cpr("6101901234"), Cpr("7512854321"), Cpr("6203754444")
OUR_EAN, ELM_EAN, OTHER_EAN = Ean("5790000123407"), Ean("5790000123414"), Ean("5790000123421")
SHARED_EAN = Ean("5790000123438")
ELM = Supplier(cvr=Cvr("10000009"), ean=ELM_EAN, name="Botilbuddet Elmely ApS")
ASK = Supplier(cvr=Cvr("10000017"), ean=SHARED_EAN, name="Fonden Askehøj")
EGE = Supplier(cvr=Cvr("10000025"), ean=SHARED_EAN, name="Egelund Beskyttet Værksted")
SUPPLIERS = SupplierBook([ELM, ASK, EGE])
POLICY = Policy(our_eans=frozenset({OUR_EAN}))

OCTOBER = Period.month(2024, 10)
PSP = "XG-5385010001-00001"
ACCOUNTS = AccountSheet(
    {
        account_key("§ 107", "4.9", "privat", "Autisme"): {2: PSP},
        account_key("§ 108", "4.9", "privat", "Autisme"): {3: "XG-5385010001-00002"},
        account_key("§ 104", "4.9", "privat", "Autisme"): {4: PSP, 9: "XG-5385010001-00003"},
    }
)


def rates(*dated: tuple[date, str]) -> tuple[Rate, ...]:
    return tuple(Rate(valid_from=start, amount=Decimal(amount)) for start, amount in dated)


DAILY = rates((date(2024, 1, 1), "1250.00"))


def grant(**changes: Any) -> Grant:
    """Anna's § 107 grant with Elmely: 1,250.00 a day, from 2023 on."""
    plain: dict[str, Any] = {
        "number": "B-1001",
        "cpr": ANNA,
        "supplier": ELM.cvr,
        "paragraph": "§ 107",
        "service": "Midlertidigt botilbud",
        "art": "4.9",
        "ownership": "privat",
        "target_group": "Autisme",
        "unit": Unit.DAY,
        "first": date(2023, 1, 1),
        "last": None,
        "active": True,
        "rates": DAILY,
    }
    return Grant(**{**plain, **changes})


def paid(period: Period, voucher: str = "5100000001") -> tuple[PaidPeriod, ...]:
    return (PaidPeriod(period=period, voucher=voucher),)


def named(*cprs: Cpr, place: Place = Place.LINE_NOTE) -> tuple[CprFound, ...]:
    return tuple(CprFound(cpr=cpr, place=place) for cpr in cprs)


def line(amount: str = "38750.00", cpr: Cpr | None = ANNA, **changes: Any) -> Line:
    """A line for Anna's October, without a usable quantity."""
    plain: dict[str, Any] = {
        "number": "1",
        "text": "Ophold",
        "quantity": Decimal(1),
        "unit": "EA",
        "price": Decimal(amount),
        "amount": Decimal(amount),
        "cprs": named(cpr) if cpr else (),
    }
    return Line(**{**plain, **changes})


def stated(quantity: str, unit: str, amount: str, **changes: Any) -> Line:
    return line(amount, quantity=Decimal(quantity), unit=unit, **changes)


def invoice(*lines: Line, **changes: Any) -> Invoice:
    """Elmely's invoice for October; net and payable follow the lines."""
    lines = lines or (line(),)
    net = sum((it.amount for it in lines), Decimal("0.00"))
    plain: dict[str, Any] = {
        "kind": Kind.INVOICE,
        "format": "OIOUBL-2.1",
        "number": "F-77",
        "issue_date": date(2024, 11, 4),
        "supplier": Party(name=ELM.name, cvr=ELM.cvr),
        "receiver": Party(name="Kommunen", ean=OUR_EAN),
        "currency": "DKK",
        "period": StatedPeriod(period=OCTOBER, source=PeriodSource.INVOICE_PERIOD),
        "lines": lines,
        "net": net,
        "vat": Decimal("0.00"),
        "payable": net,
    }
    return Invoice(**{**plain, **changes})


def in_period(first: date, last: date) -> StatedPeriod:
    return StatedPeriod(period=Period(first=first, last=last), source=PeriodSource.TEXT_DATES)


def decide(
    document: Invoice,
    grants: Iterable[Grant] = (),
    posted: Sequence[PostedVoucher] = (),
    known: Mapping[Cpr, Sequence[Grant]] | None = None,
    policy: Policy = POLICY,
) -> Decision:
    """The decision when Anna and Bent are in the register with these grants, and Carl is not."""
    theirs = tuple(grants)
    register = known or {cpr: [it for it in theirs if it.cpr == cpr] for cpr in (ANNA, BENT)}
    supplier = SUPPLIERS.identify(document.supplier)
    return match(document, supplier, citizens(document), register, posted, ACCOUNTS, policy)
