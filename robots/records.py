"""What the systems keep, as values: shared by the page objects that read it and the rules that weigh it."""

from __future__ import annotations

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
