"""What is left of a certificate once it is filed: nothing on the robot's disk, and nothing in the mailbox."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path

import pytest
from loguru import logger

from bots_common import logs
from bots_common.handling import Outcome
from bots_common.robot import robots_named
from bots_common.work import State
from bots_common.worker import Worker
from mocks.town import generate
from robots.certificates.items import Task
from tests.clerk import Clerk
from tests.hires_at_work import LATER, HiresAtWork, hires_at_work
from tests.leaks import leaks

SEED, SIZE = 6, 12
FAULTS = ({"kind": "error500", "rate": 0.05}, {"kind": "cut_after_write", "rate": 0.1})
PIECE = 48
"""Bytes of a certificate that stand in no other: from the middle of its page, which is compressed."""


async def test_of_a_certificate_that_is_filed_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    terminal, arrived, meanwhile = StringIO(), dict[str, bytes](), list[str]()
    hires = generate(SEED, 20, hires=SIZE).hires.hires
    numbers = [hire.cpr.replace("-", "") for hire in hires if hire.cpr]
    with hires_at_work(tmp_path / "town", seed=SEED, size=SIZE) as town:
        logs.configure(town.settings.folder / "logs", terminal=terminal)
        await town.find_and_work()
        town.send_the_piles()
        town.switch_on(*FAULTS)

        def look(outcome: Outcome) -> None:
            meanwhile.extend(pieces(temporary, arrived))
            meanwhile.extend(leaks(temporary, numbers))

        for day in LATER:
            town.control("_faults", {"faults": []})
            town.move_to(day)
            arrived |= certificates(town)
            town.switch_on(*FAULTS)
            await town.worker().find()
            robots = robots_named([town.robot], town.settings)
            await Worker(town.store, town.codec, robots, town.settings, look).work(until_empty=True)
        logger.remove()
        assert meanwhile == []
        written = town.settings.folder
        (written / "terminal").write_text(terminal.getvalue(), encoding="utf-8")
        assert {".db", ".jsonl", ".sealed"} <= {file.suffix for file in written.rglob("*")}
        names = {hire.name: hire.name.encode() for hire in hires}
        for folder in (written, temporary):
            assert leaks(folder, numbers) == []
            assert list(pieces(folder, arrived)) == []
            assert list(places(folder, names)) == []
        filed = {
            it.reference for it in town.items().values() if it.state is State.DONE and answers(town, it.reference)
        }
    assert filed
    left = {place.partition(" in ")[0] for place in pieces(tmp_path / "town", arrived)}
    assert left == arrived.keys() - filed, (
        "with a remark it waits for a person; else it is gone, from the free pages too"
    )


def certificates(town: HiresAtWork) -> dict[str, bytes]:
    """What lies in the mailbox, by message."""
    with Clerk(town.address) as clerk:
        clerk.log_in("/post")
        heading, *listed = clerk.export("/post/indbakke.xlsx")
        found = [row[heading.index("Besked")] for row in listed if row[heading.index("Bilag")]]
        return {message: clerk.http.get(f"/post/besked/{message}/bilag").content for message in found}


def answers(town: HiresAtWork, reference: str) -> bool:
    return town.payload(town.items()[reference]).task is Task.ANSWER


def pieces(folder: Path, certificates: Mapping[str, bytes]) -> Iterator[str]:
    """Each file below the folder with a piece of one of the certificates."""
    middles = {message: len(pdf) // 2 for message, pdf in certificates.items()}
    needles = {it: pdf[middles[it] : middles[it] + PIECE] for it, pdf in certificates.items()}
    return places(folder, needles)


def places(folder: Path, needles: Mapping[str, bytes]) -> Iterator[str]:
    for file in sorted(folder.rglob("*")):
        written = file.read_bytes() if file.is_file() else b""
        yield from (f"{name} in {file.relative_to(folder)}" for name, needle in needles.items() if needle in written)
