"""Why a person must take an invoice: the reason codes, and what people are told.

The texts are keys of the catalogues in `locales/`. A sentence says what was found and what to do next; it
is also written into the remark field of finance, so it never holds a personal number.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from bots_common import reasons
from bots_common.reasons import ReasonText

LOCALES = Path(__file__).parent / "locales"


class Reason(StrEnum):
    """The codes, as they are stored. Nobody may rename them: old work items carry them."""

    UNREADABLE = "unreadable"
    CREDIT_NOTE = "credit_note"
    NOT_OUR_EAN = "not_our_ean"
    CURRENCY = "currency"
    TOTALS_WRONG = "totals_wrong"
    VAT_UNEXPECTED = "vat_unexpected"
    SUPPLIER_UNKNOWN = "supplier_unknown"
    DUPLICATE = "duplicate"
    NO_CPR = "no_cpr"
    SEVERAL_CPR = "several_cpr"
    UNKNOWN_CITIZEN = "unknown_citizen"
    NO_GRANT = "no_grant"
    OUT_OF_SCOPE = "out_of_scope"
    GRANT_NOT_RUNNING = "grant_not_running"
    AMOUNT_DIFFERS = "amount_differs"
    AMBIGUOUS = "ambiguous"
    ALREADY_PAID = "already_paid"
    NO_ACCOUNT = "no_account"


class Detail(StrEnum):
    """Which kind of a reason it is, where one sentence cannot tell all; stands in the facts as `detail`."""

    EAN_MISSING = "ean_missing"
    LINES_NOT_NET = "lines_not_net"
    LOOKS_LIKE = "looks_like"
    EAN_SHARED = "ean_shared"
    LINE_WITHOUT = "line_without"
    LINE_WITH_SEVERAL = "line_with_several"
    HEADER_WITH_ANOTHER = "header_with_another"
    NOT_GRANTED = "not_granted"
    BEGINS_LATER = "begins_later"
    ENDED = "ended"
    NOT_WHOLE_MONTHS = "not_whole_months"
    RATE_CHANGES_IN_MONTH = "rate_changes_in_month"
    RATE_CHANGES = "rate_changes"
    TOO_MANY_DAYS = "too_many_days"
    HOURS_NOT_STATED = "hours_not_stated"
    NO_RATE = "no_rate"
    DOUBLE_ROW = "double_row"


class Problem(reasons.Problem[Reason]):
    """Why a person must take an invoice; a personal number stands only under `cpr`."""

    __slots__ = ()


TEXTS: Mapping[str, ReasonText] = {
    Reason.UNREADABLE: ReasonText(
        "Cannot be read",
        "The document cannot be read as an invoice. Open it in finance; if it is blank or wrong there too, "
        "ask the sender to send it again.",
    ),
    Reason.CREDIT_NOTE: ReasonText(
        "Credit note",
        "A credit note of {payable:kroner} has come. Find the invoice that it corrects, and post it by hand.",
    ),
    Reason.NOT_OUR_EAN: ReasonText(
        "Not for us",
        "The invoice is addressed to EAN {ean}, which is not ours. Forward or reject it.",
        {Detail.EAN_MISSING: "The invoice names no EAN as receiver. Check whether it is for us; if not, reject it."},
    ),
    Reason.CURRENCY: ReasonText(
        "Other currency",
        "The invoice is in {currency}, and the grants are in kroner. Post it by hand.",
    ),
    Reason.TOTALS_WRONG: ReasonText(
        "Totals do not agree",
        "The invoice's own amounts do not add up. Ask the supplier for a correct invoice.",
        {
            Detail.LINES_NOT_NET: "The lines add up to {lines_total:kroner}, but the invoice is for "
            "{net:kroner} without VAT: a discount or fee concerns the whole invoice. Decide which grant "
            "bears it, and post the invoice by hand.",
        },
    ),
    Reason.VAT_UNEXPECTED: ReasonText(
        "VAT on the invoice",
        "The invoice has {vat:kroner} of VAT, and care by these paragraphs has none. "
        "Ask the supplier whether the VAT is right.",
    ),
    Reason.SUPPLIER_UNKNOWN: ReasonText(
        "Unknown supplier",
        "The supplier {supplier} is not in the grants register, neither by CVR nor by EAN. Have the supplier "
        "registered, or reject the invoice.",
        {
            Detail.LOOKS_LIKE: "The supplier {supplier} is not in the grants register, neither by CVR nor "
            "by EAN. The name resembles {proposal} (CVR {proposal_cvr}): check whether it is the same, and "
            "ask the supplier for an invoice with a CVR number.",
            Detail.EAN_SHARED: "The invoice has no known CVR number, and several suppliers in the grants "
            "register have EAN {ean}. Ask the supplier for an invoice with a CVR number.",
        },
    ),
    Reason.DUPLICATE: ReasonText(
        "Already posted",
        "The supplier's invoice with this number is already posted as voucher {voucher}. Reject this one, or "
        "find out what sets them apart.",
    ),
    Reason.NO_CPR: ReasonText(
        "No citizen",
        "The invoice names no citizen's personal number. Ask the supplier for an invoice that does.",
        {
            Detail.LINE_WITHOUT: "Line {line} names no citizen, and the other lines concern several. "
            "Ask the supplier whom it concerns.",
        },
    ),
    Reason.SEVERAL_CPR: ReasonText(
        "Several citizens",
        "The invoice names several citizens, and no line says whom it concerns. "
        "Ask the supplier for an invoice with the personal number on each line.",
        {
            Detail.LINE_WITH_SEVERAL: "Line {line} names more than one citizen. "
            "Ask the supplier for an invoice with one line a citizen.",
            Detail.HEADER_WITH_ANOTHER: "The head of the invoice names a citizen whom no line concerns. "
            "Ask the supplier whom the invoice is for.",
        },
    ),
    Reason.UNKNOWN_CITIZEN: ReasonText(
        "Citizen not found",
        "The citizen of line {lines} is not in the grants register. Check the personal number with the supplier.",
    ),
    Reason.NO_GRANT: ReasonText(
        "No grant",
        "The citizen of line {lines} has no grant with {supplier} (CVR {cvr}). Without a grant nothing is "
        "paid: the caseworker registers the grant or contacts the supplier.",
    ),
    Reason.OUT_OF_SCOPE: ReasonText(
        "Other paragraph",
        "The citizen's grant {grant} with the supplier is by {paragraph}, which the robot does not handle. "
        "Post the invoice by hand.",
    ),
    Reason.GRANT_NOT_RUNNING: ReasonText(
        "Grant not running",
        "Grant {grant} is not in force: its status is not Bevilget. The caseworker makes it effective or contacts "
        "the supplier.",
        {
            Detail.BEGINS_LATER: "Grant {grant} begins on {first:day}, and the invoice is for "
            "{period:period}. The caseworker corrects the grant or contacts the supplier.",
            Detail.ENDED: "Grant {grant} ended on {last:day}, and the invoice is for {period:period}. "
            "The caseworker extends the grant or contacts the supplier.",
        },
    ),
    Reason.AMOUNT_DIFFERS: ReasonText(
        "Amount differs",
        "Line {lines}, {period:period}: the supplier bills {amount:kroner}, grant {grant} gives "
        "{expected:kroner} ({calculation}), a difference of {difference:kroner} that the caseworker takes up "
        "with the supplier.",
        {
            Detail.NOT_WHOLE_MONTHS: "Line {lines}: the supplier bills {amount:kroner} for "
            "{period:period}, but grant {grant} has a rate per month and the period is not whole months. "
            "The caseworker works the amount out.",
            Detail.RATE_CHANGES_IN_MONTH: "Line {lines}: the supplier bills {amount:kroner} for "
            "{period:period}, but the monthly rate of grant {grant} changes within the month. The "
            "caseworker works the amount out.",
            Detail.RATE_CHANGES: "Line {lines}: the supplier bills {amount:kroner} for {period:period}, "
            "but the rate of grant {grant} changes in that time, and the invoice does not say how much is "
            "at which rate. Ask the supplier for a line for each rate.",
            Detail.TOO_MANY_DAYS: "Line {lines}: the supplier bills more days than there are in "
            "{period:period} (grant {grant}, {amount:kroner}). The caseworker contacts the supplier.",
            Detail.HOURS_NOT_STATED: "Line {lines}: grant {grant} has a rate per hour, and the invoice "
            "does not say how many hours the {amount:kroner} are for. Ask the supplier for the number of hours.",
            Detail.NO_RATE: "Line {lines}: the supplier bills {amount:kroner}, but grant {grant} has no "
            "rate, or two rates from one date, for a part of {period:period}. Have the rates put right, and "
            "try again.",
        },
    ),
    Reason.AMBIGUOUS: ReasonText(
        "Several grants fit",
        "Line {lines}: {amount:kroner} for {period:period} fits several grants equally well: {grants}. "
        "Choose the right one, and post the invoice by hand.",
    ),
    Reason.ALREADY_PAID: ReasonText(
        "Period already paid",
        "Grant {grant} is already paid for {paid:period} with voucher {voucher}. "
        "Check whether the supplier has billed {period:period} twice.",
    ),
    Reason.NO_ACCOUNT: ReasonText(
        "No account",
        "The accounts sheet has no row for {paragraph}, art {art}, {ownership}, {target_group} (grant "
        "{grant}). Add the row to the sheet, and try again.",
        {
            Detail.DOUBLE_ROW: "The accounts sheet has several rows for {paragraph}, art {art}, {ownership}, "
            "{target_group} (grant {grant}): rows {rows}. Keep the right one, and try again.",
        },
    ),
}
