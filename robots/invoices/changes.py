"""What would have to change so that the robot could handle an invoice, by reason: texts of the catalogues."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from robots.invoices.reasons import Reason

CHANGES: Final[Mapping[str, str]] = {
    Reason.UNREADABLE: "The sender would have to send an e-invoice that keeps the OIOUBL or Peppol format.",
    Reason.CREDIT_NOTE: "Nothing: a person matches a credit note with what it corrects.",
    Reason.NOT_OUR_EAN: (
        "The supplier would have to use the right EAN; if it is one of ours, it is missing in the settings."
    ),
    Reason.CURRENCY: "The supplier would have to bill in Danish kroner.",
    Reason.TOTALS_WRONG: (
        "The supplier would have to send an invoice whose lines add up to its total, with discounts and fees on the"
        " lines."
    ),
    Reason.VAT_UNEXPECTED: (
        "The supplier would have to bill without VAT, or the service would have to be one with VAT."
    ),
    Reason.SUPPLIER_UNKNOWN: (
        "The supplier would have to write its CVR number, and be registered in the grants register under it."
    ),
    Reason.DUPLICATE: "The supplier would have to send each invoice once.",
    Reason.NO_CPR: "The supplier would have to write the citizen's personal number on the line.",
    Reason.SEVERAL_CPR: (
        "The supplier would have to write one line for each citizen, with that citizen's personal number."
    ),
    Reason.UNKNOWN_CITIZEN: (
        "The supplier would have to write the right personal number, or the citizen would have to be registered."
    ),
    Reason.NO_GRANT: "The caseworker would have to register the grant before the invoice comes.",
    Reason.OUT_OF_SCOPE: "The paragraph would have to be one whose amount can be foreseen from the grant.",
    Reason.GRANT_NOT_RUNNING: "The caseworker would have to make the grant effective, or extend it, in time.",
    Reason.AMOUNT_DIFFERS: (
        "The grant's rate and what the supplier bills would have to agree: new rates registered in time, and "
        "number, unit and price on each line."
    ),
    Reason.AMBIGUOUS: (
        "The grants would have to differ in rate or period, or one that is superseded would have to be ended."
    ),
    Reason.ALREADY_PAID: "The supplier would have to bill each period once, and write the period on the invoice.",
    Reason.NO_ACCOUNT: "The accounts sheet would have to have exactly one row for this kind of grant.",
}
