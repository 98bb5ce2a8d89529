"""No personal number lies readable anywhere: a town is found and handled, and every byte that was written is read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from io import StringIO
from itertools import cycle
from pathlib import Path
from typing import cast

import pytest
from loguru import logger
from playwright.async_api import Page
from pydantic import BaseModel

from bots_common import logs
from bots_common.autonomy import Level
from bots_common.claims import Finishing
from bots_common.errors import ScreenChanged
from bots_common.evidence import EvidenceFolder
from bots_common.handling import attempt
from bots_common.settings import AutonomySettings, GivenSettings
from bots_common.testing import StubDesk
from bots_common.values import Cpr, Cvr, Ean, Receipt
from bots_common.work import Claimed, Codec, State, Store
from mocks.town import accounts, generate
from mocks.town.model import Town
from robots.invoices.accounts import AccountSheet
from robots.invoices.robot import Invoices
from robots.records import Grant, Supplier
from robots.systems.finance import Finance, InboxRow, Posting, Remark, Voucher
from robots.systems.grants import Grants, Payment
from tests.leaks import leaks
from tests.town import Office, office

ROBOT = "invoices"


class Row(BaseModel):
    """A model of a careless author: what was given stands in its errors."""

    number: int


def _no_row(cpr: Cpr) -> None:
    raise ScreenChanged(f"There is no row for {cpr.shown()}.", f"Look for {cpr.digits}.")


def _key_error(cpr: Cpr) -> None:
    dict[str, str]()[cpr.digits]


def _not_valid(cpr: Cpr) -> None:
    Row.model_validate({"number": f"CPR {cpr.shown()}"})


def _chained(cpr: Cpr) -> None:
    try:
        _key_error(cpr)
    except KeyError as error:
        raise LookupError(f"nobody has {cpr.digits[:6]}\u00a0{cpr.digits[6:]}") from error


@dataclass
class GossipingGrants:
    """A register that fails at the first look for a citizen, and names the citizen as it does."""

    registers: Office
    known: list[Supplier]
    failures: Iterator[Callable[[Cpr], None]] = field(
        default_factory=lambda: cycle((_no_row, _key_error, _not_valid, _chained))
    )
    looked_for: set[Cpr] = field(default_factory=set)
    hopeless: set[Cpr] = field(default_factory=set)

    async def suppliers(self) -> list[Supplier]:
        return self.known

    async def grants_of(self, cpr: Cpr) -> tuple[Grant, ...] | None:
        if cpr in self.hopeless or cpr not in self.looked_for:
            self.looked_for.add(cpr)
            logger.bind(citizen=cpr.digits).info("Looking for {}.", cpr.shown())
            next(self.failures)(cpr)
        return self.registers.grants.get(cpr)

    async def mark_paid(self, payment: Payment) -> Receipt:
        return Receipt(f"K-{payment.grant}")

    async def find_payment(self, payment: Payment) -> Receipt | None:
        return None


@dataclass
class TownFinance:
    """Finance with the town's inbox; it books everything."""

    town: Town

    async def inbox(self) -> list[InboxRow]:
        return [
            InboxRow(document=it.number, received=it.received, supplier=it.supplier, invoice=it.invoice)
            for it in self.town.documents
        ]

    async def document(self, number: str) -> bytes:
        return next(it.xml for it in self.town.documents if it.number == number)

    async def vouchers(self, **criteria: str) -> list[Voucher]:
        return []

    async def post(self, posting: Posting) -> Receipt:
        return Receipt(f"5{posting.document[-9:]}", posting.total)

    async def write_remark(self, remark: Remark) -> Receipt:
        return Receipt(f"N-{remark.document}")

    async def never_there(self, act: object) -> Receipt | None:
        return None

    find_posting = find_remark = never_there


@dataclass(eq=False)  # as pages are: each is itself
class ShownPage:
    """What stands on the screen when evidence is taken: everybody."""

    text: str

    def is_closed(self) -> bool:
        return False

    async def content(self) -> str:
        return self.text

    async def screenshot(self, **options: object) -> bytes:
        return self.text.encode("utf-16")


@dataclass
class Work:
    """A robot's whole day in one folder, by the same steps as a worker takes."""

    folder: Path
    store: Store
    robot: Invoices
    desk: StubDesk
    evidence: EvidenceFolder
    page: Page
    terminal: StringIO

    async def find(self) -> None:
        async def known(references: Collection[str]) -> set[str]:
            return self.store.reading.known(ROBOT, references)

        self.store.add(ROBOT, [found.as_item() async for found in self.robot.find(self.desk, known)])

    async def handle_all(self) -> None:
        while self.store.open_count([ROBOT]):
            for claimed in self.store.claim([ROBOT], "worker", timedelta(minutes=1), limit=20):
                await self._handle(claimed)

    async def _handle(self, claimed: Claimed) -> None:
        async def witness(about: str) -> None:
            await self.evidence.keep(claimed.lease.item_id, about, self.page)

        try:
            await attempt(
                self.store,
                self.robot,
                claimed,
                self.desk,
                worker="worker",
                settle_seconds=0,
                witness=witness,
                finish=Finishing(self.store, "worker"),
            )
        except Exception as error:  # noqa: BLE001 - as the worker does
            logger.opt(exception=error).warning("{} {} failed.", claimed.robot, claimed.reference)
            await witness("technical")
            told = f"{type(error).__name__}: {error}"
            self.store.fail(claimed.lease, "worker", told, max_attempts=3, retry_seconds=0.0001)


@pytest.fixture(scope="module")
def made() -> Town:
    return generate(seed=7, size=40)


@pytest.fixture
def work(tmp_path: Path, made: Town, codec: Codec) -> Iterator[Work]:
    var = tmp_path / "var"
    accounts.write(tmp_path / "ark.xlsx", made.accounts)
    terminal = StringIO()
    logs.configure(var / "logs", terminal=terminal)
    store = Store.open(f"sqlite:///{(var / 'kollega.db').as_posix()}", codec)
    store.levels.set(ROBOT, Level.SAMPLE, "anna", "so that proposals are there to be leaked, too")
    grants = GossipingGrants(
        office(made, AccountSheet.read(tmp_path / "ark.xlsx")),
        [Supplier(cvr=Cvr(it.cvr), ean=Ean(it.ean), name=it.name) for it in made.suppliers],
        hopeless={Cpr(it.cpr) for it in made.citizens[::5]},
    )
    table = {"our_eans": [made.ean], "accounts": tmp_path / "ark.xlsx"}
    everybody = " ".join(f"{it.cpr[:6]}-{it.cpr[6:]} {it.cpr}" for it in made.citizens)
    yield Work(
        folder=var,
        store=store,
        robot=Invoices(
            GivenSettings(folder=var, robots={ROBOT: table}, autonomy={ROBOT: AutonomySettings(share=0.3)})
        ),
        desk=StubDesk({Finance: TownFinance(made), Grants: grants}),
        evidence=EvidenceFolder(var / "evidence", codec, store.ledger),
        page=cast(Page, ShownPage(everybody)),
        terminal=terminal,
    )
    store.close()
    logger.remove()


async def test_nothing_that_a_robot_leaves_behind_names_anybody(work: Work, made: Town) -> None:
    numbers = [it.cpr for it in made.citizens]
    await work.find()
    await work.handle_all()
    for item in work.store.reading.items(states=[State.EXCEPTION], limit=5):
        work.store.people.retry(item.id, "anna", f"rettet for {numbers[0]}")
    assert (work.folder / "kollega.db-wal").stat().st_size > 0
    assert leaks(work.folder, numbers) == []
    work.store.close()
    assert leaks(work.folder, numbers) == []

    (work.folder / "terminal").write_text(work.terminal.getvalue(), encoding="utf-8")
    assert leaks(work.folder, numbers) == []


async def test_it_was_all_there_to_be_leaked(work: Work, made: Town) -> None:
    """What the test above would prove nothing without: payloads, facts, errors and evidence about citizens."""
    await work.find()
    await work.handle_all()
    stories = [work.store.reading.story(item.id) for item in work.store.reading.items()]
    numbers = {it.cpr for it in made.citizens}
    assert any(number in str(story.payload) for story in stories for number in numbers)
    assert any(f"{number[:6]}-{number[6:]}" in str(story.item.facts) for story in stories for number in numbers)
    assert {story.item.state for story in stories} == {State.DONE, State.EXCEPTION, State.WAITING}
    whys = " ".join(change.why for story in stories for change in story.history)
    for error in ("ScreenChanged", "KeyError", "ValidationError", "LookupError"):
        assert error in whys
    assert "******-****" in whys
    for log in (work.terminal.getvalue(), (work.folder / "logs" / "kollega.jsonl").read_text(encoding="utf-8")):
        assert "citizen" in log
        assert "KeyError: '******-****'" in log
    kept = [piece for story in stories for piece in story.evidence]
    assert len(kept) > len(stories)
    assert made.citizens[0].cpr in work.evidence.open(kept[0].file).decode()


def test_the_search_finds_what_is_planted(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"\0\1row 6101901234\xff")
    (tmp_path / "b.log").write_text("for 610190-1234", encoding="utf-16")
    (tmp_path / "c.txt").write_text(b"6101901234".hex())
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "610190-1234.html").write_text("")
    (tmp_path / "e.bin").write_bytes(hashlib.sha256(b"6101901234").digest())
    (tmp_path / "f.txt").write_text("6101901235")
    assert {line.split(":")[0] for line in leaks(tmp_path, ["6101901234"])} == {
        "a.db",
        "b.log",
        "c.txt",
        str(Path("d") / "610190-1234.html"),
        "e.bin",
    }
