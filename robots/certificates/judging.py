"""Whether a certificate is clean. Pure: the document and what was requested in, clean or a problem out.

Clean means that every line is an expected one, each stands there once and in its place, there is one page, and
person, kind, request and date are those that were asked for. Whatever else it says counts as a remark: the robot does
not try to understand it. What a certificate says beyond that goes into no fact, error or log; a person reads it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from robots.certificates.model import Clean, Document, Expected, Policy
from robots.certificates.phrases import (
    BASIS,
    CPR,
    ISSUED,
    KIND,
    NAME,
    NUMBER,
    REQUEST,
    Phrases,
    field_of,
    plain,
)
from robots.certificates.reasons import Detail, Problem, Reason

FORMS: Final[Mapping[str, re.Pattern[str]]] = {
    REQUEST: re.compile(r"[A-Z]{0,3}[0-9]{1,12}"),
    NAME: re.compile(r"[^\W\d_][^\d_:;,]{0,99}"),
    CPR: re.compile(r"[0-9]{6}-?[0-9]{4}"),
    BASIS: re.compile(r".{1,200}"),
    NUMBER: re.compile(r"[A-Z]{0,3}[0-9]{1,12}"),
    ISSUED: re.compile(r"[0-9]{2}-[0-9]{2}-[0-9]{4}"),
}
"""What a field may look like to be that field, though perhaps another person's; what does not is an unknown line."""

MISMATCHES: Final[Mapping[str, tuple[Reason, Detail | None]]] = {
    CPR: (Reason.OTHER_PERSON, None),
    NAME: (Reason.OTHER_PERSON, Detail.OTHER_NAME),
    REQUEST: (Reason.OTHER_PERSON, Detail.OTHER_REQUEST),
    KIND: (Reason.OTHER_KIND, None),
    BASIS: (Reason.OTHER_KIND, Detail.OTHER_BASIS),
}
"""What a field that says something else means; the gravest first."""


class Place(NamedTuple):
    """Which expected line a line is, and what stands in its field."""

    at: int
    field: str
    value: str


def judge(document: Document, expected: Expected, phrases: Phrases, policy: Policy) -> Clean | Problem:
    """Clean, or why a person must read it; the problem holds nothing of what the certificate says."""
    facts: dict[str, Any] = {
        "request": expected.request,
        "certificate": expected.kind.written,
        "scanned": document.scanned,
    }
    if len(document.pages) != 1:
        return Problem(Reason.REMARK, facts | {"detail": Detail.PAGES, "pages": len(document.pages)})
    lines = [line for line in map(plain, document.pages[0]) if line]
    places = [_place(line, phrases) for line in lines]
    if unknown := places.count(None):
        return Problem(Reason.REMARK, facts | {"lines": unknown})
    found = [place for place in places if place is not None]
    if [place.at for place in found] != list(range(len(phrases.lines))):
        return Problem(Reason.REMARK, facts | {"detail": Detail.INCOMPLETE})
    values = {place.field: place.value for place in found}
    for field, (reason, detail) in MISMATCHES.items():
        if field in values and not _matches(field, values[field], expected, phrases):
            return Problem(reason, facts | {"detail": detail})
    return _dated(values, expected, policy, facts)


def _place(line: str, phrases: Phrases) -> Place | None:
    """Which of the expected lines it is; None where it is none of them."""
    for index, phrase in enumerate(phrases.lines):
        field, before, after = field_of(phrase)
        if not field:
            if line == phrase:
                return Place(index, "", "")
        elif (value := _between(line, before, after)) is not None and _looks_like(field, value, phrases):
            return Place(index, field, value)
    return None


def _between(line: str, before: str, after: str) -> str | None:
    if len(line) < len(before) + len(after) or not (line.startswith(before) and line.endswith(after)):
        return None
    return line[len(before) : len(line) - len(after)]


def _looks_like(field: str, value: str, phrases: Phrases) -> bool:
    if field == KIND:
        return value in phrases.kinds.values()
    if field == ISSUED:
        return _day(value) is not None
    return FORMS[field].fullmatch(value) is not None


def _matches(field: str, value: str, expected: Expected, phrases: Phrases) -> bool:
    """Whether a field says what was requested. A personal number may be written with or without its hyphen."""
    if field == CPR:
        return value.replace("-", "") == expected.cpr.digits
    if field == NAME:
        return _name(value) == _name(expected.name)
    if field == REQUEST:
        return value == plain(expected.request)
    if field == KIND:
        return value == phrases.kinds[expected.kind]
    return value == plain(expected.basis)


def _dated(
    values: Mapping[str, str], expected: Expected, policy: Policy, facts: Mapping[str, Any]
) -> Clean | Problem:
    issued = _day(values[ISSUED])
    assert issued is not None, "a line whose date is none is no expected line"
    dates = {**facts, "issued": str(issued), "requested": str(expected.requested)}
    if issued > expected.today:
        return Problem(Reason.TOO_OLD, {**dates, "detail": Detail.NOT_YET})
    if issued < expected.requested:
        return Problem(Reason.TOO_OLD, {**dates, "detail": Detail.BEFORE_REQUEST})
    if issued < expected.today - timedelta(days=policy.oldest_days):
        return Problem(Reason.TOO_OLD, dates)
    return Clean(number=values.get(NUMBER, ""), issued=issued)


def _name(text: str) -> str:
    """A name as it is compared: whatever its case, and nothing cleverer."""
    return unicodedata.normalize("NFC", plain(text).casefold())


def _day(text: str) -> date | None:
    if not FORMS[ISSUED].fullmatch(text):
        return None
    try:
        return datetime.strptime(text, "%d-%m-%Y").date()  # noqa: DTZ007 - a calendar day has no zone
    except ValueError:
        return None
