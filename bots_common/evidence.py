"""Evidence: the page and a picture of it, kept sealed with an effect, an exception or a failure.

Taking evidence has time limits of its own and never fails an item.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from loguru import logger
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from bots_common.errors import NotFound, StoreError
from bots_common.work.codec import Codec
from bots_common.work.ledger import Ledger

CAPTURE_SECONDS: Final = 3.0
PAGE: Final = "page"
PICTURE: Final = "picture"


class EvidenceFolder:
    """Sealed files below one folder, spread over 256 subfolders; what they belong to stands in the database."""

    def __init__(self, folder: Path, codec: Codec, ledger: Ledger) -> None:
        self._folder = folder
        self._codec = codec
        self._ledger = ledger

    async def keep(self, item_id: int, about: str, page: Page | None) -> None:
        """Keep what the page shows now: its HTML, and a JPEG of what is in view."""
        if page is None or page.is_closed():
            return
        until = asyncio.get_running_loop().time() + CAPTURE_SECONDS
        await self._capture(item_id, about, PAGE, lambda: _html(page), until)
        await self._capture(item_id, about, PICTURE, lambda: page.screenshot(type="jpeg", quality=60), until)

    async def _capture(
        self, item_id: int, about: str, kind: str, take: Callable[[], Awaitable[bytes]], until: float
    ) -> None:
        try:
            async with asyncio.timeout_at(until):
                data = await take()
            await asyncio.to_thread(self._write, item_id, about, kind, data)
        except (PlaywrightError, TimeoutError, OSError, StoreError) as error:
            logger.warning("No {} was kept as evidence of {}: {}", kind, about, type(error).__name__)

    def _write(self, item_id: int, about: str, kind: str, data: bytes) -> None:
        name = uuid.uuid4().hex
        file = self._folder / name[:2] / f"{name[2:]}.sealed"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(self._codec.seal(data))
        self._ledger.keep_evidence(item_id, about, kind, file.relative_to(self._folder).as_posix())

    def open(self, file: str) -> bytes:
        """The bytes of a piece of evidence. Raises NotFound where it is gone or outside the folder."""
        path = (self._folder / file).resolve()
        if not path.is_relative_to(self._folder.resolve()) or not path.is_file():
            raise NotFound("This evidence is no longer there.", "It may have been deleted by retention.")
        return self._codec.unseal(path.read_bytes())


async def _html(page: Page) -> bytes:
    return (await page.content()).encode()
