"""Processes under one roof: they are started again when they fail, and none is left in the end, whatever happens."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
import stamina

from kollega.supervisor import LONGEST_PAUSE, Part, Supervisor, pause_after
from tests.browser.processes import alive

ROOT = Path(__file__).parents[2]
PATIENT = "import os; print('here', flush=True); os.read(0, 1); print('finished', flush=True)"
"""Ends in good order when the pipe breaks."""
STUBBORN = "import signal, time; print('here', flush=True); time.sleep(600)"


@dataclass
class Heard:
    """What was told, and what is done when a line is heard."""

    lines: list[tuple[str, str]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    then: dict[str, Callable[[], None]] = field(default_factory=dict)

    def line(self, part: str, line: str, *, error: bool) -> None:
        self.lines.append((part, line))
        self.then.get(line, lambda: None)()

    def news(self, part: str, what: str, *, bad: bool = False) -> None:
        self.told.append(f"{part} {what}")


def python(name: str, text: str, *arguments: str) -> Part:
    return Part(name, [sys.executable, "-c", text, *arguments])


def test_they_end_in_good_order_when_told() -> None:
    heard = Heard()
    supervisor = Supervisor([python("a", PATIENT), python("b", PATIENT)], heard, {})
    here = threading.Barrier(2, action=supervisor.stop)
    heard.then["here"] = lambda: print(here.wait(60))
    assert supervisor.run()
    assert sorted(heard.lines) == [(name, line) for name in "ab" for line in ("finished", "here")]
    assert [told for told in heard.told if "code" in told] == []


def test_who_fails_is_started_again_and_later_each_time(tmp_path: Path) -> None:
    heard, now = Heard(), [0.0]
    text = (
        "import sys, pathlib; file = pathlib.Path(sys.argv[1]); times = len(file.read_text()) if file.exists() else 0"
    )
    text += "; file.write_text('x' * (times + 1)); sys.exit(7 if times < 3 else 0)"

    def clock() -> float:
        now[0] += 0.5
        return now[0]

    part = python("a", text, str(tmp_path / "times"))
    assert Supervisor([part], heard, {}, clock).run(), "it came to a good end"
    assert heard.told == [
        "a ended with code 7; it is started again in 1 s.",
        "a ended with code 7; it is started again in 2 s.",
        "a ended with code 7; it is started again in 4 s.",
        "a has ended, as it was told to.",
    ]


def test_the_pause_has_a_longest() -> None:
    pauses = [pause_after(failures) for failures in range(1, 10)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE


def test_wrong_settings_are_not_tried_again() -> None:
    heard = Heard()
    assert not Supervisor([python("a", "raise SystemExit(2)")], heard, {}).run()
    assert heard.told == ["a cannot work with these settings; mend them and start it again."]


def test_told_twice_they_end_at_once_with_all_that_they_started() -> None:
    heard = Heard()
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {STUBBORN!r}])"
    supervisor = Supervisor([python("a", child)], heard, {})
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    started: list[int] = []

    def twice() -> None:
        children = psutil.Process().children(recursive=True)
        started.extend(process.pid for process in children if process.pid not in before)
        supervisor.stop()
        supervisor.stop()

    heard.then["here"] = twice
    assert not supervisor.run()
    assert len(started) == 2
    for attempt in stamina.retry_context(on=AssertionError, attempts=None, timeout=60, wait_max=0.1):
        with attempt:
            assert alive(started) == []


@pytest.fixture(params=[signal.default_int_handler, signal.SIG_IGN], ids=["in a terminal", "in the background"])
def interrupts(request: pytest.FixtureRequest) -> Iterator[None]:
    """As a terminal leaves Ctrl-C to what it starts, and as a script does to what it starts with `&`."""
    before = signal.signal(signal.SIGINT, request.param)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interrupts")
@pytest.mark.parametrize("listens", [True, False], ids=["at work", "while it starts"])
def test_a_command_ends_when_its_parent_is_gone(tmp_path: Path, listens: bool) -> None:
    """`python -m kollega.child`: the pipe breaks, and `kollega work` ends as by Ctrl-C."""
    settings = tmp_path / "kollega.toml"
    settings.write_text(f"folder = '{(tmp_path / 'var').as_posix()}'\n[worker]\nsystems = []", encoding="utf-8")
    command = [sys.executable, "-m", "kollega.child", "web", "--port", "0", "--settings", str(settings)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdin is not None and child.stdout is not None and child.stderr is not None
        if listens:
            assert child.stdout.readline().startswith("Web pages: ")
        child.stdin.close()
        try:
            assert child.wait(60) == 0, child.stderr.read()
        finally:
            child.kill()
