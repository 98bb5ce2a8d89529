"""`kollega up`: the pages, the scheduler and workers together, for one PC."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer
from loguru import logger
from rich.text import Text

from bots_common import settings as settings_module
from bots_common.robot import robots_named
from kollega.rooms import opened
from kollega.supervisor import OURSELVES, Part, Supervisor, Voice
from kollega.terminal import FAILED, AsJson, SettingsFile, console, errors, with_json

WEB: Final = "web"
SCHEDULER: Final = "scheduler"
COLOURS: Final = ("cyan", "magenta", "blue", "green", "yellow")


def up(
    workers: Annotated[int | None, typer.Option(help="Workers; else up.workers of the settings.", min=0)] = None,
    port: Annotated[int | None, typer.Option(help="Port of the pages; else up.port.", min=1, max=65535)] = None,
    as_json: AsJson = False,
    settings: SettingsFile = None,
) -> None:
    """Start the web pages, the scheduler and workers together.

    Ctrl-C ends all of them when the items in hand are finished; a second Ctrl-C ends them at once.
    """
    given = with_json(settings_module.load(settings), as_json)
    with opened(given, log_level="WARNING"):  # settings, key and database must be well before anything is started
        robots_named([], given)
    at = port or given.up.port
    scheduled = given.schedules.is_file()
    parts = _parts(given.up.workers if workers is None else workers, at, settings, scheduled=scheduled)
    voice: Voice = _Json() if given.logs.format == "json" else _Lines([part.name for part in parts])
    address = given.web.public_url or f"http://127.0.0.1:{at}"
    voice.news(OURSELVES, f"The pages are at {address}/ in a moment. Ctrl-C ends.")
    if not scheduled:
        voice.news(
            OURSELVES, f"There is no {given.schedules}: nothing begins by itself. docs/schedules.md shows one."
        )
    environment = {"PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1", "KOLLEGA_LOGS__FORMAT": given.logs.format}
    supervisor = Supervisor(parts, voice, environment)
    with _on_signals(supervisor.stop):
        well = supervisor.run()
    voice.news(OURSELVES, "All have ended.")
    if not well:
        raise typer.Exit(FAILED)


def _parts(workers: int, port: int, file: Path | None, *, scheduled: bool) -> list[Part]:
    where = [] if file is None else ["--settings", str(file)]
    commands = {
        WEB: [WEB, "--port", str(port)],
        **({SCHEDULER: ["schedule", "serve"]} if scheduled else {}),
        **{f"worker-{number}": ["work"] for number in range(1, workers + 1)},
    }
    python = [sys.executable, "-m", "kollega.child"]
    return [Part(name, [*python, *command, *where]) for name, command in commands.items()]


class _Lines:
    """Lines for people, each with the name of the part that it is from."""

    def __init__(self, parts: list[str]) -> None:
        names = [*parts, OURSELVES]
        self._width = max(map(len, names))
        self._colours = {name: COLOURS[number % len(COLOURS)] for number, name in enumerate(names)}

    def line(self, part: str, line: str, *, error: bool) -> None:
        self._print(part, Text(line))

    def news(self, part: str, what: str, *, bad: bool = False) -> None:
        self._print(part, Text(what, style="red" if bad else "bold"))

    def _print(self, part: str, text: Text) -> None:
        prefix = (f"{part:{self._width}} │ ", self._colours[part])
        console.print(Text.assemble(prefix, text), soft_wrap=True, highlight=False)


class _Json:
    """For programs: what the parts write, as it is; our own news among the log lines."""

    def line(self, part: str, line: str, *, error: bool) -> None:
        (errors if error else console).out(line, highlight=False)

    def news(self, part: str, what: str, *, bad: bool = False) -> None:
        # The log of the settings that are read first is as quiet as a command's; this is not.
        logger.bind(part=part).log("ERROR" if bad else "WARNING", what)


@contextmanager
def _on_signals(told: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C and SIGTERM, each time: Windows has both, if only one of them is ever sent there."""
    earlier = {kind: signal.signal(kind, lambda number, frame: told()) for kind in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for kind, handler in earlier.items():
            signal.signal(kind, handler)
