"""A certificate's PDF as lines of text, so far as that is what a person sees on it. Nothing is written to the disk.

A page has text alone, or it is a picture. Text counts only where it is seen: each letter stands on the page and is
dark, and nothing on the page is dark that is none of the letters. A picture is read by tesseract (`ocr.py`), also one
that has text beside it that nobody would see; pictures and drawings together with text are for a person.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil, floor
from typing import Any, Final, TypeAlias

import pypdfium2
from PIL import Image, ImageDraw, ImageStat
from pypdfium2 import raw

from robots.certificates import ocr
from robots.certificates.model import Document
from robots.certificates.reasons import Detail, Problem, Reason

POINTS: Final = 72
"""Points in an inch."""

TEXT_SCALE: Final = 3
DARK: Final = 140
"""What the darkest dot of a letter must be below, of 255, for people to see it."""
PAPER: Final = 250
"""What every dot beside the letters must be above."""

LONGEST_SIDE: Final = 1300
"""Points; an A3 page has 1191."""
MOST_LETTERS: Final = 20_000
MOST_DOTS: Final = 60_000_000

Box: TypeAlias = tuple[int, int, int, int]

_PDFIUM: Final = threading.Lock()
"""PDFium is not made for several threads."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a certificate stays below. PDFium cannot be interrupted: the time (seconds) is looked at page by page."""

    bytes: int = 5_000_000
    pages: int = 10
    seconds: float = 60


LIMITS: Final = Limits()


class _Unreadable(Exception):
    """Why a page cannot be read; never what it says."""

    def __init__(self, detail: Detail | None) -> None:
        super().__init__(detail)
        self.detail = detail


def read(content: bytes, limits: Limits = LIMITS, clock: Callable[[], float] = time.monotonic) -> Document | Problem:
    """The document, or why it cannot be read: a person opens it then. `clock` counts seconds. May take seconds."""
    until = clock() + limits.seconds
    try:
        with _PDFIUM:
            pages = list(_pages(content, limits, lambda: clock() >= until))
    except _Unreadable as error:
        return Problem(Reason.UNREADABLE, {"detail": error.detail})
    except pypdfium2.PdfiumError:
        return Problem(Reason.UNREADABLE)
    lines: list[tuple[str, ...]] = []
    for page in pages:
        if isinstance(page, Image.Image):
            left = until - clock()
            recognised = ocr.lines_of(page, left) if left > 0 else _too_slow()
            if isinstance(recognised, Problem):
                return recognised
            lines.append(recognised)
        else:
            lines.append(page)
    return Document(tuple(lines), scanned=any(isinstance(page, Image.Image) for page in pages))


def _too_slow() -> Problem:
    return Problem(Reason.UNREADABLE, {"detail": Detail.TOO_SLOW})


def _pages(content: bytes, limits: Limits, late: Callable[[], bool]) -> Iterator[tuple[str, ...] | Image.Image]:
    """Each page as its lines, or as the picture that it is."""
    if len(content) > limits.bytes:
        raise _Unreadable(Detail.TOO_LARGE)
    with _opened(content) as document:
        if len(document) > limits.pages:
            raise _Unreadable(Detail.TOO_LARGE)
        if document.get_formtype() != raw.FORMTYPE_NONE or document.count_attachments():
            raise _Unreadable(Detail.MIXED)
        for page in document:
            if late():
                raise _Unreadable(Detail.TOO_SLOW)
            yield _read_page(page)


def _opened(content: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        locked = error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY)
        raise _Unreadable(Detail.ENCRYPTED if locked else None) from None


def _read_page(page: Any) -> tuple[str, ...] | Image.Image:
    if max(page.get_size()) > LONGEST_SIDE:
        raise _Unreadable(Detail.TOO_LARGE)
    if raw.FPDFPage_GetAnnotCount(page):
        raise _Unreadable(Detail.MIXED)
    text = page.get_textpage()
    if text.count_chars() > MOST_LETTERS:
        raise _Unreadable(Detail.TOO_LARGE)
    letters = list(_letters(text))
    drawn = {it.type for it in page.get_objects()} - {raw.FPDF_PAGEOBJ_FORM}
    if not letters:
        return _picture(page)
    if drawn != {raw.FPDF_PAGEOBJ_TEXT}:
        raise _Unreadable(Detail.MIXED)
    if not _all_seen(page, text, letters):
        raise _Unreadable(Detail.HIDDEN)
    return tuple(text.get_text_range().splitlines())


def _letters(text: Any) -> Iterator[int]:
    """The characters that leave ink, by their place in the text."""
    for at in range(text.count_chars()):
        if raw.FPDFText_HasUnicodeMapError(text, at):
            raise _Unreadable(Detail.HIDDEN)
        generated = raw.FPDFText_IsGenerated(text, at)
        if not generated and not chr(raw.FPDFText_GetUnicode(text, at)).isspace():
            yield at


def _picture(page: Any) -> Image.Image:
    """A page without text as it looks."""
    pictures = page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE])
    if any(width * height > MOST_DOTS for width, height in (it.get_px_size() for it in pictures)):
        raise _Unreadable(Detail.TOO_LARGE)
    seen: Image.Image = page.render(scale=ocr.DPI / POINTS, grayscale=True).to_pil()
    if ImageStat.Stat(seen).stddev[0] == 0:
        raise _Unreadable(Detail.EMPTY)
    return seen


def _all_seen(page: Any, text: Any, letters: list[int]) -> bool:
    """Whether every letter is seen on the page, and nothing but letters."""
    bitmap = page.render(scale=TEXT_SCALE, grayscale=True)
    to_dots = bitmap.get_posconv(page).to_bitmap
    seen: Image.Image = bitmap.to_pil()
    rest = seen.copy()
    wipe = ImageDraw.Draw(rest)
    for at in letters:
        inked = _box(text.get_charbox(at), to_dots)
        if not _within(inked, seen.size) or _darkest(seen.crop(inked)) > DARK:
            return False
        left, top, right, bottom = _box(text.get_charbox(at, loose=True), to_dots)
        wipe.rectangle((left - 1, top - 1, right + 1, bottom + 1), fill=255)
    return _darkest(rest) > PAPER


def _darkest(picture: Image.Image) -> int:
    return int(ImageStat.Stat(picture).extrema[0][0])


def _box(bounds: tuple[float, float, float, float], to_dots: Callable[[float, float], tuple[float, float]]) -> Box:
    """A letter's box in dots of the picture, at least one wide and high."""
    left, bottom, right, top = bounds
    corners = to_dots(left, top), to_dots(right, bottom)
    across, down = sorted(it[0] for it in corners), sorted(it[1] for it in corners)
    return (
        floor(across[0]),
        floor(down[0]),
        max(ceil(across[1]), floor(across[0]) + 1),
        max(ceil(down[1]), floor(down[0]) + 1),
    )


def _within(box: Box, size: tuple[int, int]) -> bool:
    return box[0] >= 0 and box[1] >= 0 and box[2] <= size[0] and box[3] <= size[1]
