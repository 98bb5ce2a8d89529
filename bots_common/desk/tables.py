"""Tables and texts of pages that were fetched without the browser's screen, and of Excel exports."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any, cast

import lxml.html
from lxml.html import HtmlElement
from python_calamine import CalamineWorkbook

from bots_common.errors import ScreenChanged

Row = dict[str, str]


def table(html: bytes, table_id: str, columns: tuple[str, ...]) -> Iterator[Row] | None:
    """The rows of the table by column heading; None where the page has no such table.

    Raises ScreenChanged where one of `columns` is missing. Cells keep their line breaks.
    """
    found = _all(_document(html), f"//table[@id='{table_id}']")
    if not found:
        return None
    headings = [_text(cell) for cell in _all(found[0], "./thead/tr/th")]
    _require(columns, headings, f"The table {table_id!r}")
    rows = ([_text(cell) for cell in _all(row, "./td")] for row in _all(found[0], "./tbody/tr"))
    return (dict(zip(headings, cells, strict=True)) for cells in rows if len(cells) == len(headings))


def facts(html: bytes, table_id: str, names: tuple[str, ...]) -> Row:
    """The table whose rows are a heading and its value, as a mapping.

    Raises ScreenChanged where there is no such table, or one of `names` is missing.
    """
    rows = _all(_document(html), f"//table[@id='{table_id}']//tr[th]")
    found = {_text(_all(row, "./th")[0]): " ".join(_text(cell) for cell in _all(row, "./td")) for row in rows}
    _require(names, list(found), f"The table {table_id!r}")
    return found


def texts(html: bytes, xpath: str) -> list[str]:
    """The texts of the elements that the path finds, white space folded."""
    return [" ".join(_text(found).split()) for found in _all(_document(html), xpath)]


def sheet(content: bytes, columns: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """The rows of an Excel export by column heading. Raises ScreenChanged where one of `columns` is missing."""
    rows = iter(CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).iter_rows())
    headings = [str(cell) for cell in next(rows, [])]
    _require(columns, headings, "The Excel export")
    return (dict(zip(headings, row, strict=True)) for row in rows)


def _require(columns: tuple[str, ...], headings: list[str], where: str) -> None:
    if missing := [column for column in columns if column not in headings]:
        raise ScreenChanged(f"{where} has no column {', '.join(missing)}.", "Look whether the screen has changed.")


def _document(html: bytes) -> HtmlElement:
    return lxml.html.document_fromstring(html, parser=lxml.html.HTMLParser(encoding="utf-8"))


def _all(element: HtmlElement, xpath: str) -> list[HtmlElement]:
    return cast(list[HtmlElement], element.xpath(xpath))


def _text(element: HtmlElement) -> str:
    return str(element.text_content()).strip()
