"""Three hires small enough to keep in mind: Lis is clean, Per does not consent, Ulf has no digital post."""

from __future__ import annotations

from datetime import date

from mocks.town.hires.model import (
    Certificate,
    Folder,
    Hire,
    HireTown,
    Kind,
    Manner,
    Message,
    Person,
    Post,
    Reply,
    Standing,
)

LIS, PER, ULF = "6105891238", "6206751235", "6307811234"
BASIS = "Børneattestloven § 2"


def _hire(serial: int, cpr: str, name: str, **other: object) -> Hire:
    usual: dict[str, object] = {
        "number": f"ANS{serial:06d}",
        "cpr": cpr,
        "name": name,
        "post": "Pædagog",
        "workplace": "Børnehuset Åkanden",
        "youngest": 0,
        "oldest": 6,
        "attachment": "Fast",
        "days": 60,
        "first": date(2024, 12, 1),
        "last": None,
        "manager": "Eva Dam",
        "manager_mail": "eva.dam@kommune.example",
        "created": date(2024, 11, 4),
    }
    return Hire(**(usual | other))  # type: ignore[arg-type]


def small_hires() -> HireTown:
    """Lis's private certificate says more than it should, and comes twice; of Per there are two folders."""
    per = _hire(
        2,
        "620675-1235",
        "Per Skov",
        post="Kontorassistent",
        workplace="Rådhuset",
        youngest=None,
        oldest=None,
        attachment="Tidsbegrænset",
        days=None,
        last=date(2025, 2, 28),
        criminal=Standing("Ren", date(2024, 10, 2)),
    )
    stray = Certificate(
        number="A900001",
        request="P900001",
        name="Nora Bak",
        cpr="6408921236",
        kind=Kind.PUBLIC,
        issued=date(2024, 11, 7),
        purpose="Ansættelse",
        basis="Kriminalregisterbekendtgørelsen § 22",
    )
    return HireTown(
        hires=[_hire(1, LIS, "Lis Bro"), per, _hire(3, "", "Ulf Toft")],
        people=[Person(LIS), Person(PER), Person(ULF, exempt=True)],
        replies=[
            Reply(LIS, Kind.CHILDREN, consent=2, wait=3),
            Reply(LIS, Kind.PRIVATE, consent=0, wait=0, manner=Manner.ONE_LINE_MORE, again=2),
            Reply(PER, Kind.CHILDREN, consent=None),
        ],
        folders=[
            Folder("PS000001", LIS, "Lis Bro", date(2024, 11, 4)),
            Folder("PS000002", PER, "Per Skov", date(2019, 3, 1)),
            Folder("PS000003", PER, "Per Skov", date(2024, 11, 4)),
        ],
        messages=[
            Message(date(2024, 11, 6), "KL", "Nyhedsbrev", "Læs mere på vores hjemmeside."),
            Message(
                *(date(2024, 11, 7), "Rigspolitiet, Kriminalregisteret", "Svar på anmodning", "Attesten er vedlagt."),
                *("P900001", "Nora Bak", "6408921236", Kind.PUBLIC, stray),
            ),
        ],
        posts=[Post("Pædagog", "", 0, 14, True, "Børneattest", BASIS)],
    )
