"""What page objects report to, and ask before they act."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from bots_common.desk.manners import Manners

if TYPE_CHECKING:
    from bots_common.desk.system import System


async def _nobody_asks() -> None:
    return


class Guard:
    """What a system reports to, and asks before it acts; a worker binds it to the item in hand."""

    def __init__(self, manners: Manners | None = None) -> None:
        self.manners = manners or Manners()
        self.lease_check: Callable[[], Awaitable[None]] = _nobody_asks
        self.last_used: System | None = None
        self.in_front: System | None = None
        self._last_progress = time.monotonic()

    def begin(self) -> None:
        """Another item: what the pages still show is of the one before, and no evidence of this."""
        self.last_used = self.in_front = None
        self.progress()

    def progress(self, system: System | None = None) -> None:
        """A step was taken: the item is getting on."""
        self._last_progress = time.monotonic()
        self.last_used = system or self.last_used

    @property
    def idle_seconds(self) -> float:
        """Seconds since the last step."""
        return time.monotonic() - self._last_progress

    async def still_ours(self) -> None:
        """Asked right before the click that cannot be undone. Raises LeaseLost."""
        await self.lease_check()
