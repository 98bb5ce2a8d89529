"""The police's portal: certificates requested, and how each request stands.

A robot may use it only where its owner allows that; elsewhere a person sends the request (`by_hand`).
"""

from __future__ import annotations

import re
from typing import Final

from bots_common.desk import Screen
from bots_common.errors import Uncertain
from bots_common.values import Cpr, Frozen, Receipt
from robots.systems import danish
from robots.systems.login import DanishLogin, refused

REQUEST_COLUMNS: Final = ("Anmodning", "Attesttype", "Hjemmel", "Sendt", "Status")
PURPOSE: Final = "Ansættelse"


class CertificateRequest(Frozen):
    """One person's certificate to ask the police for. `kind` is in the portal's words."""

    cpr: Cpr
    name: str
    kind: str
    basis: str
    contact: str


class Portal(DanishLogin):
    """The portal as the robot sees it."""

    name = "portal"
    home = "anmodninger"
    screens = (
        Screen(
            "request",
            "anmodning",
            fields=("Attesttype", "Hjemmel", "Formål", "Kontaktperson", "Personer"),
            buttons=("Kontrollér",),
        ),
        Screen("requests", "anmodninger", fields=("CPR-nummer", "Attesttype"), buttons=("Søg",)),
    )

    async def request(self, wanted: CertificateRequest) -> Receipt:
        """Effect: sign and send the request; the police then ask the person for consent."""
        page = await self.goto("anmodning")
        await self.fill(
            page,
            {
                "Attesttype": wanted.kind,
                "Hjemmel": wanted.basis,
                "Formål": PURPOSE,
                "Kontaktperson": wanted.contact,
                "Personer": f"{wanted.cpr.digits};{wanted.name}",
            },
        )
        await self.commit(
            page.get_by_role("button", name="Kontrollér", exact=True),
            receipt=page.get_by_role("heading", name="Kontrollér anmodning", exact=True),
            refusal=refused(page),
            fields=(),
        )
        receipt = await self.commit(
            page.get_by_role("button", name="Underskriv og send", exact=True),
            question=rf"^Vil du sende 1 anmodning(er)? om {re.escape(wanted.kind)}\?$",
            receipt=page.locator("#anmodningsnummer"),
            refusal=refused(page),
            fields=("#anmodningsnummer",),
        )
        return Receipt(receipt["#anmodningsnummer"])

    async def find_request(self, wanted: CertificateRequest) -> Receipt | None:
        """The request of that kind for the person; Uncertain where there are several.

        The robot asks only for whom nothing of the kind was requested, so one that is there is its own.
        """
        page = await self.search("anmodninger", {"cpr": wanted.cpr.digits, "attesttype": wanted.kind})
        rows = danish.found(page, "anmodninger", REQUEST_COLUMNS)
        found = [row["Anmodning"] for row in rows if row["Attesttype"] == wanted.kind]
        if len(found) > 1:
            raise Uncertain("request", {"requests": found})
        return Receipt(found[0]) if found else None
