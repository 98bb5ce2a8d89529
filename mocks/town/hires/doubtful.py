"""Hires whose certificates are requested, and of which a person must take what comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mocks.town.hires.model import Kind, Manner
from mocks.town.hires.office import Draft, Family, Office


def exempt(office: Office) -> Draft:
    draft = office.some()
    draft.exempt = True
    draft.reasons = dict.fromkeys(draft.wanted, "exempt")
    return draft


def no_consent(office: Office) -> Draft:
    """To one of the certificates or the only one."""
    return _about_one(office.some(), "no_consent", consent=None)


def another_name(office: Office) -> Draft:
    draft = office.one()
    return _about_one(draft, "other_person", other_name=office.namesake(draft.citizen.name))


def another_number(office: Office) -> Draft:
    draft = office.one()
    return _about_one(draft, "other_person", other_cpr=office.person().cpr)


def somebody_else(office: Office) -> Draft:
    other = office.person()
    return _about_one(office.one(), "other_person", other_name=other.name, other_cpr=other.cpr)


def another_kind(office: Office) -> Draft:
    """Where two are requested, the other one's kind: both seem to be there."""
    draft = office.some()
    asked = office.rng.choice(draft.wanted)
    others = [it for it in draft.wanted if it is not asked] or [it for it in Kind if it is not asked]
    return _about(draft, asked, "other_kind", other_kind=office.rng.choice(others))


def before_the_request(office: Office) -> Draft:
    return _about_one(office.some(), "too_old", age=office.rng.randint(90, 500))


def answered_twice(office: Office) -> Draft:
    """The first answer is good."""
    draft = office.one()
    draft.replies = {kind: replace(it, again=office.rng.randint(1, 4)) for kind, it in draft.replies.items()}
    return draft


def no_folder(office: Office) -> Draft:
    draft = office.one()
    draft.folders = 0
    draft.reasons = dict.fromkeys(draft.wanted, "no_folder")
    return draft


def several_folders(office: Office) -> Draft:
    draft = office.one()
    draft.folders = 2
    draft.reasons = dict.fromkeys(draft.wanted, "several_folders")
    return draft


def looking(manner: Manner, reason: str) -> Callable[[Office], Draft]:
    """The way in which one of the certificates looks like that."""

    def way(office: Office) -> Draft:
        return _about_one(office.some(), reason, manner=manner)

    way.__name__ = manner.value
    return way


def _about_one(draft: Draft, reason: str, **unlike: Any) -> Draft:
    """One of the certificates is unlike a clean one, and for a person."""
    return _about(draft, draft.office.rng.choice(draft.wanted), reason, **unlike)


def _about(draft: Draft, kind: Kind, reason: str, **unlike: Any) -> Draft:
    draft.replies[kind] = replace(draft.replies[kind], **unlike)
    draft.reasons[kind] = reason
    return draft


_REMARKS = (
    *(Manner.REMARK, Manner.ONE_LINE_MORE, Manner.SECOND_PAGE, Manner.NEGATED, Manner.SPLIT),
    *(Manner.REMARK, Manner.SCANNED_REMARK),
)
DOUBTFUL = (
    Family("remark", 8, tuple(looking(it, "remark") for it in _REMARKS)),
    Family("exempt", 3, (exempt,)),
    Family("no consent", 4, (no_consent,)),
    Family("another name", 2, (another_name, somebody_else)),
    Family("another number", 2, (another_number,)),
    Family("another kind", 2, (another_kind,)),
    Family("old date", 2, (before_the_request,)),
    Family(
        "broken file", 2, tuple(looking(it, "unreadable") for it in (Manner.BROKEN, Manner.ENCRYPTED, Manner.EMPTY))
    ),
    Family("poor scan", 2, (looking(Manner.POOR_SCAN, "unreadable"),)),
    Family("no folder", 3, (no_folder,)),
    Family("several folders", 2, (several_folders,)),
    Family("answered twice", 2, (answered_twice,)),
)
