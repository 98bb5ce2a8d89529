"""The municipality's account sheet: which PSP element each kind of grant is booked on.

One target group is the town's trap: its combinations stand in the sheet twice or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count, product
from pathlib import Path

from openpyxl import Workbook

Account = tuple[str, str, str, str, str]  # paragraph, art, ownership, target group, PSP element

HEADER = ("Paragraf", "Art", "Ejerforhold", "Målgruppe", "PSP-element")
ART_OF = {"kommunal": "4.7", "regional": "4.8", "privat": "4.9"}
TARGET_GROUPS = (
    *("Udviklingshæmning", "Sindslidelse", "Autisme", "Hjerneskade", "ADHD", "Fysisk funktionsnedsættelse"),
)
RARE_GROUP = "Døvblindhed"
DOUBLE = ("§ 104", "§ 108")
MISSING = ("§ 103", "§ 107", "STU")
_FUNCTION = {"§ 103": "53858", "§ 104": "53859", "§ 107": "53852", "§ 108": "53850", "STU": "33046"}


def sheet() -> list[Account]:
    """Every row of the sheet, in its order."""
    serial = count(1)
    groups = (*TARGET_GROUPS, RARE_GROUP, RARE_GROUP)
    rows = []
    for paragraph, (ownership, art), (place, group) in product(_FUNCTION, ART_OF.items(), enumerate(groups, 1)):
        if group != RARE_GROUP or paragraph in DOUBLE:
            psp = f"XG-{_FUNCTION[paragraph]}1{place:04d}-{next(serial):05d}"
            rows.append((paragraph, art, ownership, group, psp))
    return rows


def write(path: Path, rows: Iterable[Account]) -> None:
    """Writes the sheet as Excel keeps it in real life: the art is a number, not a text."""
    book = Workbook(write_only=True)
    page = book.create_sheet("Kontering")
    page.append(HEADER)
    for paragraph, art, *rest in rows:
        page.append((paragraph, float(art), *rest))
    book.save(path)
