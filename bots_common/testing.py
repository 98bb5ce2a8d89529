"""For robot authors: test `find` and `handle` with a stub desk and an in-memory store, without a browser.

    desk = StubDesk({Finance: FakeFinance(), Grants: FakeGrants()})
    (found,) = await find(Invoices(settings), desk)
    result = await handle(Invoices(settings), payload, desk)
    assert result.reason == "no_grant"

Ledger, leases and hand-over are the real ones.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar, cast

from bots_common.autonomy import Level
from bots_common.claims import Finishing
from bots_common.desk import Desk, System
from bots_common.handling import attempt
from bots_common.robot import Found, Robot
from bots_common.texts import Language, translations
from bots_common.work import Codec, ItemStory, LedgerRow, State, Store

S = TypeVar("S", bound=System)

WORKER = "test"


class StubDesk:
    """A desk whose systems are whatever stands in for them."""

    def __init__(self, systems: Mapping[type[System], object]) -> None:
        self._systems = systems

    def __getitem__(self, system: type[S], /) -> S:
        return cast(S, self._systems[system])


@dataclass(frozen=True, slots=True)
class Result:
    """What became of the item."""

    story: ItemStory

    @property
    def state(self) -> State:
        return self.story.item.state

    @property
    def reason(self) -> str | None:
        return self.story.item.reason

    @property
    def facts(self) -> dict[str, Any]:
        return self.story.item.facts

    @property
    def effects(self) -> dict[str, LedgerRow]:
        """The ledger of the item, by the effects' names."""
        return {row.name: row for row in self.story.effects}


def memory_store() -> Store:
    """A store that lives as long as the test."""
    return Store.open("sqlite://", Codec(bytes(32)))


async def find(robot: Robot[Any], desk: Desk, *, known: Collection[str] = ()) -> list[Found[Any]]:
    """What the robot finds, where it has had the cases with these references before."""

    async def had(references: Collection[str]) -> set[str]:
        return set(references) & set(known)

    return [found async for found in robot.find(desk, had)]


async def handle(
    robot: Robot[Any],
    payload: Any,
    desk: Desk,
    *,
    store: Store | None = None,
    reference: str = "test",
    level: Level = Level.AUTO,
) -> Result:
    """Let the robot handle a case, free to do what `level` says; technical errors come through as they are.

    With the `store` of an earlier call and the same reference it is the next attempt at the same item, as after a
    crash: the item's lease has run out and the ledger remembers.
    """
    if store is None:
        with closing(memory_store()) as own:
            return await handle(robot, payload, desk, store=own, reference=reference, level=level)
    if store.levels.of(robot.name).level is not level:
        store.levels.set(robot.name, level, WORKER, "for this test")
    store.add(robot.name, [Found(reference, payload).as_item()])
    store.take_over_expired(max_takeovers=100)
    (claimed,) = store.claim([robot.name], WORKER, timedelta(seconds=-1))
    await attempt(
        store,
        robot,
        claimed,
        desk,
        worker=WORKER,
        settle_seconds=0,
        witness=_no_evidence,
        finish=Finishing(store, WORKER),
    )
    return Result(store.reading.story(claimed.lease.item_id))


def untranslated(robot: type[Robot[Any]]) -> list[str]:
    """The texts that the robot's Danish and bokmål catalogues lack, and its reasons that have no text at all."""
    told = robot.reason_texts.values()
    msgids = {robot.title, *robot.effect_texts.values()}
    msgids |= {msgid for text in told for msgid in (text.title, *text.sentences())}
    msgids |= {msgid for fact in robot.fact_texts.values() for msgid in fact.msgids()}
    msgids |= {msgid for comparison in robot.comparisons for msgid in comparison.msgids()}
    lacking = [f"reason {reason}" for reason in robot.reasons if reason not in robot.reason_texts]
    for language in (Language.DA, Language.NB):
        known = translations(robot.locales / f"{language}.po")
        lacking += [f"{language}: {msgid}" for msgid in sorted(msgids - set(known))]
    return lacking


async def _no_evidence(about: str) -> None:
    return
