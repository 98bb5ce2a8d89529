"""Asking the store from async code: in a thread, and with patience for a database that is away for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

import stamina

from bots_common.errors import StoreUnavailable

P = ParamSpec("P")
T = TypeVar("T")

PATIENCE_SECONDS: Final = 60.0

# A retry that helps is no news, and what fails in the end is told by whoever asked. Said here, where everything that
# tries again is imported from: else a program without our log would have it from the library, unmasked, on stderr.
stamina.instrumentation.set_on_retry_hooks(())


async def ask(question: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Call the store and return its answer. Raises StoreUnavailable where the database stays away."""
    async for patience in stamina.retry_context(
        on=StoreUnavailable, attempts=None, timeout=PATIENCE_SECONDS, wait_initial=0.2, wait_max=5.0
    ):
        with patience:
            return await asyncio.to_thread(question, *arguments, **named)
    raise AssertionError("a retry context ends by a return or a raise")
