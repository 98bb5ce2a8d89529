"""The rates of the flex-wage subsidy by month, from a dated file with the source of each; unknown stays unknown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from pathlib import Path
from typing import Final, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from bots_common.errors import SettingsError
from bots_common.settings import data_file
from bots_common.values import Frozen, Period
from robots.flexwage.months import Month, months_of

RATES_FILE: Final = Path(__file__).with_name("rates.toml")

BASE_SHARE: Final = Decimal("0.98")
"""The highest subsidy is 98 % of the highest unemployment benefit (LAB § 123) [S:elov123]."""


class RateName(StrEnum):
    BASE = "base"
    THRESHOLD = "threshold"


class Rate(Frozen):
    """One row of the rates file, kroner a month, for whole months from `first` to `last`.

    `tag` says how it is known: S, seen in `source`; D, worked out from the `benefit` (kroner a month) seen there.
    """

    name: RateName
    kroner: Decimal = Field(gt=0)
    first: date
    last: date
    source: str = Field(min_length=1)
    tag: Literal["S", "D"]
    benefit: Decimal | None = None

    @property
    def period(self) -> Period:
        return Period(first=self.first, last=self.last)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if not self.period.whole_months:
            raise ValueError("a rate holds for whole months: `first` a first and `last` a last day")
        if self.tag == "D" and (self.name is not RateName.BASE or self.kroner != _base_of(self.benefit)):
            raise ValueError("only the base can be worked out, and it is round(0.98 × benefit)")
        return self


class _RatesFile(Frozen):
    rates: tuple[Rate, ...]


class MonthRates(NamedTuple):
    """The rates of one month, kroner."""

    base: Decimal
    threshold: Decimal


class Rates:
    """All known rates, ready to be asked for a month."""

    def __init__(self, rates: Iterable[Rate]) -> None:
        """Raises SettingsError where two rows claim one month."""
        self._rows: dict[tuple[RateName, Month], Rate] = {}
        for rate in rates:
            for month in months_of(rate.period):
                other = self._rows.setdefault((rate.name, month), rate)
                if other is not rate:
                    raise SettingsError(
                        f"Two rows of the rates file hold a {rate.name} for {month:%Y-%m}: {other.kroner} and "
                        f"{rate.kroner}.",
                        "Keep the right one, or correct the dates.",
                    )
        bases = {month: rate for (name, month), rate in self._rows.items() if name is RateName.BASE}
        self._by_month = {
            month: MonthRates(base.kroner, threshold.kroner)
            for month, base in bases.items()
            if (threshold := self._rows.get((RateName.THRESHOLD, month)))
        }

    def of(self, month: Month) -> MonthRates | None:
        """The rates of the month; None unless all of them are known."""
        return self._by_month.get(month)

    def row(self, name: RateName, month: Month) -> Rate | None:
        return self._rows.get((name, month))

    def missing(self, month: Month) -> list[RateName]:
        """The rates that are not known for the month."""
        return [name for name in RateName if (name, month) not in self._rows]


def load(file: Path = RATES_FILE) -> Rates:
    """Read a rates file. Raises SettingsError that names what is wrong in it."""
    return Rates(data_file(file, _RatesFile, "rates file").rates)


def check(rates: Rates, month: Month) -> list[str]:
    """For operations, a line for each rate of the month: its value and source, or that it must be found."""
    return [_checked(rates.row(name, month), name, month) for name in RateName]


def _checked(rate: Rate | None, name: RateName, month: Month) -> str:
    if rate is None:
        return (
            f"{month:%Y-%m}: the {name} is not known. Find it in the ministry's rates for {month.year}, and add a "
            "row with its source to the rates file; until then every case of the month goes to a person."
        )
    how = "seen in" if rate.tag == "S" else f"round(0.98 × {rate.benefit}), the benefit seen in"
    return f"{month:%Y-%m}: the {name} is {rate.kroner} kroner ({how} {rate.source})."


def _base_of(benefit: Decimal | None) -> Decimal | None:
    """Whole kroner: fits what was published for 2019, 2020, 2022 and 2024 [D, four of four]."""
    return None if benefit is None else (BASE_SHARE * benefit).quantize(Decimal(1), rounding=ROUND_HALF_UP)
