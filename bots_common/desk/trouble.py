"""What is wrong with a system, told from Playwright's errors and from the status of an answer."""

from __future__ import annotations

from typing import Final

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeout

from bots_common.errors import BrowserGone, Failure, SystemUnavailable

BUSY: Final = frozenset({408, 425, 429})
"""Statuses by which a system says that it would answer later."""
SERVER_ERROR: Final = 500


def out_of_service(status: int) -> bool:
    """Whether the system itself says that it cannot answer, or not so many calls."""
    return status >= SERVER_ERROR or status in BUSY


def classified(name: str, error: PlaywrightError) -> Failure:
    """The error of our own tree for one of Playwright's."""
    first_line = error.message.splitlines()[0] if error.message else type(error).__name__
    if any(sign in error.message for sign in ("has been closed", "crashed", "Connection closed", "Target closed")):
        return BrowserGone(f"The browser died at {name}.", "It is launched again by itself.")
    if isinstance(error, PlaywrightTimeout):
        return SystemUnavailable(f"{name} did not answer in time: {first_line}.", "It is tried again by itself.")
    return SystemUnavailable(f"{name}: {first_line}.", "It is tried again by itself.")
