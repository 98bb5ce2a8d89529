"""What an e-invoice is to the invoices robot: the values that the reader makes and the rules weigh."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

from bots_common.values import Cpr, Cvr, Ean, Frozen, Period


class Kind(StrEnum):
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class Place(StrEnum):
    """Where in the document a text stood."""

    LINE_NOTE = "line_note"
    ITEM_NAME = "item_name"
    ITEM_DESCRIPTION = "item_description"
    ITEM_PROPERTY = "item_property"
    LINE_REFERENCE = "line_reference"
    HEADER_NOTE = "header_note"
    HEADER_REFERENCE = "header_reference"
    ACCOUNTING_COST = "accounting_cost"


class PeriodSource(StrEnum):
    """How the period of an invoice became known, the surest first."""

    INVOICE_PERIOD = "invoice_period"
    TEXT_DATES = "text_dates"
    TEXT_MONTH = "text_month"
    DELIVERY_DATE = "delivery_date"
    ISSUE_DATE = "issue_date"


class StatedPeriod(Frozen):
    period: Period
    source: PeriodSource


class CprFound(Frozen):
    """A personal number and the place it stood."""

    cpr: Cpr
    place: Place


class Party(Frozen):
    name: str
    cvr: Cvr | None = None
    ean: Ean | None = None


class Line(Frozen):
    """One invoice line. Amounts in kroner without VAT; `unit` is the UN/ECE code (HUR, DAY, MON, EA …)."""

    number: str
    text: str
    quantity: Decimal | None
    unit: str | None
    price: Decimal | None
    amount: Decimal
    period: StatedPeriod | None = None
    cprs: tuple[CprFound, ...] = ()


class Invoice(Frozen):
    """An invoice or credit note as read from its e-invoice document. Amounts in kroner.

    `net` is the total without VAT, `vat` the VAT, `payable` what the supplier asks for. `totals_problem` is a
    sentence where the document's own sums do not agree, else None. `cprs` are the numbers found outside the lines.
    """

    kind: Kind
    format: str
    number: str
    issue_date: date
    supplier: Party
    receiver: Party
    currency: str
    period: StatedPeriod
    lines: tuple[Line, ...]
    net: Decimal
    vat: Decimal
    payable: Decimal
    totals_problem: str | None = None
    cprs: tuple[CprFound, ...] = ()
