"""What is left of a certificate once it is filed, and who sees what was not filed."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

import pytest
from loguru import logger

from bots_common import logs
from bots_common.handling import Outcome
from bots_common.robot import robots_named
from bots_common.roles import Grant, Role
from bots_common.work import ItemRow, State
from bots_common.worker import Worker
from mocks import serve
from mocks.town import generate
from mocks.town.hires.certificate import ENTRIES
from mocks.town.hires.model import Hire
from reports import web
from robots.certificates.items import Task
from tests.clerk import Clerk
from tests.hires_at_work import LATER, ROBOT, HiresAtWork, hires_at_work
from tests.leaks import leaks
from tests.visitors import visitor

SEED, SIZE = 6, 12
FAULTS = ({"kind": "error500", "rate": 0.05}, {"kind": "cut_after_write", "rate": 0.1})
PIECE = 48
"""Bytes of a certificate that stand in no other: from the middle of its page, which is compressed."""


@dataclass
class Month:
    """What a month of the robot's was, with faults: `arrived` are the certificates that came, by message."""

    town: HiresAtWork
    temporary: Path
    arrived: dict[str, bytes] = field(default_factory=dict)
    meanwhile: list[str] = field(default_factory=list)
    terminal: StringIO = field(default_factory=StringIO)

    @property
    def hires(self) -> list[Hire]:
        return generate(SEED, 20, hires=SIZE).hires.hires

    @property
    def numbers(self) -> list[str]:
        return [hire.cpr.replace("-", "") for hire in self.hires if hire.cpr]

    def ended(self, state: State, reason: str | None = None) -> dict[str, ItemRow]:
        """The answers of the police that ended so."""
        items = self.town.items().items()
        answers = {it: row for it, row in items if self.town.payload(row).task is Task.ANSWER}
        return {it: row for it, row in answers.items() if (row.state, row.reason) == (state, reason)}

    async def go_by(self) -> None:
        await self.town.find_and_work()
        self.town.send_the_piles()
        for day in LATER:
            self.town.switch_on()
            self.town.move_to(day)
            self.arrived |= certificates(self.town)
            self.town.switch_on(*FAULTS)
            await self.town.worker().find()
            robots = robots_named([ROBOT], self.town.settings)
            worker = Worker(self.town.store, self.town.codec, robots, self.town.settings, self.look)
            await worker.work(until_empty=True)

    def look(self, outcome: Outcome) -> None:
        """After each item: what lies in the temporary files of the robot and its browser."""
        self.meanwhile += places(self.temporary, pieces(self.arrived))
        self.meanwhile += leaks(self.temporary, self.numbers)


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    temporary = tmp_path_factory.mktemp("temporary")
    with pytest.MonkeyPatch.context() as here:
        here.setenv("TMPDIR", str(temporary))
        here.setattr(tempfile, "tempdir", None)
        with hires_at_work(tmp_path_factory.mktemp("town"), seed=SEED, size=SIZE) as town:
            month = Month(town, temporary)
            logs.configure(town.settings.folder / "logs", terminal=month.terminal)
            asyncio.run(month.go_by())
            logger.remove()
            yield month


def test_of_what_comes_nothing_is_ever_on_the_robots_disk(month: Month) -> None:
    written = month.town.settings.folder
    (written / "terminal").write_text(month.terminal.getvalue(), encoding="utf-8")
    assert {".db", ".jsonl", ".sealed"} <= {file.suffix for file in written.rglob("*")}
    assert month.meanwhile == []
    names = {hire.name: hire.name.encode() for hire in month.hires}
    for folder in (written, month.temporary):
        assert leaks(folder, month.numbers) == []
        assert places(folder, pieces(month.arrived) | names) == []


def test_what_is_filed_is_gone_from_the_mailbox_and_the_rest_is_there(month: Month) -> None:
    filed = month.ended(State.DONE)
    assert filed
    with closing(sqlite3.connect(month.town.folder / serve.STATE)) as mailbox:
        mailbox.execute("pragma wal_checkpoint(truncate)")  # else a copy may lie in the log that is still written
    found = places(month.town.folder, pieces(month.arrived))
    assert {it.partition(" in ")[0] for it in found} == month.arrived.keys() - filed.keys()


@pytest.mark.parametrize("robot", [ROBOT, "invoices"])
@pytest.mark.parametrize("role", Role)
async def test_what_belongs_to_a_remark_is_shown_to_its_caseworkers_alone(
    month: Month, role: Role, robot: str
) -> None:
    ((_, item), *_) = month.ended(State.EXCEPTION, "remark").items()
    store = month.town.store
    kept = store.reading.story(item.id).evidence
    assert kept
    grant = Grant(role, robot)
    app = web.create(store, month.town.codec, month.town.settings)
    async with visitor(app, store, f"{role}.{robot}", [grant]) as browser:
        page = await browser.get(f"/items/{item.id}")
        shown = [await browser.get(f"/evidence/{row.id}") for row in kept]
    theirs = robot == ROBOT
    assert (page.status_code == 200) == (theirs and role in (Role.CASEWORKER, Role.AUDITOR))
    assert {it.status_code == 200 for it in shown} == {theirs and role is Role.CASEWORKER}
    said = "".join(it.text for it in (page, *shown) if "html" in it.headers["content-type"])
    assert not [entry for entry in ENTRIES if entry in said], "what it says stands in the mailbox alone"


def certificates(town: HiresAtWork) -> dict[str, bytes]:
    """What lies in the mailbox, by message."""
    with Clerk(town.address) as clerk:
        clerk.log_in("/post")
        heading, *listed = clerk.export("/post/indbakke.xlsx")
        found = [row[heading.index("Besked")] for row in listed if row[heading.index("Bilag")]]
        return {message: clerk.http.get(f"/post/besked/{message}/bilag").content for message in found}


def pieces(certificates: Mapping[str, bytes]) -> dict[str, bytes]:
    middles = {message: len(pdf) // 2 for message, pdf in certificates.items()}
    return {it: certificates[it][middle : middle + PIECE] for it, middle in middles.items()}


def places(folder: Path, needles: Mapping[str, bytes]) -> list[str]:
    """Each file below the folder with one of the needles in it."""
    written = {file: file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}
    return [
        f"{name} in {file.relative_to(folder)}"
        for file, content in written.items()
        for name, needle in needles.items()
        if needle in content
    ]
