"""A picture of a page as lines of text, by tesseract.

The picture goes to tesseract through a pipe, and the words come back through another: a certificate is never written
to the disk. The library that is made for this, pytesseract, leaves it there when it is killed.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from io import BytesIO, StringIO
from typing import Final, NamedTuple

from PIL import Image, ImageDraw, ImageStat

from robots.certificates.reasons import Detail, Problem, Reason

DPI: Final = 300
WANTED: Final = ("dan", "eng")
"""Danish first; English beside it knows the section sign, which Danish always takes for an ampersand."""

SECTION: Final = re.compile(r"&(?= [0-9])")
"""What is no ampersand: it stands before a number. Every third section sign is read so in spite of the English."""

LEAST_SURE: Final = 60
"""How sure tesseract must be of a word that has letters to be confused, in per cent."""
LETTERS: Final = 3

ABOVE: Final = 6
BESIDE: Final = 16
"""How far a letter may stand out of the box that tesseract draws around its word, in dots: half of an r has been seen
to. The gap between two words has 13, so that of a word left out between them all but 7 dots stay to be seen."""
CELL: Final = 10
FAINT: Final = 10
"""What is left when the words are wiped out: the page in cells of 10 × 10 dots, none of which may be darker than the
paper by more than this of 255. Tesseract drops faint and tiny text without a word; this sees it."""


class Word(NamedTuple):
    """A word, how sure tesseract is of it, which line it is on, and where it stands."""

    text: str
    sure: float
    line: tuple[str, ...]
    box: tuple[int, int, int, int]


def languages() -> str | None:
    """What tesseract can read here, as it takes it; None where there is no tesseract, or none that fits."""
    program = shutil.which("tesseract")
    return None if program is None else _languages_of(program)


@cache
def _languages_of(program: str) -> str | None:
    asked = [program, "--list-langs"]
    listed = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.split()  # noqa: S603
    return "+".join(it for it in WANTED if it in listed) or None


def lines_of(picture: Image.Image, seconds: float) -> tuple[str, ...] | Problem:
    """The lines of a grey picture of `DPI` dots an inch, or why they cannot be told."""
    known = languages()
    if known is None:
        return Problem(Reason.OCR_MISSING)
    try:
        words = _words(picture, known, seconds)
    except subprocess.TimeoutExpired:
        return _unreadable(Detail.TOO_SLOW)
    unsure = any(word.sure < LEAST_SURE for word in words if sum(map(str.isalpha, word.text)) >= LETTERS)
    if not words or unsure or _something_left(picture, words):
        return _unreadable(Detail.POOR_SCAN)
    lines: dict[tuple[str, ...], list[str]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word.text)
    return tuple(SECTION.sub("§", " ".join(texts)) for texts in lines.values())


def _words(picture: Image.Image, known: str, seconds: float) -> list[Word]:
    program = shutil.which("tesseract") or "tesseract"
    sent = BytesIO()
    picture.save(sent, "PPM")
    done = subprocess.run(  # noqa: S603 - our own words, and a picture through the pipe
        [program, "stdin", "stdout", "-l", known, "--psm", "6", "--dpi", str(DPI), "tsv"],
        input=sent.getvalue(),
        capture_output=True,
        timeout=seconds,
        check=False,
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},  # its threads slow each other down, and all else
    )
    rows = csv.DictReader(StringIO(done.stdout.decode("utf-8")), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [_word(row) for row in rows if row["level"] == "5" and row["text"].strip()]


def _word(row: Mapping[str, str]) -> Word:
    left, top, width, height = (int(row[it]) for it in ("left", "top", "width", "height"))
    return Word(
        text=row["text"],
        sure=float(row["conf"]),
        line=(row["block_num"], row["par_num"], row["line_num"]),
        box=(left - BESIDE, top - ABOVE, left + width + BESIDE, top + height + ABOVE),
    )


def _something_left(picture: Image.Image, words: Sequence[Word]) -> bool:
    """Whether the page shows anything that is none of the words."""
    rest = picture.copy()
    paper = ImageStat.Stat(picture).median[0]
    wipe = ImageDraw.Draw(rest)
    for word in words:
        wipe.rectangle(word.box, fill=paper)
    darkest = ImageStat.Stat(rest.reduce(CELL)).extrema[0][0]
    return bool(darkest < paper - FAINT)


def _unreadable(detail: Detail) -> Problem:
    return Problem(Reason.UNREADABLE, {"detail": detail})
