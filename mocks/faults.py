"""Faults on demand: what goes wrong in the mock systems, how often, and where.

A run switches them on with `POST /_faults` and off with `DELETE /_faults`; `GET /_faults` tells how often each has
struck:

    {"faults": [{"kind": "cut_after_write", "count": 1, "system": "finance"},
                {"kind": "latency", "ms": 300, "rate": 0.2, "path": "/sensum/bevilling"}], "seed": 1}

`rate` is the share of occasions (default all), `count` the most times it strikes (default no end), `system` and
`path` (a prefix) say where. `calls` in `seconds` and `at_once` are what `locked_out` puts up with. Each fault draws
from a generator of its own, so runs repeat as far as they can.
"""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

PREFIXES = {
    "finance": "/opus",
    "grants": "/sensum",
    "income": "/eindkomst",
    "benefits": "/ky",
    "personnel": "/sd",
    "portal": "/politi",
    "mailbox": "/post",
    "archive": "/esdh",
}


class Kind(StrEnum):
    """What can go wrong, and its occasion."""

    LATENCY = "latency"
    """Any request: it waits `ms` before it is handled."""
    SLOW_ANSWER = "http_slow_answer"
    """Any request: it is handled, but the second half of the answer comes `ms` later."""
    ERROR_500 = "error500"
    """Any request: an error page, and nothing is handled."""
    EXPIRED_SESSION = "expired_session"
    """A request of a logged-in user: the session is dropped first, so what a POST carried is lost."""
    CUT_BEFORE_WRITE = "cut_before_write"
    """A valid POST that writes: the connection is reset, nothing is written. Chromium sends a POST again by itself
    when a kept or waiting connection breaks: the same form gets the same break, so that the robot sees it too."""
    CUT_AFTER_WRITE = "cut_after_write"
    """A valid POST that writes: it is written, then the connection is reset without an answer, again and again."""
    UNEXPECTED_DIALOG = "unexpected_dialog"
    """A page: it asks or tells something natively as it opens."""
    RENAMED_LABEL = "renamed_label"
    """A page: labels and buttons carry other texts (see `RENAMED`)."""
    SLOW_SEARCH = "slow_search"
    """A search of the income register: it takes `ms` longer, and its user has no other meanwhile."""
    SEARCH_TIMEOUT = "search_timeout"
    """A search of the income register: after `ms` it is given up, and nothing is found."""
    DOUBLE_SUBMIT = "double_submit"
    """A page: its forms that write are sent twice; the browser shows the later answer, "Siden er udløbet"."""
    LOCKED_OUT = "locked_out"
    """Any request, where the robot works too fast: more than `calls` requests in `seconds`, or more than `at_once` at
    the same time, lock the user out for `ms`: every page is "Din adgang er spærret" (status 429)."""


RENAMED = {
    "Adgangskode": "Kodeord",
    "Bogfør": "Bogfør nu",
    "CPR-nummer": "Personnummer",
    "Fleksløntilskud": "Tilskud",
    "Gem bemærkning": "Gem notat",
    "Gem beregning": "Gem",
    "Gem dokument": "Opret dokument",
    "Gem status": "Opdatér status",
    "Godkend udbetaling": "Frigiv udbetaling",
    "Log på": "Fortsæt",
    "Markér som betalt": "Registrér betaling",
    "PSP-element": "Kontostreng",
    "Send brev": "Afsend brev",
    "Slet besked": "Fjern besked",
    "Søg": "Find",
    "Tjek ind": "Journalisér",
    "Underskriv og send": "Signér og afsend",
}

DIALOGS = (
    'alert("Husk at gemme dit arbejde.")',
    'confirm("Systemet opdateres kl. 16. Vil du læse mere?")',
)


class Fault(BaseModel):
    """One thing that goes wrong; see the module for the fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    ms: int = Field(default=0, ge=0)
    rate: float = Field(default=1.0, ge=0, le=1)
    count: int | None = Field(default=None, ge=0)
    system: Literal["finance", "grants", "income", "benefits", "personnel", "portal", "mailbox", "archive"] | None = (
        None
    )
    path: str = ""
    calls: int | None = Field(default=None, ge=1)
    seconds: float = Field(default=60, gt=0)
    at_once: int | None = Field(default=None, ge=1)

    def concerns(self, path: str) -> bool:
        """Whether a request to `path` is where this fault may strike."""
        return path.startswith(PREFIXES[self.system] if self.system else "") and path.startswith(self.path)


class Plan(BaseModel):
    """The faults of a run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    faults: tuple[Fault, ...] = ()
    seed: int = 1


class Struck(BaseModel):
    """A fault of the present plan and how often it has struck."""

    fault: Fault
    times: int


@dataclass(slots=True)
class _Armed:
    fault: Fault
    chance: random.Random
    times: int = 0
    recent: deque[float] = field(default_factory=deque)
    under_way: int = 0
    locked_until: float = 0
    on_lock_out: Callable[[], None] = lambda: None

    def strikes(self) -> bool:
        if self.fault.count is not None and self.times >= self.fault.count:
            return False
        hit = self.chance.random() < self.fault.rate
        self.times += hit
        return hit

    def locks_out(self) -> bool:
        """Whether the user is locked out, by this request or by an earlier one."""
        now = time.monotonic()
        if now < self.locked_until:
            return True
        self.recent.append(now)
        while self.recent[0] <= now - self.fault.seconds:
            self.recent.popleft()
        too_often = self.fault.calls is not None and len(self.recent) > self.fault.calls
        too_many = self.fault.at_once is not None and self.under_way > self.fault.at_once
        if not ((too_often or too_many) and self.strikes()):
            return False
        self.recent.clear()
        self.locked_until = now + self.fault.ms / 1000
        self.on_lock_out()
        return True


@dataclass(slots=True)
class Faults:
    """The faults that are switched on. The screens ask at each occasion whether one strikes."""

    _armed: list[_Armed] = field(default_factory=list)
    _standing: list[_Armed] = field(default_factory=list)

    def stand(self, lock_out: Fault, heard: Callable[[], None]) -> None:
        """Keep a lock-out on whatever the plan, and out of the tally; `heard` is called each time it strikes."""
        self._standing.append(_Armed(lock_out, random.Random(0), on_lock_out=heard))

    def switch(self, plan: Plan) -> None:
        """Replace whatever was on by `plan`; an empty plan switches all off."""
        self._armed = [
            _Armed(fault, random.Random(f"{plan.seed}/{number}")) for number, fault in enumerate(plan.faults)
        ]

    def strike(self, kind: Kind, path: str) -> Fault | None:
        """The fault of this kind that strikes the request to `path` now, if any; it is counted."""
        for armed in self._armed:
            if armed.fault.kind is kind and armed.fault.concerns(path) and armed.strikes():
                return armed.fault
        return None

    @contextmanager
    def call(self, path: str) -> Iterator[bool]:
        """A request to `path` for as long as it is handled; says whether the user is locked out."""
        known = (*self._standing, *self._armed)
        watching = [it for it in known if it.fault.kind is Kind.LOCKED_OUT and it.fault.concerns(path)]
        for armed in watching:
            armed.under_way += 1
        try:
            yield any(armed.locks_out() for armed in watching)
        finally:
            for armed in watching:
                armed.under_way -= 1

    def dialog(self, path: str) -> str:
        """The script of the native dialog that the page at `path` opens with, or nothing."""
        for armed in self._armed:
            if armed.fault.kind is Kind.UNEXPECTED_DIALOG and armed.fault.concerns(path) and armed.strikes():
                return armed.chance.choice(DIALOGS)
        return ""

    def tally(self) -> list[Struck]:
        """How often each fault has struck since it was switched on."""
        return [Struck(fault=armed.fault, times=armed.times) for armed in self._armed]
