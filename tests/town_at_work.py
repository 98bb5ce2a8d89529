"""A mock town with the invoices robot let loose in it, and the comparison of what came of it with the truth.

The witnesses are the mock systems' own ledgers and the truth file that the robot never sees.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from bots_common.autonomy import Level
from bots_common.robot import robots_named
from bots_common.settings import AutonomySettings, GivenSettings, Settings, SystemSettings, WorkerSettings
from bots_common.work import Codec, State, Store
from bots_common.worker import Worker
from mocks import ledger, serve
from mocks.faults import PREFIXES
from mocks.ledger import Act
from mocks.town import generate, truth

ROBOT = "invoices"
KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


@dataclass
class TownAtWork:
    """A running town and the settings of a robot that works in it."""

    folder: Path
    address: str
    settings: Settings
    codec: Codec
    store: Store
    robot: str = ROBOT

    def worker(self) -> Worker:
        return Worker(self.store, self.codec, robots_named([self.robot], self.settings), self.settings)

    async def find_and_work(self) -> None:
        await self.worker().find()
        await self.worker().work(until_empty=True)

    def switch_on(self, *faults: Mapping[str, Any], seed: int = 1) -> None:
        self.control("_faults", {"faults": faults, "seed": seed})

    def control(self, path: str, order: Mapping[str, Any]) -> None:
        """Tell the town something that only its owner may."""
        body = json.dumps(order).encode()
        headers = {"Content-Type": "application/json"}
        urlopen(Request(f"{self.address}/{path}", data=body, headers=headers, method="POST")).close()

    def strikes(self) -> dict[str, int]:
        """How often each kind of fault struck."""
        with urlopen(f"{self.address}/_faults") as answer:
            return {struck["fault"]["kind"]: struck["times"] for struck in json.load(answer)}

    def acts(self) -> list[Act]:
        return ledger.read(self.folder / serve.STATE)

    def disagreements(self) -> list[str]:
        """Everything in which items and ledgers differ from the truth, a line each; empty is what we want."""
        return list(_disagreements(self.store, self.acts(), truth.read(self.folder / serve.TRUTH)))


@contextmanager
def town_at_work(
    folder: Path,
    *,
    seed: int,
    size: int,
    database: str = "",
    session_seconds: float = 1200,
    timeout_seconds: float = 10,
    settle_seconds: float = 0.5,
    level: Level = Level.AUTO,
    autonomy: AutonomySettings | None = None,
    **worker: Any,
) -> Iterator[TownAtWork]:
    """A town of its own process in `folder`, and a fresh store."""
    with serve.running(folder, seed=seed, size=size, session_seconds=session_seconds) as address:
        settings = settings_of(
            folder,
            {name: f"{address}{PREFIXES[name]}/" for name in ("finance", "grants")},
            {ROBOT: {"our_eans": [generate(seed, size).ean], "accounts": str(folder / serve.ACCOUNTS)}},
            {"timeout_seconds": timeout_seconds, "settle_seconds": settle_seconds},
            worker,
            database=database,
            autonomy={ROBOT: autonomy} if autonomy else {},
        )
        with opened(settings) as (codec, store):
            store.levels.set(ROBOT, level, "test", "for this test")
            yield TownAtWork(folder, address, settings, codec, store)


def settings_of(
    folder: Path,
    systems: Mapping[str, str],
    robots: dict[str, dict[str, Any]],
    patience: Mapping[str, Any],
    worker: Mapping[str, Any],
    **more: Any,
) -> GivenSettings:
    """Settings of an installation in `folder` for systems at these addresses; `patience` is each system's."""
    login = {"username": "robot", "password": "robot", **patience}
    # Faults strike at random: so many attempts, and so quickly, that bad luck alone gives no item up.
    rules = {"retry_seconds": 0.01, "poll_seconds": 0.1, "max_attempts": 24, **worker}
    return GivenSettings(
        folder=folder / "var",
        key=KEY,
        worker=WorkerSettings(**rules),
        systems={name: SystemSettings(url=url, **login) for name, url in systems.items()},
        robots=robots,
        **more,
    )


@contextmanager
def opened(settings: Settings) -> Iterator[tuple[Codec, Store]]:
    codec = Codec(bytes(range(32)))
    store = Store.open(settings.database_url, codec)
    try:
        yield codec, store
    finally:
        store.close()


def _disagreements(store: Store, acts: Sequence[Act], truths: Sequence[truth.Truth]) -> Iterator[str]:
    items = {item.reference: item for item in store.reading.items(limit=len(truths) + 1)}
    posted: dict[str, list[Act]] = defaultdict(list)
    remarks: Counter[str] = Counter()
    paid: Counter[tuple[Any, ...]] = Counter()
    for act in acts:
        if act.act == "post":
            posted[act.fields["document"]].append(act)
        elif act.act == "remark":
            remarks[act.fields["document"]] += 1
        elif act.act == "mark_paid":
            paid[tuple(act.fields[name] for name in ("grant", "first", "last", "ore", "voucher"))] += 1
    for expected in truths:
        item = items.get(expected.document)
        if item is None:
            yield f"{expected.document} ({expected.scenario}): lost, there is no item"
            continue
        state = State.EXCEPTION if expected.reason else State.DONE
        if (got := (item.state, item.reason)) != (state, expected.reason):
            yield f"{expected.document} ({expected.scenario}): {got}, not {(state, expected.reason)}; {item.facts}"
        yield from _wrong_acts(expected, posted.pop(expected.document, []), remarks.pop(expected.document, 0), paid)
    yield from (f"{document}: posted, and there is no such invoice" for document in posted)
    yield from (
        f"{payment}: marked paid {count} times, and should not be" for payment, count in paid.items() if count
    )


def _wrong_acts(
    expected: truth.Truth, posted: list[Act], remarks: int, paid: Counter[tuple[Any, ...]]
) -> Iterator[str]:
    name = f"{expected.document} ({expected.scenario})"
    if remarks != bool(expected.reason):
        yield f"{name}: {remarks} remarks"
    if len(posted) != bool(expected.postings):
        yield f"{name}: posted {len(posted)} times"
        return
    for act in posted:
        entered = [
            (line["psp"], line["art"], line["ore"], line["first"], line["last"]) for line in act.fields["lines"]
        ]
        right = [(it.psp, it.art, it.ore, str(it.first), str(it.last)) for it in expected.postings]
        if sorted(entered) != sorted(right):
            yield f"{name}: posted {entered}, not {right}"
        for it in expected.postings:
            payment = (it.grant, str(it.first), str(it.last), it.ore, act.fields["voucher"])
            if paid[payment] != 1:
                yield f"{name}: {payment} marked paid {paid[payment]} times"
            paid[payment] = 0
