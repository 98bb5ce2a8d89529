"""Processes that belong together: started together, again when they fail, and ended together in good order.

Each is a process of its own that ends when the pipe to it breaks, see `kollega.child`; so none outlives this one, not
even where it is killed.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Final, Protocol

import psutil

from kollega.terminal import WRONG

OURSELVES: Final = "up"
LOOK_SECONDS: Final = 0.2
STEADY_SECONDS: Final = 60.0
"""Who has been well for so long and fails then begins with the shortest pause again."""
FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 60.0
LAST_WORDS_SECONDS: Final = 5.0
# Ctrl-C in a terminal goes to all processes of its group: theirs is another, so that it is we who tell them.
_APART: Final[int] = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)


@dataclass(frozen=True, slots=True)
class Part:
    """A process to be: what people call it, and its command line."""

    name: str
    command: Sequence[str]


class Voice(Protocol):
    """Tells people, from several threads, what the parts say and what is done with them."""

    def line(self, part: str, line: str, *, error: bool) -> None:
        """A line that a part has written."""

    def news(self, part: str, what: str, *, bad: bool = False) -> None:
        """What is done with a part."""


def pause_after(failures: int) -> float:
    """How long to wait before a part that has failed so many times in a row is started again, in seconds."""
    return float(min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - 1)))


class Charge:
    """A part under our eyes: its process while it runs, and when it is to be started again."""

    def __init__(self, part: Part, voice: Voice, clock: Callable[[], float]) -> None:
        self.part = part
        self.well = True
        self.process: subprocess.Popen[str] | None = None
        self._voice = voice
        self._clock = clock
        self._failures = 0
        self._begun_at = 0.0
        self._again_at: float | None = None
        self._readers: list[threading.Thread] = []

    @property
    def here(self) -> bool:
        """Whether it runs or is to be started again."""
        return self.process is not None or self._again_at is not None

    def start(self, environment: Mapping[str, str]) -> None:
        self._again_at, self._begun_at = None, self._clock()
        self.process = subprocess.Popen(  # noqa: S603 - our own commands
            self.part.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, **environment},
            start_new_session=True,
            creationflags=_APART,
        )
        self._readers = [
            self._reading(self.process.stdout, error=False),
            self._reading(self.process.stderr, error=True),
        ]

    def look(self, environment: Mapping[str, str]) -> None:
        """Notice that it has ended, and start it again when its time has come."""
        if self._again_at is not None and self._again_at <= self._clock():
            self.start(environment)
        elif (code := self._ended()) is not None:
            self._judge(code)

    def let_go(self) -> None:
        """It ends in good order."""
        self._again_at = None
        self._break_pipe()

    def _break_pipe(self) -> None:
        if self.process is not None and self.process.stdin is not None:
            with suppress(OSError):  # it has gone this very moment
                self.process.stdin.close()

    def gone(self) -> bool:
        """Whether it has ended after it was let go."""
        if (code := self._ended()) is not None and code != 0:
            self.well = False
            self._voice.news(self.part.name, f"ended with code {code}.", bad=True)
        return self.process is None

    def kill(self) -> None:
        """End it at once, with all that it has started."""
        if self.process is None:
            return
        with suppress(psutil.NoSuchProcess):
            its = psutil.Process(self.process.pid)
            for process in [its, *its.children(recursive=True)]:  # itself first, or it finishes well without them
                with suppress(psutil.NoSuchProcess):
                    process.kill()

    def _ended(self) -> int | None:
        """The code that it has ended with, told once, after its last words."""
        if self.process is None or (code := self.process.poll()) is None:
            return None
        for reader in self._readers:
            reader.join(LAST_WORDS_SECONDS)
        self._break_pipe()
        self.process = None
        return code

    def _judge(self, code: int) -> None:
        name = self.part.name
        if code == 0:
            self._voice.news(name, "has ended, as it was told to.")
            return
        if code == WRONG:  # a login that is refused is among it: trying on would lock the account
            self.well = False
            self._voice.news(name, "cannot work with these settings; mend them and start it again.", bad=True)
            return
        steady = self._clock() - self._begun_at >= STEADY_SECONDS
        self._failures = 1 if steady else self._failures + 1
        pause = pause_after(self._failures)
        self._again_at = self._clock() + pause
        self._voice.news(name, f"ended with code {code}; it is started again in {pause:.0f} s.", bad=True)

    def _reading(self, stream: IO[str] | None, *, error: bool) -> threading.Thread:
        assert stream is not None

        def read() -> None:
            with stream:
                for line in stream:
                    self._voice.line(self.part.name, line.rstrip("\n"), error=error)

        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        return thread


class Supervisor:
    """Keeps parts running until it is told to stop; `environment` is given to each beside our own."""

    def __init__(
        self,
        parts: Sequence[Part],
        voice: Voice,
        environment: Mapping[str, str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.charges = [Charge(part, voice, clock) for part in parts]
        self._voice = voice
        self._environment = environment
        self._told = 0

    def stop(self) -> None:
        """Let all end in good order; told again, end them at once. Safe within a signal handler."""
        self._told += 1

    def run(self) -> bool:
        """Until told to stop, or nobody is left; whether each did well to the end."""
        try:
            for charge in self.charges:
                charge.start(self._environment)
            while not self._told and any(charge.here for charge in self.charges):
                for charge in self.charges:
                    charge.look(self._environment)
                time.sleep(LOOK_SECONDS)
        finally:
            self._end()
        return all(charge.well for charge in self.charges)

    def _end(self) -> None:
        if self._told:
            self._voice.news(OURSELVES, "Ends when the items in hand are finished; Ctrl-C again ends at once.")
        for charge in self.charges:
            charge.let_go()
        while not all([charge.gone() for charge in self.charges]):  # noqa: C419 - each is to be looked at
            if self._told > 1:
                for charge in self.charges:
                    charge.kill()
            time.sleep(LOOK_SECONDS)
