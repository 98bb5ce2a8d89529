"""The steps of finding, of `once` and of handling, and how a worker process dies at one of them.

The worker's own code knows nothing of this: a process of the harness wraps the store and the page objects that it
hands to the worker.
"""

from __future__ import annotations

import functools
import inspect
import random
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from enum import StrEnum
from multiprocessing.connection import Connection
from typing import Any, Final

import psutil
from playwright.async_api import Locator

from bots_common.desk import System
from bots_common.desk.guard import Guard
from bots_common.work import Store
from tests.browser.processes import kill_browsers, kill_drivers
from tests.crash.journal import Journal


class Step(StrEnum):
    """Where a worker dies."""

    FINDING = "finding, nothing stored"
    FOUND = "finding, stored"
    CLAIMED = "claimed"
    BEFORE_INTENT = "before the intent"
    AFTER_INTENT = "after the intent"
    FORM_FILLED = "form filled"
    LEASE_RENEWED = "lease renewed, not told"
    BEFORE_CLICK = "before the click"
    DURING_CLICK = "during the click"
    AFTER_CLICK = "clicked, receipt not read"
    RECEIPT_READ = "receipt not committed"
    IN_TRANSACTION = "amid a transaction"
    RECEIPT_COMMITTED = "receipt committed"
    BEFORE_FINISH = "before finish"
    FINISHED = "finished"
    AT_RANDOM = "at a random moment"


WHILE_FINDING: Final = (Step.FINDING, Step.FOUND)
UNANSWERED: Final = (
    Step.AFTER_INTENT,
    Step.FORM_FILLED,
    Step.LEASE_RENEWED,
    Step.DURING_CLICK,
    Step.AFTER_CLICK,
    Step.RECEIPT_READ,
)
"""Where there is an intent and no receipt."""


class Victim(StrEnum):
    """Who dies; the sleeper does not, its process is stopped until somebody resumes it, once."""

    WORKER = "worker"
    BROWSER = "browser"
    DRIVER = "driver"
    ALL = "worker and driver"
    DATABASE = "database"
    SLEEPER = "sleeper"


@dataclass(frozen=True, slots=True)
class Strike:
    """A kill, as it is told to the harness right before it: `at` in seconds since the epoch."""

    at: float
    pid: int
    step: Step
    victim: Victim


@dataclass(frozen=True, slots=True)
class Fate:
    """A victim dies when the worker comes to the step for the `nth` time, or after `seconds` at a random moment."""

    step: Step
    victim: Victim
    nth: int
    seconds: float


class Death:
    """Waits in a worker process for the step at which somebody is to die."""

    def __init__(self, draw: Callable[[], Fate], tell: Connection, *, click_seconds: float) -> None:
        self._draw = draw
        self._tell = tell
        self._click_seconds = click_seconds
        self._lock = threading.Lock()
        self.prepare()

    def prepare(self) -> None:
        self.fate = self._draw()
        self._left = self.fate.nth
        if self.fate.step is Step.AT_RANDOM:
            self._later(self.fate.seconds)

    def at(self, step: Step) -> None:
        """The worker has come to this step."""
        with self._lock:
            if step is not self.fate.step:
                return
            self._left -= 1
            if self._left:
                return
            if step is Step.DURING_CLICK:
                self._later(random.uniform(0, self._click_seconds))
            else:
                self._strike()

    def _later(self, seconds: float) -> None:
        timer = threading.Timer(seconds, self._strike)
        timer.daemon = True
        timer.start()

    def _strike(self) -> None:
        victim = self.fate.victim
        this = psutil.Process()
        self._tell.send(Strike(time.time(), this.pid, self.fate.step, victim))
        if victim is Victim.SLEEPER:
            this.suspend()
            time.sleep(0.5)  # this thread is stopped a moment after the process was
            self.fate = replace(self.fate, nth=0)
            return
        if victim is Victim.BROWSER:
            kill_browsers()
        if victim in (Victim.DRIVER, Victim.ALL):
            kill_drivers()
        if victim in (Victim.WORKER, Victim.ALL):
            this.kill()
        self.prepare()


# -- where the steps are ----------------------------------------------------------------------------------

_committing: ContextVar[bool] = ContextVar("committing", default=False)


def watch_store(store: Store, death: Death) -> None:
    """The steps between the worker and its database."""
    _around(store, "add", death, Step.FINDING, Step.FOUND)
    for intending in ("intend", "intend_again"):
        _around(store.ledger, intending, death, Step.BEFORE_INTENT, Step.AFTER_INTENT)
    _around(store.ledger, "settle", death, Step.RECEIPT_READ, Step.RECEIPT_COMMITTED)
    _around(store.stats, "add", death, None, Step.IN_TRANSACTION)
    for ending in ("finish_all", "hand_over"):
        _around(store, ending, death, Step.BEFORE_FINISH, Step.FINISHED)
    claim, renew = store.claim, store.renew

    @functools.wraps(claim)
    def watched_claim(*arguments: Any, **named: Any) -> Any:
        if claimed := claim(*arguments, **named):
            death.at(Step.CLAIMED)
        return claimed

    @functools.wraps(renew)
    def watched_renewal(*arguments: Any, **named: Any) -> None:
        renew(*arguments, **named)
        if named.get("to_act"):
            death.at(Step.LEASE_RENEWED)

    store.claim = watched_claim  # type: ignore[method-assign]
    store.renew = watched_renewal  # type: ignore[method-assign]


def watch_journal(death: Death) -> None:
    """The steps between the worker and the journal."""
    _around(Journal, "fill", death, None, Step.FORM_FILLED)
    _around(Guard, "still_ours", death, None, Step.BEFORE_CLICK)
    _around(Journal, "click", death, Step.DURING_CLICK, Step.AFTER_CLICK)


def watch_browser(death: Death) -> None:
    """The steps between the worker and a system of `robots/systems/`: page objects, and the browser's own objects."""
    _around(System, "fill", death, None, Step.FORM_FILLED)
    _around(Guard, "still_ours", death, None, Step.BEFORE_CLICK)
    _around(System, "commit", death, None, None, inside=_committing)
    _around(Locator, "click", death, Step.DURING_CLICK, None, only=_committing)
    _around(Locator, "inner_text", death, Step.AFTER_CLICK, None, only=_committing)


def _around(
    owner: Any,
    name: str,
    death: Death,
    before: Step | None,
    after: Step | None,
    *,
    inside: ContextVar[bool] | None = None,
    only: ContextVar[bool] | None = None,
) -> None:
    """Let the owner's method come by a step before and after it; `only` where `inside` was set around it."""
    method = getattr(owner, name)

    @contextmanager
    def steps() -> Any:
        counts = only is None or only.get()
        if before and counts:
            death.at(before)
        token = inside.set(True) if inside else None
        try:
            yield
        finally:
            if inside and token:
                inside.reset(token)
        if after and counts:
            death.at(after)

    @functools.wraps(method)
    def watched(*arguments: Any, **named: Any) -> Any:
        with steps():
            return method(*arguments, **named)

    @functools.wraps(method)
    async def watched_async(*arguments: Any, **named: Any) -> Any:
        with steps():
            return await method(*arguments, **named)

    setattr(owner, name, watched_async if inspect.iscoroutinefunction(method) else watched)
