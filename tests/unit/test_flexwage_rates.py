"""The rates: what is known with its source, what is not, and a file that is wrong."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bots_common.errors import SettingsError
from robots.flexwage.rates import RateName, check, load
from tests.unit.flexjobs import RATES

BOTH_KNOWN = {2014, 2016, 2018, 2019, 2021, 2022, 2024}
ROW = {
    "name": '"threshold"',
    "kroner": "17000",
    "first": "2027-01-01",
    "last": "2027-12-31",
    "source": '"bm"',
    "tag": '"S"',
}


def written(folder: Path, *rows: dict[str, str]) -> Path:
    file = folder / "rates.toml"
    text = "\n".join("[[rates]]\n" + "\n".join(f"{key} = {value}" for key, value in row.items()) for row in rows)
    file.write_text(text, encoding="utf-8")
    return file


def test_a_month_has_rates_only_where_both_are_known() -> None:
    known = {year for year in range(2012, 2030) for month in (1, 12) if RATES.of(date(year, month, 1))}
    assert known == BOTH_KNOWN


@pytest.mark.parametrize(
    ("year", "missing"),
    [
        (2013, [RateName.BASE]),
        (2015, [RateName.BASE, RateName.THRESHOLD]),
        (2017, [RateName.BASE, RateName.THRESHOLD]),
        (2020, [RateName.THRESHOLD]),
        (2023, [RateName.THRESHOLD]),
        (2024, []),
        (2025, [RateName.THRESHOLD]),
        (2026, [RateName.BASE, RateName.THRESHOLD]),
    ],
)
def test_what_is_not_known_is_told(year: int, missing: list[RateName]) -> None:
    assert RATES.missing(date(year, 6, 1)) == missing


def test_rates_change_with_the_year() -> None:
    assert RATES.of(date(2018, 12, 1)) == (Decimal(18260), Decimal(14398))
    assert RATES.of(date(2019, 1, 1)) == (Decimal(18489), Decimal(14686))


def test_the_check_of_a_month_names_sources_and_gaps() -> None:
    known, derived, missing = (
        check(RATES, date(2024, 12, 1)),
        check(RATES, date(2025, 1, 1)),
        check(RATES, date(2027, 1, 1)),
    )
    assert known == [
        "2024-12: the base is 19952 kroner (seen in star200, dfh).",
        "2024-12: the threshold is 16323 kroner (seen in star200, dfh).",
    ]
    assert derived[0] == "2025-01: the base is 20670 kroner (round(0.98 × 21092), the benefit seen in bm25)."
    assert derived[1].startswith("2025-01: the threshold is not known. Find it")
    assert [it.split(".")[0] for it in missing] == [
        "2027-01: the base is not known",
        "2027-01: the threshold is not known",
    ]


def test_a_municipality_can_add_a_year(tmp_path: Path) -> None:
    base = {**ROW, "name": '"base"', "kroner": "21600.50"}
    rates = load(written(tmp_path, ROW, base))
    assert rates.of(date(2027, 12, 1)) == (Decimal("21600.50"), Decimal(17000))
    assert rates.of(date(2028, 1, 1)) is None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"tag": '"M"'}, "rates.0.tag"),
        ({"source": '""'}, "rates.0.source"),
        ({"kroner": "0"}, "rates.0.kroner"),
        ({"last": "2027-12-30"}, "whole months"),
        ({"last": "2026-12-31"}, "ends before it begins"),
        ({"tag": '"D"'}, "only the base can be worked out"),
        ({"name": '"base"', "tag": '"D"', "benefit": "17000"}, "round(0.98 × benefit)"),
        ({"valid": "true"}, "there is no such setting"),
        ({"first": "soon"}, "not valid TOML"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, change: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(written(tmp_path, {**ROW, **change}))
    assert told in str(caught.value)


def test_two_rates_for_one_month_are_an_error(tmp_path: Path) -> None:
    later = {**ROW, "first": "2027-12-01", "last": "2028-12-31", "kroner": "17100"}
    with pytest.raises(SettingsError, match=r"hold a threshold for 2027-12: 17000 and 17100"):
        load(written(tmp_path, ROW, later))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path / "none.toml")
