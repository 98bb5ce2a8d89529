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


def another_name_and_another_number(office: Office) -> Draft:
    """On one certificate the name, on the other the number."""
    draft = office.two()
    first, second = office.rng.sample(draft.wanted, 2)
    _about(draft, first, "other_person", other_name=office.namesake(draft.citizen.name))
    return _about(draft, second, "other_person", other_cpr=office.person().cpr)


def another_kind(office: Office) -> Draft:
    """Where two are requested, the other one's kind: both seem to be there."""
    draft = office.some()
    asked = office.rng.choice(draft.wanted)
    others = [it for it in draft.wanted if it is not asked] or [it for it in Kind if it is not asked]
    return _about(draft, asked, "other_kind", other_kind=office.rng.choice(others))


def before_the_request(office: Office) -> Draft:
    return _about_one(office.some(), "too_old", age=_long_before(office))


def another_kind_and_before_the_request(office: Office) -> Draft:
    """One certificate of the other one's kind, and that one old: it seems to be there already."""
    draft = office.two()
    first, second = office.rng.sample(draft.wanted, 2)
    _about(draft, first, "other_kind", other_kind=second)
    return _about(draft, second, "too_old", age=_long_before(office))


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


def looking(reason: str, *manners: Manner) -> Callable[[Office], Draft]:
    """The way in which one of the certificates looks like that, or one like this and the other like that."""

    def way(office: Office) -> Draft:
        draft = office.some() if len(manners) == 1 else office.two()
        for kind, manner in zip(office.rng.sample(draft.wanted, len(manners)), manners, strict=True):
            _about(draft, kind, reason, manner=manner)
        return draft

    way.__name__ = "_and_".join(manners)
    return way


def _looks(reason: str, first: Manner, second: Manner) -> tuple[Callable[[Office], Draft], ...]:
    """Both looks at once, so that a small town has them, then each by itself."""
    return looking(reason, first, second), looking(reason, first), looking(reason, second)


def _about_one(draft: Draft, reason: str, **unlike: Any) -> Draft:
    """One of the certificates is unlike a clean one, and for a person."""
    return _about(draft, draft.office.rng.choice(draft.wanted), reason, **unlike)


def _about(draft: Draft, kind: Kind, reason: str, **unlike: Any) -> Draft:
    draft.replies[kind] = replace(draft.replies[kind], **unlike)
    draft.reasons[kind] = reason
    return draft


def _long_before(office: Office) -> int:
    return office.rng.randint(90, 500)


DOUBTFUL = (
    Family("remark", 4, _looks("remark", Manner.REMARK, Manner.ONE_LINE_MORE)),
    Family("remark elsewhere", 2, _looks("remark", Manner.SECOND_PAGE, Manner.SCANNED_REMARK)),
    Family("remark in the sentence", 2, _looks("remark", Manner.NEGATED, Manner.SPLIT)),
    Family("exempt", 3, (exempt,)),
    Family("no consent", 4, (no_consent,)),
    Family("another person", 4, (another_name_and_another_number, another_name, another_number, somebody_else)),
    Family("another certificate", 4, (another_kind_and_before_the_request, another_kind, before_the_request)),
    Family("file that does not open", 2, _looks("unreadable", Manner.BROKEN, Manner.ENCRYPTED)),
    Family("page without words", 2, _looks("unreadable", Manner.EMPTY, Manner.POOR_SCAN)),
    Family("no folder", 3, (no_folder,)),
    Family("several folders", 2, (several_folders,)),
    Family("answered twice", 2, (answered_twice,)),
)
