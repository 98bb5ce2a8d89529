"""What the police write: the answer to a request, or that there will be none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from mocks.town.hires.model import Certificate, Kind, Message

SENDER = "Rigspolitiet, Kriminalregisteret"
ANSWER, NO_CONSENT, EXEMPT = "Svar på anmodning", "Samtykke ikke givet", "Fritaget for Digital Post"

_TEXTS = {
    ANSWER: "Politiet har behandlet jeres anmodning {request}. Attesten er vedlagt.",
    NO_CONSENT: (
        "Personen har ikke givet samtykke til jeres anmodning {request} inden for 14 dage.\n"
        "Anmodningen er afsluttet, og der udstedes ingen attest."
    ),
    EXEMPT: (
        "Personen i jeres anmodning {request} er fritaget for Digital Post og kan ikke give samtykke digitalt.\n"
        "Send en underskrevet blanket."
    ),
}


@dataclass(frozen=True, slots=True)
class About:
    """Which person of which request is written about; `cpr` ten digits."""

    request: str
    name: str
    cpr: str
    kind: Kind


def message(received: date, subject: str, about: About, certificate: Certificate | None = None) -> Message:
    """One of the three messages; an answer comes with its certificate."""
    return Message(
        received=received,
        sender=SENDER,
        subject=subject,
        text=_TEXTS[subject].format(request=about.request),
        request=about.request,
        name=about.name,
        cpr=about.cpr,
        kind=about.kind,
        certificate=certificate,
    )
