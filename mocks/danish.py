"""How the mock systems write and read amounts, dates and months: 12.345,67, dd-mm-åååå and mm-åååå."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

_AMOUNT = re.compile(r"-?(?:\d{1,3}(?:\.\d{3})+|\d{1,12})(?:,\d{1,2})?")
_SWAPPED = str.maketrans(",.", ".,")


def amount(ore: int | None) -> str:
    """Øre as kroner with thousands marked: 12.345,67; nothing for None."""
    return "" if ore is None else f"{Decimal(ore) / 100:,.2f}".translate(_SWAPPED)


def read_amount(text: str) -> int | None:
    """The øre of 12.345,67 or 12345,67; None where the text is not an amount."""
    plain = text.strip()
    if not _AMOUNT.fullmatch(plain):
        return None
    return int(Decimal(plain.replace(".", "").replace(",", ".")) * 100)


def day(value: str | None) -> str:
    """An ISO date as dd-mm-åååå; nothing for None or an empty text."""
    return date.fromisoformat(value).strftime("%d-%m-%Y") if value else ""


def read_day(text: str) -> date | None:
    """The date of dd-mm-åååå; None where the text is not one."""
    try:
        return datetime.strptime(text.strip(), "%d-%m-%Y").date()  # noqa: DTZ007  a calendar day has no zone
    except ValueError:
        return None


def month(value: str | None) -> str:
    """The month of an ISO date as mm-åååå; nothing for None or an empty text."""
    return date.fromisoformat(value).strftime("%m-%Y") if value else ""


def read_month(text: str) -> date | None:
    """The first day of mm-åååå; None where the text is not a month."""
    return read_day(f"01-{text.strip()}")
