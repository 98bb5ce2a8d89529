"""The texts of an e-invoice and where they stand: what is searched for personal numbers and for periods.

Every text is searched, except those about the supplier, signatures, attachments and sums. Free texts and fields
differ: a field that is by its kind another number (an order, an account string) holds a personal number only
where it says so, by the word CPR or by its scheme (DK:CPR).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree

from robots.invoices.cpr_in_text import cprs_in
from robots.invoices.model import CprFound, Place
from robots.invoices.ubl_xml import CAC, CBC, content, each, leaves, local, scheme, text

_CPR_SCHEMES = frozenset({"DK:CPR", "0237", "9901"})

_SIX_DIGITS = re.compile(r"[0-9]{6}")
"""What a text must have to be looked at: most have not, and this is quick."""

_EXT = "{urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2}"
_SKIPPED = frozenset(
    {
        f"{_EXT}UBLExtensions",
        f"{CAC}Signature",
        f"{CAC}AccountingSupplierParty",
        f"{CAC}SellerSupplierParty",
        f"{CAC}PayeeParty",
        f"{CAC}TaxRepresentativeParty",
        f"{CAC}TaxTotal",
        f"{CAC}LegalMonetaryTotal",
        f"{CAC}Price",
        f"{CBC}EmbeddedDocumentBinaryObject",
    }
)
_LINES = frozenset({f"{CAC}InvoiceLine", f"{CAC}CreditNoteLine"})

_ITEM_PLACES = {
    ("Item", "Name"): Place.ITEM_NAME,
    ("Item", "Description"): Place.ITEM_DESCRIPTION,
    ("Item", "AdditionalInformation"): Place.ITEM_DESCRIPTION,
    ("Item", "Keyword"): Place.ITEM_DESCRIPTION,
    ("AdditionalItemProperty", "Value"): Place.ITEM_PROPERTY,
}
_NOTES = frozenset({"Note", "InstructionNote", "Description"})
_ACCOUNTS = frozenset({"AccountingCost", "AccountingCostCode"})


class _Text(NamedTuple):
    place: Place
    words: str
    field: bool  # by its kind another number


def cprs_of_header(root: etree._Element) -> tuple[CprFound, ...]:
    """The personal numbers outside the lines, each once a place, in document order."""
    return _found(_texts(root, _SKIPPED | _LINES, Place.HEADER_NOTE, Place.HEADER_REFERENCE))


def cprs_of_line(line: etree._Element) -> tuple[CprFound, ...]:
    """The personal numbers in the line, each once a place, in document order."""
    return _found(_texts(line, _SKIPPED, Place.LINE_NOTE, Place.LINE_REFERENCE))


def header_words(root: etree._Element) -> list[str]:
    """The texts of the header in which the period of the invoice may stand."""
    paths = (("Note",), ("InvoicePeriod", "Description"))
    return [content(element) for path in paths for element in leaves(root, *path) if content(element)]


def line_words(line: etree._Element) -> list[str]:
    """The free texts of the line: the item's name and description, the line's notes, the item's properties."""
    paths = (("Item", "Name"), ("Item", "Description"), ("Note",), ("InvoicePeriod", "Description"))
    words = [content(element) for path in paths for element in leaves(line, *path)]
    words += [f"{text(item, 'Name')}: {text(item, 'Value')}" for item in each(line, "Item", "AdditionalItemProperty")]
    return [word for word in words if word]


def _found(texts: Iterator[_Text]) -> tuple[CprFound, ...]:
    pairs = dict.fromkeys((cpr, t.place) for t in texts for cpr in cprs_in(t.words, field=t.field))
    return tuple(CprFound(cpr=cpr, place=place) for cpr, place in pairs)


def _texts(top: etree._Element, skipped: frozenset[str], note: Place, reference: Place) -> Iterator[_Text]:
    """The texts under the element; `note` and `reference` are the places of free texts and of all else."""
    walk = etree.iterwalk(top, events=("start",))
    for _, element in walk:
        if element.tag in skipped:
            walk.skip_subtree()
        elif len(element) == 0 and _SIX_DIGITS.search(words := content(element)):
            yield _text(element, words, note, reference)


def _text(element: etree._Element, words: str, note: Place, reference: Place) -> _Text:
    name, parent = local(element), element.getparent()
    around = local(parent) if parent is not None else ""
    labelled = f"{_label(element, parent)} {words}"
    if place := _ITEM_PLACES.get((around, name)):
        return _Text(place, labelled, field=False)
    if name in _NOTES:
        return _Text(note, labelled, field=False)
    return _Text(Place.ACCOUNTING_COST if name in _ACCOUNTS else reference, labelled, field=True)


def _label(element: etree._Element, parent: etree._Element | None) -> str:
    """What the document says beside a value about its kind: its scheme, or the name of the property or reference."""
    if scheme(element) in _CPR_SCHEMES:
        return "CPR"
    if parent is None:
        return ""
    if local(parent) == "AdditionalItemProperty":
        return text(parent, "Name")
    if str(parent.tag).startswith(CAC) and local(parent).endswith("DocumentReference"):
        return text(parent, "DocumentType") or text(parent, "DocumentDescription")
    return ""
