"""Workers, browsers, drivers and the database die; nothing is lost, and nothing is done twice.

The short version of `python -m tests.crash`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests import postgres
from tests.crash import lanes
from tests.crash.lanes import sqlite_in
from tests.crash.steps import UNANSWERED, Step


def test_workers_that_die_at_every_step_lose_nothing_and_do_nothing_twice(tmp_path: Path, database_url: str) -> None:
    score = lanes.journal_lane("journal", tmp_path, database_url, kills=len(Step))
    assert (score.lost, score.twice, score.uncertain, score.gave_up) == ([], [], 0, 0)
    assert score.cuts > 0


def test_only_where_the_system_cannot_tell_a_person_is_asked(tmp_path: Path) -> None:
    score = lanes.journal_lane("blind", tmp_path, sqlite_in(tmp_path), kills=6, steps=UNANSWERED, blind=True)
    assert (score.lost, score.twice) == ([], [])
    assert score.uncertain > 0


def test_a_database_that_is_killed_and_stays_away_costs_nothing(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if postgres.binaries() is None and "CI" not in os.environ:
        pytest.skip("PostgreSQL is not installed here: `apt-get install postgresql` runs this test too")
    server: postgres.Server = request.getfixturevalue("postgres_server")
    score = lanes.database_lane("database", tmp_path, server, restarts=1, away_seconds=5)
    assert (score.lost, score.twice, score.uncertain, score.gave_up) == ([], [], 0, 0)


def test_invoices_are_booked_once_whoever_dies(tmp_path: Path) -> None:
    score = lanes.invoices_lane("invoices", tmp_path, sqlite_in, kills=4, size=20, latest=1)
    assert (score.lost, score.twice, score.uncertain) == ([], [], 0)
