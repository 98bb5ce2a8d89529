"""What to ask of a workplace whose hires the robot cannot see to. Pure.

A workplace is told what to register, and by which numbers of hires it is about; never about whom.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bots_common.reasons import ContactText, Wanted
from robots.certificates.reasons import Reason

CONTACT: Final = ContactText(
    subject="Your hires and their certificates",
    greeting="To {whom}",
    opening="In {month:period} the certificates of {count} of your hires could not be requested automatically. You "
    "can help with this:",
    ending="Please see to it with the next hires, so that the certificate is there before the first day.",
    regards="Kind regards",
    documents="Hires",
)

WANTED: Final[Mapping[str, str]] = {
    Reason.POST_UNKNOWN: "Use a post that is in the table of posts, or tell us about the new one.",
    Reason.POST_UNCLEAR: "Register the days, the last day, and the ages of those who are served.",
    Reason.CPR_MISSING: "Register the personal number together with the hire.",
    Reason.CPR_IMPOSSIBLE: "Check the personal number in the personnel system.",
}
"""What a workplace can do, by the reason."""


def asked(reason: str, facts: Mapping[str, Any], payload: Mapping[str, Any]) -> Wanted | None:
    """What the workplace that the facts name can do; None where none is named, or it cannot do anything."""
    what, workplace = WANTED.get(reason), facts.get("workplace")
    return Wanted(str(workplace), "", what, str(facts.get("hire") or "")) if what and workplace else None
