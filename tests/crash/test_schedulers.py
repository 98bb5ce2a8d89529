"""Two schedulers, of which one is killed again and again while their clock runs fast: each moment is run once.

The run rows are compared with what the schedules say, and what the robots did with what they wrote themselves.
"""

from __future__ import annotations

import os
import random
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bots_common.autonomy import Level
from bots_common.work import Store
from bots_common.work.run_records import RunRow, RunState, Stop
from tests.crash.scheduler_process import Stage, start
from tests.tally import witnessed

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL and SIGTERM are meant")

KILLS = 12
SPEED = 1200.0
"""Twenty minutes a second, so that every second brings a quarter and more."""
START = datetime(2026, 10, 24, 20, 0, tzinfo=UTC)
"""The evening before the autumn night."""


def test_whoever_is_killed_each_moment_is_run_once_and_each_case_done_once(tmp_path: Path, database_url: str) -> None:
    stage = Stage(tmp_path, database_url, START, time.time(), SPEED)
    with stage.opened() as store:
        for schedule in stage.plan().schedules:
            store.levels.set(schedule.rules.robot, Level.AUTO, "birgit", "for this test")
            store.runs.plan(schedule.name, schedule.rules.robot, START)
        kills = _kill_again_and_again(stage, store)
        runs = _ended(stage, store)
    assert kills == KILLS
    for schedule in stage.plan().schedules:
        its = [run for run in runs if run.schedule == schedule.name]
        assert [run.due for run in its] == list(schedule.due(START, its[-1].due)), schedule.name
        assert {(run.state, run.stop) for run in its} == {(RunState.ENDED, Stop.EMPTY)}
    assert sum(run.takeovers for run in runs) > 0, "nobody died in the midst of a run"
    for robot in ("hours", "quarters"):
        done = witnessed(stage.witness(robot))
        last_begun = max(run.begun_at for run in runs if run.robot == robot and run.begun_at)
        wanted = stage.found_by(robot, last_begun)
        assert len(done) == len(set(done)), "a case was done twice"
        assert set(wanted) <= set(done)


def _kill_again_and_again(stage: Stage, store: Store) -> int:
    """Two processes; one of them is killed without warning, whatever it does, and replaced."""
    chance = random.Random(11)
    alive = [start(stage), start(stage)]
    killed = 0
    while killed < KILLS:
        _until_begun(store, len(store.runs.latest(limit=100_000)))
        time.sleep(chance.uniform(0, 1))  # anywhere in planning, beginning and running
        killed += alive.pop(chance.randrange(2)).kill()
        alive.append(start(stage))
    assert [it.stop() for it in alive] == [0, 0]
    return killed


def _until_begun(store: Store, before: int) -> None:
    """Until a run has come since."""
    deadline = time.monotonic() + 60
    while len(store.runs.latest(limit=100_000)) <= before:
        assert time.monotonic() < deadline, "no scheduler does anything"
        time.sleep(0.05)


def _ended(stage: Stage, store: Store) -> list[RunRow]:
    """All runs up to now in the order of their moments, when they have ended: nothing that the dead left is lost."""
    until = stage.clock()
    last = start(stage)
    deadline = time.monotonic() + 120
    while not _all_ended(store, until):
        assert time.monotonic() < deadline, "a run was forgotten"
        time.sleep(0.1)
    assert last.stop() == 0
    return _up_to(store, until)


def _all_ended(store: Store, until: datetime) -> bool:
    planned = all(its.planned_until >= until for its in store.runs.planning().values())
    return planned and all(run.state is RunState.ENDED for run in _up_to(store, until))


def _up_to(store: Store, until: datetime) -> list[RunRow]:
    return sorted((it for it in store.runs.latest(limit=100_000) if it.due <= until), key=lambda run: run.due)
