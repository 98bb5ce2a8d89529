"""The worker is killed while it works, again and again; in the end everything is done once and nothing is lost."""

from __future__ import annotations

from pathlib import Path

from tests.killing import kill_again_and_again
from tests.town_at_work import town_at_work

KILLS = 6
SIZE = 30


async def test_a_worker_that_is_killed_at_random_loses_nothing_and_does_nothing_twice(tmp_path: Path) -> None:
    with town_at_work(tmp_path, seed=6, size=SIZE, lease_seconds=3) as town:
        await town.worker().find()
        assert kill_again_and_again(town, kills=KILLS, seed=6) == KILLS
        await town.worker().work(until_empty=True)
        assert town.disagreements() == []
