"""What to ask of a supplier whose invoices the robot cannot handle (catalogue case 6: the contact template). Pure.

A supplier is told what to write on the next invoices, and which of its invoices it is about; never whom they concern.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bots_common.reasons import ContactText, Wanted
from robots.invoices.reasons import Detail, Reason

CONTACT: Final = ContactText(
    subject="Your invoices to us",
    greeting="Dear {whom}",
    opening="In {month:period} {count} of your invoices could not be handled automatically, so that the payment "
    "takes longer. You can help with this:",
    ending="Please see to it on your next invoices. Invoices that have been paid need not be sent again.",
    regards="Kind regards",
    documents="Invoices",
)

WANTED: Final[Mapping[str, str]] = {
    Reason.NO_CPR: "Write the citizen's personal number on the line that the service concerns.",
    Reason.SEVERAL_CPR: "Write one line for each citizen, with that citizen's personal number on the line.",
    Reason.UNKNOWN_CITIZEN: "Check that the personal number on the invoice is right.",
    Reason.NOT_OUR_EAN: "Write the EAN number that we have given you as receiver.",
    Reason.CURRENCY: "Bill in Danish kroner (DKK).",
    Reason.TOTALS_WRONG: "Let the amounts of the lines add up to the total, with discounts and fees on the lines.",
    Reason.VAT_UNEXPECTED: "Bill care without VAT, or tell us why there is VAT.",
    Reason.SUPPLIER_UNKNOWN: "Write your CVR number on the invoice.",
    Reason.DUPLICATE: "Send each invoice once, and use each invoice number once.",
    Reason.ALREADY_PAID: "Bill each period once, and write the period on the invoice.",
    Reason.AMOUNT_DIFFERS: "Bill by the rate that is agreed, with number, unit and price on each line.",
    Detail.HOURS_NOT_STATED: "Write the number of hours on the line.",
    Detail.RATE_CHANGES: "Write a line for each rate where the rate changes within the period.",
    Detail.NOT_WHOLE_MONTHS: "Bill whole calendar months where the rate is by the month.",
    Detail.TOO_MANY_DAYS: "Check that the number of days fits the period.",
}
"""What a supplier can do, by the reason or by its detail."""

OURS: Final = frozenset({Detail.NO_RATE, Detail.RATE_CHANGES_IN_MONTH})
"""Where the amount differs and the supplier can do nothing about it."""


def asked(reason: str, facts: Mapping[str, Any], payload: Mapping[str, Any]) -> Wanted | None:
    """What the supplier of the invoice can do; None where it is not known, or cannot do anything."""
    detail = facts.get("detail") or ""
    what = None if detail in OURS else WANTED.get(detail, WANTED.get(reason))
    invoice = payload.get("invoice")
    if what is None or not invoice:
        return None
    supplier = payload.get("supplier") or invoice["supplier"]
    return Wanted(supplier["name"], supplier.get("cvr") or "", what, invoice["number"])
