"""What the robot promises, on towns of 300 invoices: `make acceptance`. Not part of `make test`, for its length."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.test_invoices_robot import FAULTS
from tests.killing import kill_again_and_again
from tests.town_at_work import town_at_work

SIZE = 300
SEEDS = (11, 12, 13, 14, 15)
KILLS = 20


@pytest.mark.parametrize("seed", SEEDS)
async def test_every_invoice_ends_as_the_truth_says(tmp_path: Path, seed: int) -> None:
    with town_at_work(tmp_path, seed=seed, size=SIZE) as town:
        await town.find_and_work()
        assert town.disagreements() == []


@pytest.mark.parametrize(("number", "fault"), list(enumerate(FAULTS)), ids=[str(fault["kind"]) for fault in FAULTS])
async def test_a_fault_changes_nothing_in_the_end(tmp_path: Path, number: int, fault: dict[str, object]) -> None:
    with town_at_work(tmp_path, seed=SEEDS[number % len(SEEDS)], size=SIZE) as town:
        town.switch_on(fault)
        await town.find_and_work()
        assert town.disagreements() == []
        assert town.strikes()[str(fault["kind"])] > 0


@pytest.mark.parametrize("seed", SEEDS)
async def test_all_faults_together_change_nothing_in_the_end(tmp_path: Path, seed: int) -> None:
    with town_at_work(tmp_path, seed=seed, size=SIZE) as town:
        town.switch_on(*FAULTS)
        await town.find_and_work()
        assert town.disagreements() == []


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_worker_killed_twenty_times_changes_nothing_in_the_end(tmp_path: Path, seed: int) -> None:
    with town_at_work(tmp_path, seed=seed, size=SIZE, lease_seconds=5) as town:
        await town.worker().find()
        assert kill_again_and_again(town, kills=KILLS, seed=seed) == KILLS
        await town.worker().work(until_empty=True)
        assert town.disagreements() == []
