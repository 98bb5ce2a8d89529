"""One attempt of a robot at one item, and what is written down of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from bots_common.desk import Desk
from bots_common.effects import Effects
from bots_common.errors import BusinessException, NeedsApproval, NeedsHands, ObsListed
from bots_common.robot import Found, Item, Robot
from bots_common.work import Claimed, State, Store, ask
from bots_common.work.records import Lease

APPROVAL: Final = "approval"
SHADOW: Final = "shadow"
STOPPED_MIDWAY: Final = "stopped_midway"

Finish = Callable[[Lease], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one item: `state` is None where another worker has taken it over."""

    robot: str
    reference: str
    state: State | None
    reason: str = ""

    @classmethod
    def of(cls, claimed: Claimed, state: State | None, reason: str = "") -> Outcome:
        return cls(claimed.robot, claimed.reference, state, reason)


async def attempt(
    store: Store,
    robot: Robot[Any],
    claimed: Claimed,
    desk: Desk,
    *,
    worker: str,
    settle_seconds: float,
    witness: Callable[[str], Awaitable[None]],
    finish: Finish,
) -> Outcome:
    """Let the robot handle the item once, and write down that it is done, or that a person must take it or decide.

    Raises whatever technical error the robot meets; the item is then still claimed.
    """
    effects = Effects(
        store=store,
        claimed=claimed,
        worker=worker,
        rules=robot.settings.autonomy_of(robot.name),
        settle_seconds=settle_seconds,
        witness=witness,
    )
    payload = robot.payload.model_validate(claimed.payload)

    async def found(further: Found[Any]) -> None:
        await ask(store.add, claimed.robot, [further.as_item()])

    try:
        item = Item(
            reference=claimed.reference,
            payload=payload,
            once=effects.once,
            by_hand=effects.by_hand,
            begun=effects.begun,
            in_doubt=effects.in_doubt,
            found=found,
        )
        await robot.handle(item, desk)
        if effects.pretended:
            return await _watched(effects)
    except ObsListed:
        return Outcome.of(claimed, *await ask(store.leave_to_people, claimed.lease, worker))
    except BusinessException as reason:
        await witness(reason.code)
        await ask(store.hand_over, claimed.lease, worker, reason.code, reason.facts)
        return Outcome.of(claimed, State.EXCEPTION, reason.code)
    except NeedsApproval as needed:
        await witness(APPROVAL)
        await ask(store.park, claimed.lease, worker, APPROVAL, {"effect": needed.effect})
        return Outcome.of(claimed, State.WAITING, APPROVAL)
    except NeedsHands as needed:
        return Outcome.of(claimed, *await ask(store.piles.wait, claimed.lease, worker, needed.effect))
    await finish(claimed.lease)
    return Outcome.of(claimed, State.DONE)


async def _watched(effects: Effects) -> Outcome:
    """In shadow people handle the case as ever; one that the robot has begun in earnest is handed to them."""
    store, claimed = effects.store, effects.claimed
    if await ask(store.ledger.begun, claimed.lease.item_id):
        raise BusinessException(STOPPED_MIDWAY, {"effect": effects.pretended[0]})
    await ask(store.skip, claimed.lease, effects.worker, SHADOW)
    return Outcome.of(claimed, State.SKIPPED, SHADOW)
