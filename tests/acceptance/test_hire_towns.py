"""What the certificates robot promises, on towns of 1,100 hires: `make acceptance`. Not part of `make test`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hires_at_work import FIRST_DAY, LATER, ROBOT, hires_at_work
from tests.killing import kill_again_and_again

SIZE = 1100
SEEDS = (11, 12, 13, 14, 15)
FAULTY_SIZE = 110
ONE_FAULT_SIZE = 60
RENAMED = {"kind": "renamed_label", "rate": 0.05}
FAULTS = (
    {"kind": "cut_before_write", "rate": 0.15},
    {"kind": "cut_after_write", "rate": 0.15},
    {"kind": "double_submit", "rate": 0.2},
    {"kind": "latency", "ms": 300, "rate": 0.1},
    {"kind": "error500", "rate": 0.05},
    {"kind": "expired_session", "rate": 0.03},
    {"kind": "unexpected_dialog", "rate": 0.2},
    RENAMED,
)
KILLS_A_DAY = 5
DAYS = (FIRST_DAY, *LATER[1:])


@pytest.mark.parametrize("seed", SEEDS)
async def test_every_hire_ends_as_the_truth_says(tmp_path: Path, seed: int) -> None:
    with hires_at_work(tmp_path, seed=seed, size=SIZE) as town:
        await town.a_month()
        assert town.disagreements() == []
        found = (await town.worker().find())[ROBOT]
        assert found.new == ()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault["kind"]))
async def test_a_fault_changes_nothing_in_the_end(tmp_path: Path, fault: dict[str, object]) -> None:
    with hires_at_work(tmp_path, seed=SEEDS[0], size=ONE_FAULT_SIZE, mode="robot") as town:
        town.switch_on(fault)
        await town.a_month()
        assert town.disagreements() == []
        assert town.strikes()[str(fault["kind"])] > 0


@pytest.mark.parametrize("seed", SEEDS)
async def test_all_faults_and_twenty_kills_change_nothing_in_the_end(tmp_path: Path, seed: int) -> None:
    """Five kills on each of four days, from the first hire judged to the last answer filed.

    Labels keep their names: each worker looks at the screens as it begins, and where three looks in a row see a new
    one the robot rightly stands still until a person has accepted it.
    """
    with hires_at_work(tmp_path, seed=seed, size=FAULTY_SIZE, mode="robot", lease_seconds=5) as town:
        town.switch_on(*(fault for fault in FAULTS if fault is not RENAMED))
        for day in DAYS:
            town.move_to(day)
            await town.worker().find()
            assert kill_again_and_again(town, kills=KILLS_A_DAY, seed=seed) == KILLS_A_DAY
            await town.worker().work(until_empty=True)
        assert town.disagreements() == []
