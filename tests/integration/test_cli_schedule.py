"""`kollega schedule`: what staff type to see what comes, what came, and to let a schedule wait or run now."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from bots_common import robot as robots
from bots_common import settings
from bots_common.autonomy import Level
from bots_common.work.run_records import NewRun, RunState, Stop, Tally
from kollega import schedule
from kollega.rooms import opened
from tests import tally
from tests.integration.command_line import ANNA, Office, words

DAILY = """
[schedules.mornings]
robot = "tally"
when = "cron 30 6 * * *"
until = "15:30"
max_items = 50

[schedules.often]
robot = "invoices"
when = "every 30 minutes daily 07:00-17:00"
"""


@pytest.fixture
def planned(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """An office with a schedule file and the tally robot installed."""
    table = tally.settings_of(office.folder)["tally"]
    office.set("[robots.tally]\n" + "\n".join(f"{key} = '{value}'" for key, value in table.items()))
    Path("schedules.toml").write_text(DAILY, encoding="utf-8")
    Path("cases.txt").write_text("a b odd-c", encoding="utf-8")
    installed = {**robots.registry(), "tally": tally.Tally}
    robots.registry.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr("bots_common.robot.entry_points", lambda group: list(map(entry_of, installed.values())))
        yield office
    robots.registry.cache_clear()


def entry_of(robot: type[robots.Robot[Any]]) -> EntryPoint:
    """The entry point of an installed package."""
    return EntryPoint(robot.name, f"{robot.__module__}:{robot.__name__}", robots.ENTRY_POINTS)


def test_a_file_is_checked_and_says_when_each_schedule_comes(planned: Office) -> None:
    said = planned.says("schedule", "check")
    assert said.code == 0
    assert "mornings: " in said.out and "06:30" in said.out


def test_a_wrong_file_is_said_with_what_to_write(planned: Office) -> None:
    Path("other.toml").write_text('[schedules.x]\nrobot = "tally"\nwhen = "sometimes"\n', encoding="utf-8")
    said = planned.says("schedule", "check", "other.toml")
    assert said.code == 2
    assert "schedules.x.when: 'sometimes' says no time" in words(said.err)


def test_a_schedule_that_never_comes_is_asked_about(planned: Office) -> None:
    Path("other.toml").write_text(
        '[schedules.x]\nrobot = "tally"\nwhen = "once 2020-01-02 08:00"\n', encoding="utf-8"
    )
    said = planned.says("schedule", "check", "other.toml")
    assert said.code == 0
    assert "x does not come within a year" in said.out


def test_without_a_file_it_is_said_where_to_put_it(office: Office) -> None:
    said = office.says("schedule", "plan")
    assert said.code == 2
    assert "schedules.toml cannot be read" in words(said.err)


def test_the_plan_of_the_next_days_has_a_line_a_day_and_schedule(planned: Office) -> None:
    said = planned.says("schedule", "plan", "--days", "3")
    shown = words(said.out)
    assert said.code == 0
    assert shown.count("mornings tally") == 3
    assert "07:00 – 16:30, 20 times often invoices" in shown
    assert "at most 50 items; until 15:30" in shown


def test_a_pause_is_shown_with_who_and_why_and_ended_again(planned: Office) -> None:
    assert planned.says("schedule", "pause", "mornings", "--why", f"ask about {ANNA}").code == 0
    listed = words(planned.says("schedule", "list").out)
    assert "birgit: ask about" in listed
    assert "paused by birgit" in words(planned.says("schedule", "plan").out)
    said = planned.says("schedule", "resume", "mornings")
    assert "mornings goes on; it comes" in words(said.out)
    assert "mornings was not paused" in words(planned.says("schedule", "resume", "mornings").out)


def test_a_schedule_that_is_not_there_is_said_with_the_nearest(planned: Office) -> None:
    for command in (["pause", "morning", "--why", "x"], ["resume", "morning"], ["run", "morning"]):
        said = planned.says("schedule", *command)
        assert said.code == 1
        assert "Did you mean 'mornings'?" in words(said.err)


def test_a_run_now_says_what_came_of_it_and_stands_in_the_log(planned: Office) -> None:
    with opened(settings.load()) as rooms:
        rooms.store.levels.set("tally", Level.AUTO, "birgit", "for this test")
    said = planned.says("schedule", "run", "mornings")
    assert said.code == 0
    assert "tally: Nothing is left to handle; 3 found, 2 done, 1 with a person." in words(said.out)
    assert sorted(tally.witnessed(planned.folder / "witness.txt")) == ["a", "b"]
    logged = words(planned.says("schedule", "log", "mornings").out)
    assert "3 found, 2 done, 1 with a person birgit" in logged
    assert "Nothing is left to handle" in words(planned.says("schedule", "list").out)


def test_what_was_left_out_stands_in_the_log_with_why(planned: Office) -> None:
    moment = datetime.now(UTC) - timedelta(hours=1)
    with opened(settings.load()) as rooms:
        run = NewRun(moment, moment, left_out=Stop.MISSED)
        rooms.store.runs.plan("often", "invoices", moment, [run])
    assert "No scheduler was running at its time" in words(planned.says("schedule", "log").out)
    assert "No scheduler is running: nothing begins by itself." in words(planned.says("schedule", "list").out)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM that a process can answer")
def test_the_scheduler_runs_what_is_due_and_ends_in_good_order_when_it_is_told_to(office: Office) -> None:
    """In a process of its own, which is what an operator starts; it knows the installed robots alone."""
    due = f"{datetime.now(UTC) - timedelta(minutes=1):%Y-%m-%d %H:%M}"
    office.set("timezone = 'UTC'")
    Path("schedules.toml").write_text(f'[schedules.now]\nrobot = "tally"\nwhen = "once {due}"\n', encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, "-m", "tests.integration.serving", str(office.folder)],
        env={name: value for name, value in os.environ.items() if not name.startswith("KOLLEGA_")},
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as serving:
        assert serving.stdout is not None
        told = []
        for line in serving.stdout:
            told.append(line)
            if "ends: empty" in line:
                serving.send_signal(signal.SIGTERM)
        assert serving.wait(60) == 0, "".join(told)
    os.chdir(office.folder)
    with opened(settings.load()) as rooms:
        (run,) = rooms.store.runs.latest()
        assert (run.state, run.stop, run.tally.found) == (RunState.ENDED, Stop.EMPTY, 2)
        assert rooms.store.runs.leader("scheduler") is None


def test_a_run_is_followed_until_it_has_ended(planned: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "LOOK_SECONDS", 0.0)
    with opened(settings.load()) as rooms:
        runs = rooms.store.runs
        run = runs.start("mornings", "tally", "lars", "a", timedelta(minutes=1), "0.1.0")
        ends = threading.Thread(target=lambda: runs.finish(run, Tally(found=3, handled=3), Stop.EMPTY))
        ends.start()
        said = planned.says("schedule", "log", str(run.id), "--follow")
        ends.join()
    assert said.code == 0
    assert "Nothing is left to handle" in words(said.out)
    assert "3 found, 3 done" in words(said.out)
    assert planned.says("schedule", "log", "17", "--follow").code == 1
