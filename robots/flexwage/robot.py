"""The flex-wage robot: looks the citizen's income up, works the month's subsidy out, pays it and tells the citizen.

Catalogue case 18 (Thisted). Whom staff keep to themselves, and whatever the rules or the municipality's criteria do
not leave to a robot, goes to a person with the figures. A month that comes out differently after it was paid is
proposed to a person; the robot never pays or claims a difference.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Final, NoReturn

from pydantic import Field

from bots_common.desk import Desk
from bots_common.errors import BusinessException, KollegaError, Uncertain
from bots_common.robot import Found, Item, Known, Robot
from bots_common.settings import Settings
from bots_common.values import Cpr, Frozen, kroner
from bots_common.work.database import utc_now
from robots.flexwage import letters, rates, reading, rules
from robots.flexwage.again import Recalculation, recalculations
from robots.flexwage.changes import CHANGES
from robots.flexwage.contact import CONTACT, asked
from robots.flexwage.criteria import CriteriaConfig, sort_out
from robots.flexwage.labels import COMPARISONS, EFFECTS, FACTS
from robots.flexwage.model import FlexCase, IncomeLine, Practice
from robots.flexwage.months import Month, before, interval
from robots.flexwage.reasons import LOCALES, TEXTS, Problem, Reason
from robots.flexwage.result import Subsidy
from robots.records import FlexJobCase, PaidSubsidy
from robots.systems.benefits import Benefits, Calculation, Letter
from robots.systems.income import IncomeRegister

LATE: Final = frozenset({str(Reason.NO_REPORT)})
"""Small employers report on the 10th, some later: what a person has for this reason is looked at again when found."""


class FlexItem(Frozen):
    """A case and the month whose subsidy is to be paid; or a month that is paid and comes out differently now."""

    case: str
    cpr: Cpr
    month: Month
    recalculation: Recalculation | None = None


class FlexWageConfig(Practice):
    """What the municipality sets under [robots.flexwage].

    `month` is the one to pay subsidy for, as 2024-11; where it is left out, the present one, which goes by the income
    of the month before.
    """

    criteria: CriteriaConfig = CriteriaConfig()
    month: str = Field(default="", pattern=r"^(\d{4}-(0[1-9]|1[0-2]))?$")


class FlexWage(Robot[FlexItem]):
    """One work item a case and month. Items of one case are handled one after the other."""

    name = "flexwage"
    title = "Flex wage"
    systems = (Benefits, IncomeRegister)
    payload = FlexItem
    reasons = Reason
    reason_texts = TEXTS
    changes = CHANGES
    contact = CONTACT
    wanted = staticmethod(asked)
    fact_texts = FACTS
    effect_texts = EFFECTS
    comparisons = COMPARISONS
    locales = LOCALES
    goal = Decimal("0.50")

    def __init__(self, settings: Settings, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__(settings)
        self._config = self.configured(settings, FlexWageConfig)
        self._rates = rates.load()
        self._clock = clock

    async def find(self, desk: Desk, known: Known) -> AsyncIterator[Found[FlexItem]]:
        month = self._month()
        for case in await desk[Benefits].cases(month):
            if not case.paid:
                yield _found(FlexItem(case=case.number, cpr=case.cpr, month=month))

    async def handle(self, item: Item[FlexItem], desk: Desk) -> None:
        if item.payload.recalculation:
            raise BusinessException(Reason.RECALCULATED, item.payload.recalculation.facts())
        record = await desk[Benefits].case(item.payload.case)
        if record.cpr != item.payload.cpr:  # whether the citizen is on the obs-list was asked of the other number
            raise KollegaError("The case is another person's than when it was found.", "Handle it by hand.")
        subsidy = await self._decide(item, record, desk)
        if isinstance(subsidy, Problem):
            paid = any(it.month == item.payload.month for it in record.paid)
            await _hand_over(item, subsidy, paid=paid)
        pay, check = desk[Benefits].pay, desk[Benefits].find_payment
        await item.once("pay", _calculation(record.number, subsidy), do=pay, check=check)
        letter = Letter(
            case=record.number,
            month=subsidy.month,
            heading=letters.heading(subsidy),
            text=letters.letter(subsidy),
        )
        send, check_sent = desk[Benefits].send, desk[Benefits].find_letter
        await item.once("letter", letter, do=send, check=check_sent, follows="pay")

    async def _decide(self, item: Item[FlexItem], record: FlexJobCase, desk: Desk) -> Subsidy | Problem:
        """What to pay, or why a person must take the case; the register is asked only where that may matter."""
        month = item.payload.month
        paid = [it for it in record.paid if it.month == month]
        if paid and not (await item.begun("pay") or await item.in_doubt()):
            return _already_paid(month, paid)
        case = reading.case_of(record)
        if problem := rules.screen(month, case):
            return problem
        reports = await desk[IncomeRegister].reports(case.cpr, *self._span(month))
        lines = reading.lines_of(reports or ())
        await self._look_back(item, case, record, lines)
        subsidy = rules.calculate(month, case, lines, self._rates, self._config)
        if isinstance(subsidy, Problem):
            return subsidy
        return sort_out(subsidy, case, lines, self._config, self._config.criteria) or subsidy

    async def _look_back(
        self, item: Item[FlexItem], case: FlexCase, record: FlexJobCase, lines: list[IncomeLine]
    ) -> None:
        """Propose to a person what earlier months would be now."""
        month = item.payload.month
        for it in recalculations(month, case, record.paid, lines, self._rates, self._config):
            await item.found(_found(item.payload.model_copy(update={"month": it.month, "recalculation": it})))

    def _month(self) -> Month:
        return date.fromisoformat(f"{self._config.month}-01") if self._config.month else self._present()

    def _present(self) -> Month:
        return self._clock().astimezone(self.settings.zone).date().replace(day=1)

    def _span(self, month: Month) -> tuple[Month, Month]:
        """The months to search: those that the criteria compare, and on through the present one, for corrections."""
        return before(month, self._config.criteria.months + 1), max(month, self._present())


def _found(item: FlexItem) -> Found[FlexItem]:
    reference = f"{item.case}/{item.month:%Y-%m}"
    if item.recalculation:
        reference += f"/again-{item.recalculation.digest}"
    return Found(reference=reference, payload=item, subjects=(item.cpr,), lane=item.case, again=LATE)


async def _hand_over(item: Item[FlexItem], problem: Problem, *, paid: bool) -> NoReturn:
    if await item.begun("pay") or (paid and await item.in_doubt()):
        # Begun while the month was plain: whether it is paid must be settled before anything else.
        raise Uncertain("pay", {"since": problem.reason, **problem.facts})
    raise BusinessException(problem.reason, problem.facts)


def _already_paid(month: Month, paid: list[PaidSubsidy]) -> Problem:
    amount = sum((it.amount for it in paid), Decimal(0))
    receipts = ", ".join(it.receipt for it in paid)
    return Problem(Reason.ALREADY_PAID, {"month": interval(month), "paid": str(amount), "receipts": receipts})


def _calculation(case: str, subsidy: Subsidy) -> Calculation:
    """What is entered: pension apart from the wage, and whatever else counts like wage together."""
    income = subsidy.income
    pension = income.own_pension + income.employer_pension
    deduction = subsidy.lower_deduction + subsidy.upper_deduction + income.benefit
    return Calculation(
        case=case,
        month=subsidy.month,
        flex_wage=kroner(income.flex_wage - pension),
        other_wage=kroner(income.wage - income.flex_wage),
        pension=kroner(pension),
        deduction=kroner(deduction),
        ceiling=kroner(subsidy.ceiling),
        subsidy=kroner(subsidy.amount),
        atp=kroner(subsidy.atp),
        reasoning=letters.reasoning(subsidy),
    )
