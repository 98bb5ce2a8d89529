"""What the flex-wage robot promises, on towns of 750 cases: `make acceptance`. Not part of `make test`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.test_flexwage_robot import FAULTS, MORE_FAULTS
from tests.flex_at_work import AFTER_THE_LATE, ROBOT, flex_at_work
from tests.killing import kill_again_and_again

SIZE = 750
SEEDS = (11, 12, 13, 14, 15)
FAULTY_SIZE = 200
ONE_FAULT_SIZE = 60
KILLS = 20


@pytest.mark.parametrize("seed", SEEDS)
async def test_every_case_ends_as_the_truth_says(tmp_path: Path, seed: int) -> None:
    with flex_at_work(tmp_path, seed=seed, size=SIZE) as town:
        await town.find_and_work()
        assert town.disagreements(late=False) == []
        town.move_to(AFTER_THE_LATE)
        await town.find_and_work()
        assert town.disagreements() == []
        found = (await town.worker().find())[ROBOT]
        assert found.new == ()


@pytest.mark.parametrize("fault", FAULTS + MORE_FAULTS, ids=lambda fault: str(fault["kind"]))
async def test_a_fault_changes_nothing_in_the_end(tmp_path: Path, fault: dict[str, object]) -> None:
    with flex_at_work(tmp_path, seed=SEEDS[0], size=ONE_FAULT_SIZE) as town:
        town.switch_on(fault)
        await town.find_and_work()
        assert town.disagreements(late=False) == []
        assert town.strikes()[str(fault["kind"])] > 0


@pytest.mark.parametrize("seed", SEEDS)
async def test_all_faults_together_change_nothing_in_the_end(tmp_path: Path, seed: int) -> None:
    with flex_at_work(tmp_path, seed=seed, size=FAULTY_SIZE) as town:
        town.switch_on(*FAULTS, *MORE_FAULTS)
        await town.find_and_work()
        assert town.disagreements(late=False) == []


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_worker_killed_twenty_times_changes_nothing_in_the_end(tmp_path: Path, seed: int) -> None:
    with flex_at_work(tmp_path, seed=seed, size=FAULTY_SIZE, lease_seconds=5) as town:
        await town.worker().find()
        assert kill_again_and_again(town, kills=KILLS, seed=seed) == KILLS
        await town.worker().work(until_empty=True)
        assert town.disagreements(late=False) == []
