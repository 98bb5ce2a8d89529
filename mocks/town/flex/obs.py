"""The town's obs-list: the citizens whom its people keep to themselves, as an Excel sheet that they would keep."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from openpyxl import Workbook

from mocks.town.flex.model import ObsEntry
from mocks.town.flex.office import Draft, Office
from mocks.town.spans import shifted

HEADER = ("CPR-nummer", "Robot", "Grund", "Fra", "Til", "Af")
ALL_ROBOTS, THIS_ROBOT, ANOTHER_ROBOT = "Alle", "flexwage", "invoices"
REASONS = (
    *("Afventer nyt lønloft fra arbejdsgiver", "Klagesag i Ankestyrelsen", "Aftalt efterregulering", "Skifter job"),
    *(
        "Delvis sygemeldt, beregnes i hånden",
        "Bonus på vej",
        "Dødsbo",
        "Partshøring om tilbagebetaling",
        "Ferie aftalt",
    ),
)
PEOPLE = ("Mette Lund", "Henrik Toft", "Karen Skov")


def entry(office: Office, draft: Draft) -> ObsEntry:
    """One that keeps the robot away in the month."""
    rng = office.rng
    first = office.today - timedelta(days=rng.randint(5, 200))
    last = rng.choice((None, office.today + timedelta(days=rng.randint(30, 150))))
    robot = rng.choice((THIS_ROBOT, THIS_ROBOT, ALL_ROBOTS))
    return ObsEntry(draft.citizen.cpr, robot, rng.choice(REASONS), first, last, rng.choice(PEOPLE))


def harmless_entry(office: Office, draft: Draft) -> ObsEntry:
    """One that has run out, has not begun, or is for another robot."""
    whole = entry(office, draft)
    ended = shifted(office.income, -1) - timedelta(days=office.rng.randint(1, 60))
    begins = shifted(office.month, 2) + timedelta(days=office.rng.randint(0, 60))
    robot, first, last = office.rng.choice(
        (
            (whole.robot, ended - timedelta(days=90), ended),
            (whole.robot, begins, None),
            (ANOTHER_ROBOT, whole.first, whole.last),
        )
    )
    return ObsEntry(whole.cpr, robot, whole.reason, first, last, whole.by)


def write(path: Path, entries: Iterable[ObsEntry]) -> None:
    """Writes the list as people type it: some numbers with a hyphen, some without."""
    book = Workbook(write_only=True)
    page = book.create_sheet("Obsliste")
    page.append(HEADER)
    for place, it in enumerate(entries):
        cpr = it.cpr if place % 2 else f"{it.cpr[:6]}-{it.cpr[6:]}"
        page.append((cpr, it.robot, it.reason, it.first, it.last, it.by))
    book.save(path)
