"""What the flex-wage robot reads: the case of the benefits system and the lines of the income register.

Amounts are kroner of one month before tax. The field numbers are those of the income register's web service
(their last three digits) as Odense's open code maps them [S:odk].
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple, Self

from pydantic import Field, model_validator

from bots_common.settings import Section
from bots_common.values import Cpr, Cvr, Frozen, Period
from robots.flexwage.months import Month

NOUGHT: Final = Decimal(0)


class LineKind(StrEnum):
    """Art of a line (fields 011 and 151)."""

    REPORT = "I"
    CORRECTION = "R"
    REVERSAL = "T"


class IncomeLine(Frozen):
    """One line of the income register; `number` is the report's own.

    `base_month` is the month that the line belongs to when it is searched by base month; `disposed` is its
    disposition date, which a correction may have later than what it corrects. A correction holds the difference; a
    reversal takes back the whole report that it names in `reverses`. Pension shares are None where the employer did
    not report them, `hours` where they are not reported or unknown.
    """

    number: str
    kind: LineKind = LineKind.REPORT  # 011, 151
    reverses: str = ""
    employer: Cvr
    income_type: str = "00"  # 012
    period: Period
    base_month: Month
    disposed: date
    income: Decimal = NOUGHT  # 057: A-income with AM, after own ATP and own pension
    income_without_am: Decimal = NOUGHT  # 058, 071
    b_income: Decimal = NOUGHT  # 070: B-income with AM
    own_pension: Decimal | None = None  # 197
    employer_pension: Decimal | None = None  # 198
    own_atp: Decimal = NOUGHT  # 199
    perks: Decimal = NOUGHT  # 065, 066, 083, 184-186: car, board, phone and the like
    holiday_earned: Decimal = NOUGHT  # 098: gross holiday pay (net, tax and AM) that goes to FerieKonto or a fund
    income_as_holiday_pay: Decimal = NOUGHT  # 217
    saved_pay: Decimal = NOUGHT  # 157, 158: saved holiday and free-choice pay
    hours: Decimal | None = None  # 096; 200 says that they are unknown


class Ceiling(Frozen):
    """The ceiling ("lønloft"): full-time pay for the same post, kroner a month, from `first` to `last` month."""

    amount: Decimal = Field(gt=0)
    first: Month
    last: Month | None = None

    def holds_in(self, month: Month) -> bool:
        return self.first <= month and (self.last is None or month <= self.last)


class Pension(Frozen):
    """A declared pension agreement: per cent of the wage that the citizen and the employer pay."""

    own: Decimal = Field(ge=0, lt=100)
    employer: Decimal = Field(ge=0)


class Job(Frozen):
    """A flex job. `hours` a week; `pension` None where the employer reports it, or nobody has declared any."""

    employer: Cvr
    start: date
    end: date | None = None
    hours: Decimal
    ceilings: tuple[Ceiling, ...] = ()
    pension: Pension | None = None


class BenefitKind(StrEnum):
    """What the citizen may be paid beside wage."""

    SICKNESS = "sickness"
    PARENTAL = "parental"
    BEREAVEMENT = "bereavement"
    RESOURCE = "resource"
    HOLIDAY = "holiday"
    LOSS_OF_EARNINGS = "loss_of_earnings"
    CARE = "care"


class Benefit(Frozen):
    """A benefit of one month: its amount, or its days and what a whole month of it would be.

    `unpaid_month` says that the employer paid nothing all month because of it.
    """

    kind: BenefitKind
    month: Month
    amount: Decimal | None = Field(default=None, ge=0)
    days: Decimal | None = Field(default=None, ge=0)
    monthly: Decimal | None = Field(default=None, ge=0)
    unpaid_month: bool = False


class HolidayTaken(Frozen):
    """Holiday with pay from FerieKonto or a holiday fund: `taken` in the month of the `days` that `gross` is for."""

    month: Month
    gross: Decimal = Field(ge=0)
    days: Decimal = Field(gt=0)
    taken: Decimal = Field(ge=0)

    @model_validator(mode="after")
    def _not_more_than_all(self) -> Self:
        if self.taken > self.days:
            raise ValueError("more days are taken than the holiday pay is for")
        return self


class FlexCase(Frozen):
    """A citizen's case in the benefits system. `moved` is when the citizen last moved."""

    number: str
    cpr: Cpr
    jobs: tuple[Job, ...]
    benefits: tuple[Benefit, ...] = ()
    holidays: tuple[HolidayTaken, ...] = ()
    self_employed: bool = False
    moved: date | None = None


class OwnAtp(StrEnum):
    """Whether the citizen's own ATP share counts as wage; no source was found that says so."""

    ADDED = "added"
    LEFT_OUT = "left_out"


class Rounding(StrEnum):
    """To what the subsidy is rounded, once, at the end; no rule was found, and municipalities differ."""

    ORE = "ore"
    KRONE = "krone"


class Practice(Section):
    """What the municipality must decide because the law that was seen does not."""

    own_atp: OwnAtp
    rounding: Rounding = Rounding.ORE


class Income(NamedTuple):
    """What counts of one month. `flex_wage` is the flex job's, `wage` all that is deducted by 30 and 55 %."""

    month: Month
    paid: Decimal
    own_pension: Decimal
    employer_pension: Decimal
    own_atp: Decimal
    holiday_earned: Decimal
    flex_wage: Decimal
    other_wage: Decimal
    holiday_taken: Decimal
    care_pay: Decimal
    wage: Decimal
    benefit: Decimal
    holiday_days: Decimal
