"""A cheap system to crash workers on: a journal that takes entries over plain HTTP, and a robot that makes them.

No browser is in it, so that a worker costs little and can die often. The journal keeps its own list of what was
entered: it is the witness.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import threading
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Final, cast

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bots_common.desk import BrowserDesk, Desk
from bots_common.desk.guard import Guard
from bots_common.errors import OutcomeUnknown, SystemUnavailable, Uncertain
from bots_common.reasons import ReasonText
from bots_common.robot import Found, Item, Known, Robot
from bots_common.settings import Section, Settings
from bots_common.values import Frozen, Receipt
from mocks.faults import Fault, Faults, Kind, Plan
from mocks.wire import AbortableProtocol, Cut
from tests.browser.office import silence

EFFECTS: Final = ("open", "close")
LANES: Final = 12
ANSWER_SECONDS: Final = 20.0

Line = tuple[str, str]
"""What is entered: an item's reference and the name of the effect."""


@dataclass
class JournalServer:
    """The running journal: the cases that its inbox shows, and the lines that were entered, in order.

    An entry reaches the list up to `late_seconds` after its request came, whether its sender still lives or not. The
    first `silent` entries are never answered.
    """

    address: str
    cases: int = 0
    late_seconds: float = 0.04
    silent: int = 0
    lines: list[Line] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    _landing: dict[Line, list[asyncio.Event]] = field(default_factory=lambda: defaultdict(list))
    _chance: random.Random = field(default_factory=lambda: random.Random(1))

    @property
    def references(self) -> list[str]:
        return [f"C{number}" for number in range(self.cases)]

    def cut_connections(self, rate: float) -> None:
        """Break this share of the connections that bring an entry before it is written, and as many after it."""
        kinds = (Kind.CUT_BEFORE_WRITE, Kind.CUT_AFTER_WRITE)
        self.faults.switch(Plan(faults=tuple(Fault(kind=kind, rate=rate) for kind in kinds)))

    @property
    def cuts(self) -> int:
        return sum(struck.times for struck in self.faults.tally())

    async def inbox(self, request: Request) -> Response:
        return PlainTextResponse("\n".join(self.references))

    async def form(self, request: Request) -> Response:
        return PlainTextResponse("a form")

    async def enter(self, request: Request) -> Response:
        line = (request.path_params["reference"], request.path_params["name"])
        if self.faults.strike(Kind.CUT_BEFORE_WRITE, request.url.path):
            return Cut()
        self._landing[line].append(landed := asyncio.Event())
        await asyncio.sleep(self._chance.uniform(0, self.late_seconds))
        self.lines.append(line)
        landed.set()
        if self.faults.strike(Kind.CUT_AFTER_WRITE, request.url.path):
            return Cut()
        if self.silent:
            self.silent -= 1
            return await silence(request)
        return PlainTextResponse(str(len(self.lines) - 1))

    async def find(self, request: Request) -> Response:
        """The numbers of a line, once nothing of it is on its way any more: this system can always tell."""
        line = (request.path_params["reference"], request.path_params["name"])
        for landed in self._landing[line]:
            await landed.wait()
        return PlainTextResponse(" ".join(str(number) for number, known in enumerate(self.lines) if known == line))


@contextlib.contextmanager
def journal_server() -> Iterator[JournalServer]:
    """The journal on a free port of this machine until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        journal = JournalServer(f"http://127.0.0.1:{listening.getsockname()[1]}")
        line = "/lines/{reference}/{name}"
        app = Starlette(
            routes=[
                Route("/inbox", journal.inbox),
                Route("/form", journal.form),
                Route(line, journal.find, methods=["GET"]),
                Route(line, journal.enter, methods=["POST"]),
            ]
        )
        config = uvicorn.Config(
            app, http=AbortableProtocol, ws="none", lifespan="off", log_level="error", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield journal
        finally:
            server.should_exit = True
            thread.join()


class Entry(Frozen):
    """What is entered into the form."""

    reference: str
    name: str


class Journal:
    """The system as a robot sees it; the steps of `enter` are those of a page object of `robots/systems/`."""

    def __init__(self, address: str, guard: Guard, *, blind: bool) -> None:
        # Each request by a connection of its own: a kept one that breaks says less.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._client = httpx.AsyncClient(base_url=address, verify=False, limits=limits, timeout=ANSWER_SECONDS)
        self._guard = guard
        self._blind = blind

    async def __aenter__(self) -> Journal:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._client.aclose()

    async def read(self, path: str) -> str:
        self._guard.progress()
        try:
            return (await self._client.get(path)).raise_for_status().text
        except httpx.HTTPError as error:
            raise SystemUnavailable("The journal did not answer.", "It is tried again by itself.") from error

    async def enter(self, entry: Entry) -> Receipt:
        """Effect: make the entry; the receipt has its number."""
        await self.fill(entry)
        await self._guard.still_ours()
        return self.receipt(await self.click(entry))

    async def fill(self, entry: Entry) -> None:
        await self.read("/form")

    async def click(self, entry: Entry) -> httpx.Response:
        try:
            return await self._client.post(f"/lines/{entry.reference}/{entry.name}")
        except httpx.HTTPError as error:
            raise OutcomeUnknown("The journal gave no answer.", "The next attempt looks whether it did.") from error

    def receipt(self, answer: httpx.Response) -> Receipt:
        self._guard.progress()
        return Receipt(answer.raise_for_status().text)

    async def find_entry(self, entry: Entry) -> Receipt | None:
        """The receipt of this entry; a blind journal shows nobody what it has."""
        if self._blind:
            raise Uncertain(entry.name, {})
        numbers = (await self.read(f"/lines/{entry.reference}/{entry.name}")).split()
        return Receipt(numbers[0]) if numbers else None


class Case(Frozen):
    """The robot needs to know nothing of a case."""


class Reason(StrEnum):
    """This robot has none of its own."""


class JournalSettings(Section):
    address: str
    blind: bool = False


class Scribe(Robot[Case]):
    """Makes two entries for each case, the second after the first. Every third case has a lane."""

    name = "scribe"
    title = "Scribe"
    systems = ()
    payload = Case
    reasons = Reason
    reason_texts: ClassVar[Mapping[str, ReasonText]] = {}
    locales = Path(__file__).parent

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._journal = self.configured(settings, JournalSettings)

    async def find(self, desk: Desk, known: Known) -> AsyncIterator[Found[Case]]:
        async with self._at(desk) as journal:
            references = (await journal.read("/inbox")).split()
        had = await known(references)
        for number, reference in enumerate(references):
            if reference not in had:
                yield Found(reference, Case(), lane=None if number % 3 else f"L{number % LANES}")

    async def handle(self, item: Item[Case], desk: Desk) -> None:
        async with self._at(desk) as journal:
            for name in EFFECTS:
                entry = Entry(reference=item.reference, name=name)
                await item.once(name, entry, do=journal.enter, check=journal.find_entry)

    def _at(self, desk: Desk) -> Journal:
        guard = cast(BrowserDesk, desk).guard
        return Journal(self._journal.address, guard, blind=self._journal.blind)
