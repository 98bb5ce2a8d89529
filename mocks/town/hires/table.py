"""The municipality's table of posts, which says what certificate a post asks for, as its people keep it in Excel.

The truth goes by it, and by the law: whom a post serves must not contradict what its row asks for.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from openpyxl import Workbook

from mocks.town.hires.model import Kind, Post

HEADER = (
    *("Stilling", "Arbejdssted", "Alder fra", "Alder til", "Direkte kontakt", "Attest", "Hjemmel", "Bemærkning"),
)

NONE, PRIVATE, PUBLIC, CHILDREN = "Ingen", "Privat straffeattest", "Offentlig straffeattest", "Børneattest"
BOTH = "Straffeattest og børneattest"
KINDS = {
    NONE: (),
    PRIVATE: (Kind.PRIVATE,),
    PUBLIC: (Kind.PUBLIC,),
    CHILDREN: (Kind.CHILDREN,),
    BOTH: (Kind.PRIVATE, Kind.CHILDREN),
}
"""What each of the words asks for; the penal record of the last is a private one."""

CONSENT, CHILDREN_ACT, ORDER = "Samtykke", "Børneattestloven § 2", "Kriminalregisterbekendtgørelsen § 22"
"""The legal bases, as the table and the requests name them."""


def write(path: Path, posts: Iterable[Post]) -> None:
    book = Workbook(write_only=True)
    page = book.create_sheet("Stillinger")
    page.append(HEADER)
    for it in posts:
        contact = "Ja" if it.contact else "Nej"
        page.append(
            (it.post, it.workplace, it.youngest, it.oldest, contact, it.certificate, it.basis, it.remark),
        )
    book.save(path)
