"""A newcomer at a terminal: types what a guide says, in a folder of their own, without a network.

A guide's ```sh blocks are typed line by line, and what the ```text block after one says must have been printed. Three
things are otherwise than in the guide: the environment is there already; the made project is installed by the entry
points that its pyproject.toml declares, for a build needs packages from the network; and the mock office has a free
port, since somebody else may be at the usual one.
"""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
SECONDS: Final = 300
ACTIVATE: Final = ".venv/bin/activate"
INSTALL: Final = "uv pip install --editable ."
USUAL_PORT: Final = "8790"
_BLOCK: Final = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass
class Newcomer:
    """Somebody in `folder`, with the commands of Kollega's environment at hand."""

    folder: Path
    said: str = ""
    port: str = field(default_factory=lambda: free_port())
    left_running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _installed: list[Path] = field(default_factory=list)

    def type(self, line: str) -> None:
        """Type one line of a shell block; what it prints is `said`."""
        words = shlex.split(line, comments=True)
        if not words or words[-1].endswith(ACTIVATE):
            return
        if words[0] == "cd":
            self.folder = (self.folder / words[1]).resolve()
        elif line.startswith(INSTALL):
            self._installed.append(install(self.folder))
        elif words[-1].endswith(".mock"):
            self._leave_running(words)
        else:
            self.said += self._run(words)
            if words[:2] == ["kollega", "new"]:
                self._move_office(self.folder / words[-1] / words[2])

    def expect(self, lines: list[str]) -> None:
        """All of the lines have been printed since this was last asked."""
        printed, self.said = folded(self.said), ""
        missing = [line for line in lines if line.replace(USUAL_PORT, self.port) not in printed]
        assert missing == [], printed

    def set(self, line: str) -> None:
        """Put one line of kollega.toml into the place of the one with the same key."""
        file, key = self.folder / "kollega.toml", line.split("=")[0].strip()
        text, changed = re.subn(rf"^{key} = .*$", line, file.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert changed == 1, f"kollega.toml has no single line {key}"
        file.write_text(text, encoding="utf-8")

    def leave(self) -> None:
        for process in self.left_running:
            process.terminate()
            process.wait()

    def _move_office(self, project: Path) -> None:
        for file in (project / "kollega.toml", project / project.name / "mock.py"):
            text = file.read_text(encoding="utf-8")
            assert text.count(USUAL_PORT) == 1
            file.write_text(text.replace(USUAL_PORT, self.port), encoding="utf-8")

    def _run(self, words: list[str]) -> str:
        done = subprocess.run(
            self._found(words), cwd=self.folder, env=self._environment(), capture_output=True, timeout=SECONDS
        )
        said = (done.stdout + done.stderr).decode("utf-8", "replace")
        assert done.returncode == 0, f"{shlex.join(words)} ended with {done.returncode}:\n{said}"
        return said

    def _leave_running(self, words: list[str]) -> None:
        process = subprocess.Popen(self._found(words), cwd=self.folder, env=self._environment())
        self.left_running.append(process)
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            with suppress(OSError), socket.create_connection(("127.0.0.1", int(self.port)), timeout=1):
                return
            assert process.poll() is None, "the mock office ended"
        raise AssertionError("the mock office does not answer")

    def _found(self, words: list[str]) -> list[str]:
        """The commands of this environment, as its activation would find them."""
        name, *rest = words
        return [sys.executable, *(["-m", name, *rest] if name != "python" else rest)]

    def _environment(self) -> dict[str, str]:
        plain = {name: value for name, value in os.environ.items() if not name.startswith("KOLLEGA_")}
        path = os.pathsep.join(map(str, (*self._installed, ROOT)))
        known = str(ROOT / ".mypy_cache" / "made")  # else every made robot has Kollega's own types read anew
        return {
            **plain,
            "PYTHONPATH": path,
            "MYPY_CACHE_DIR": known,
            "COLUMNS": "150",
            "PYTHONIOENCODING": "utf-8",
        }


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return str(listening.getsockname()[1])


def install(project: Path) -> Path:
    """Write down beside the project what its installation would; its folder then belongs on Python's path."""
    declared = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    name, version = declared["name"], declared["version"]
    said = project / f"{name.replace('-', '_')}-{version}.dist-info"
    said.mkdir()
    (said / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    lines = [
        line
        for group, entries in declared["entry-points"].items()
        for line in (f"[{group}]", *(f"{key} = {value}" for key, value in entries.items()))
    ]
    (said / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
    return project


def blocks(guide: Path) -> Iterator[tuple[str, list[str]]]:
    """The fenced blocks of a guide: their language and lines."""
    for language, text in _BLOCK.findall(guide.read_text(encoding="utf-8")):
        yield language, text.splitlines()


def folded(text: str) -> str:
    """The text without frames and line breaks."""
    return " ".join(text.translate(dict.fromkeys(map(ord, "│┃─━┏┓┡┩└┘┴┳┬┼╇"), " ")).split())
