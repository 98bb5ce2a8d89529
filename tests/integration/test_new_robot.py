"""`kollega new`: the made robot is in order as it is, whatever its name, and a name that will not do is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from bots_common.robot import registry
from kollega.new import make
from tests.integration.command_line import Office
from tests.newcomer import Newcomer, install

LONGEST = "abcdefghij_klmnop_qrstuv_wxyzz"


def test_the_command_tells_what_it_has_made_and_what_comes_next(office: Office) -> None:
    said = office.says("new", "parking")
    assert said.code == 0
    assert "parking/parking/rules.py" in said.out
    assert "cd parking" in said.out
    assert Path("parking/tests/test_rules.py").is_file()


@pytest.mark.parametrize(
    "name", ["Parking", "1st", "parking-permits", "p", "class", "æble", "../away", LONGEST + "z"]
)
def test_a_name_that_is_none_is_refused(office: Office, name: str) -> None:
    said = office.says("new", name)
    assert (said.code, said.out) == (2, "")
    assert f"A robot cannot be called {name!r}" in said.err


@pytest.mark.parametrize("name", ["invoices", "json", "tests", "kollega"])
def test_a_name_that_is_taken_is_refused(office: Office, name: str) -> None:
    said = office.says("new", name)
    assert said.code == 2
    assert f"{name!r} already. Choose another name." in said.err


def test_what_is_there_is_not_written_over(office: Office) -> None:
    kept = Path("parking/notes.txt")
    kept.parent.mkdir()
    kept.write_text("mine", encoding="utf-8")
    said = office.says("new", "parking")
    assert (said.code, [it.name for it in kept.parent.iterdir()]) == (2, ["notes.txt"])
    assert "parking is there already" in said.err


@pytest.mark.parametrize("name", ["ab", LONGEST])
def test_it_is_well_formed_whatever_its_name(tmp_path: Path, name: str) -> None:
    make(name, tmp_path)
    newcomer = Newcomer(tmp_path / name)
    newcomer.type("ruff check .")
    newcomer.type("ruff format --check .")
    assert "All checks passed!" in newcomer.said


def test_its_types_hold_and_its_tests_pass(tmp_path: Path) -> None:
    """The browser's test is typed in the guide's own test."""
    make("parking", tmp_path)
    newcomer = Newcomer(tmp_path)
    newcomer.type("cd parking")
    newcomer.type("uv pip install --editable .")
    newcomer.type("mypy")
    assert "Success: no issues found" in newcomer.said
    newcomer.type("pytest tests/test_rules.py tests/test_handling.py")
    assert "10 passed" in newcomer.said


def test_it_is_a_robot_like_any_other_once_it_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make("parking_permits", tmp_path)
    monkeypatch.syspath_prepend(install(tmp_path / "parking_permits"))
    registry.cache_clear()
    try:
        robot = registry()["parking_permits"]
        assert (robot.__name__, robot.title) == ("ParkingPermits", "Parking permits")
    finally:
        registry.cache_clear()
