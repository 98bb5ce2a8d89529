"""Effects: `once` is the only way that a robot changes the outside world.

The intent is committed before the act. Where a process, browser or network died in between, the outcome is unknown,
and the next attempt looks in the target system before it does anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from loguru import logger
from pydantic import BaseModel

from bots_common.errors import BusinessException
from bots_common.values import Receipt
from bots_common.work.ledger import Ledger
from bots_common.work.patience import ask
from bots_common.work.records import Lease, LedgerRow

IntentT = TypeVar("IntentT", bound=BaseModel)

DONE_DIFFERENTLY = "done_differently"


@dataclass(frozen=True, slots=True)
class Effects:
    """The effects of one item, under one lease.

    `settle_seconds`: how long a request that nobody saw answered may still be on its way.
    """

    ledger: Ledger
    lease: Lease
    robot: str
    shard: int
    settle_seconds: float
    witness: Callable[[str], Awaitable[None]]

    async def once(
        self,
        name: str,
        intent: IntentT,
        *,
        do: Callable[[IntentT], Awaitable[Receipt]],
        check: Callable[[IntentT], Awaitable[Receipt | None]],
    ) -> Receipt:
        """Do the effect, or learn that it is done; returns the system's receipt.

        `do` drives the system and returns its receipt. `check` looks for the effect: the receipt where it is there,
        None where it is surely absent, Uncertain raised where nobody can tell.

        Raises LeaseLost, whatever `do` and `check` raise, and BusinessException `done_differently` where the effect
        was done earlier with other fields.
        """
        fields = intent.model_dump(mode="json")
        row, fresh = await ask(self.ledger.intend, self.lease, name, fields)
        if row.receipt is None and not fresh:
            row = await self._resolved(row, intent, check)
        if row.receipt is not None:
            if row.intent != fields:
                facts = {"effect": name, "done": row.intent, "wanted": fields, "receipt": row.receipt.number}
                raise BusinessException(DONE_DIFFERENTLY, facts)
            return row.receipt
        receipt = await do(intent)
        await self._settle(row, receipt)
        await self.witness(name)
        return receipt

    async def begun(self, name: str) -> bool:
        """Whether an earlier attempt at this item intended the effect, done or not."""
        return await ask(self.ledger.has, self.lease.item_id, name)

    async def _resolved(
        self, row: LedgerRow, intent: IntentT, check: Callable[[IntentT], Awaitable[Receipt | None]]
    ) -> LedgerRow:
        """An earlier attempt ended between intent and receipt: take the receipt it left, or intend anew."""
        logger.info("The outcome of {} is unknown; looking for it in the system.", row.name)
        earlier = type(intent).model_validate(row.intent)
        receipt = await check(earlier)
        if receipt is None:
            # The request of the dead attempt may still be on its way: absent counts only when it stays absent.
            await asyncio.sleep(self.settle_seconds)
            receipt = await check(earlier)
        if receipt is None:
            fields = intent.model_dump(mode="json")
            return await ask(self.ledger.intend_again, self.lease, row, fields)
        await self._settle(row, receipt)
        return replace(row, receipt=receipt)

    async def _settle(self, row: LedgerRow, receipt: Receipt) -> None:
        await ask(self.ledger.settle, self.lease, row, receipt, self.robot, self.shard)
