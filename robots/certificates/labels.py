"""What people call the facts and effects of a certificate; the order is that of pages and tables.

The texts are keys of the catalogues in `locales/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bots_common.reasons import FactText
from robots.certificates.reasons import TEXTS, Detail

EFFECTS: Final[Mapping[str, str]] = {
    "request": "Request to the police",
    "request/private": "Request for a private certificate",
    "request/public": "Request for a public certificate",
    "request/children": "Request for a children's certificate",
    "state": "State in the personnel system",
    "state/criminal": "State of the criminal record certificate",
    "state/children": "State of the children's certificate",
    "file": "Note in the archive",
    "check-in": "Checking in of the note",
    "tell": "Mail to manager and HR",
    "delete": "Deletion of the certificate",
}

_DETAILS: Final[Mapping[str, str]] = {
    Detail.NO_ROW_FITS: "No row fits",
    Detail.DAYS_UNKNOWN: "Days not known",
    Detail.ATTACHMENT_UNKNOWN: "Length not known",
    Detail.NO_CHILDREN_SERVED: "No direct contact with children",
    Detail.OTHER_NAME: "Another name",
    Detail.OTHER_REQUEST: "Another request",
    Detail.OTHER_BASIS: "Another legal basis",
    Detail.BEFORE_REQUEST: "Before the request",
    Detail.NOT_YET: "In the future",
    Detail.PAGES: "Several pages",
    Detail.INCOMPLETE: "Incomplete",
    Detail.ENCRYPTED: "Locked with a password",
    Detail.EMPTY: "Empty page",
    Detail.TOO_LARGE: "Too large",
    Detail.TOO_SLOW: "Took too long",
    Detail.HIDDEN: "Text that cannot be seen",
    Detail.MIXED: "Pictures beside the text",
    Detail.POOR_SCAN: "Poor picture",
}

FACTS: Final[Mapping[str, FactText]] = {
    "hire": FactText("Hire", listed=True),
    "post": FactText("Post", listed=True),
    "workplace": FactText("Workplace", listed=True),
    "certificate": FactText("Certificate", listed=True),
    "basis": FactText("Legal basis"),
    "first": FactText("Starts", shown="day", listed=True),
    "last": FactText("Last day", shown="day", absent="No end"),
    "detail": FactText("Detail", words=_DETAILS),
    "rows": FactText("Rows of the table"),
    "table": FactText("The table asks for"),
    "contact": FactText("Direct contact, by the table"),
    "youngest": FactText("Youngest served", absent="Not said"),
    "oldest": FactText("Oldest served", absent="Not said"),
    "attachment": FactText("Attachment", absent="Not said"),
    "days": FactText("Days in the first three months", absent="Not said"),
    "law": FactText("The law"),
    "request": FactText("Request", listed=True),
    "message": FactText("Message", listed=True),
    "other": FactText("Other hire"),
    "other_post": FactText("Other post"),
    "since": FactText("Since", shown="day"),
    "lapses": FactText("Consent lapses", shown="day"),
    "requested": FactText("Requested", shown="day"),
    "issued": FactText("Issued", shown="day"),
    "document": FactText("Document"),
    "folder": FactText("Folder"),
    "title": FactText("Title"),
    "kind": FactText("Kind"),
    "access": FactText("Who may see it"),
    "day": FactText("Date", shown="day"),
    "text": FactText("Text"),
    "state": FactText("State"),
    "name": FactText("Name"),
    "to": FactText("To"),
    "lines": FactText("Lines not known"),
    "pages": FactText("Pages"),
    "scanned": FactText("Read from a picture"),
    "folders": FactText("Personnel folders"),
    "reason": FactText("Reason", words={code: text.title for code, text in TEXTS.items()}),
}
