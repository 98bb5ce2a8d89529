"""The schedule file changed from a page: its text as staff wrote it, checked before it is saved, nothing lost."""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import os
import re
import threading
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bots_common.errors import KollegaError, SettingsError, StoreError
from bots_common.values import mask
from schedules.file import Plan, WrongFile, parse

_AT_LINE: Final = re.compile(r"at line (\d+)")
_HEADER: Final = re.compile(r"\s*\[\s*([^\]]+?)\s*\]")
_TABLES: Final = ("schedules", "calendars")


@dataclass(frozen=True, slots=True)
class Draft:
    """The text of the file, and the mark by which a later save knows that nobody has saved it since."""

    text: str
    mark: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and the number of the line where it stands, where one can be named."""

    line: int | None
    sentence: str


class ChangedMeanwhile(StoreError):
    """Somebody else has saved the file since the text was opened."""


class ScheduleText:
    """The file at `path`; `zone` is the installation's."""

    def __init__(self, path: Path, robots: Collection[str], zone: str) -> None:
        self.path = path
        self._robots = robots
        self._zone = zone
        self._saving = threading.Lock()

    @property
    def before(self) -> Path:
        """Where the version is kept that was there before the last save."""
        return self.path.with_name(f"{self.path.stem}.before{self.path.suffix}")

    def open(self) -> Draft:
        """The text as it is now, empty where there is no file yet. Raises SettingsError."""
        kept = self._bytes()
        try:
            return Draft(_lines(kept.decode("utf-8")), _mark(kept))
        except UnicodeDecodeError as error:
            raise SettingsError(
                f"The schedule file {self.path} is no text in UTF-8.", "Save it as UTF-8 where it was written."
            ) from error

    def plan(self, text: str) -> Plan:
        """The schedules of a text. Raises WrongFile and SettingsError."""
        return parse(_lines(text), self.path, self._robots, self._zone)

    def faults(self, text: str) -> list[Fault]:
        """What is wrong with a text, in the order of its lines; nothing where it may be saved."""
        text = _lines(text)
        try:
            self.plan(text)
        except WrongFile as error:
            found = [Fault(line_of(text, sentence), sentence) for sentence in error.faults]
            return sorted(found, key=lambda it: it.line or 0)
        except SettingsError as error:
            return [Fault(None, f"{error.what} {error.mend}".strip())]
        numbers = (number for number, line in enumerate(text.split("\n"), start=1) if mask(line) != line)
        return [Fault(number, "A personal number has no place here.") for number in numbers]

    def save(self, text: str, mark: str) -> str:
        """Keep what is there, and put the text in its place at once; says how much changed, as "+2 −1".

        Whoever reads the file meanwhile reads the old one or the new one, never half of either. Raises
        ChangedMeanwhile, and KollegaError where it cannot be written. Ask for `faults` first.
        """
        with self._saving:
            there = self._bytes()
            if _mark(there) != mark:
                raise ChangedMeanwhile("Somebody has saved the schedule file meanwhile.", "Load the page again.")
            new = _lines(text).rstrip("\n") + "\n"
            written = new.replace("\n", "\r\n") if b"\r\n" in there else new
            try:
                if there:
                    _put(self.before, there)
                _put(self.path, written.encode("utf-8"))
            except OSError as error:
                raise KollegaError(
                    f"The schedule file {self.path} cannot be written ({error.strerror}).",
                    "See that the web pages' user may write there and that nobody holds it open.",
                ) from error
        return _changes(_lines(there.decode("utf-8")), new)

    def _bytes(self) -> bytes:
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise SettingsError(
                f"The schedule file {self.path} cannot be read ({error.strerror}).", "See that it may be read."
            ) from error


def line_of(text: str, sentence: str) -> int | None:
    """The line that a sentence of `schedules.file` is about: that of its key, else that of its table."""
    if at := _AT_LINE.search(sentence):
        return int(at[1])
    table, _, key = sentence.partition(": ")[0].rpartition(".")
    if table in _TABLES:  # the table itself lacks something
        table, key = f"{table}.{key}", ""
    within = [(number, line) for number, of, line in _numbered(text) if of == table]
    of_key = (number for number, line in within if re.match(rf"\s*{re.escape(key)}\s*=", line)) if key else iter(())
    return next(of_key, within[0][0] if within and table else None)


def _numbered(text: str) -> Iterator[tuple[int, str, str]]:
    """Each line with its number, from 1, and the table that it stands in."""
    table = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if header := _HEADER.match(line):
            table = header[1].replace('"', "")
        yield number, table, line


def _lines(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _mark(kept: bytes) -> str:
    return hashlib.sha256(kept).hexdigest()


def _put(path: Path, content: bytes) -> None:
    """The whole content or nothing, also where the machine stops half-way."""
    beside = path.with_name(f".{path.name}.new")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            beside.chmod(path.stat().st_mode)
        beside.replace(path)
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def _changes(old: str, new: str) -> str:
    changed = list(difflib.unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm=""))[2:]
    marks = [line[0] for line in changed]
    return f"+{marks.count('+')} −{marks.count('-')}"
