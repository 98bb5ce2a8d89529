"""Workers, browsers, drivers and the database die; nothing is lost, and nothing is done twice.

The short version of `python -m tests.crash`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import postgres
from tests.crash import lanes
from tests.crash.lanes import sqlite_in
from tests.crash.steps import Victim


def test_workers_that_die_at_every_step_lose_nothing_and_do_nothing_twice(tmp_path: Path, database_url: str) -> None:
    score = lanes.journal_lane("journal", tmp_path, database_url, kills=26)
    assert (score.lost, score.twice, score.uncertain) == ([], [], 0)
    assert score.cuts > 0


def test_only_where_the_system_cannot_tell_a_person_is_asked(tmp_path: Path) -> None:
    score = lanes.journal_lane("blind", tmp_path, sqlite_in(tmp_path), kills=6, blind=True)
    assert (score.lost, score.twice) == ([], [])
    assert score.uncertain > 0


def test_a_database_that_is_killed_and_stays_away_costs_nothing(tmp_path: Path) -> None:
    if postgres.binaries() is None:
        pytest.skip("PostgreSQL is not installed here: `apt-get install postgresql` runs this test too")
    with postgres.server() as server:
        score = lanes.database_lane("database", tmp_path, server, restarts=2, away_seconds=6)
    assert (score.lost, score.twice, score.uncertain) == ([], [], 0)


@pytest.mark.parametrize("victim", [Victim.WORKER, Victim.BROWSER, Victim.DRIVER, Victim.ALL])
def test_invoices_are_booked_once_whoever_dies(tmp_path: Path, victim: Victim) -> None:
    score = lanes.invoices_lane("invoices", tmp_path, sqlite_in, kills=2, size=20, victims=(victim,))
    assert (score.lost, score.twice, score.uncertain) == ([], [], 0)
