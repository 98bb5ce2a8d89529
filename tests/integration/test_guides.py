"""The numbered guides say what is so: their code stands in the made robot, their changes fit it, their links lead on.

Guide 1 is typed from end to end in tests/browser/test_first_robot.py.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kollega.new import make
from tests.newcomer import ROOT, Newcomer, blocks

GUIDES = sorted((ROOT / "docs").glob("0*.md"))
CHANGES = ROOT / "docs" / "02-rules-and-reasons.md"


@pytest.fixture(scope="module")
def robot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The robot that the guides speak of, as it is made."""
    folder = tmp_path_factory.mktemp("guides")
    make("parking", folder)
    return folder / "parking"


@pytest.mark.parametrize("guide", GUIDES, ids=lambda it: it.name[:2])
def test_code_in_a_guide_stands_in_the_made_robot(guide: Path, robot: Path) -> None:
    made = plain("\n".join(file.read_text(encoding="utf-8") for file in sorted(robot.rglob("*.py"))))
    shown = ["\n".join(lines) for language, lines in blocks(guide) if language == "python"]
    assert [code for code in shown if plain(code) not in made] == []


def plain(code: str) -> str:
    """Code without indents and empty lines: a guide shows a method without its class."""
    return "\n".join(line.strip() for line in code.splitlines() if line.strip())


@pytest.mark.parametrize("guide", GUIDES, ids=lambda it: it.name[:2])
def test_links_in_a_guide_lead_somewhere(guide: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", guide.read_text(encoding="utf-8"))
    assert [link for link in links if not (guide.parent / link).exists()] == []


def test_the_changes_of_the_second_guide_make_a_reason_more(tmp_path: Path) -> None:
    make("parking", tmp_path)
    newcomer = Newcomer(tmp_path / "parking")
    for language, lines in blocks(CHANGES):
        if language == "diff":
            change(newcomer.folder, lines)
        elif language == "sh":
            for line in lines:
                newcomer.type(line)
        else:
            newcomer.expect(lines)


def change(project: Path, diff: list[str]) -> None:
    """Do one change: its first line names the file, lines with a + are new, the others stand there once."""
    file = project / diff[0].removeprefix("--- ")
    before = "\n".join(line[1:] for line in diff[1:] if not line.startswith("+"))
    after = "\n".join(line[1:] for line in diff[1:])
    text = file.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{file.name} has not once:\n{before}"
    file.write_text(text.replace(before, after), encoding="utf-8")
