"""The case archive (as an ESDH): personnel cases, and documents that are saved and checked in."""

from __future__ import annotations

from datetime import date
from typing import Final

from playwright.async_api import FilePayload

from bots_common.desk import Screen, tables
from bots_common.errors import ScreenChanged, Uncertain
from bots_common.values import Cpr, Frozen, Receipt
from robots.systems import danish
from robots.systems.login import DanishLogin, refused

FOLDER_COLUMNS: Final = ("Sag", "Navn")
DOCUMENT_COLUMNS: Final = ("Dokument", "Mappe", "Titel", "Status", "Journalnummer")
CHECKED_OUT: Final = "Tjekket ud"


class Document(Frozen):
    """A note to save in a personnel case. No two of a case have one title."""

    folder: str
    title: str
    kind: str
    access: str
    day: date
    text: str


class CheckIn(Frozen):
    """A saved document to check in: until then only whoever saved it can see it."""

    document: str


class Archive(DanishLogin):
    """The archive as the robot sees it."""

    name = "archive"
    home = "find"
    screens = (
        Screen("case search", "find", fields=("CPR-nummer",), buttons=("Søg",)),
        Screen(
            "new document",
            "mappe/*/dokument",
            fields=("Titel", "Dokumenttype", "Adgangskategori", "Dato", "Tekst"),
            buttons=("Gem dokument",),
        ),
        Screen("document search", "dokumenter", fields=("Mappe", "Titel"), buttons=("Søg",)),
        Screen("document", "dokument/*", buttons=("Tjek ind",)),
    )

    # -- reading --------------------------------------------------------------------------------------------

    async def folders_of(self, cpr: Cpr) -> list[str]:
        """The numbers of the person's personnel cases."""
        page = await self.search("find", {"cpr": cpr.digits})
        if several := tables.table(page, "sager", FOLDER_COLUMNS):
            return [row["Sag"] for row in several]
        if "Ingen personalesag fundet" in tables.texts(page, "//*[@role='alert']"):
            return []
        headings = [text for text in tables.texts(page, "//h1") if text.startswith("Personalesag ")]
        if len(headings) != 1:
            raise ScreenChanged("The case search shows no case.", "Look whether the screen has changed.")
        return [headings[0].removeprefix("Personalesag ")]

    # -- effects --------------------------------------------------------------------------------------------

    async def save(self, document: Document, file: bytes | None = None) -> Receipt:
        """Effect: save a note in a case, with a PDF where one is given; the receipt is the document's number."""
        page = await self.goto(f"mappe/{document.folder}/dokument")
        await self.fill(
            page,
            {
                "Titel": document.title,
                "Dokumenttype": document.kind,
                "Adgangskategori": document.access,
                "Dato": danish.day_text(document.day),
                "Tekst": document.text,
            },
        )
        if file is not None:
            attached: FilePayload = {"name": "attest.pdf", "mimeType": "application/pdf", "buffer": file}
            await page.get_by_label("Fil", exact=True).set_input_files(attached)
        receipt = await self.commit(
            page.get_by_role("button", name="Gem dokument", exact=True),
            question=r"^Vil du gemme dokumentet i sagen\?$",
            receipt=page.locator("#dokumentnummer"),
            refusal=refused(page),
            fields=("#dokumentnummer",),
        )
        return Receipt(receipt["#dokumentnummer"])

    async def find_document(self, document: Document) -> Receipt | None:
        """The document of that title in the case; Uncertain where there are several."""
        page = await self.search("dokumenter", {"mappe": document.folder, "titel": document.title})
        rows = danish.found(page, "dokumenter", DOCUMENT_COLUMNS)
        found = [row["Dokument"] for row in rows if row["Titel"] == document.title]
        if len(found) > 1:
            raise Uncertain("file", {"documents": found})
        return Receipt(found[0]) if found else None

    async def check_in(self, wanted: CheckIn) -> Receipt:
        """Effect: check a saved document in; the receipt is its number in the journal."""
        page = await self.goto(f"dokument/{wanted.document}")
        receipt = await self.commit(
            page.get_by_role("button", name="Tjek ind", exact=True),
            question=r"^Vil du journalisere dokumentet\?$",
            receipt=page.get_by_role("heading", name="Dokument journaliseret", exact=True),
            refusal=refused(page),
            fields=("#journalnummer",),
        )
        return Receipt(receipt["#journalnummer"])

    async def find_check_in(self, wanted: CheckIn) -> Receipt | None:
        """The document's number in the journal, None where it is checked out."""
        page = await self.fetch(f"dokument/{wanted.document}")
        (status,) = tables.texts(page, "//*[@id='status']") or [""]
        if not status:
            raise ScreenChanged("The document shows no status.", "Look whether the screen has changed.")
        if status == CHECKED_OUT:
            return None
        (number,) = tables.texts(page, "//*[@id='journalnummer']")
        return Receipt(number)
