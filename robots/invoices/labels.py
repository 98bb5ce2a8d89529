"""What people call the facts, fields and effects of an invoice; the order is that of pages and tables.

The texts are keys of the catalogues in `locales/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bots_common.reasons import Against, FactText, Row
from robots.invoices.decision import Strike
from robots.invoices.model import PeriodSource
from robots.invoices.reasons import TEXTS, Detail

EFFECTS: Final[Mapping[str, str]] = {
    "post": "Posting",
    "mark-paid": "Marking as paid",
    "remark": "Remark in finance",
}

_DETAILS: Final[Mapping[str, str]] = {
    Detail.EAN_MISSING: "No EAN as receiver",
    Detail.LINES_NOT_NET: "The lines differ from the total",
    Detail.LOOKS_LIKE: "The name resembles a known one",
    Detail.EAN_SHARED: "Several suppliers have the EAN",
    Detail.LINE_WITHOUT: "A line names no citizen",
    Detail.LINE_WITH_SEVERAL: "A line names several citizens",
    Detail.HEADER_WITH_ANOTHER: "The head names another citizen",
    Detail.NOT_GRANTED: "The status is not Bevilget",
    Detail.BEGINS_LATER: "Begins later",
    Detail.ENDED: "Has ended",
    Detail.NOT_WHOLE_MONTHS: "Not whole months",
    Detail.RATE_CHANGES_IN_MONTH: "The rate changes within the month",
    Detail.RATE_CHANGES: "The rate changes in the period",
    Detail.TOO_MANY_DAYS: "More days than in the period",
    Detail.HOURS_NOT_STATED: "No number of hours",
    Detail.NO_RATE: "No rate",
    Detail.DOUBLE_ROW: "Several rows in the accounts sheet",
}

COMPARISONS: Final = (
    Against(
        title="The invoice",
        each="parts",
        others="candidates",
        named="grant",
        verdict="struck",
        rows=(
            Row("", ("paragraph", "service"), frozenset({Strike.SCOPE})),
            Row("period", ("first", "last"), frozenset({Strike.RUNNING})),
            Row("", ("active",), frozenset({Strike.RUNNING})),
            Row("amount", ("expected",), frozenset({Strike.AMOUNT})),
            Row("", ("difference",), frozenset({Strike.AMOUNT})),
            Row("", ("calculation",)),
            Row("", ("struck",)),
        ),
    ),
)
"""Each citizen's share beside every grant that may be meant, with what struck it."""

FACTS: Final[Mapping[str, FactText]] = {
    "document": FactText("Document"),
    "kind": FactText("Kind", words={"invoice": "Invoice", "credit_note": "Credit note"}),
    "number": FactText("Number"),
    "name": FactText("Name"),
    "supplier": FactText("Supplier", listed=True),
    "receiver": FactText("Receiver"),
    "cvr": FactText("CVR"),
    "ean": FactText("EAN"),
    "issue_date": FactText("Issued", shown="day"),
    "cpr": FactText("Citizen"),
    "cprs": FactText("Citizen"),
    "line": FactText("Line"),
    "lines": FactText("Lines", listed=True),
    "grant": FactText("Grant", listed=True),
    "grants": FactText("Grants"),
    "text": FactText("Text"),
    "period": FactText("Period", shown="period", listed=True),
    "period_source": FactText(
        "Period taken from",
        words={
            PeriodSource.INVOICE_PERIOD: "The invoice's period field",
            PeriodSource.TEXT_DATES: "Dates in the text",
            PeriodSource.TEXT_MONTH: "A month in the text",
            PeriodSource.DELIVERY_DATE: "The date of delivery",
            PeriodSource.ISSUE_DATE: "The date of issue",
        },
    ),
    "quantity": FactText("Quantity", shown="number"),
    "unit": FactText("Unit", words={"HUR": "Hours", "DAY": "Days", "MON": "Months", "EA": "Pieces"}),
    "price": FactText("Price", shown="kroner"),
    "amount": FactText("Amount", shown="kroner", listed=True),
    "expected": FactText("The grant gives", shown="kroner", listed=True),
    "difference": FactText("Difference", shown="kroner", listed=True),
    "struck": FactText(
        "Result",
        words={
            Strike.SCOPE: "The paragraph is not handled",
            Strike.RUNNING: "Not in force in the period",
            Strike.AMOUNT: "The amount differs",
        },
        absent="Fits",
    ),
    "detail": FactText("Detail", words=_DETAILS),
    "calculation": FactText("Calculation"),
    "paragraph": FactText("Paragraph"),
    "service": FactText("Service"),
    "first": FactText("From", shown="day"),
    "last": FactText("Until", shown="day", absent="No end"),
    "active": FactText("In force"),
    "paid": FactText("Already paid", shown="period"),
    "voucher": FactText("Voucher", listed=True),
    "vouchers": FactText("Vouchers"),
    "rows": FactText("Rows"),
    "net": FactText("Without VAT", shown="kroner"),
    "vat": FactText("VAT", shown="kroner"),
    "payable": FactText("To pay", shown="kroner"),
    "lines_total": FactText("Sum of the lines", shown="kroner"),
    "totals": FactText("The document's sums"),
    "totals_problem": FactText("The document's sums"),
    "unreadable": FactText("Cannot be read"),
    "currency": FactText("Currency"),
    "invoice": FactText("Invoice"),
    "proposal": FactText("Resembles"),
    "proposal_cvr": FactText("CVR of that one"),
    "psp": FactText("PSP element"),
    "art": FactText("Art"),
    "ownership": FactText("Ownership"),
    "target_group": FactText("Target group"),
    "reason": FactText("Reason", words={code: text.title for code, text in TEXTS.items()}),
    "since": FactText("Since then", words={code: text.title for code, text in TEXTS.items()}),
    "posting": FactText("Posting"),
    "parts": FactText("The citizen's share"),
    "candidates": FactText("Grants considered"),
    "stated": FactText("Stated", hidden=True),  # as text for machines; people see quantity and unit on the lines
    "format": FactText("Format", hidden=True),
    "source": FactText("Source", hidden=True),
    "place": FactText("Place", hidden=True),
}
