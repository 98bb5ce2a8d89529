"""Evidence as the item's page shows it: the picture and the page of one moment belong together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from bots_common.work.records import EvidenceRow


@dataclass(frozen=True, slots=True)
class Piece:
    """What was kept at one moment: the ids of `page` and `picture`, those that there are."""

    about: str
    at: datetime
    ids: dict[str, int] = field(default_factory=dict)


def pieces_of(rows: Iterable[EvidenceRow]) -> list[Piece]:
    """The rows, in the order in which they were kept, as pieces."""
    pieces: list[Piece] = []
    for row in rows:
        if not pieces or pieces[-1].about != row.about or row.kind in pieces[-1].ids:
            pieces.append(Piece(row.about, row.at))
        pieces[-1].ids[row.kind] = row.id
    return pieces
