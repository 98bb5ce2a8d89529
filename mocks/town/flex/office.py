"""The flex jobs while they are being made: who works where, for what pay, and what the registers hear of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from mocks.town.flex import arithmetic
from mocks.town.flex.arithmetic import Income
from mocks.town.flex.model import Benefit, Ceiling, Employer, Holiday, PaidMonth, Pension, PensionKind, Report
from mocks.town.model import Citizen
from mocks.town.people import People
from mocks.town.spans import Span, month_of, reporting_day, shifted
from mocks.town.suppliers import TOWNS, Directory

BUSINESSES = (
    *(
        "Bageriet",
        "Tømrerfirmaet",
        "Autoværkstedet",
        "Gartneriet",
        "Brugsen",
        "Vaskeriet",
        "Boghandlen",
        "Rengøringen",
    ),
    *("Cykelsmeden", "Hotellet", "Plejehjemmet", "Børnehuset", "Trykkeriet", "Fiskehuset", "Mejeriet", "Lageret"),
)
OLDEST = 66
HISTORY = 3
"""Months of reports before the one that counts."""
FULL_TIME = 37_00
ORDINARY, PUBLIC_SICK_PAY = "00", "07"

Fields = dict[str, int]


@dataclass(slots=True)
class Counted:
    """What counts in one month, in øre; days of benefit can make fractions."""

    flex: Decimal = Decimal(0)
    other: Decimal = Decimal(0)
    like_wage: Decimal = Decimal(0)
    benefits: Decimal = Decimal(0)


@dataclass(slots=True)
class Draft:
    """A case that is being made. `gross` is a usual month's wage before own pension and own ATP, in øre.

    Whatever reports a wage also keeps what `counted` of it in its month. `reason` is why a person gets the case.
    """

    office: Office
    citizen: Citizen
    employer: Employer
    first: date
    hours: int
    gross: int
    pension: Pension
    own_percent: int = 0
    employer_percent: int = 0
    last: date | None = None
    self_employed: bool = False
    moved: date | None = None
    reason: str | None = None
    holds_from: date | None = None
    recalculated: date | None = None
    ceilings: list[Ceiling] = field(default_factory=list)
    benefits: list[Benefit] = field(default_factory=list)
    holidays: list[Holiday] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    paid: list[PaidMonth] = field(default_factory=list)
    counted: defaultdict[date, Counted] = field(default_factory=lambda: defaultdict(Counted))

    def wage(self, gross: int, own_atp: int = 0) -> tuple[Fields, int]:
        """What an employer reports for a wage (or for a difference), and what it counts as in the law's sense.

        Reported is what is left after own pension and own ATP; both shares of pension count, own ATP does not.
        """
        own, employers = (gross * it // 100 for it in (self.own_percent, self.employer_percent))
        income = gross - own - own_atp
        fields = {"057": income, "060": income * 8 // 100, "059": max(0, income * 92 // 100 - 500_000) * 38 // 100}
        fields |= {"076": 3 * own_atp, "199": own_atp} if own_atp else {}
        if self.pension.kind is PensionKind.REPORTED:
            fields |= {"197": own, "198": employers}
        return fields, income + own + employers

    @property
    def own_atp(self) -> int:
        """The employee's third of ATP, by the hours of the week."""
        return 99_00 if self.hours >= 27_00 else 66_00 if self.hours >= 18_00 else 33_00

    @property
    def month_hours(self) -> int:
        return self.hours * 52 // 12

    def pay(
        self, month: date, gross: int, *, more: Fields | None = None, span: Span | None = None, late: bool = False
    ) -> Report:
        """The employer reports a wage of the month; `more` are further fields, or other values of the usual ones."""
        fields, counts = self.wage(gross, self.own_atp)
        self.counted[month].flex += counts
        return self.report(month, fields | {"096": self.month_hours} | (more or {}), span=span, late=late)

    def correct(self, wrong: Report, difference: int) -> Report:
        """The employer corrects the gross wage; an addition is disposed of on a later day, as the rules want it."""
        fields, counts = self.wage(difference)
        self.counted[wrong.tax_month].flex += counts
        later = self.office.day_of_correction()
        right = replace(
            wrong,
            number=self.office.next_report(),
            disposition=_working_day(later) if difference > 0 else wrong.disposition,
            reported=later,
            fields=tuple(sorted(fields.items())),
            correction=True,
            about=wrong.number,
        )
        self.reports.append(right)
        return right

    def take_back(self, wrong: Report) -> Report:
        """The employer takes the whole report back; what it counted must be taken off by who calls this."""
        reversal = replace(
            wrong,
            number=self.office.next_report(),
            reported=self.office.day_of_correction(),
            art="T",
            about=wrong.number,
        )
        self.reports.append(reversal)
        return reversal

    def pay_elsewhere(self, month: date, employer: Employer, gross: int, *, pension: bool = True) -> Report:
        """Another employer reports a wage, with `pension` of 4 and 8 per cent."""
        own, employers = (gross * 4 // 100, gross * 8 // 100) if pension else (0, 0)
        self.counted[month].other += gross + employers
        fields = {"057": gross - own, "060": (gross - own) * 8 // 100, "096": gross // 200}
        return self.report(month, fields | ({"197": own, "198": employers} if pension else {}), employer=employer)

    def report(
        self,
        month: date,
        fields: Fields,
        *,
        employer: Employer | None = None,
        span: Span | None = None,
        income_type: str = ORDINARY,
        late: bool = False,
    ) -> Report:
        """An employer's ordinary report of a month, made before it ends or a few days after; or `late`."""
        first, last = span or month_of(month)
        payday = _working_day(month_of(month).last)
        made = Report(
            number=self.office.next_report(),
            cpr=self.citizen.cpr,
            employer=employer or self.employer,
            first=first,
            last=last,
            tax_month=month,
            disposition=payday,
            reported=self.office.late_day() if late else payday + timedelta(days=self.office.rng.randint(-4, 6)),
            fields=tuple(sorted(fields.items())),
            income_type=income_type,
        )
        self.reports.append(made)
        return made

    def benefit(self, month: date, kind: str, law: str, ore: int, *, like_wage: bool = False, **more: bool) -> None:
        """Another benefit of the month, in øre."""
        self.benefits.append(Benefit(kind, law, month, ore, **more))
        if like_wage:
            self.counted[month].like_wage += ore
        else:
            self.counted[month].benefits += ore

    def pay_usual(self, *months: date, more: Fields | None = None) -> list[Report]:
        """A wage that hardly varies, for each of the months."""
        return [self.pay(month, self.about(self.gross), more=more) for month in months]

    def about(self, gross: int) -> int:
        """The wage within one and a half per cent; whole hundreds of kroner where pension is declared."""
        step = 100_00 if self.pension.kind is PensionKind.DECLARED else 1
        return gross * self.office.rng.randint(985, 1015) // 1000 // step * step

    def subsidy(self, month: date) -> Decimal:
        """The subsidy of the month, in kroner: by the incomes of the month before."""
        earned = self.counted[shifted(month, -1)]
        income = Income(earned.flex / 100, earned.other / 100, earned.like_wage / 100, earned.benefits / 100)
        (ceiling, *_) = self.ceilings_in(month)
        return arithmetic.subsidy(month, income, Decimal(ceiling.ore) / 100)

    def ceilings_in(self, month: date) -> list[Ceiling]:
        return [it for it in self.ceilings if it.first <= month and (it.last is None or month <= it.last)]

    def pay_history(self) -> None:
        """The subsidies of the months before are paid, as far as there was an income and the rates are known."""
        for earned in self.office.earlier:
            month = shifted(earned, 1)
            if month.year in arithmetic.BASE and earned in self.counted and self.ceilings_in(month):
                ore = arithmetic.in_ore(self.subsidy(month))
                self.paid.append(PaidMonth(month, ore, arithmetic.atp(ore)))


class Office:
    """Hands out people, employers and report numbers. `income` is the month whose incomes count."""

    def __init__(self, rng: Random, income: date) -> None:
        self.rng = rng
        self.income = income
        self.month = shifted(income, 1)
        self.earlier = [shifted(income, -back) for back in range(HISTORY, 0, -1)]
        self.months = (*self.earlier, income)
        self.today = reporting_day(income)
        self._people = People(rng, income, OLDEST)
        self._directory = Directory(rng)
        self._numbers = iter(range(1, 10_000_000))
        self.town_hall = Employer(self._directory.new_cvr(), "Kommunen")
        self._employers = [self._new_employer() for _ in range(30)]

    def employer(self, other_than: Employer | None = None) -> Employer:
        return self.rng.choice([it for it in self._employers if it is not other_than])

    def next_report(self) -> str:
        return f"IND{next(self._numbers):09d}"

    def day_of_correction(self) -> date:
        """A day after the reports of the month, and before the one on which the robot first looks."""
        return self.today - timedelta(days=self.rng.randint(1, 3))

    def late_day(self) -> date:
        """A day after the one on which the robot first looks."""
        return self.today + timedelta(days=self.rng.randint(2, 9))

    def draft(
        self,
        *,
        hours: tuple[int, int] = (8, 22),
        hourly: tuple[int, int] = (150, 240),
        kind: PensionKind = PensionKind.REPORTED,
        started: date | None = None,
    ) -> Draft:
        """A flex job of so many hours a week at so many kroner an hour, with a ceiling that fits the pay."""
        rng = self.rng
        week = rng.randint(hours[0] * 2, hours[1] * 2) * 50  # half hours
        pay = rng.randint(hourly[0] * 100, hourly[1] * 100)
        with_pension = kind is not PensionKind.NONE
        own, employers = rng.choice(((4, 8), (5, 10), (6, 12))) if with_pension else (0, 0)
        made = Draft(
            office=self,
            citizen=self._people.person(),
            employer=self.employer(),
            first=started or self._usual_start(),
            hours=week,
            gross=pay * week * 52 // 1200,
            pension=_agreement(kind, own, employers),
            own_percent=own,
            employer_percent=employers,
        )
        full_time = pay * FULL_TIME * 52 // 1200 * (100 + employers) // 100
        made.ceilings = self._ceilings(made.first, full_time // 100 * 100)
        return made

    def generous(self) -> Draft:
        """A flex job of few hours, well paid: its ceiling is far away whatever counts under it."""
        return self.draft(hours=(9, 13), hourly=(210, 240))

    def _usual_start(self) -> date:
        return shifted(self.income, -self.rng.randint(6, 90)) + timedelta(days=self.rng.choice((0, 0, 14)))

    def _ceilings(self, started: date, ore: int) -> list[Ceiling]:
        """The ceiling of today; often an earlier one before it."""
        regulated = shifted(self.income, -self.rng.randint(HISTORY + 1, HISTORY + 2))
        begun = started.replace(day=1)
        if begun >= regulated or self.rng.random() < 0.6:
            return [Ceiling(begun, None, ore)]
        before = Ceiling(begun, regulated - timedelta(days=1), ore * 97 // 100 // 100 * 100)
        return [before, Ceiling(regulated, None, ore)]

    def _new_employer(self) -> Employer:
        city, _ = self.rng.choice(TOWNS)
        return Employer(self._directory.new_cvr(), f"{self.rng.choice(BUSINESSES)} {city}")


def _agreement(kind: PensionKind, own: int, employers: int) -> Pension:
    declared = kind is PensionKind.DECLARED
    return Pension(kind, own * 100, employers * 100) if declared else Pension(kind)


def _working_day(day: date) -> date:
    """The day, or the Friday before a weekend."""
    return day - timedelta(days=max(0, day.weekday() - 4))
