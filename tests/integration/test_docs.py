"""What the documentation tells people to type exists, and the example settings are settings."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from bots_common import settings
from bots_common.robot import robots_named
from kollega.cli import app
from mocks.town import generate

ROOT = Path(__file__).parents[2]
COMMANDS = sorted(
    line.split("#")[0].strip()
    for paper in (
        "README.md",
        "docs/schedules.md",
        "docs/api.md",
        "docs/01-your-first-robot.md",
        "docs/notices.md",
        "docs/several-machines.md",
        "docs/operations.md",
    )
    for block in re.findall(r"```sh\n(.*?)```", (ROOT / paper).read_text(encoding="utf-8"), re.DOTALL)
    for line in block.splitlines()
    if line.startswith("kollega ")
)


@pytest.mark.parametrize("line", COMMANDS)
def test_the_papers_name_commands_that_exist(line: str) -> None:
    # Not by their class: typer brings a click of its own, whose commands are none of click's.
    command: Any = get_command(app)
    words = shlex.split(line)[1:]
    while words and hasattr(command, "commands"):
        name = words.pop(0)
        assert name in command.commands, f"kollega has no command {name!r}"
        command = command.commands[name]
    assert not hasattr(command, "commands") or command.invoke_without_command, f"{line!r} lacks a command"
    command.make_context(command.name, words, resilient_parsing=False)


@pytest.mark.parametrize("line", ["kollega fly", "kollega items", "kollega items list --colour red"])
def test_a_command_that_is_not_there_is_seen(line: str) -> None:
    with pytest.raises(Exception, match=r"no command|lacks a command|No such option"):
        test_the_papers_name_commands_that_exist(line)


def test_the_readme_shows_the_daily_commands() -> None:
    assert {line.split()[1] for line in COMMANDS} >= {"doctor", "run", "work", "items", "web"}


def test_make_targets_of_the_readme_exist() -> None:
    targets = set(re.findall(r"^([a-z]+)[a-z ]*:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert {"demo", "test"} <= named <= targets


def test_the_example_settings_are_complete() -> None:
    given = settings.load(ROOT / "docs" / "kollega.example.toml")
    assert [robot.name for robot in robots_named([], given)] == ["certificates", "flexwage", "invoices"]
    assert set(given.systems) == {"archive", "benefits", "finance", "grants", "income", "mailbox", "personnel"}
    assert given.robots["invoices"]["our_eans"] == [generate(seed=1, size=60).ean], "it fits `kollega mocks serve`"
