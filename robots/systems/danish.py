"""How Danish case systems write amounts and dates, and say that a search found nothing."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from bots_common.desk import tables
from bots_common.desk.tables import Row
from bots_common.errors import ScreenChanged


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


def found(html: bytes, table_id: str, columns: tuple[str, ...]) -> list[Row]:
    """The rows that a search found, none where the page says so ("Ingen breve fundet").

    Raises ScreenChanged where it shows neither, or one of `columns` is missing.
    """
    rows = tables.table(html, table_id, columns)
    if rows is not None:
        return list(rows)
    if any(text.startswith("Ingen ") for text in tables.texts(html, "//*[@role='status']")):
        return []
    raise ScreenChanged(f"The search {table_id} shows no result.", "Look whether the screen has changed.")
