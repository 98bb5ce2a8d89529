"""The benefits system (as KY): flex cases, the month's calculation and payment, letters to citizens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from playwright.async_api import Page

from bots_common.desk import tables
from bots_common.errors import ScreenChanged, Uncertain
from bots_common.values import Cpr, Cvr, Frozen, Receipt
from robots.records import FlexCeiling, FlexJobCase, FundHoliday, OtherBenefit, PaidSubsidy
from robots.systems import danish
from robots.systems.login import DanishLogin, expired, refused

LIST_COLUMNS: Final = ("Sag", "CPR", "Status")
CASE_FACTS: Final = (
    *("Arbejdsgiver CVR", "Job fra", "Job til", "Ugentlige timer", "Pensionsaftale", "Egen andel"),
    *("Arbejdsgivers andel", "Selvstændig", "Flyttet"),
)
CEILING_COLUMNS: Final = ("Gælder fra", "Gælder til", "Lønloft pr. måned")
BENEFIT_COLUMNS: Final = ("Ydelse", "Måned", "Beløb", "Dage", "Beløb pr. måned", "Uden løn hele måneden")
HOLIDAY_COLUMNS: Final = ("Måned", "Brutto", "Dage i alt", "Dage holdt")
PAID_COLUMNS: Final = ("Kvittering", "Måned", "Fleksløntilskud", "ATP")
LETTER_COLUMNS: Final = ("Kvittering", "Måned", "Overskrift")
PAID: Final = "Udbetalt"


class ListedCase(Frozen):
    """A case as the month's list has it, and whether the month is paid."""

    number: str
    cpr: Cpr
    paid: bool


class Calculation(Frozen):
    """What is entered to pay a month's subsidy (kroner): a calculation with its reasoning, approved for payment."""

    case: str
    month: date
    flex_wage: Decimal
    other_wage: Decimal
    pension: Decimal
    deduction: Decimal
    ceiling: Decimal
    subsidy: Decimal
    atp: Decimal
    reasoning: str

    @property
    def amount(self) -> Decimal:
        """What it would pay."""
        return self.subsidy


class Letter(Frozen):
    """A letter to the citizen of a case, about a month."""

    case: str
    month: date
    heading: str
    text: str


class Benefits(DanishLogin):
    """The benefits system as the robot sees it."""

    name = "benefits"
    home = "arbejdsliste"

    # -- reading --------------------------------------------------------------------------------------------

    async def cases(self, month: date) -> list[ListedCase]:
        """Every case, and how it stands in the month, from one Excel export."""
        export = await self.fetch(f"sager.xlsx?maaned={danish.month_text(month)}")
        return [
            ListedCase(number=str(row["Sag"]), cpr=Cpr(str(row["CPR"])), paid=row["Status"] == PAID)
            for row in tables.sheet(export, LIST_COLUMNS)
        ]

    async def case(self, number: str) -> FlexJobCase:
        """The case as it stands now, with all that has been paid in it."""
        page = await self.fetch(f"sag/{number}")
        facts = tables.facts(page, "sag", CASE_FACTS)
        (cpr,) = tables.texts(page, "//*[@id='cpr']")
        return FlexJobCase(
            number=number,
            cpr=Cpr(cpr),
            employer=Cvr(facts["Arbejdsgiver CVR"]),
            start=danish.day(facts["Job fra"]),
            end=_day(facts["Job til"]),
            hours=danish.amount(facts["Ugentlige timer"]),
            pension=facts["Pensionsaftale"],
            own_share=_amount(facts["Egen andel"]),
            employer_share=_amount(facts["Arbejdsgivers andel"]),
            self_employed=danish.yes(facts["Selvstændig"]),
            moved=_day(facts["Flyttet"]),
            ceilings=tuple(_ceiling(row) for row in _rows(page, "lofter", CEILING_COLUMNS)),
            benefits=tuple(_benefit(row) for row in _rows(page, "ydelser", BENEFIT_COLUMNS)),
            holidays=tuple(_holiday(row) for row in _rows(page, "ferie", HOLIDAY_COLUMNS)),
            paid=tuple(_paid(row) for row in _rows(page, "udbetalinger", PAID_COLUMNS)),
        )

    # -- effects --------------------------------------------------------------------------------------------

    async def pay(self, calculation: Calculation) -> Receipt:
        """Effect: enter the calculation and approve its payment; the receipt has the amount that was paid.

        Saving alone pays nothing: a month may have several calculations, and one that is left over harms nobody.
        """
        page = await self._saved(calculation)
        amount = re.escape(danish.shown_amount(calculation.subsidy))
        month = danish.month_text(calculation.month)
        receipt = await self.commit(
            page.get_by_role("button", name="Godkend udbetaling", exact=True),
            question=rf"^Vil du godkende udbetaling af {amount} kr\. for {month} på sag {calculation.case}\?$",
            receipt=page.locator("#kvitteringsnummer"),
            refusal=expired(page),
            fields=("#kvitteringsnummer", "#tilskud"),
        )
        return Receipt(receipt["#kvitteringsnummer"], danish.amount(receipt["#tilskud"]))

    async def _saved(self, calculation: Calculation) -> Page:
        """The page of the saved calculation."""
        month = danish.month_text(calculation.month)
        page = await self.goto(f"sag/{calculation.case}/beregning?maaned={month}")
        amounts = {
            "Løn i fleksjob": calculation.flex_wage,
            "Anden løn": calculation.other_wage,
            "Pension": calculation.pension,
            "Nedsættelse": calculation.deduction,
            "Lønloft": calculation.ceiling,
            "Fleksløntilskud": calculation.subsidy,
            "ATP": calculation.atp,
        }
        texts = {"Måned": month, "Begrundelse": calculation.reasoning}
        await self.fill(page, texts | {label: danish.amount_text(amount) for label, amount in amounts.items()})
        await self.commit(
            page.get_by_role("button", name="Gem beregning", exact=True),
            receipt=page.locator("#beregning"),
            refusal=refused(page),
            fields=(),
        )
        return page

    async def find_payment(self, calculation: Calculation) -> Receipt | None:
        """The payment of the month; Uncertain where it was paid otherwise than calculated, or several times."""
        found = [_paid(row) for row in await self._of_month("udbetalinger", PAID_COLUMNS, calculation)]
        if not found:
            return None
        if len(found) == 1 and (found[0].amount, found[0].atp) == (calculation.subsidy, calculation.atp):
            return Receipt(found[0].receipt, found[0].amount)
        raise Uncertain("pay", {"payments": [f"{it.receipt}: {it.amount}" for it in found]})

    async def send(self, letter: Letter) -> Receipt:
        """Effect: send the letter to the citizen's digital post."""
        month = danish.month_text(letter.month)
        page = await self.goto(f"sag/{letter.case}/brev?maaned={month}")
        await self.fill(page, {"Måned": month, "Overskrift": letter.heading, "Brevtekst": letter.text})
        receipt = await self.commit(
            page.get_by_role("button", name="Send brev", exact=True),
            question=r"^Vil du sende brevet til borgeren\?$",
            receipt=page.locator("#kvitteringsnummer"),
            refusal=refused(page),
            fields=("#kvitteringsnummer",),
        )
        return Receipt(receipt["#kvitteringsnummer"])

    async def find_letter(self, letter: Letter) -> Receipt | None:
        """The letter of that heading in the case and month; Uncertain where there are several."""
        sent = await self._of_month("breve", LETTER_COLUMNS, letter)
        found = [row["Kvittering"] for row in sent if row["Overskrift"] == letter.heading]
        if len(found) > 1:
            raise Uncertain("letter", {"letters": found})
        return Receipt(found[0]) if found else None

    async def _of_month(self, path: str, columns: tuple[str, ...], about: Calculation | Letter) -> list[tables.Row]:
        """The rows of a search by case and month."""
        page = await self.search(path, {"sag": about.case, "maaned": danish.month_text(about.month)})
        return danish.found(page, path, columns)


def _rows(page: bytes, table_id: str, columns: tuple[str, ...]) -> Iterator[tables.Row]:
    rows = tables.table(page, table_id, columns)
    if rows is None:
        raise ScreenChanged(f"The case shows no table {table_id!r}.", "Look whether the screen has changed.")
    return rows


def _ceiling(row: tables.Row) -> FlexCeiling:
    return FlexCeiling(
        first=danish.day(row["Gælder fra"]),
        last=_day(row["Gælder til"]),
        amount=danish.amount(row["Lønloft pr. måned"]),
    )


def _benefit(row: tables.Row) -> OtherBenefit:
    return OtherBenefit(
        kind=row["Ydelse"],
        month=danish.month(row["Måned"]),
        amount=_amount(row["Beløb"]),
        days=_amount(row["Dage"]),
        monthly=_amount(row["Beløb pr. måned"]),
        unpaid_month=danish.yes(row["Uden løn hele måneden"]),
    )


def _holiday(row: tables.Row) -> FundHoliday:
    return FundHoliday(
        month=danish.month(row["Måned"]),
        gross=danish.amount(row["Brutto"]),
        days=danish.amount(row["Dage i alt"]),
        taken=danish.amount(row["Dage holdt"]),
    )


def _paid(row: tables.Row) -> PaidSubsidy:
    return PaidSubsidy(
        receipt=row["Kvittering"],
        month=danish.month(row["Måned"]),
        amount=danish.amount(row["Fleksløntilskud"]),
        atp=danish.amount(row["ATP"]),
    )


def _amount(text: str) -> Decimal | None:
    return danish.amount(text) if text else None


def _day(text: str) -> date | None:
    return danish.day(text) if text else None
