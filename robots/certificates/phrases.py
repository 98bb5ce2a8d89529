"""The wording of a clean certificate, from a dated file that the municipality can replace by its own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final, Self

from pydantic import Field, field_validator, model_validator

from bots_common.settings import data_file
from bots_common.values import Frozen
from robots.certificates.model import Kind

PHRASES_FILE: Final = Path(__file__).with_name("phrases.toml")

KIND, REQUEST, NAME, CPR, BASIS, NUMBER, ISSUED = "kind", "request", "name", "cpr", "basis", "number", "issued"
FIELDS: Final = (KIND, REQUEST, NAME, CPR, BASIS, NUMBER, ISSUED)
NEEDED: Final = frozenset({KIND, NAME, CPR, ISSUED})

_FIELD: Final = re.compile(r"\{([^{}]*)\}")


def plain(text: str) -> str:
    """Text as it is compared: composed (NFC), with single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).split())


class Phrases(Frozen):
    """What a clean certificate says, line by line. `source` is where that was seen, `dated` when."""

    dated: date
    source: str = Field(min_length=1)
    lines: tuple[str, ...]
    kinds: Mapping[Kind, str]

    @classmethod
    def load(cls, file: Path | None = None) -> Self:
        """Read the municipality's phrases file, or ours. Raises SettingsError that names what is wrong in it."""
        return data_file(file or PHRASES_FILE, cls, "phrases file")

    @field_validator("lines")
    @classmethod
    def _as_compared(cls, lines: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(plain(line) for line in lines)

    @model_validator(mode="after")
    def _tells_clean_from_not(self) -> Self:
        fields = [field for line in self.lines for field in _FIELD.findall(line)]
        if unknown := [field for field in fields if field not in FIELDS]:
            raise ValueError(f"there is no {{{unknown[0]}}}; known are {', '.join(FIELDS)}")
        if missing := NEEDED - set(fields):
            raise ValueError(f"no line holds {', '.join(sorted(missing))}")
        if len(fields) != len(set(fields)) or any(len(_FIELD.findall(line)) > 1 for line in self.lines):
            raise ValueError("each {field} stands once, and alone on its line")
        if len(set(self.lines)) != len(self.lines) or not all(self.lines):
            raise ValueError("no two lines are the same, and none is empty")
        if all(_FIELD.search(line) for line in self.lines):
            raise ValueError("some line must say that there is nothing")
        if set(self.kinds) != set(Kind) or len(set(self.kinds.values())) != len(Kind):
            raise ValueError("each kind of certificate has a word of its own")
        return self


def field_of(line: str) -> tuple[str, str, str]:
    """The field of an expected line, and what stands before and after it; "" where the line is the same for all."""
    before, _, rest = line.partition("{")
    field, _, after = rest.partition("}")
    return field, before, after
