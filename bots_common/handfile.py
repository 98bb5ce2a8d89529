"""The file with which a person does effects by hand: what a robot offers for the upload, or to copy from."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from bots_common.sheets import headed, saved

EXCEL: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDTH: Final = 24
NOT_IN_NAMES: Final = re.compile(r'[<>:"/\\|?*\x00-\x1f]')


@dataclass(frozen=True, slots=True)
class HandFile:
    """A file as it is to be uploaded. Its `name` says nothing of any citizen; its content is personal data."""

    name: str
    media_type: str
    content: bytes


def sheet(name: str, intents: Sequence[Mapping[str, Any]], labels: Mapping[str, str]) -> HandFile:
    """An Excel sheet with a row for each intent and a column for each of their fields, as `labels` call them."""
    keys = list(dict.fromkeys(key for intent in intents for key in intent))
    book, page = headed([labels.get(key, key) for key in keys], [WIDTH] * len(keys))
    for place, key in enumerate(keys, start=1):
        for down, intent in enumerate(intents, start=2):
            cell = page.cell(down, place, _written(intent.get(key)))
            if isinstance(cell.value, str):
                cell.data_type = "s"  # what begins with = is a text all the same
                cell.number_format = "@"
    return HandFile(f"{NOT_IN_NAMES.sub('-', name)}.xlsx", EXCEL, saved(book))


def _written(value: Any) -> str | int | float | bool | None:
    if isinstance(value, str):
        return ILLEGAL_CHARACTERS_RE.sub("", value)
    if value is None or isinstance(value, int | float):
        return value
    return json.dumps(value, ensure_ascii=False)
