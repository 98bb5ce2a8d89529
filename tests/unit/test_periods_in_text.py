"""Periods in texts: two dates in every way that people write them, months by name, and other times left alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots_common.values import Period
from robots.invoices.model import PeriodSource, StatedPeriod
from robots.invoices.periods_in_text import period_in

ISSUED = date(2024, 11, 5)
OCTOBER = Period.month(2024, 10)
MONTHS = (
    *("januar", "februar", "marts", "april", "maj", "juni", "juli"),
    *("august", "september", "oktober", "november", "december"),
)

DATES = [
    "for perioden 01-10-2024 til 31-10-2024",
    "Periode: 1/10/24 - 31/10/24",
    "i perioden 1.10.2024-31.10.2024",
    "2024-10-01 - 2024-10-31",
    "01.10.24 til og med 31.10.24",
    "01-10-2024-31-10-2024",
    "1/10 - 31/10 2024",
    "1.10-31.10.2024",
    "1.-31. oktober 2024",
    "1. oktober til 31. okt. 2024",
    "Fra: 01-10-2024 Til: 31-10-2024",
    "1/10 - 31/10",
    "Bevilling 01-01-2024 - 31-12-2024, periode 01-10-2024 - 31-10-2024",
    "610190-1234, 01-10-2024 - 31-10-2024, 38.750,00",
]
NAMED = [
    "Ophold oktober 2024",
    "OKTOBER 2024",
    "Vedr. oktober måned 2024",
    "Ydelse okt. 2024",
    "Ophold okt. '24",
    "Ophold i oktober",
    "oktober måned",
    "Afregning: Oktober",
    "Rekv.nr. 8803329941, Faktura for oktober 2024",
    "Vedr. August Olesen, oktober 2024",
    "Periode 10-2024",
    "periode: 10/2024",
    "Bevilling af 3. marts 2024, ophold oktober 2024",
    "Ophold oktober 2024, faktureres november 2024",
]
NOTHING = [
    "Botilbud",
    "Faktureres november 2024",
    "Bevilling 01-01-2024 - 31-12-2024",
    "bevilling af 3. marts 2024",
    "5/10/24 og 8/10/24",
    "den 5/10-2024",
    "31-10-2024 - 01-10-2024",
    "31-02-2024 - 30-04-2024",
    "01-01-2024 - 31-12-2026",
    "01-10-1999 - 31-10-1999",
    "oktober 24 døgn",
    "majoriteten 2024",
    "Januar Jensen",
    "Vedr. August Olesen, født 05.03.61",
    "Vedr. Maj og Jan",
    "1.250,00 - 31.10.2024",
    "Tlf. 12-10-20-24",
]


@pytest.mark.parametrize("text", DATES)
def test_two_dates(text: str) -> None:
    assert period_in([text], ISSUED) == StatedPeriod(period=OCTOBER, source=PeriodSource.TEXT_DATES)


@pytest.mark.parametrize("text", NAMED)
def test_a_month(text: str) -> None:
    assert period_in([text], ISSUED) == StatedPeriod(period=OCTOBER, source=PeriodSource.TEXT_MONTH)


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_no_period_of_a_service(text: str) -> None:
    assert period_in([text], ISSUED) is None


STYLES: dict[str, Callable[[date], str]] = {
    "dd-mm-yyyy": lambda day: f"{day:%d-%m-%Y}",
    "d/m/yy": lambda day: f"{day.day}/{day.month}/{day:%y}",
    "d.m.yy": lambda day: f"{day.day}.{day.month}.{day:%y}",
    "d.m.yyyy": lambda day: f"{day.day}.{day.month}.{day.year}",
    "d/m-yyyy": lambda day: f"{day.day}/{day.month}-{day.year}",
    "iso": lambda day: day.isoformat(),
    "named": lambda day: f"{day.day}. {MONTHS[day.month - 1]} {day.year}",
}


@given(
    first=st.dates(date(2022, 1, 1), date(2024, 12, 31)),
    days=st.integers(1, 200),
    style=st.sampled_from(sorted(STYLES)),
    to=st.sampled_from((" - ", " til ", "–", " t.o.m. ")),
    around=st.sampled_from(("{}", "Periode: {}", "i perioden {}.", "Anne Hansen 610190-1234, {}, ordre 4711")),
)
def test_any_two_dates_in_any_style(first: date, days: int, style: str, to: str, around: str) -> None:
    last = first + timedelta(days=days)
    text = around.format(f"{STYLES[style](first)}{to}{STYLES[style](last)}")
    assert period_in([text], ISSUED) == StatedPeriod(
        period=Period(first=first, last=last), source=PeriodSource.TEXT_DATES
    )


@given(issued=st.dates(date(2020, 1, 1), date(2030, 12, 31)), month=st.integers(1, 12))
def test_a_month_without_a_year_is_the_nearest(issued: date, month: int) -> None:
    stated = period_in([f"Ophold {MONTHS[month - 1]}"], issued)
    assert stated is not None
    distance = (stated.period.first.year - issued.year) * 12 + month - issued.month
    assert stated.period.first.month == month
    assert -6 <= distance <= 5


@given(issued=st.dates(date(2020, 1, 1), date(2030, 12, 31)), texts=st.lists(st.text(max_size=60), max_size=3))
def test_any_text_gives_a_period_or_none(issued: date, texts: list[str]) -> None:
    stated = period_in(texts, issued)
    assert stated is None or stated.period.days <= 366


@pytest.mark.parametrize(
    ("texts", "first", "last"),
    [
        (["Ophold september 2024", "Ophold oktober 2024"], date(2024, 9, 1), date(2024, 10, 31)),
        (["september og oktober 2024"], date(2024, 9, 1), date(2024, 10, 31)),
        (["aug. - okt. 2024"], date(2024, 8, 1), date(2024, 10, 31)),
        (["november - januar 2025"], date(2024, 11, 1), date(2025, 1, 31)),
        (["20/12-19/1 2025"], date(2024, 12, 20), date(2025, 1, 19)),
    ],
)
def test_several_periods_become_one(texts: list[str], first: date, last: date) -> None:
    stated = period_in(texts, ISSUED)
    assert stated is not None
    assert stated.period == Period(first=first, last=last)
