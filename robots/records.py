"""What the systems keep, as values: shared by the page objects that read it and the rules that weigh it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum

from bots_common.values import Cpr, Cvr, Ean, Frozen, Period


class Unit(StrEnum):
    """What a grant's rate is per."""

    MONTH = "month"
    DAY = "day"
    HOUR = "hour"


class Rate(Frozen):
    """Kroner per unit from a date on, until the next rate's date."""

    valid_from: date
    amount: Decimal


class PaidPeriod(Frozen):
    period: Period
    voucher: str


class Grant(Frozen):
    """A citizen's grant as the grants register shows it. `last` is None where no end is set."""

    number: str
    cpr: Cpr
    supplier: Cvr
    paragraph: str
    service: str
    art: str
    ownership: str
    target_group: str
    unit: Unit
    first: date
    last: date | None
    active: bool
    rates: tuple[Rate, ...]
    paid: tuple[PaidPeriod, ...] = ()


class Supplier(Frozen):
    """A supplier as the grants register knows it."""

    cvr: Cvr
    ean: Ean | None
    name: str


# -- the income register --------------------------------------------------------------------------------------------


class IncomeReport(Frozen):
    """A line of the income register as it shows it. `month` is the one that it belongs to, by its first day.

    `art` is I or T (takes back the report `about`); a `correction` is the difference to what was reported before.
    `fields` are kroner or hours by the last digits of their number, `marks` the fields that only say yes.
    """

    number: str
    art: str
    correction: bool
    about: str
    income_type: str
    employer: Cvr
    month: date
    period: Period
    disposed: date
    fields: Mapping[str, Decimal]
    marks: frozenset[str] = frozenset()


# -- the benefits system: flex jobs ---------------------------------------------------------------------------------


class FlexCeiling(Frozen):
    """Full-time pay for the post (kroner a month) while it holds; `last` is None until further notice."""

    first: date
    last: date | None
    amount: Decimal


class OtherBenefit(Frozen):
    """Another benefit of a month: kroner, or days and what a whole month of it would be."""

    kind: str
    month: date
    amount: Decimal | None
    days: Decimal | None
    monthly: Decimal | None
    unpaid_month: bool


class FundHoliday(Frozen):
    """Holiday pay of a holiday fund (kroner before tax) for `days`, of which `taken` were in the month."""

    month: date
    gross: Decimal
    days: Decimal
    taken: Decimal


class PaidSubsidy(Frozen):
    """A month's subsidy that is paid: kroner, and the ATP withheld in it."""

    receipt: str
    month: date
    amount: Decimal
    atp: Decimal


class FlexJobCase(Frozen):
    """A citizen's flex job as the benefits system shows it; months by their first day, shares in per cent."""

    number: str
    cpr: Cpr
    employer: Cvr
    start: date
    end: date | None
    hours: Decimal
    pension: str
    own_share: Decimal | None
    employer_share: Decimal | None
    self_employed: bool
    moved: date | None
    ceilings: tuple[FlexCeiling, ...]
    benefits: tuple[OtherBenefit, ...]
    holidays: tuple[FundHoliday, ...]
    paid: tuple[PaidSubsidy, ...]
