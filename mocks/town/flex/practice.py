"""What the town's municipality wants sorted out, and how it reads the law where that is open: the truth goes by it.

Tests give it to the robot as its settings. Everything else that can be sorted out is.
"""

from __future__ import annotations

from collections.abc import Mapping

OWN_ATP = "left_out"
"""The citizen's own ATP contribution is no wage."""

SMALLEST, LARGEST = 1_000, 18_500
"""Kroner: a smaller or a larger subsidy is for a person."""

VARIATION = 20
"""Per cent that the income may be off the average of the three months before."""

CRITERIA: Mapping[str, Mapping[str, object]] = {
    "amount_below": {"limit": SMALLEST},
    "amount_above": {"limit": LARGEST},
    "variation": {"limit": VARIATION},
    "other_wage": {"on": False, "limit": 0},
    **{it: {"on": False} for it in ("benefit", "care_pay", "corrected", "perks")},
}
