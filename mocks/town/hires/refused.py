"""Hires that a person must take before anything is requested."""

from __future__ import annotations

from collections.abc import Callable

from mocks.town.hires.office import CLEAN, REQUESTED, Draft, Family, Office
from mocks.town.hires.posts import KITCHEN, SWIMMING_FOR_ADULTS, UNCLEAR, UNKNOWN


def post_unknown(office: Office) -> Draft:
    return _refused(office.draft(office.rng.choice(UNKNOWN)), "post_unknown")


def rows_disagree_or_none_fits(office: Office) -> Draft:
    return _refused(office.draft(office.rng.choice(UNCLEAR)), "post_unclear")


def days_unknown(office: Office) -> Draft:
    """With children in a post that the table asks too little of; how permanent it is nobody has said."""
    draft = office.draft(KITCHEN)
    draft.contract.days = None
    return _refused(draft, "post_unclear")


def asks_too_little(office: Office) -> Draft:
    """With children and permanent, and the table asks for no children's certificate."""
    return _refused(office.draft(KITCHEN), "duty_contradicted")


def asks_too_much(office: Office) -> Draft:
    """Without children, and the table asks for a children's certificate."""
    return _refused(office.draft(SWIMMING_FOR_ADULTS), "duty_contradicted")


def number_missing(office: Office) -> Draft:
    draft = office.some()
    draft.typed = ""
    return _refused(draft, "cpr_missing")


def thirteenth_month(office: Office) -> Draft:
    return _mistyped(office, lambda digits: f"{digits[:2]}13{digits[4:]}")


def digit_lost(office: Office) -> Draft:
    return _mistyped(office, lambda digits: digits[:-1])


def day_and_month_unreal(office: Office) -> Draft:
    return _mistyped(office, lambda digits: f"3102{digits[4:]}")


def already_requested(office: Office) -> Draft:
    """For another post, some days ago."""
    draft = office.some()
    draft.before.append(office.earlier(draft.contract.job, (2, 13), REQUESTED))
    return _refused(draft, "already_requested")


def fresh_elsewhere(office: Office) -> Draft:
    """Clean for another post, some weeks ago."""
    draft = office.some()
    draft.before.append(office.earlier(draft.contract.job, (5, 60), CLEAN))
    return _refused(draft, "fresh_elsewhere")


def _refused(draft: Draft, reason: str) -> Draft:
    draft.reason = reason
    return draft


def _mistyped(office: Office, mistype: Callable[[str], str]) -> Draft:
    draft = office.some()
    draft.typed = mistype(draft.citizen.cpr)
    return _refused(draft, "cpr_impossible")


REFUSED = (
    Family("post unknown", 3, (post_unknown,)),
    Family("post unclear", 4, (rows_disagree_or_none_fits, days_unknown, rows_disagree_or_none_fits)),
    Family("against the law", 3, (asks_too_little, asks_too_much)),
    Family("number missing", 3, (number_missing,)),
    Family("number impossible", 2, (thirteenth_month, digit_lost, day_and_month_unreal)),
    Family("requested already", 3, (already_requested,)),
    Family("fresh elsewhere", 3, (fresh_elsewhere,)),
)
