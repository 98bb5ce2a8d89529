"""Opening an e-invoice as XML without trusting it, and looking things up in it.

The sender of a document is anybody: nothing in it is resolved, fetched or expanded, and every way in which it
can be broken ends in `Unreadable`. No error text quotes the document, for any of its texts may hold a
personal number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from lxml import etree

from bots_common.errors import KollegaError

MAX_BYTES = 20 * 1024 * 1024
"""A larger document is refused unopened."""

CAC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"
CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"

_PLAUSIBLE_YEARS = range(1990, 2101)
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,15}(?:\.[0-9]{0,10})?|\.[0-9]{1,10})")
_ASK = "Ask the supplier for a valid document, or handle it by hand."


class Unreadable(KollegaError):
    """The document is not an invoice that can be read; the text says why and what to do."""

    def __init__(self, what: str, mend: str = _ASK) -> None:
        super().__init__(what, mend)


def root_of(document: bytes) -> etree._Element:
    """The root element of the document.

    Raises Unreadable if it is too large, not well-formed XML, not in its declared encoding, nested or swollen
    beyond the limits of libxml2, or has a document type declaration (the only door for entities).
    """
    if len(document) > MAX_BYTES:
        raise Unreadable(f"The document is {len(document):,} bytes; the limit is {MAX_BYTES:,}.")
    if b"<!DOCTYPE" in document:
        raise _doctype()
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,  # a comment would split the text it stands in
        remove_pis=True,
    )
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        # The parser's own message is left out: it may quote the document.
        raise Unreadable(
            f"The XML breaks off in line {error.lineno}: it is not well-formed, not in the encoding that it declares,"
            " or nested or swollen beyond reason."
        ) from None
    if root.getroottree().docinfo.internalDTD is not None:  # in UTF-16, say, where the search above sees nothing
        raise _doctype()
    return root


def _doctype() -> Unreadable:
    return Unreadable("The document declares a document type (DOCTYPE), which an e-invoice never does.")


def local(element: etree._Element) -> str:
    """The element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def each(element: etree._Element, *path: str) -> Iterator[etree._Element]:
    """The aggregates (cac) at the end of the path, through every branch, in document order."""
    if not path:
        yield element
        return
    for child in element.iterchildren(CAC + path[0]):
        yield from each(child, *path[1:])


def leaves(element: etree._Element, *path: str) -> Iterator[etree._Element]:
    """The basic elements (cbc) at the end of a path whose other steps are aggregates."""
    for parent in each(element, *path[:-1]):
        yield from parent.iterchildren(CBC + path[-1])


def leaf(element: etree._Element, *path: str) -> etree._Element | None:
    """The first basic element at the end of the path."""
    return next(leaves(element, *path), None)


def content(element: etree._Element | None) -> str:
    """The element's own text without surrounding space; "" for no element."""
    return (element.text or "").strip() if element is not None else ""


def text(element: etree._Element, *path: str) -> str:
    """The first text at the end of the path; "" where there is none."""
    return content(leaf(element, *path))


def scheme(element: etree._Element) -> str:
    """The kind of identifier that an ID says it is: "DK:CVR", "0088", …; "" where it does not say."""
    return str(element.get("schemeID", "")).strip().upper()


def number_in(element: etree._Element | None) -> Decimal | None:
    """The element's number; None for no element. Raises Unreadable if it is not a plain decimal number."""
    if element is None:
        return None
    words = content(element)
    if not _DECIMAL.fullmatch(words):
        raise Unreadable(f"{local(element)} in line {element.sourceline} is not a number.")
    return Decimal(words)


def date_in(element: etree._Element | None) -> date | None:
    """The element's date; None for no element. Raises Unreadable if it is no real date of 1990-2100."""
    if element is None:
        return None
    match = _DATE.fullmatch(content(element))
    day = real_date(*map(int, match.groups())) if match else None
    if day is None:
        raise Unreadable(f"{local(element)} in line {element.sourceline} is not a date.")
    return day


def real_date(year: int, month: int, day: int) -> date | None:
    """The date, or None where there is no such day or its year cannot be that of an invoice."""
    if year not in _PLAUSIBLE_YEARS:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
