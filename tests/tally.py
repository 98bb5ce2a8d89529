"""A robot that counts: it finds what a test lays out, and writes each case into a file that only it writes."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import ClassVar

from bots_common.desk import Desk
from bots_common.errors import BusinessException
from bots_common.reasons import ReasonText
from bots_common.robot import Found, Item, Known, Robot
from bots_common.settings import Section, Settings
from bots_common.values import Frozen, Receipt

ODD = "odd"


class Config(Section):
    """`cases`: a file with a reference a line, of which those that begin with "odd" are for people. `witness`: where
    what was done is written."""

    cases: Path
    witness: Path


class Case(Frozen):
    """A case, and all there is to know of it."""

    reference: str


class Reason(StrEnum):
    ODD = ODD


class Tally(Robot[Case]):
    """Does each case once: writes its reference, and looks for it where it may have been written before."""

    name, title, systems, payload = "tally", "Tally", (), Case
    reasons = Reason
    reason_texts: ClassVar[Mapping[str, ReasonText]] = {}
    locales = Path(__file__).parent

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.config = self.configured(settings, Config)

    async def find(self, desk: Desk, known: Known) -> AsyncIterator[Found[Case]]:
        for reference in self.config.cases.read_text(encoding="utf-8").split():
            yield Found(reference, Case(reference=reference))

    async def handle(self, item: Item[Case], desk: Desk) -> None:
        if item.reference.startswith(ODD):
            raise BusinessException(ODD)
        await item.once("write", item.payload, do=self.write, check=self.look)

    async def write(self, case: Case) -> Receipt:
        with self.config.witness.open("a", encoding="utf-8") as file:
            file.write(f"{case.reference}\n")
            file.flush()
            os.fsync(file.fileno())
        return Receipt(case.reference)

    async def look(self, case: Case) -> Receipt | None:
        written = self.config.witness.exists() and case.reference in witnessed(self.config.witness)
        return Receipt(case.reference) if written else None


def witnessed(witness: Path) -> list[str]:
    """What was done, in order."""
    return witness.read_text(encoding="utf-8").split() if witness.exists() else []


def settings_of(folder: Path) -> dict[str, dict[str, str]]:
    """The robot's table of the settings, with its files in that folder."""
    return {"tally": {"cases": str(folder / "cases.txt"), "witness": str(folder / "witness.txt")}}
