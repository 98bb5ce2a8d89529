"""Two flex jobs small enough to keep in mind: Eva's has four reports, about Kim nobody has reported anything."""

from __future__ import annotations

from datetime import date

from mocks.town.flex.model import (
    Benefit,
    Ceiling,
    Employer,
    FlexCase,
    FlexTown,
    Holiday,
    PaidMonth,
    Pension,
    PensionKind,
    Report,
)

EVA, KIM = "6103901236", "6204851237"
BAKERY, SHOP = Employer("25313763", "Bageriet Faxe"), Employer("13585628", "Brugsen Præstø")
WAGE = (("057", 14_550_00), ("096", 78_00), ("197", 600_00), ("198", 1_200_00), ("199", 66_00))
SEPTEMBER, OCTOBER, NOVEMBER = (date(2024, month, 1) for month in (9, 10, 11))


def _report(serial: int, tax_month: date, last: int, reported: date, **other: object) -> Report:
    usual: dict[str, object] = {
        "number": f"IND{serial:09d}",
        "cpr": EVA,
        "employer": BAKERY,
        "first": tax_month,
        "last": tax_month.replace(day=last),
        "tax_month": tax_month,
        "disposition": tax_month.replace(day=last),
        "reported": reported,
        "fields": WAGE,
    }
    return Report(**(usual | other))  # type: ignore[arg-type]


def small_flex() -> FlexTown:
    """October is corrected in November; the shop reports on the 18th."""
    september = _report(1, SEPTEMBER, 30, date(2024, 9, 27))
    october = _report(2, OCTOBER, 31, date(2024, 10, 30))
    correction = _report(
        3,
        OCTOBER,
        31,
        date(2024, 11, 6),
        disposition=date(2024, 11, 5),
        correction=True,
        about=october.number,
        fields=(("057", -500_50),),
    )
    late = _report(4, OCTOBER, 31, date(2024, 11, 18), employer=SHOP, fields=(("057", 2_000_00), ("200", 1)))
    return FlexTown(
        cases=[
            FlexCase(
                number="FLX000001",
                cpr=EVA,
                name="Eva Dam",
                employer=BAKERY,
                first=date(2022, 3, 15),
                last=None,
                hours=18_00,
                pension=Pension(PensionKind.DECLARED, own=4_00, employer=8_00),
                ceilings=(
                    Ceiling(date(2022, 3, 1), date(2024, 3, 31), 30_000_00),
                    Ceiling(date(2024, 4, 1), None, 32_067_00),
                ),
                benefits=(Benefit("Sygedagpenge", "Sygedagpengeloven", OCTOBER, days=2_50, monthly=12_000_00),),
                holidays=(Holiday(OCTOBER, 4_000_00, 10_00, 2_00),),
                paid=(PaidMonth(OCTOBER, 15_272_00, 500_00),),
            ),
            FlexCase("FLX000002", KIM, "Kim Ås", SHOP, date(2024, 1, 1), None, 9_50, Pension(PensionKind.NONE)),
        ],
        reports=[september, october, correction, late],
    )
