"""The file with which a person does effects by hand: what a robot offers for the upload, or to copy from."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

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
    book = Workbook()
    page = book.worksheets[0]
    for place, key in enumerate(keys, start=1):
        page.cell(1, place, labels.get(key, key)).font = Font(bold=True)
        page.column_dimensions[get_column_letter(place)].width = WIDTH
        for down, intent in enumerate(intents, start=2):
            cell = page.cell(down, place, _written(intent.get(key)))
            if isinstance(cell.value, str):
                cell.data_type = "s"  # what begins with = is a text all the same
                cell.number_format = "@"
    page.freeze_panes = "A2"
    file = BytesIO()
    book.save(file)
    return HandFile(f"{NOT_IN_NAMES.sub('-', name)}.xlsx", EXCEL, file.getvalue())


def _written(value: Any) -> str | int | float | bool | None:
    if isinstance(value, str):
        return ILLEGAL_CHARACTERS_RE.sub("", value)
    if value is None or isinstance(value, int | float):
        return value
    return json.dumps(value, ensure_ascii=False)
