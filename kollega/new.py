"""`kollega new`: a small working robot as a project of its own, to change into the one that is wanted."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bots_common.errors import SettingsError
from bots_common.robot import registry

TEMPLATE: Final = Path(__file__).parent / "template"
SUFFIX: Final = ".jinja"
PACKAGE: Final = "package"
"""The folder of the template that gets the robot's name."""
HIDDEN: Final = {"gitignore": ".gitignore"}
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{1,29}")
_OWN: Final = frozenset({"tests"})
"""What else lies in the project's folder."""


def make(robot: str, folder: Path) -> list[Path]:
    """Write the project of a new robot into the folder `robot` of `folder`; returns its files.

    Raises SettingsError where the name is none, or is taken.
    """
    _require_name(robot)
    project = folder / robot
    if project.exists():
        raise SettingsError(f"{project} is there already.", "Choose another name or --folder, or move it away.")
    # Python, TOML, HTML and gettext are full of braces: these signs stand in none of them.
    environment = Environment(
        loader=FileSystemLoader(TEMPLATE),
        variable_start_string="<<",
        variable_end_string=">>",
        block_start_string="<%",
        block_end_string="%>",
        comment_start_string="<#",
        comment_end_string="#>",
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - what is written is code, and the name has only letters in it
    )
    words = {"robot": robot, "kind": _kind(robot), "title": robot.replace("_", " ").capitalize()}
    files = []
    for source in _sources():
        text = environment.get_template(source.as_posix()).render(words)
        file = project / _place(source, robot)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
        files.append(file)
    return files


def _sources() -> Iterator[Path]:
    return (it.relative_to(TEMPLATE) for it in sorted(TEMPLATE.rglob(f"*{SUFFIX}")))


def _place(source: Path, robot: str) -> Path:
    """Where a file of the template belongs in the project."""
    name = source.name.removesuffix(SUFFIX)
    folders = [robot if it == PACKAGE else it for it in source.parent.parts]
    return Path(*folders, HIDDEN.get(name, name))


def _require_name(robot: str) -> None:
    """Raises SettingsError where a Python package cannot be called so, or something already is."""
    if not _NAME.fullmatch(robot) or keyword.iskeyword(robot):
        raise SettingsError(
            f"A robot cannot be called {robot!r}.",
            "Its name is a Python package's: 2 to 30 small letters, digits and _, a letter first; parking_permits.",
        )
    if robot in registry():
        raise SettingsError(f"There is a robot {robot!r} already.", "Choose another name.")
    if robot in _OWN or find_spec(robot) is not None:
        raise SettingsError(f"Python has something called {robot!r} already.", "Choose another name.")


def _kind(robot: str) -> str:
    """The name of the robot's class."""
    return "".join(word.capitalize() for word in robot.split("_"))
