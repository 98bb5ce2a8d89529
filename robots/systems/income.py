"""The income register (as eIndkomst): what employers have reported. Only this module knows its screens."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from bots_common.desk import tables
from bots_common.errors import ScreenChanged
from bots_common.values import Cpr, Cvr, Period
from robots.records import IncomeReport
from robots.systems import danish
from robots.systems.login import DanishLogin

COLUMNS: Final = (
    *("Indberetning", "Art", "Indkomsttype", "CVR", "Skattemåned", "Lønperiode fra", "Lønperiode til"),
    *("Dispositionsdato", "Rettelse", "Vedrører", "Felter"),
)
PURPOSE: Final = "171 Fleksløntilskud"
BY_BASE_MONTH: Final = "basismaaned"
NOTHING: Final = "Ingen indberetninger fundet"
UNKNOWN: Final = "Personen findes ikke i eIndkomst."
MARKED: Final = "Ja"


class IncomeRegister(DanishLogin):
    """The income register as the robot sees it.

    A user may have one search at a time and another is told to wait: set its `concurrency` to 1.
    """

    name = "income"
    home = "soeg"

    async def reports(self, cpr: Cpr, first: date, last: date) -> tuple[IncomeReport, ...] | None:
        """All that was disposed of in these months (by their first days); None where nobody has that number.

        The search is by base month: the disposition date decides, so corrections of earlier months are found in the
        months in which they were made.
        """
        months = {"fra": danish.month_text(first), "til": danish.month_text(last)}
        asked = {"cpr": cpr.digits, "formaal": PURPOSE, "soegetype": BY_BASE_MONTH, **months}
        page = await self.search("soeg", asked)
        rows = tables.table(page, "indberetninger", COLUMNS)
        if rows is None:
            return self._nothing(page)
        if tables.texts(page, "//*[@id='cpr']") != [cpr.shown()]:
            raise ScreenChanged(
                "The register shows another person than was asked for.", "Look whether it has changed."
            )
        return tuple(_report(row) for row in rows)

    def _nothing(self, page: bytes) -> tuple[IncomeReport, ...] | None:
        if NOTHING in tables.texts(page, "//*[@role='status']"):
            return ()
        if any(UNKNOWN in text for text in tables.texts(page, "//*[@role='alert']")):
            return None
        raise ScreenChanged(
            "The search shows neither reports nor that there are none.", "Look whether it has changed."
        )


def _report(row: tables.Row) -> IncomeReport:
    values = [_field(line) for line in row["Felter"].splitlines() if line.strip()]
    return IncomeReport(
        number=row["Indberetning"],
        art=row["Art"],
        correction=bool(row["Rettelse"]),
        about=row["Vedrører"],
        income_type=row["Indkomsttype"],
        employer=Cvr(row["CVR"]),
        month=_month(row["Skattemåned"]),
        period=Period(first=danish.day(row["Lønperiode fra"]), last=danish.day(row["Lønperiode til"])),
        disposed=danish.day(row["Dispositionsdato"]),
        fields={number: value for number, value in values if value is not None},
        marks=frozenset(number for number, value in values if value is None),
    )


def _field(line: str) -> tuple[str, Decimal | None]:
    """The number and the value of "057 A-indkomst med AM-bidrag: 12.345,67"; None of one that is only marked."""
    name, _, value = line.strip().rpartition(": ")
    number = name.partition(" ")[0]
    return number, None if value == MARKED else danish.amount(value)


def _month(text: str) -> date:
    """The first day of a month from yyyy-mm."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise ScreenChanged("A month is not written as yyyy-mm.", "Look at the page kept as evidence.") from error
