"""How Danish case systems write amounts, dates and tables, read from their pages and files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from io import BytesIO
from typing import Any, cast

import lxml.html
from lxml.html import HtmlElement
from python_calamine import CalamineWorkbook

from bots_common.errors import ScreenChanged

Row = dict[str, str]


def amount(text: str) -> Decimal:
    """Kroner from 12.345,67. Raises ScreenChanged where the text is not an amount."""
    try:
        return Decimal(text.strip().replace(".", "").replace(",", "."))
    except InvalidOperation as error:
        raise ScreenChanged("An amount is not written as 12.345,67.", "Look at the page kept as evidence.") from error


def amount_text(value: Decimal) -> str:
    """Kroner as 12345,67."""
    return f"{value:.2f}".replace(".", ",")


def shown_amount(value: Decimal) -> str:
    """Kroner as 12.345,67, as pages show them."""
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


def day(text: str) -> date:
    """A date from dd-mm-yyyy. Raises ScreenChanged where the text is not one."""
    try:
        return datetime.strptime(text.strip(), "%d-%m-%Y").date()  # noqa: DTZ007 - a calendar day has no zone
    except ValueError as error:
        raise ScreenChanged("A date is not written as dd-mm-yyyy.", "Look at the page kept as evidence.") from error


def day_text(value: date) -> str:
    return f"{value:%d-%m-%Y}"


def month(text: str) -> date:
    """The first day of a month from mm-yyyy. Raises ScreenChanged where the text is not one."""
    return day(f"01-{text.strip()}")


def month_text(value: date) -> str:
    return f"{value:%m-%Y}"


def yes(text: str) -> bool:
    """Whether Ja stands there. Raises ScreenChanged where neither Ja nor Nej does."""
    if text not in ("Ja", "Nej"):
        raise ScreenChanged("Neither Ja nor Nej stands where it should.", "Look at the page kept as evidence.")
    return text == "Ja"


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


def found(html: bytes, table_id: str, columns: tuple[str, ...]) -> list[Row]:
    """The rows that a search found, none where the page says so ("Ingen breve fundet").

    Raises ScreenChanged where it shows neither, or one of `columns` is missing.
    """
    rows = table(html, table_id, columns)
    if rows is not None:
        return list(rows)
    if any(text.startswith("Ingen ") for text in texts(html, "//*[@role='status']")):
        return []
    raise ScreenChanged(f"The search {table_id} shows no result.", "Look whether the screen has changed.")


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
