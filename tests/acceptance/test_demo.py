"""`kollega demo`: what a newcomer sees first."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

from rich.console import Console

from kollega import demo


def shown(folder: Path) -> str:
    """What the demonstration prints, in a place that is no terminal."""
    screen = StringIO()
    demo.run(Console(file=screen, width=160), folder, seed=1, size=20)
    return screen.getvalue()


def test_a_second_demonstration_finds_nothing_new_and_does_nothing_twice(tmp_path: Path) -> None:
    first, second = shown(tmp_path), shown(tmp_path)
    assert found(first) == ["20", "11", "6", "5", "2", "20"]
    assert found(second) == ["0", "0", "0"]
    assert re.findall(r"It is (\S+) in the town", first) == ["11-11-2024", "19-11-2024", "26-11-2024", "08-12-2024"]
    assert re.findall(r"It is (\S+) in the town", second) == ["08-12-2024"]
    ledgers = re.findall(r"The systems' own ledgers: (.*)", first)
    assert len(ledgers) == len(demo.ROBOTS)
    assert all(line.endswith(", nothing twice.") for line in ledgers)
    assert re.findall(r"The systems' own ledgers: (.*)", second) == ledgers


def found(printed: str) -> list[str]:
    return re.findall(r"Found (\d+) new", printed)
