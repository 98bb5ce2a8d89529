"""The municipality's digital post: what the police answer. A certificate is read from memory and never kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from bots_common.desk import Screen, tables
from bots_common.errors import ScreenChanged, Uncertain
from bots_common.values import Cpr, Frozen, Receipt
from robots.systems import danish
from robots.systems.login import DanishLogin, refused

MESSAGE_COLUMNS: Final = ("Besked", "Modtaget", "Afsender", "Emne", "Anmodning", "Bilag")
DELETED_COLUMNS: Final = ("Kvittering", "Besked", "Slettet")


class ListedMessage(Frozen):
    """A message as the inbox lists it; nothing personal stands there."""

    number: str
    received: date
    sender: str
    subject: str
    request: str
    attachment: bool


class Message(Frozen):
    """A message that is open: whom it is about."""

    number: str
    name: str
    cpr: Cpr
    kind: str


class Deletion(Frozen):
    """A message to delete for good, with the certificate in it."""

    message: str


class Mailbox(DanishLogin):
    """The digital post as the robot sees it."""

    name = "mailbox"
    home = "indbakke"
    screens = (
        Screen("inbox", "indbakke", columns=("Besked", "Modtaget", "Afsender", "Emne")),
        Screen("message", "besked/*", buttons=("Slet besked",)),
        Screen("deleted", "slettede", fields=("Besked",), buttons=("Søg",)),
    )

    # -- reading --------------------------------------------------------------------------------------------

    async def messages(self) -> list[ListedMessage]:
        """All that lies in the inbox, from one Excel export."""
        export = await self.fetch("indbakke.xlsx")
        return [_listed(row) for row in tables.sheet(export, MESSAGE_COLUMNS)]

    async def message(self, number: str) -> Message:
        """Whom a message is about."""
        page = await self.fetch(f"besked/{number}")
        return Message(
            number=number,
            name=_text(page, "navn"),
            cpr=Cpr(_text(page, "cpr")),
            kind=_text(page, "attesttype"),
        )

    async def attachment(self, number: str) -> bytes:
        """The certificate that came with a message. It must not be written anywhere."""
        return await self.fetch(f"besked/{number}/bilag")

    # -- effects --------------------------------------------------------------------------------------------

    async def delete(self, deletion: Deletion) -> Receipt:
        """Effect: delete the message and the certificate for good."""
        page = await self.goto(f"besked/{deletion.message}")
        receipt = await self.commit(
            page.get_by_role("button", name="Slet besked", exact=True),
            question=r"^Vil du slette beskeden endeligt\?$",
            receipt=page.locator("#kvitteringsnummer"),
            refusal=refused(page),
            fields=("#kvitteringsnummer",),
        )
        return Receipt(receipt["#kvitteringsnummer"])

    async def find_deletion(self, deletion: Deletion) -> Receipt | None:
        """The receipt of the deletion, None where the message still is there."""
        page = await self.search("slettede", {"besked": deletion.message})
        rows = danish.found(page, "slettede", DELETED_COLUMNS)
        found = [row["Kvittering"] for row in rows if row["Besked"] == deletion.message]
        if len(found) > 1:
            raise Uncertain("delete", {"receipts": found})
        return Receipt(found[0]) if found else None


def _listed(row: Mapping[str, Any]) -> ListedMessage:
    return ListedMessage(
        number=str(row["Besked"]),
        received=row["Modtaget"],
        sender=str(row["Afsender"]),
        subject=str(row["Emne"]),
        request=str(row["Anmodning"] or ""),
        attachment=bool(row["Bilag"]),
    )


def _text(page: bytes, element: str) -> str:
    found = tables.texts(page, f"//*[@id='{element}']")
    if len(found) != 1:
        raise ScreenChanged(f"The message shows no single {element}.", "Look whether the screen has changed.")
    return found[0]
