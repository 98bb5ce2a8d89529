"""What the portal's forms make of what was typed: a request, a search, or objections."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum.dk import cpr as danish_cpr
from stdnum.exceptions import ValidationError

from mocks.portal.store import MOST_PERSONS, Named, Order
from mocks.screens import Posted
from mocks.town.hires.model import Kind

KINDS = {kind.written: kind for kind in Kind}
"""The kinds of certificate by what the forms call them."""
ORDER = ("attesttype", "hjemmel", "formaal", "kontaktperson", "personer")
SEARCH = ("cpr", "attesttype")

_TEXTS = {"hjemmel": "Hjemmel", "formaal": "Formål", "kontaktperson": "Kontaktperson"}
_TEN_DIGITS = re.compile(r"\d{10}")
_MADE_UP = 60  # is added to the day of a made-up person's number


def order(posted: Posted) -> tuple[Order | None, list[str]]:
    """The request that the form describes, or what is wrong with it."""
    kind = KINDS.get(posted.text("attesttype"))
    texts = {name: posted.text(name) for name in _TEXTS}
    problems = [] if kind else ["Attesttype skal vælges."]
    problems += [f"{_TEXTS[name]} skal udfyldes." for name, text in texts.items() if not text]
    named, wrong = _persons(posted)
    problems += wrong
    if problems or kind is None:
        return None, problems
    return Order(kind, texts["hjemmel"], texts["formaal"], texts["kontaktperson"], tuple(named)), []


def search(posted: Posted) -> tuple[str, str]:
    """The ten digits and the kind that are looked for; empty: any."""
    kind = KINDS.get(posted.text("attesttype"))
    return re.sub(r"[\s-]", "", posted.text("cpr")), kind or ""


def _persons(posted: Posted) -> tuple[list[Named], list[str]]:
    """The persons that are written or in the file, or what is wrong with them."""
    text, file = posted.text("personer"), posted.files.get("fil")
    if text and file:
        return [], ["Skriv personerne, eller vælg en fil, ikke begge dele."]
    if file:
        try:
            text = file.content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return [], ["Filen skal være tekst i UTF-8."]
    read = list(_read(text))
    named = [it for it in read if isinstance(it, Named)]
    problems = [it for it in read if isinstance(it, str)]
    if not read:
        problems = ["Personer skal udfyldes."]
    if len(read) > MOST_PERSONS:
        problems.append(f"Der kan højst anmodes om {MOST_PERSONS} personer ad gangen.")
    return named, problems


def _read(text: str) -> Iterator[Named | str]:
    """Each line that is not blank: a person, or what is wrong with it."""
    known: set[str] = set()
    for place, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        number, separator, name = (part.strip() for part in line.partition(";"))
        if not separator or ";" in name:
            yield f"Linje {place} skal skrives som ddmmååssss;Navn."
        elif not _possible(number):
            yield f"Linje {place}: CPR-nummeret er ikke gyldigt."
        elif not name:
            yield f"Linje {place}: Navn mangler."
        elif number in known:
            yield f"Linje {place}: Personen er nævnt før."
        else:
            known.add(number)
            yield Named(number, name)


def _possible(number: str) -> bool:
    """Whether the digits can be a personal number; made-up persons have 60 added to their day of birth."""
    if not _TEN_DIGITS.fullmatch(number):
        return False
    day = int(number[:2])
    try:
        danish_cpr.get_birth_date(f"{day - _MADE_UP if day > _MADE_UP else day:02d}{number[2:]}")
    except ValidationError:
        return False
    return True
