"""Evidence: the page and a picture of it, kept sealed with an effect, an exception or a failure.

Taking evidence has time limits of its own and never fails an item.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final, TypeVar
from weakref import WeakKeyDictionary

from loguru import logger
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from bots_common.errors import NotFound, StoreError
from bots_common.work.codec import Codec
from bots_common.work.ledger import Ledger

T = TypeVar("T")

CAPTURE_SECONDS: Final = 3.0
PAGE: Final = "page"
PICTURE: Final = "picture"
SUFFIX: Final = ".sealed"
EVIDENCE: Final = "evidence"
"""Its folder below that of the installation."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a page showed when it was kept last: the item and a hash, and the files by kind."""

    shown: tuple[int, bytes]
    files: Mapping[str, str]


class EvidenceFolder:
    """Sealed files below one folder, spread over 256 subfolders; what they belong to stands in the database."""

    def __init__(self, folder: Path, codec: Codec, ledger: Ledger) -> None:
        self._folder = folder
        self._codec = codec
        self._ledger = ledger
        self._shown: WeakKeyDictionary[Page, _Shown] = WeakKeyDictionary()

    async def keep(self, item_id: int, about: str, page: Page | None) -> None:
        """Keep what the page shows now: its HTML, and a JPEG of what is in view.

        Where it shows what it showed for the same item a moment ago, as after a remark that ends in an exception, the
        same files stand for both: the picture is what takes time.
        """
        if page is None or page.is_closed():
            return
        until = asyncio.get_running_loop().time() + CAPTURE_SECONDS
        if (html := await self._taken(about, PAGE, _html(page), until)) is None:
            return
        shown = (item_id, hashlib.sha256(html).digest())
        before = self._shown.get(page)
        if before is not None and before.shown == shown:
            for kind, file in before.files.items():
                await self._written(about, kind, partial(self._ledger.keep_evidence, item_id, about, kind, file))
            return
        files = {PAGE: await self._written(about, PAGE, partial(self._write_of, item_id, about, PAGE, html))}
        if (picture := await self._taken(about, PICTURE, _jpeg(page), until)) is not None:
            keep = partial(self._write_of, item_id, about, PICTURE, picture)
            files[PICTURE] = await self._written(about, PICTURE, keep)
        self._shown[page] = _Shown(shown, {kind: file for kind, file in files.items() if file is not None})

    async def picture(self, about: str, page: Page) -> str | None:
        """Keep a JPEG of what is in view, for what belongs to no item; its file, None where none could be kept."""
        until = asyncio.get_running_loop().time() + CAPTURE_SECONDS
        taken = await self._taken(about, PICTURE, _jpeg(page), until)
        return None if taken is None else await self._written(about, PICTURE, partial(self._write, taken))

    async def _taken(self, about: str, kind: str, taking: Awaitable[bytes], until: float) -> bytes | None:
        try:
            async with asyncio.timeout_at(until):
                return await taking
        except (PlaywrightError, TimeoutError) as error:
            _warn(about, kind, error)
            return None

    async def _written(self, about: str, kind: str, write: Callable[[], T]) -> T | None:
        try:
            return await asyncio.to_thread(write)
        except (OSError, StoreError) as error:
            _warn(about, kind, error)
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


def _warn(about: str, kind: str, error: Exception) -> None:
    logger.warning("No {} was kept as evidence of {}: {}", kind, about, type(error).__name__)


async def _html(page: Page) -> bytes:
    return (await page.content()).encode()


async def _jpeg(page: Page) -> bytes:
    return await page.screenshot(type="jpeg", quality=60)
