"""What to ask of an employer whose reports the robot cannot reckon by. Pure.

An employer is told how to report, and never about whom it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bots_common.reasons import ContactText, Wanted
from robots.flexwage.reasons import Reason

CONTACT: Final = ContactText(
    subject="Your reports of pay",
    greeting="To CVR {whom}",
    opening="In {month:period} subsidy for flex jobs could not be worked out automatically from {count} of your "
    "reports to the income register. You can help with this:",
    ending="Please see to it in your next reports. What was reported wrong is corrected in the register.",
    regards="Kind regards",
    documents="Reports",
)

WANTED: Final[Mapping[str, str]] = {
    Reason.NO_REPORT: "Report the pay by the 10th of the month after.",
    Reason.PENSION_UNKNOWN: "Report what both you and the employee pay into the pension.",
    Reason.INCOME_UNCLEAR: "Report income under the right income type, and only once.",
    Reason.HOURS: "Report the hours together with the pay.",
    Reason.CORRECTED: "Check the report before it is sent, so that it need not be corrected.",
    Reason.CROSSING: "Report pay for calendar months.",
    Reason.LUMP_SUM: "Report pay for several months with the period that it covers.",
}
"""What an employer can do, by the reason."""


def asked(reason: str, facts: Mapping[str, Any], payload: Mapping[str, Any]) -> Wanted | None:
    """What the employer that the facts name can do; None where none is named, or it cannot do anything."""
    what, employer = WANTED.get(reason), facts.get("employer")
    return Wanted(str(employer), str(employer), what) if what and employer else None
