"""The page objects of the benefits system and the income register, in front of a town of two flex jobs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bots_common.desk import Browser, BrowserDesk
from bots_common.errors import Uncertain
from bots_common.settings import GivenSettings, SystemSettings
from bots_common.values import Cpr, Period
from mocks import state
from mocks.serve import STATE, running
from robots.records import FlexCeiling, FundHoliday, IncomeReport, OtherBenefit
from robots.systems.benefits import Benefits, Calculation, Letter, ListedCase
from robots.systems.income import IncomeRegister
from tests.small_flex import EVA, KIM, NOVEMBER, OCTOBER, SEPTEMBER
from tests.small_town import small_town

CASE = "FLX000001"
NOBODY = Cpr("6301901231")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("town")
    state.open_or_create(folder / STATE, small_town).close()
    with running(folder) as address:
        yield address


@pytest.fixture
async def desk(town: str) -> AsyncIterator[BrowserDesk]:
    systems = {
        name: SystemSettings(url=f"{town}/{path}/", username="robot", password="robot")
        for name, path in (("benefits", "ky"), ("income", "eindkomst"))
    }
    settings = GivenSettings(systems=systems)
    async with Browser(settings.browser) as browser:
        desk = BrowserDesk(browser, settings)
        await desk.ready()
        yield desk
        await desk.leave()


def calculation(month: date, subsidy: str) -> Calculation:
    return Calculation(
        case=CASE,
        month=month,
        flex_wage=Decimal("14616.00"),
        other_wage=Decimal(0),
        pension=Decimal("1800.00"),
        deduction=Decimal("4680.00"),
        ceiling=Decimal("32067.00"),
        subsidy=Decimal(subsidy),
        atp=Decimal("500.00"),
        reasoning="30 % af 15.600,00 kr. trækkes fra.\nTilbage er tilskuddet.",
    )


async def test_the_months_cases_and_one_of_them(desk: BrowserDesk) -> None:
    benefits = desk[Benefits]
    assert await benefits.cases(OCTOBER) == [
        ListedCase(number=CASE, cpr=Cpr(EVA), paid=True),
        ListedCase(number="FLX000002", cpr=Cpr(KIM), paid=False),
    ]
    case = await benefits.case(CASE)
    assert (case.cpr, case.start, case.end, case.hours) == (Cpr(EVA), date(2022, 3, 15), None, 18)
    assert (case.pension, case.own_share, case.employer_share) == ("Oplyst i procent", 4, 8)
    assert (case.self_employed, case.moved) == (False, None)
    assert case.ceilings[0] == FlexCeiling(first=date(2022, 3, 1), last=date(2024, 3, 31), amount=Decimal("30000.00"))
    assert case.benefits == (
        OtherBenefit(
            kind="Sygedagpenge",
            month=OCTOBER,
            amount=None,
            days=Decimal("2.50"),
            monthly=Decimal("12000.00"),
            unpaid_month=False,
        ),
    )
    assert case.holidays == (
        FundHoliday(month=OCTOBER, gross=Decimal("4000.00"), days=Decimal("10.00"), taken=Decimal("2.00")),
    )
    assert [(it.month, it.amount, it.atp) for it in case.paid] == [(OCTOBER, 15272, 500)]


async def test_what_is_reported_is_found_with_its_corrections(desk: BrowserDesk) -> None:
    found = await desk[IncomeRegister].reports(Cpr(EVA), SEPTEMBER, NOVEMBER)
    assert found
    assert [(it.month, it.correction) for it in found] == [(SEPTEMBER, False), (OCTOBER, False), (OCTOBER, True)]
    assert found[2] == IncomeReport(
        number="IND000000003",
        art="I",
        correction=True,
        about="IND000000002",
        income_type="00",
        employer=found[0].employer,
        month=OCTOBER,
        period=Period.month_of(OCTOBER),
        disposed=date(2024, 11, 5),
        fields={"057": Decimal("-500.50")},
    )


async def test_nothing_is_reported_about_one_and_nobody_has_the_other_number(desk: BrowserDesk) -> None:
    register = desk[IncomeRegister]
    assert await register.reports(Cpr(KIM), SEPTEMBER, NOVEMBER) == ()
    assert await register.reports(NOBODY, SEPTEMBER, NOVEMBER) is None


async def test_a_subsidy_is_paid_and_found_again(desk: BrowserDesk) -> None:
    benefits, wanted = desk[Benefits], calculation(NOVEMBER, "15272.00")
    assert await benefits.find_payment(wanted) is None
    receipt = await benefits.pay(wanted)
    assert receipt.amount == Decimal("15272.00")
    assert await benefits.find_payment(wanted) == receipt


async def test_a_month_that_was_paid_otherwise_is_for_a_person(desk: BrowserDesk) -> None:
    with pytest.raises(Uncertain):
        await desk[Benefits].find_payment(calculation(OCTOBER, "15000.00"))


async def test_a_letter_is_sent_and_found_by_its_heading(desk: BrowserDesk) -> None:
    letter = Letter(case=CASE, month=NOVEMBER, heading="Dit fleksløntilskud", text="Du får\n\n15.272,00 kr.")
    assert await desk[Benefits].find_letter(letter) is None
    receipt = await desk[Benefits].send(letter)
    assert await desk[Benefits].find_letter(letter) == receipt
    other = letter.model_copy(update={"heading": "Et andet"})
    assert await desk[Benefits].find_letter(other) is None
