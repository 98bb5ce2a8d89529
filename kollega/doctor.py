"""`kollega doctor`: is everything here that robots need? Each line is well, or says what mends it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from socket import create_connection
from typing import Final
from urllib.parse import urlsplit

from rich.markup import escape
from rich.table import Table

from bots_common.desk import Browser
from bots_common.desk.manners import standing
from bots_common.errors import KollegaError, SettingsError
from bots_common.mail import Mailer
from bots_common.robot import registry, robots_named
from bots_common.settings import Settings
from bots_common.values import mask
from bots_common.work import Store
from bots_common.work.codec import KEY_FILE, codec_of
from bots_common.work.system_records import SystemsSeen
from kollega import vitals
from kollega.vitals import IN_THE_DATABASE, REACH_SECONDS, Said, Worry

PICTURES: Final = "certificates"
"""The robot that reads pictures."""


class Grade(StrEnum):
    """How well something is."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


_SHOWN: Final = {Grade.OK: "[green]✓[/] ok", Grade.WARNING: "[yellow]![/] warning", Grade.ERROR: "[red]✗[/] error"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, how well it is, the detail, and the next step where there is one."""

    what: str
    grade: Grade
    says: str
    mend: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything, one after the other; what needs the database only where it can be opened."""
    yield _look("key", lambda: _key(settings))
    seen: SystemsSeen | None = None
    try:
        store = Store.open(settings.database_url, codec_of(settings), zone=settings.timezone)
    except KollegaError as error:
        yield Finding("database", Grade.ERROR, error.what, error.mend)
    else:
        with closing(store):
            for what, look in IN_THE_DATABASE.items():
                yield _look(what, partial(look, settings, store))
            seen = store.systems.seen()
    yield _look("evidence", lambda: vitals.evidence(settings))
    if settings.mail is not None:
        yield _look("mail", lambda: Mailer(settings).greet())
    if settings.notices.routes:
        yield _look("notices", lambda: _notices(settings))
    for name in settings.notices.webhooks:
        yield _look(f"webhook {name}", partial(_webhook, settings, name))
    yield _look("web pages", lambda: vitals.pages(settings))
    yield _look("browser", lambda: asyncio.run(_browser(settings)))
    robots = _in_use(settings)
    if PICTURES in robots:
        yield _look("tesseract", _tesseract)
    for name in robots:
        yield _look(f"robot {name}", partial(_robot, settings, name))
    for name in sorted({system.name for robot in robots for system in registry()[robot].systems}):
        yield _look(f"system {name}", partial(_system, settings, name, seen))


def table_of(findings: Sequence[Finding]) -> Table:
    """The findings as people read them."""
    table = Table("", "What", "Found", "Next step")
    table.columns[0].no_wrap = table.columns[1].no_wrap = True
    for it in findings:
        table.add_row(_SHOWN[it.grade], escape(it.what), escape(mask(it.says)), escape(mask(it.mend)))
    return table


def _in_use(settings: Settings) -> list[str]:
    """The robots of which the settings say something, if only where one of their systems is; else all."""
    told = {*settings.robots, *settings.systems}
    in_use = [name for name, robot in registry().items() if told & {name, *(it.name for it in robot.systems)}]
    return in_use or list(registry())


def _look(what: str, look: Callable[[], Said]) -> Finding:
    try:
        said = look()
    except KollegaError as error:
        return Finding(what, Grade.ERROR, error.what, error.mend)
    if isinstance(said, Worry):
        return Finding(what, Grade.WARNING, said.says, said.mend)
    return Finding(what, Grade.OK, said)


def _key(settings: Settings) -> str:
    codec_of(settings)
    return "from KOLLEGA_KEY" if settings.key else f"in {settings.folder / KEY_FILE}"


async def _browser(settings: Settings) -> str:
    async with Browser(settings.browser) as browser:
        return browser.described


def _notices(settings: Settings) -> str:
    routes = settings.notices.routes
    if unknown := {name for route in routes for name in route.robots} - set(registry()):
        raise SettingsError(
            f"Routes of notices name robots that are not here: {', '.join(sorted(unknown))}.",
            f"Installed here: {', '.join(registry())}.",
        )
    if settings.mail is None and any(route.mail for route in routes):
        raise SettingsError("Notices go by mail, and no mail server is set.", "Add [mail] with host and sender.")
    return f"{len(routes)} routes; `kollega notices test` sends everybody a test"


def _webhook(settings: Settings, name: str) -> str:
    """Whether its machine takes calls. A card would be seen by people, and the address is nobody's to read."""
    parts = urlsplit(settings.notices.webhooks[name].get_secret_value())
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        with create_connection((parts.hostname or "", port), timeout=REACH_SECONDS):
            return f"{parts.hostname} answers"
    except OSError as error:
        raise KollegaError(
            f"{parts.hostname} does not answer: {error}.", "Check the webhook's address, the proxy and the network."
        ) from error


def _tesseract() -> Said:
    from robots.certificates import ocr

    languages = ocr.languages()
    return vitals.tesseract(None if languages is None else languages.split("+"))


def _robot(settings: Settings, name: str) -> str:
    robots_named([name], settings)
    return "its settings are complete"


def _system(settings: Settings, name: str, seen: SystemsSeen | None) -> Said:
    url = settings.system(name).url
    try:
        answers = vitals.answer_of(url)
    except OSError as error:
        raise KollegaError(
            f"{url} does not answer: {error}.",
            f"Check systems.{name}.url, the network, and whether the system is open.",
        ) from error
    now = standing(name, seen.of(name), settings.hours(name), seen.at) if seen else None
    if now is not None and not now.lets_in:
        return Worry(f"{answers}, and is {now.mode} to robots: {now.why}", "`kollega systems` shows until when.")
    return answers
