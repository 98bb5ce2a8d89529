"""The grants register (as Sensum): citizens, grants, suppliers, and periods marked as paid."""

from __future__ import annotations

import re
from decimal import Decimal

from bots_common.desk import Screen, tables
from bots_common.errors import ScreenChanged, Uncertain
from bots_common.values import Cpr, Cvr, Ean, Frozen, Period, Receipt
from robots.records import Grant, PaidPeriod, Rate, Supplier, Unit
from robots.systems import danish
from robots.systems.login import DanishLogin

GRANT_COLUMNS = (
    "Bevilling",
    "Paragraf",
    "Ydelse",
    "Art",
    "Leverandør",
    "Ejerforhold",
    "Målgruppe",
    "Enhed",
    "Fra",
    "Til",
    "Status",
    "Takster",
    "Betalt",
)
SUPPLIER_COLUMNS = ("CVR", "EAN", "Navn")
SHEET_COLUMNS = ("Periode fra", "Periode til", "Betalt", "Bilag", "Beløb", "Kvittering")
UNITS = {"måned": Unit.MONTH, "døgn": Unit.DAY, "time": Unit.HOUR}
IN_FORCE = "Bevilget"
PAID = "Ja"


class Payment(Frozen):
    """A period of a grant to mark as paid (kroner), with the voucher it was paid by."""

    grant: str
    period: Period
    voucher: str
    amount: Decimal


class Grants(DanishLogin):
    """The grants register as the robot sees it."""

    name = "grants"
    home = "borger"
    screens = (
        Screen("citizen search", "borger", fields=("CPR-nummer",)),
        Screen("suppliers", "leverandoerer", columns=SUPPLIER_COLUMNS),
        Screen("citizen", "borger/*", columns=GRANT_COLUMNS),
        Screen(
            "grant",
            "bevilling/*",
            fields=("Periode fra", "Periode til", "Bilagsnummer", "Beløb"),
            buttons=("Markér som betalt",),
            columns=SHEET_COLUMNS,
        ),
    )

    # -- reading --------------------------------------------------------------------------------------------

    async def suppliers(self) -> list[Supplier]:
        """Every supplier of the register, from one Excel export."""
        export = await self.fetch("leverandoerer.xlsx")
        return [
            Supplier(cvr=Cvr(str(row["CVR"])), ean=Ean.parse(str(row["EAN"])), name=str(row["Navn"]))
            for row in tables.sheet(export, SUPPLIER_COLUMNS)
        ]

    async def grants_of(self, cpr: Cpr) -> tuple[Grant, ...] | None:
        """All grants of a citizen, None where the register does not know the person."""
        page = await self.search("borger", {"cpr": cpr.digits})
        rows = tables.table(page, "bevillinger", GRANT_COLUMNS)
        if rows is None:
            if "Ingen borger fundet" in tables.texts(page, "//*[@role='alert']"):
                return None
            raise ScreenChanged("The citizen's page shows no grants table.", "Look whether the screen has changed.")
        return tuple(_grant(cpr, row) for row in rows)

    # -- effects --------------------------------------------------------------------------------------------

    async def mark_paid(self, payment: Payment) -> Receipt:
        """Effect: mark a period of the grant as paid."""
        page = await self.goto(f"bevilling/{payment.grant}")
        await self.fill(
            page,
            {
                "Periode fra": danish.day_text(payment.period.first),
                "Periode til": danish.day_text(payment.period.last),
                "Bilagsnummer": payment.voucher,
                "Beløb": danish.amount_text(payment.amount),
            },
        )
        receipt = await self.commit(
            page.get_by_role("button", name="Markér som betalt", exact=True),
            question=rf"^Vil du markere perioden som betalt på bevilling {re.escape(payment.grant)}\?$",
            receipt=page.locator("#kvittering"),
            refusal=page.get_by_role("alert"),
            fields=("#kvitteringsnummer",),
        )
        return Receipt(receipt["#kvitteringsnummer"])

    async def find_payment(self, payment: Payment) -> Receipt | None:
        """The receipt of this very payment; Uncertain where the voucher paid it otherwise, or twice."""
        page = await self.fetch(f"bevilling/{payment.grant}")
        rows = tables.table(page, "dispositionsark", SHEET_COLUMNS)
        if rows is None:
            raise ScreenChanged(
                "The grant's page shows no disposition sheet.", "Look whether the screen has changed."
            )
        with_voucher = [row for row in rows if row["Betalt"] == PAID and row["Bilag"] == payment.voucher]
        if not with_voucher:
            return None
        exact = [row for row in with_voucher if _period(row["Periode fra"], row["Periode til"]) == payment.period]
        if len(exact) == len(with_voucher) == 1 and danish.amount(exact[0]["Beløb"]) == payment.amount:
            return Receipt(exact[0]["Kvittering"])
        raise Uncertain("mark-paid", {"grant": payment.grant, "voucher": payment.voucher, "rows": len(with_voucher)})


def _grant(cpr: Cpr, row: tables.Row) -> Grant:
    if row["Enhed"] not in UNITS:
        raise ScreenChanged(
            f"The unit {row['Enhed']!r} of a grant is new.", "Teach it to `robots/systems/grants.py`."
        )
    return Grant(
        number=row["Bevilling"],
        cpr=cpr,
        supplier=Cvr(row["Leverandør"]),
        paragraph=row["Paragraf"],
        service=row["Ydelse"],
        art=row["Art"],
        ownership=row["Ejerforhold"],
        target_group=row["Målgruppe"],
        unit=UNITS[row["Enhed"]],
        first=danish.day(row["Fra"]),
        last=danish.day(row["Til"]) if row["Til"] else None,
        active=row["Status"] == IN_FORCE,
        rates=tuple(_rate(line) for line in row["Takster"].splitlines()),
        paid=tuple(_paid(line) for line in row["Betalt"].splitlines()),
    )


def _rate(line: str) -> Rate:
    valid_from, _, amount = line.partition(":")
    return Rate(valid_from=danish.day(valid_from), amount=danish.amount(amount))


def _paid(line: str) -> PaidPeriod:
    span, _, voucher = line.partition(":")
    first, _, last = span.partition(" - ")
    return PaidPeriod(period=_period(first, last), voucher=voucher.strip())


def _period(first: str, last: str) -> Period:
    return Period(first=danish.day(first), last=danish.day(last))
