"""Evidence: the page and a picture of it, kept sealed with an effect, an exception or a failure.

Taking evidence has time limits of its own and never fails an item.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from functools import partial
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
SUFFIX: Final = ".sealed"


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
        for kind, take in ((PAGE, _html), (PICTURE, _jpeg)):
            await self._capture(about, kind, take(page), until, partial(self._write_of, item_id, about, kind))

    async def picture(self, about: str, page: Page) -> str | None:
        """Keep a JPEG of what is in view, for what belongs to no item; its file, None where none could be kept."""
        until = asyncio.get_running_loop().time() + CAPTURE_SECONDS
        return await self._capture(about, PICTURE, _jpeg(page), until, self._write)

    async def _capture(
        self, about: str, kind: str, taking: Awaitable[bytes], until: float, write: Callable[[bytes], str]
    ) -> str | None:
        try:
            async with asyncio.timeout_at(until):
                data = await taking
            return await asyncio.to_thread(write, data)
        except (PlaywrightError, TimeoutError, OSError, StoreError) as error:
            logger.warning("No {} was kept as evidence of {}: {}", kind, about, type(error).__name__)
            return None

    def _write_of(self, item_id: int, about: str, kind: str, data: bytes) -> str:
        file = self._write(data)
        self._ledger.keep_evidence(item_id, about, kind, file)
        return file

    def _write(self, data: bytes) -> str:
        name = uuid.uuid4().hex
        file = self._folder / name[:2] / f"{name[2:]}{SUFFIX}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(self._codec.seal(data))
        return file.relative_to(self._folder).as_posix()

    def open(self, file: str) -> bytes:
        """The bytes of a piece of evidence. Raises NotFound where it is gone or outside the folder."""
        path = (self._folder / file).resolve()
        if not path.is_relative_to(self._folder.resolve()) or not path.is_file():
            raise NotFound("This evidence is no longer there.", "It may have been deleted by retention.")
        return self._codec.unseal(path.read_bytes())

    def remove(self, file: str) -> bool:
        """Delete a file, whether or not it is still there; False where somebody holds it (on Windows) for now."""
        try:
            (self._folder / file).unlink(missing_ok=True)
        except PermissionError:
            logger.warning("The evidence {} could not be deleted; the next run tries again.", file)
            return False
        return True

    def older_than(self, age: timedelta) -> Iterator[str]:
        """The files that were written longer ago than `age`."""
        before = time.time() - age.total_seconds()
        for file in self._folder.glob(f"*/*{SUFFIX}"):
            if file.stat().st_mtime < before:
                yield file.relative_to(self._folder).as_posix()


async def _html(page: Page) -> bytes:
    return (await page.content()).encode()


async def _jpeg(page: Page) -> bytes:
    return await page.screenshot(type="jpeg", quality=60)
