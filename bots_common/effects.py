"""Effects: `once` is the only way that a robot changes the outside world.

The intent is committed before the act. Where a process, browser or network died in between, the outcome is unknown,
and the next attempt looks in the target system before it does anything. Whether the robot may act at all is asked
right before the intent: see `bots_common.autonomy`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final, TypeVar

from loguru import logger
from pydantic import BaseModel

from bots_common.autonomy import Cause, placeholder
from bots_common.errors import BusinessException, NeedsApproval, NeedsHands, OutcomeUnknown, Uncertain
from bots_common.settings import AutonomySettings
from bots_common.values import Receipt
from bots_common.work import Claimed, Store
from bots_common.work.patience import ask
from bots_common.work.people import rejection
from bots_common.work.records import Json, LedgerRow, Wish
from bots_common.work.states import REJECTED
from bots_common.work.stats import shard_of

IntentT = TypeVar("IntentT", bound=BaseModel)

DONE_DIFFERENTLY: Final = "done_differently"


@dataclass(frozen=True, slots=True)
class Effects:
    """The effects of one item, under one lease.

    `settle_seconds`: how long a request that nobody saw answered may still be on its way. `pretended` are the
    effects that were not done because the robot is in shadow.
    """

    store: Store
    claimed: Claimed
    worker: str
    rules: AutonomySettings
    settle_seconds: float
    witness: Callable[[str], Awaitable[None]]
    pretended: list[str] = field(default_factory=list)

    async def once(
        self,
        name: str,
        intent: IntentT,
        *,
        do: Callable[[IntentT], Awaitable[Receipt]],
        check: Callable[[IntentT], Awaitable[Receipt | None]],
        follows: str | None = None,
        note: bool = False,
    ) -> Receipt:
        """Do the effect, or learn that it is done; returns the system's receipt. See `bots_common.robot.Once`.

        Raises LeaseLost, whatever `do` and `check` raise, NeedsApproval, NeedsHands where a person has it in hand,
        and BusinessException: `done_differently` where the effect was done earlier with other fields, `rejected`
        where a person does not want it.
        """
        fields = intent.model_dump(mode="json")
        row = await self._written(name)
        if row is not None and row.receipt is None:
            row = await self._looked_for(row, intent, check)
        if row is None and (forgotten := await self._forgotten(name, intent, fields, check)) is not None:
            return forgotten
        if row is not None and row.receipt is not None:
            return _as_done(row, row.receipt, fields)
        wish = Wish(
            robot=self.claimed.robot,
            reference=self.claimed.reference,
            name=name,
            intent=fields,
            amount=_kroner(intent),
            check=_question(check),
            follows=follows,
            note=note,
        )
        if not await self._may(wish):
            self.pretended.append(name)
            return Receipt(placeholder(name))
        row = await self._intended(name, fields, row)
        receipt = await do(intent)
        await self._settle(row, receipt)
        await self.witness(name)
        return receipt

    async def by_hand(self, name: str, intent: BaseModel, *, group: str) -> Receipt:
        """The receipt of a person who has done the effect. See `bots_common.robot.ByHand`.

        Raises LeaseLost, NeedsHands until somebody has said that it is done, and BusinessException:
        `done_differently` and `rejected` as `once`, `uncertain` where the robot once began it itself.
        """
        fields = intent.model_dump(mode="json")
        row = await self._written(name)
        if row is not None and row.receipt is None and not row.said_by:
            raise Uncertain(name, {})
        if row is not None and row.receipt is not None:
            return _as_done(row, row.receipt, fields)
        wish = Wish(
            robot=self.claimed.robot,
            reference=self.claimed.reference,
            name=name,
            intent=fields,
            amount=_kroner(intent),
            check="",
            by_hand=group,
        )
        if await self._may(wish):
            raise NeedsHands(name)
        self.pretended.append(name)
        return Receipt(placeholder(name))

    async def in_doubt(self) -> bool:
        """Whether the ledger may have forgotten effects of the item: the database was restored from a backup."""
        return await ask(self.store.copies.in_doubt, self.claimed.lease.item_id)

    async def begun(self, name: str) -> bool:
        """Whether an earlier attempt at this item intended the effect, done or not; not where it is surely absent."""
        row = await self._written(name)
        return row is not None and (row.receipt is not None or row.unknown)

    async def _written(self, name: str) -> LedgerRow | None:
        """What the ledger has of the effect."""
        return await ask(self.store.ledger.find, self.claimed.lease.item_id, name)

    async def _looked_for(
        self, row: LedgerRow, intent: IntentT, check: Callable[[IntentT], Awaitable[Receipt | None]]
    ) -> LedgerRow:
        """An earlier attempt ended between intent and receipt: with the receipt it left, if it left one.

        What the system shows counts; where it cannot tell, a person's word that the effect is surely absent does.
        """
        logger.info("The outcome of {} is unknown; looking for it in the system.", row.name)
        earlier = type(intent).model_validate(row.intent)
        try:
            receipt = await check(earlier)
            if receipt is None:
                # The request of the dead attempt may still be on its way: absent counts only when it stays absent.
                await asyncio.sleep(self.settle_seconds)
                receipt = await check(earlier)
        except Uncertain:
            if row.unknown:
                raise
            receipt = None
        if receipt is not None:
            await self._settle(row, receipt)
        return replace(row, receipt=receipt)

    async def _forgotten(
        self, name: str, intent: IntentT, fields: Json, check: Callable[[IntentT], Awaitable[Receipt | None]]
    ) -> Receipt | None:
        """The receipt of an effect that was done after the backup from which the database was restored."""
        if not await self.in_doubt() or (receipt := await check(intent)) is None:
            return None
        logger.info("{} was done before the database was restored.", name)
        row, _ = await ask(self.store.ledger.intend, self.claimed.lease, name, fields)
        await self._settle(row, receipt)
        return receipt

    async def _may(self, wish: Wish) -> bool:
        """Whether the robot may do it now; False where it is to go on as if it had."""
        permission = await ask(
            self.store.approvals.permit, self.claimed.lease, wish, self.rules, self.claimed.at_most
        )
        if permission.rejected is not None:
            raise BusinessException(REJECTED, rejection(permission.rejected))
        if permission.hindrance is Cause.BY_HAND:
            raise NeedsHands(wish.name)
        if permission.hindrance not in (None, Cause.SHADOW):
            raise NeedsApproval(wish.name)
        return permission.hindrance is None

    async def _intended(self, name: str, fields: Json, absent: LedgerRow | None) -> LedgerRow:
        """The intent as it stands in the ledger now; `absent` is the row of one that surely did not happen."""
        if absent is not None:
            return await ask(self.store.ledger.intend_again, self.claimed.lease, absent, fields)
        row, fresh = await ask(self.store.ledger.intend, self.claimed.lease, name, fields)
        if not fresh:  # the database broke off after it had committed, and `ask` asked again
            raise OutcomeUnknown(f"The intent of {name!r} stands in the ledger already.", "The next attempt looks.")
        return row

    async def _settle(self, row: LedgerRow, receipt: Receipt) -> None:
        claimed = self.claimed
        await ask(self.store.ledger.settle, claimed.lease, row, receipt, claimed.robot, shard_of(self.worker))


def _as_done(row: LedgerRow, receipt: Receipt, fields: Json) -> Receipt:
    if row.intent != fields:
        facts = {"effect": row.name, "done": row.intent, "wanted": fields, "receipt": receipt.number}
        raise BusinessException(DONE_DIFFERENTLY, facts)
    return receipt


def _kroner(intent: BaseModel) -> Decimal | None:
    """What the intent would book: its `total`, else its `amount`."""
    amount = getattr(intent, "total", None) or getattr(intent, "amount", None)
    return amount if isinstance(amount, Decimal) else None


def _question(check: Callable[..., Any]) -> str:
    """How a page object's question is found again: "finance.find_posting"; empty where it is no page object's."""
    system = getattr(getattr(check, "__self__", None), "name", "")
    return f"{system}.{check.__name__}" if system else ""
