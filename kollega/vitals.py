"""What `kollega doctor` looks at in the installation itself: its database, who is at work, and what it stands on.

Each look returns what it found, or a `Worry` with the next step; what must be mended first is raised as KollegaError.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from importlib.metadata import version
from typing import Final
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from bots_common.errors import Drifted, KollegaError
from bots_common.evidence import EVIDENCE
from bots_common.robot import registry
from bots_common.settings import Settings
from bots_common.work import Store, dump
from bots_common.work.copies import CopyKind
from bots_common.work.runs import SCHEDULER

REACH_SECONDS: Final = 5
LITTLE_SPACE, NO_SPACE = 2 * 1024**3, 200 * 1024**2
ODD_CLOCK, WRONG_CLOCK = timedelta(seconds=2), timedelta(seconds=30)
OLD_BACKUP: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Worry:
    """Something that works, or is not needed now, and had better be seen to."""

    says: str
    mend: str


Said = str | Worry
Look = Callable[[Settings, Store], Said]


def database(settings: Settings, store: Store) -> Said:
    kind = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[dump.kind_of(settings.database_url)]
    if store.upgrade_waits():
        return Worry(f"{kind}, an upgrade is not finished", "End workers of the old version, then `kollega upgrade`.")
    return f"{kind}, schema up to date"


def clock(settings: Settings, store: Store) -> Said:
    """All workers go by the database's clock; log lines and schedules' plans are by this machine's."""
    if dump.kind_of(settings.database_url) == "sqlite":
        return "one clock for all: the database is on this machine"
    before = datetime.now(UTC)
    theirs = store.moment()
    off = max(before - theirs, theirs - datetime.now(UTC), timedelta())
    says = f"this machine and the database are {off.total_seconds():.1f} s apart"
    mend = "Let both machines get their time from a time server."
    if off >= WRONG_CLOCK:
        raise KollegaError(f"{says.capitalize()}.", mend)
    return Worry(says, mend) if off >= ODD_CLOCK else says


def screens(settings: Settings, store: Store) -> Said:
    drifts = store.drift.open()
    if drifts:
        changed = ", ".join(f"{it.screen!r} of {it.system} (drift {it.id})" for it in drifts)
        raise Drifted(f"Changed, and their robots stand still: {changed}.", "See `kollega drift show` and `accept`.")
    return "no robot stands still before a changed one"


def workers(settings: Settings, store: Store) -> Said:
    rows = store.fleet.workers()
    silent = [row.name for row in rows if row.silent]
    alive = [row for row in rows if not row.silent]
    others = sorted({row.version for row in alive} - {version("kollega")})
    if silent:
        return Worry(f"{len(alive)} at work; silent: {', '.join(silent)}", "See to that machine; items go to others.")
    if not alive:
        return Worry("none is at work", "Start `kollega up`, or `kollega work` where a browser is.")
    if others:
        what = f"{len(alive)} at work, some of version {', '.join(others)}; this is {version('kollega')}"
        return Worry(what, "Install one version everywhere, see docs/several-machines.md.")
    return f"{len(alive)} at work, all of this version"


def schedules(settings: Settings, store: Store) -> Said:
    from schedules.file import read

    if not settings.schedules.is_file():
        return Worry(f"there is no {settings.schedules}: nothing begins by itself", "See docs/schedules.md.")
    plan = read(settings.schedules, registry(), settings.timezone)
    leader = store.runs.leader(SCHEDULER)
    if leader is None and plan.schedules:
        what = f"{len(plan.schedules)} schedules, and no scheduler is running"
        return Worry(what, "Start `kollega up`, or `kollega schedule serve`.")
    return f"{len(plan.schedules)} schedules, planned by {leader or 'nobody'}"


def backups(settings: Settings, store: Store) -> Said:
    made = store.copies.latest(CopyKind.BACKUP)
    mend = "Run `kollega backup FOLDER` every night, see docs/operations.md."
    if made is None:
        return Worry("there has never been one", mend)
    says = f"the last was made on {made.at.astimezone(settings.zone):%d-%m-%Y %H:%M} by {made.who}"
    return Worry(says, mend) if store.moment() - made.at > OLD_BACKUP else says


IN_THE_DATABASE: Final[dict[str, Look]] = {
    "database": database,
    "clock": clock,
    "screens": screens,
    "workers": workers,
    "schedules": schedules,
    "backup": backups,
}


def evidence(settings: Settings) -> Said:
    folder = settings.folder / EVIDENCE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"1")
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise KollegaError(
            f"Nothing can be written in {folder} ({error.strerror}).", "Let the user of Kollega write there."
        ) from error
    says = f"{folder} can be written, {free / 1024**3:.1f} GB are free"
    mend = "Make room, or let `kollega retention run` delete what is old."
    if free < NO_SPACE:
        raise KollegaError(f"The disk of {folder} is full: {free / 1024**2:.0f} MB are free.", mend)
    return Worry(says, mend) if free < LITTLE_SPACE else says


def pages(settings: Settings) -> Said:
    address = settings.web.public_url or f"http://127.0.0.1:{settings.up.port}"
    try:
        return answer_of(f"{address}/")
    except OSError as error:
        if settings.web.public_url:
            raise KollegaError(
                f"{address}/ does not answer: {error}.",
                "Check web.public_url, the proxy, and that `kollega web` runs.",
            ) from error
        return Worry(f"nobody serves {address}/", "Start `kollega up` or `kollega web`.")


def tesseract(languages: Iterable[str] | None) -> Said:
    """`languages`: those of its that are of use, None where it is not here."""
    install = "Debian: `apt-get install tesseract-ocr tesseract-ocr-dan`; without it people read those."
    if languages is None:
        return Worry("not installed: certificates that are pictures go to a person", install)
    if "dan" not in languages:
        return Worry("it cannot read Danish", install)
    return f"reads {', '.join(languages)}"


def answer_of(url: str) -> str:
    """That the address answers, and by which code. Raises OSError."""
    try:
        with urlopen(url, timeout=REACH_SECONDS) as answer:  # noqa: S310 - an address the operator has set
            return f"{url} answers ({answer.status})"
    except HTTPError as error:
        return f"{url} answers ({error.code})"
    except (URLError, HTTPException, ValueError) as error:
        raise OSError(str(error)) from error
