"""What lies in the mailbox before the robot comes: newsletters, what only looks like an answer, and stray answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from mocks.town.hires import police
from mocks.town.hires.model import Certificate, Hire, Kind, Message, MessageTruth
from mocks.town.hires.office import Office
from mocks.town.hires.posts import BASES

PURPOSE = "Ansættelse"

_OTHERS = (
    ("KL", "Nyhedsbrev uge 45"),
    ("Arbejdstilsynet", "Indberetning af fravær"),
    ("Statens Arkiver", "Aflevering af arkivalier"),
    (police.SENDER, "Driftsmeddelelse: portalen er lukket søndag"),
    ("Rigspolitiet, Våbenkontoret", "Svar på henvendelse"),
)
_IMITATORS = ("Attestservice ApS", "Rigspolitiet Kriminalregisteret", "Rigspolitiet, Kriminalregisteret (kopi)")
Named = tuple[str, Message, str, str | None]  # scenario, message, outcome, reason


def early(office: Office, hires: list[Hire], size: int) -> tuple[list[Message], list[MessageTruth]]:
    """The mail of a town that hires so many, in the order in which it came, and what must become of it."""
    named = [*_newsletters(office, 1 + size // 20), *_strays(office, 1 + size // 100)]
    named += _imitations(office, hires, 1 + size // 100)
    named.sort(key=lambda it: it[1].received)
    truths = [
        MessageTruth(f"M{place:06d}", scenario, outcome, reason)
        for place, (scenario, _, outcome, reason) in enumerate(named, start=1)
    ]
    return [message for _, message, _, _ in named], truths


def _newsletters(office: Office, count: int) -> Iterator[Named]:
    for place in range(count):
        sender, subject = _OTHERS[place % len(_OTHERS)]
        yield "other_mail", Message(_day(office), sender, subject, "Læs mere på vores hjemmeside."), "ignored", None


def _strays(office: Office, count: int) -> Iterator[Named]:
    """Answers of the police to requests that the town has not made."""
    for place in range(1, count + 1):
        person = office.person()
        message = _answer(office, f"P9{place:05d}", person.cpr, person.name)
        yield "stray_answer", message, "exception", "no_hire"


def _imitations(office: Office, hires: list[Hire], count: int) -> Iterator[Named]:
    """Clean certificates of people who are hired, from somebody who is not the police."""
    known = [it for it in hires if it.cpr]
    for place, hire in enumerate(office.rng.sample(known, min(count, len(known))), start=1):
        sender, cpr = _IMITATORS[place % len(_IMITATORS)], hire.cpr.replace("-", "")
        answer = _answer(office, f"P{place:06d}", cpr, hire.name)
        yield "imitation", replace(answer, sender=sender), "ignored", None


def _answer(office: Office, request: str, cpr: str, name: str) -> Message:
    kind, received = office.rng.choice(tuple(Kind)), _day(office)
    certificate = Certificate(
        number=f"A9{office.rng.randrange(100_000):05d}",
        request=request,
        name=name,
        cpr=cpr,
        kind=kind,
        issued=received,
        purpose=PURPOSE,
        basis=BASES[kind],
    )
    return police.message(received, police.ANSWER, police.About(request, name, cpr, kind), certificate)


def _day(office: Office) -> date:
    return office.today - timedelta(days=office.rng.randint(0, 8))
