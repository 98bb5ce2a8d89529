"""The flex-wage subsidy once more, as a caseworker's spreadsheet has it: cells and formulas, in exact fractions.

Written from the law's text, not from the rules: it shares no code with them, and no way of reckoning. It knows plain
months only: wage, pension, other wage, benefits in kroner, one ceiling.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

BASE_AND_THRESHOLD = {
    2014: (17_312, 13_446),
    2016: (17_745, 13_839),
    2018: (18_260, 14_398),
    2019: (18_489, 14_686),
    2021: (18_936, 15_264),
    2022: (18_964, 15_401),
    2024: (19_952, 16_323),
}
"""Typed off the notes' table; years where either is unknown are not there."""


def sheet(
    year: int,
    paid: Any,
    own_pension: Any = 0,
    employer_pension: Any = 0,
    other_wage: Any = 0,
    care_pay: Any = 0,
    benefit: Any = 0,
    ceiling: Any = 10**9,
) -> dict[str, Fraction]:
    """All cells by name; B17 is the subsidy, unrounded, and B19 the ATP of it."""
    cell: dict[str, Fraction] = {}
    cell["B1"], cell["B2"] = (Fraction(it) for it in BASE_AND_THRESHOLD[year])
    cell["B3"], cell["B4"], cell["B5"] = Fraction(paid), Fraction(own_pension), Fraction(employer_pension)
    cell["B6"] = cell["B3"] + cell["B4"] + cell["B5"]
    cell["B7"], cell["B8"] = Fraction(other_wage), Fraction(care_pay)
    cell["B9"] = cell["B6"] + cell["B7"] + cell["B8"]
    # 55 % of everything, and a quarter back of what lies below the threshold
    below = cell["B9"] if cell["B9"] < cell["B2"] else cell["B2"]
    cell["B10"] = Fraction(55, 100) * cell["B9"] - Fraction(25, 100) * below
    cell["B11"] = Fraction(benefit)
    cell["B12"] = cell["B1"] - cell["B10"] - cell["B11"]
    cell["B13"] = Fraction(ceiling)
    cell["B14"] = cell["B13"] - cell["B6"]
    cell["B17"] = sorted((cell["B12"], cell["B14"]))[0]
    if cell["B17"] < 0:
        cell["B17"] = Fraction(0)
    cell["B19"] = sorted((cell["B17"] / 20, Fraction(500)))[0]
    return cell


def rounded(amount: Fraction) -> Fraction:
    """Kroner with whole øre, half an øre upwards."""
    return Fraction(int(amount * 100 + Fraction(1, 2)), 100)
