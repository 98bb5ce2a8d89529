"""Months side by side: each row's bar says what its numbers say."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from bots_common.texts import Language
from reports.showing import Presenter, Table
from reports.telling import Teller


def shown(*months: dict[str, Any]) -> Table:
    presenter = Presenter(Teller(Language.EN, ZoneInfo("Europe/Copenhagen")), "flexwage")
    table = presenter.shown("months", list(months), {})
    assert isinstance(table, Table)
    return table


def month(number: int, **amounts: str) -> dict[str, Any]:
    nothing = {"flex_wage": "0.00", "other_wage": "0.00", "benefit_amount": "0.00"}
    return {"month": {"first": f"2026-{number:02}-01", "last": f"2026-{number:02}-28"}, **nothing, **amounts}


def test_the_longest_month_fills_the_width_and_the_others_are_to_scale() -> None:
    table = shown(month(9, flex_wage="9000.00", other_wage="1000.00"), month(8, flex_wage="5000.00"))
    assert [[(it.number, it.start, it.length) for it in bar] for bar in table.bars] == [
        [(1, Decimal(0), Decimal(90)), (2, Decimal(90), Decimal(10))],
        [(1, Decimal(0), Decimal(50))],
    ]
    parts = {column.label: column.part for column in table.columns if column.part}
    assert parts == {"Wage from the flex job": 1, "Wage from other jobs": 2, "Benefit that is deducted": 3}


def test_what_is_owed_back_has_no_length_and_still_stands_in_the_table() -> None:
    table = shown(month(9, flex_wage="-500.00"), month(8, flex_wage="5000.00"))
    assert table.bars[0] == ()
    assert any("500" in cell for cell in table.rows[0])


def test_months_without_any_income_draw_nothing() -> None:
    assert shown(month(9), month(8)).bars == ()
