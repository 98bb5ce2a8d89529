"""The robots that are installed: found by their entry points, and a broken one is said by name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bots_common.errors import SettingsError
from bots_common.robot import registry

WHOLE = """from pathlib import Path
from robots.invoices.robot import Invoices

class Parking(Invoices):
    name = "{name}"

class Half:
    name, title = "half", "Half"
"""


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of installed packages; whatever is installed there is a robot."""
    monkeypatch.syspath_prepend(tmp_path)
    registry.cache_clear()
    yield tmp_path
    registry.cache_clear()


def install(packages: Path, module: str, value: str, *, name: str = "parking") -> None:
    (packages / f"{module}.py").write_text(WHOLE.format(name=name), encoding="utf-8")
    said = packages / f"kollega_{module}-1.dist-info"
    said.mkdir()
    (said / "METADATA").write_text(f"Metadata-Version: 2.1\nName: kollega-{module}\nVersion: 1\n", encoding="utf-8")
    (said / "entry_points.txt").write_text(f"[kollega.robots]\nparking = {value}\n", encoding="utf-8")


def test_a_robot_of_another_package_is_found_beside_ours(packages: Path) -> None:
    install(packages, "of_parking", "of_parking:Parking")
    assert {"certificates", "flexwage", "invoices", "parking"} <= set(registry())


@pytest.mark.parametrize("value", ["of_nobody:Parking", "of_gone:Lost"])
def test_a_robot_that_cannot_be_loaded_is_named_with_its_package(packages: Path, value: str) -> None:
    install(packages, "of_gone", value)
    with pytest.raises(SettingsError, match=r"'parking' of the package kollega-of_gone.*uninstall kollega-of_gone"):
        registry()


def test_a_robot_that_does_not_say_all_is_told_what_is_missing(packages: Path) -> None:
    install(packages, "of_half", "of_half:Half")
    with pytest.raises(
        SettingsError, match=r"systems, payload, reasons, reason_texts, locales.*class Half in of_half"
    ):
        registry()


def test_two_robots_of_one_name_are_refused(packages: Path) -> None:
    install(packages, "of_twins", "of_twins:Parking", name="invoices")
    with pytest.raises(SettingsError, match=r"Two installed robots are called 'invoices'.*of_twins"):
        registry()
