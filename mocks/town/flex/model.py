"""What the mock town knows of flex jobs. Plain values; money in whole øre, hours and per cent in hundredths."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Employer:
    cvr: str
    name: str


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The full-time pay of the post (lønloft) while it holds; no last day: until further notice."""

    first: date
    last: date | None
    ore: int


class PensionKind(StrEnum):
    """Where the pension shares are to be found, in the words of the benefits system."""

    REPORTED = "Indberettes af arbejdsgiver"
    DECLARED = "Oplyst i procent"
    NONE = "Ingen pension"
    UNKNOWN = "Ikke oplyst"


@dataclass(frozen=True, slots=True)
class Pension:
    """The agreement. Declared shares are hundredths of a per cent of the wage before own pension and own ATP."""

    kind: PensionKind
    own: int | None = None
    employer: int | None = None


@dataclass(frozen=True, slots=True)
class Benefit:
    """Another benefit of a month: its amount, or its days and what a whole month of it would be.

    `month` is its first day. `unpaid_month` says that the employer paid no wage all month because of it.
    """

    kind: str
    law: str
    month: date
    ore: int | None = None
    days: int | None = None
    monthly: int | None = None
    unpaid_month: bool = False


@dataclass(frozen=True, slots=True)
class Holiday:
    """Holiday pay of a holiday fund, before tax: what `days` it is for, and those of them `taken` in the month."""

    month: date
    gross: int
    days: int
    taken: int


@dataclass(frozen=True, slots=True)
class PaidMonth:
    """A month's subsidy that is paid already, and the ATP withheld in it. `month` is its first day."""

    month: date
    ore: int
    atp: int


@dataclass(frozen=True, slots=True)
class FlexCase:
    """A citizen's flex job as the benefits system keeps it. `moved` is when the citizen last moved to the town."""

    number: str
    cpr: str
    name: str
    employer: Employer
    first: date
    last: date | None
    hours: int
    pension: Pension
    self_employed: bool = False
    moved: date | None = None
    ceilings: tuple[Ceiling, ...] = ()
    benefits: tuple[Benefit, ...] = ()
    holidays: tuple[Holiday, ...] = ()
    paid: tuple[PaidMonth, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What an employer has reported to the income register; seen from the day `reported` on.

    `tax_month` is the first day of the month that it belongs to, whatever its disposition date. `art` is I (a report)
    or T (a reversal of the report `about`); `fields` are the register's own, see `mocks.income.fields`.
    """

    number: str
    cpr: str
    employer: Employer
    first: date
    last: date
    tax_month: date
    disposition: date
    reported: date
    fields: tuple[tuple[str, int], ...]
    art: str = "I"
    income_type: str = "00"
    correction: bool = False
    about: str = ""


@dataclass(frozen=True, slots=True)
class ObsEntry:
    """A row of the obs-list: whom the robot must leave alone, from and until when, and who says so."""

    cpr: str
    robot: str  # a robot's name, or "Alle"
    reason: str
    first: date
    last: date | None
    by: str


@dataclass(frozen=True, slots=True)
class FlexTruth:
    """What must become of a case in the month.

    `month` is the first day of the one that the subsidy is for; the incomes are those of the month before. `outcome`
    is "done", "exception" (with its `reason`) or "skipped" (it stands on the obs-list). `subsidy` is kroner as it is
    worked out, unrounded; `ore` is that and `atp` the ATP of it in whole øre. What rests on a late report holds from
    the day `holds_from`: a robot that looks earlier has the reason "no_report". `recalculated` is an earlier month
    that was corrected after it was paid, and `recalculated_ore` what it should have been.
    """

    case: str
    scenario: str
    month: date
    outcome: str
    reason: str | None = None
    subsidy: str | None = None
    ore: int | None = None
    atp: int | None = None
    holds_from: date | None = None
    recalculated: date | None = None
    recalculated_ore: int | None = None


@dataclass(slots=True)
class FlexTown:
    """Everything the income register and the benefits system begin with. `truth` never reaches them, only tests."""

    cases: list[FlexCase] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    obs: list[ObsEntry] = field(default_factory=list)
    truth: list[FlexTruth] = field(default_factory=list)
