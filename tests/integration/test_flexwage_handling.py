"""The flex-wage robot at a stub desk: what it does with a case, and after a crash in the middle of one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from bots_common import testing
from bots_common.errors import KollegaError, OutcomeUnknown, SettingsError
from bots_common.robot import Found
from bots_common.settings import GivenSettings
from bots_common.testing import Result, StubDesk
from bots_common.texts import Language
from bots_common.values import Cpr, Receipt
from bots_common.work import State, Store
from bots_common.work.copies import CopyKind
from robots.flexwage.robot import FlexItem, FlexWage
from robots.records import FlexJobCase, IncomeReport, PaidSubsidy
from robots.systems.benefits import Benefits, Calculation, Letter, ListedCase
from robots.systems.income import IncomeRegister
from tests.unit.flexjobs import ANNA
from tests.unit.test_flexwage_reading import CORRECTION, NOVEMBER, OCTOBER, SEPTEMBER, case, paid, report

AUGUST = date(2024, 8, 1)
SUBSIDY = Decimal("15452.00")
BENT = Cpr("6202911235")
TABLE = {"own_atp": "left_out"}
NOON = datetime(2024, 11, 30, 23, 30, tzinfo=UTC)
"""In Copenhagen it is December."""


class Silence(OutcomeUnknown):
    """The system did what it was told, and nobody heard it say so."""


@dataclass
class FakeBenefits:
    """The benefits system as the page object shows it: what is paid shows in the case."""

    kept: FlexJobCase = field(default_factory=case)
    calculations: list[Calculation] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    silent: str = ""

    async def cases(self, month: date) -> list[ListedCase]:
        return [ListedCase(number=f"FLX00000{n}", cpr=ANNA, paid=n == 2) for n in (1, 2)]

    async def case(self, number: str) -> FlexJobCase:
        return self.kept

    async def pay(self, calculation: Calculation) -> Receipt:
        self.calculations.append(calculation)
        self.pays(calculation.month, calculation.subsidy, f"U{len(self.calculations)}")
        return self._answered("pay", Receipt(f"U{len(self.calculations)}", calculation.subsidy))

    async def find_payment(self, calculation: Calculation) -> Receipt | None:
        found = [it for it in self.kept.paid if it.month == calculation.month]
        return Receipt(found[0].receipt, found[0].amount) if found else None

    async def send(self, letter: Letter) -> Receipt:
        self.letters.append(letter)
        return self._answered("letter", Receipt(f"DP{len(self.letters)}"))

    async def find_letter(self, letter: Letter) -> Receipt | None:
        return Receipt("DP1") if letter in self.letters else None

    def pays(self, month: date, amount: Decimal, receipt: str = "U9") -> None:
        made = PaidSubsidy(receipt=receipt, month=month, amount=amount, atp=Decimal(500))
        self.kept = self.kept.model_copy(update={"paid": (*self.kept.paid, made)})

    def _answered(self, what: str, receipt: Receipt) -> Receipt:
        if self.silent == what:
            raise Silence("benefits gave no answer.", "The next attempt looks.")
        return receipt


@dataclass
class FakeRegister:
    """The income register as the page object shows it, and what was asked of it."""

    kept: list[IncomeReport] | None
    asked: list[tuple[Cpr, date, date]] = field(default_factory=list)

    async def reports(self, cpr: Cpr, first: date, last: date) -> tuple[IncomeReport, ...] | None:
        self.asked.append((cpr, first, last))
        return None if self.kept is None else tuple(self.kept)


@dataclass
class Office:
    """The robot, its two systems, and a store that remembers from one attempt to the next."""

    robot: FlexWage
    store: Store
    benefits: FakeBenefits = field(default_factory=FakeBenefits)
    register: FakeRegister = field(default_factory=lambda: FakeRegister(usual_reports()))

    @property
    def desk(self) -> StubDesk:
        return StubDesk({Benefits: self.benefits, IncomeRegister: self.register})

    async def handle(self, **payload: Any) -> Result:
        """An attempt at the one item; a later one is that of the next worker."""
        item = FlexItem(**{"case": "FLX000001", "cpr": ANNA, "month": NOVEMBER, **payload})
        return await testing.handle(self.robot, item, self.desk, store=self.store, reference="FLX000001/2024-11")

    async def find(self) -> list[Found[FlexItem]]:
        async def known(references: object) -> set[str]:
            return set()

        finding: AsyncIterator[Found[FlexItem]] = self.robot.find(self.desk, known)  # type: ignore[arg-type]
        return [found async for found in finding]


def usual_reports() -> list[IncomeReport]:
    months = (date(2024, 7, 1), AUGUST, SEPTEMBER, OCTOBER)
    return [report(f"IND{place}", month) for place, month in enumerate(months)]


@pytest.fixture
def office() -> Iterator[Office]:
    store = testing.memory_store()
    yield Office(robot(), store)
    store.close()


def robot(**table: Any) -> FlexWage:
    return FlexWage(GivenSettings(robots={"flexwage": {**TABLE, **table}}), clock=lambda: NOON)


# -- finding ----------------------------------------------------------------------------------------------------


async def test_every_case_that_is_not_paid_is_an_item_of_the_present_month(office: Office) -> None:
    (found,) = await office.find()
    assert (found.reference, found.lane, found.subjects) == ("FLX000001/2024-12", "FLX000001", (ANNA,))
    assert found.again == {"no_report"}


async def test_the_month_can_be_set(office: Office) -> None:
    office.robot = robot(month="2024-11")
    assert [found.payload.month for found in await office.find()] == [NOVEMBER]


@pytest.mark.parametrize("month", ["2024-13", "november", "2024-11-01"])
def test_a_month_that_is_none_is_refused(month: str) -> None:
    with pytest.raises(SettingsError, match=r"robots\.flexwage\.month"):
        robot(month=month)


def test_the_municipality_must_say_whether_own_atp_is_wage() -> None:
    with pytest.raises(SettingsError, match=r"robots\.flexwage\.own_atp"):
        FlexWage(GivenSettings())


# -- the plain case -----------------------------------------------------------------------------------------------


async def test_a_plain_month_is_paid_and_the_citizen_told(office: Office) -> None:
    result = await office.handle()
    assert (result.state, result.facts) == (State.DONE, {})
    (calculation,) = office.benefits.calculations
    assert (calculation.case, calculation.month, calculation.subsidy) == ("FLX000001", NOVEMBER, SUBSIDY)
    assert (calculation.flex_wage, calculation.pension, calculation.deduction) == (15000, 0, 4500)
    assert calculation.reasoning.splitlines()[-2:] == [
        "Dit tilskud for november 2024 før skat: 15.452,00 kr.",
        "Heraf går 5 % og højst 500,00 kr. til din ATP-pension: 500,00 kr.",
    ]
    (letter,) = office.benefits.letters
    assert (letter.month, letter.heading) == (NOVEMBER, "Dit fleksløntilskud for november 2024")
    assert calculation.reasoning in letter.text
    assert {name: row.receipt for name, row in result.effects.items()} == {
        "pay": Receipt("U1", SUBSIDY),
        "letter": Receipt("DP1"),
    }


async def test_the_register_is_asked_for_the_months_that_are_compared_and_on_through_the_present_one(
    office: Office,
) -> None:
    await office.handle()
    assert office.register.asked == [(ANNA, date(2024, 7, 1), date(2024, 12, 1))]


# -- after a crash --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("effect", ["pay", "letter"])
async def test_a_robot_that_resumes_does_not_meet_itself(office: Office, effect: str) -> None:
    """Its own payment is not somebody else's, and neither the payment nor the letter goes out twice."""
    office.benefits.silent = effect
    with pytest.raises(Silence):
        await office.handle()
    office.benefits.silent = ""
    assert (await office.handle()).state is State.DONE
    assert (len(office.benefits.calculations), len(office.benefits.letters)) == (1, 1)


async def test_a_month_that_changes_after_its_payment_was_begun_is_uncertain(office: Office) -> None:
    office.benefits.silent = "pay"
    with pytest.raises(Silence):
        await office.handle()
    assert office.register.kept
    office.register.kept.append(report("IND9", OCTOBER, {"058": "100.00"}))
    result = await office.handle()
    assert (result.reason, result.facts["effect"], result.facts["since"]) == ("uncertain", "pay", "income_unclear")
    assert office.benefits.letters == []


# -- reasons --------------------------------------------------------------------------------------------------------


async def test_a_month_that_somebody_has_paid_is_theirs_and_nobody_is_looked_up(office: Office) -> None:
    office.benefits.pays(NOVEMBER, Decimal("15000.00"))
    result = await office.handle()
    assert result.reason == "already_paid"
    assert FlexWage.reason_sentence("already_paid", result.facts, Language.DA) == (
        "november 2024 er allerede udbetalt med 15.000,00 kr. (kvittering U9), og ikke af robotten. Kontrollér, om "
        "der er mere at gøre."
    )
    assert (office.register.asked, office.benefits.calculations) == ([], [])


async def test_a_case_that_the_rules_are_not_for_is_not_looked_up(office: Office) -> None:
    office.benefits.kept = case(self_employed=True)
    assert (await office.handle()).reason == "self_employed"
    assert office.register.asked == []


async def test_a_case_whose_citizen_has_another_number_now_is_not_handled(office: Office) -> None:
    """The obs-list was asked about the number that the case had when it was found."""
    office.benefits.kept = case(cpr=BENT)
    with pytest.raises(KollegaError, match="another person's"):
        await office.handle()
    assert (office.register.asked, office.benefits.calculations) == ([], [])


@pytest.mark.parametrize("kept", [None, []])
async def test_a_citizen_without_reports_waits_for_them(office: Office, kept: list[IncomeReport] | None) -> None:
    office.register.kept = kept
    assert (await office.handle()).reason == "no_report"


async def test_a_month_that_meets_a_criterion_goes_to_a_person_with_its_figures(office: Office) -> None:
    office.register.kept = [*usual_reports()[:3], report("IND3", OCTOBER, {"057": "20000.00", "096": "78.00"})]
    result = await office.handle()
    assert (result.reason, result.facts["wage"], result.facts["average"]) == ("variation", "20000.00", "15000.00")
    assert office.benefits.calculations == []


async def test_a_criterion_can_be_switched_off(office: Office) -> None:
    office.robot = robot(criteria={"variation": {"on": False, "limit": 20}})
    office.register.kept = [*usual_reports()[:3], report("IND3", OCTOBER, {"057": "20000.00", "096": "78.00"})]
    assert (await office.handle()).state is State.DONE


# -- earlier months -------------------------------------------------------------------------------------------------


async def test_a_correction_of_a_paid_month_is_proposed_to_a_person_and_the_present_month_is_paid(
    office: Office,
) -> None:
    office.benefits.kept = case(paid=(paid(OCTOBER, str(SUBSIDY)),))
    assert office.register.kept
    office.register.kept.append(CORRECTION)
    assert (await office.handle()).state is State.DONE
    (proposal,) = office.store.reading.items(robot="flexwage", states=[State.NEW])
    assert proposal.reference.startswith("FLX000001/2024-10/again-")
    again = await testing.handle(
        office.robot,
        FlexItem.model_validate(office.store.reading.story(proposal.id).payload),
        office.desk,
        store=office.store,
        reference=proposal.reference,
    )
    assert (again.state, again.reason) == (State.EXCEPTION, "recalculated")
    assert (again.facts["paid"], again.facts["now"], again.facts["difference"]) == (
        "15452.00",
        "15752.00",
        "300.00",
    )
    assert FlexWage.reason_sentence("recalculated", again.facts, Language.DA).startswith(
        "oktober 2024 blev udbetalt med 15.452,00 kr., og med de indberetninger, der er ændret siden, bliver det "
        "15.752,00 kr.: en forskel på 300,00 kr. Afgør"
    )
    assert [calculation.month for calculation in office.benefits.calculations] == [NOVEMBER]


async def test_the_same_difference_is_proposed_once(office: Office) -> None:
    office.benefits.kept = case(paid=(paid(OCTOBER, str(SUBSIDY)),))
    assert office.register.kept
    office.register.kept.append(CORRECTION)
    office.benefits.silent = "letter"
    with pytest.raises(Silence):
        await office.handle()
    office.benefits.silent = ""
    await office.handle()
    assert len(office.store.reading.items(robot="flexwage")) == 2


async def test_after_a_restoration_its_own_payment_is_not_somebody_elses(office: Office) -> None:
    """It was paid after the backup: of that the ledger knows nothing, and the benefits system does."""
    await office.handle()
    with closing(testing.memory_store()) as restored:
        restored.copies.note(CopyKind.RESTORE, "anna")
        again = replace(office, store=restored)
        result = await again.handle()
        assert result.state is State.DONE
        assert {name: row.receipt for name, row in result.effects.items()} == {
            "pay": Receipt("U1", SUBSIDY),
            "letter": Receipt("DP1"),
        }
    assert (len(office.benefits.calculations), len(office.benefits.letters)) == (1, 1)


async def test_a_month_that_was_paid_before_a_restoration_and_is_no_longer_plain_is_uncertain(office: Office) -> None:
    await office.handle()
    with closing(testing.memory_store()) as restored:
        restored.copies.note(CopyKind.RESTORE, "anna")
        office.register.kept = None
        result = await replace(office, store=restored).handle()
        assert (result.state, result.reason) == (State.EXCEPTION, "uncertain")
