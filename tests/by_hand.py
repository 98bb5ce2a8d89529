"""A bookkeeper who may not post: what tests of by-hand effects and their piles have in common."""

from __future__ import annotations

import pytest

from bots_common.autonomy import Level
from bots_common.work import State
from bots_common.work.records import PileRow
from tests.bookkeeper import Bookkeeper, Office

ROBOT = Bookkeeper.name
LETTERS = "letters"
WAITS = (State.WAITING, "by_hand")


@pytest.fixture(autouse=True)
def by_hand(office: Office) -> None:
    """At each test's beginning the robot may do everything alone, but posting is done by hand."""
    office.level(Level.AUTO)
    office.robot.by_hand = LETTERS


def take(office: Office, who: str = "bo", at_most: int = 50) -> PileRow:
    return office.store.piles.take(ROBOT, LETTERS, who, at_most)


def references(pile: PileRow) -> list[str]:
    return [member.reference for member in pile.members]


def sends(office: Office, *references: str) -> int:
    """A person takes and sends a pile of these items; its number."""
    office.work(*references)
    number = take(office).number
    office.store.piles.sent(number, "bo", "P000001")
    return number
