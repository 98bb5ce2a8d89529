"""Finance (as OPUS): the invoice inbox, posting, remarks and posted vouchers. Only this module knows its screens."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from bots_common.desk import Screen, tables
from bots_common.errors import ScreenChanged, Uncertain
from bots_common.values import Frozen, Period, Receipt, kroner
from robots.systems import danish
from robots.systems.login import DanishLogin, expired

INBOX_COLUMNS = ("Bilagsnr", "Modtaget", "CVR", "Leverandør", "Fakturanr", "Beløb", "Status")
VOUCHER_COLUMNS = ("Posteringsnr", "Bilagsnr", "CVR", "Fakturanr", "Beløb")


class InboxRow(Frozen):
    """An invoice as the inbox lists it. `document` is finance's own number."""

    document: str
    received: date
    supplier: str
    invoice: str


class Voucher(Frozen):
    """A posted voucher: kroner, and the document it was posted from."""

    number: str
    document: str
    cvr: str
    invoice: str
    amount: Decimal


class PostingLine(Frozen):
    """One line to enter: kroner without VAT."""

    psp: str
    art: str
    amount: Decimal
    text: str
    period: Period


class Posting(Frozen):
    """What is entered to post a document: one voucher with all its lines."""

    document: str
    lines: tuple[PostingLine, ...]

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0))


class Remark(Frozen):
    """A text for the remark field of a document."""

    document: str
    text: str


class Finance(DanishLogin):
    """The finance system as the robot sees it."""

    name = "finance"
    home = "indbakke"
    screens = (
        Screen("inbox", "indbakke", columns=INBOX_COLUMNS),
        Screen("voucher search", "soeg", fields=("Leverandør CVR", "Fakturanr", "Bilagsnr")),
        Screen("document", "bilag/*", fields=("Bemærkning",), buttons=("Gem bemærkning",)),
        Screen(
            "posting",
            "bilag/*/kontering",
            fields=("PSP-element 1", "Art 1", "Beløb 1", "Tekst 1", "Periode fra 1", "Periode til 1"),
            buttons=("Bogfør",),
        ),
    )

    # -- reading --------------------------------------------------------------------------------------------

    async def inbox(self) -> list[InboxRow]:
        """Every invoice that is not posted, in the order received, from one Excel export."""
        export = await self.fetch("indbakke.xlsx?status=ny")
        return [
            InboxRow(
                document=str(row["Bilagsnr"]),
                received=row["Modtaget"],
                supplier=str(row["Leverandør"]),
                invoice=str(row["Fakturanr"]),
            )
            for row in tables.sheet(export, INBOX_COLUMNS)
        ]

    async def document(self, number: str) -> bytes:
        """The e-invoice as it was received."""
        return await self.fetch(f"bilag/{number}/xml")

    async def vouchers(self, *, cvr: str = "", invoice: str = "", document: str = "") -> list[Voucher]:
        """The posted vouchers that match every criterion given."""
        page = await self.search("soeg", {"cvr": cvr, "invoice": invoice, "document": document, "period": ""})
        rows = tables.table(page, "posteringer", VOUCHER_COLUMNS)
        if rows is None:
            raise ScreenChanged("The voucher search shows no result table.", "Look whether the screen has changed.")
        return [
            Voucher(
                number=row["Posteringsnr"],
                document=row["Bilagsnr"],
                cvr=row["CVR"],
                invoice=row["Fakturanr"],
                amount=danish.amount(row["Beløb"]),
            )
            for row in rows
        ]

    # -- effects --------------------------------------------------------------------------------------------

    async def post(self, posting: Posting) -> Receipt:
        """Effect: book the document; the receipt has the voucher number and the amount that finance booked."""
        page = await self.goto(f"bilag/{posting.document}/kontering?linjer={len(posting.lines)}")
        fields: dict[str, str] = {}
        for number, line in enumerate(posting.lines, start=1):
            fields |= {
                f"PSP-element {number}": line.psp,
                f"Art {number}": line.art,
                f"Beløb {number}": danish.amount_text(line.amount),
                f"Tekst {number}": line.text,
                f"Periode fra {number}": danish.day_text(line.period.first),
                f"Periode til {number}": danish.day_text(line.period.last),
            }
        await self.fill(page, fields)
        receipt = await self.commit(
            page.get_by_role("button", name="Bogfør", exact=True),
            question=rf"^Vil du bogføre bilag {re.escape(posting.document)}\?$",
            receipt=page.locator("#kvittering"),
            refusal=page.get_by_role("alert"),
            fields=("#bilagsnummer", "#beloeb"),
        )
        return Receipt(receipt["#bilagsnummer"], danish.amount(receipt["#beloeb"]))

    async def find_posting(self, posting: Posting) -> Receipt | None:
        """Whether the document is booked; Uncertain where it is booked otherwise than intended."""
        found = await self.vouchers(document=posting.document)
        if not found:
            return None
        if len(found) == 1 and kroner(found[0].amount) == kroner(posting.total):
            return Receipt(found[0].number, found[0].amount)
        raise Uncertain("post", {"vouchers": [f"{it.number}: {it.amount}" for it in found]})

    async def write_remark(self, remark: Remark) -> Receipt:
        """Effect: write into the document's remark field; the receipt is the note's number."""
        page = await self.goto(f"bilag/{remark.document}")
        await self.fill(page, {"Bemærkning": remark.text})
        receipt = await self.commit(
            page.get_by_role("button", name="Gem bemærkning", exact=True),
            receipt=page.locator("#notenummer"),
            refusal=expired(page),
            fields=("#notenummer",),
        )
        return Receipt(receipt["#notenummer"])

    async def find_remark(self, remark: Remark) -> Receipt | None:
        """The number of the note with this very text, None where there is none."""
        page = await self.fetch(f"bilag/{remark.document}")
        wanted = " ".join(remark.text.split())
        for note in tables.texts(page, "//h2[text()='Bemærkninger']/following-sibling::div[b]"):
            number, _, text = note.partition(" ")
            if text == wanted:
                return Receipt(number)
        return None
