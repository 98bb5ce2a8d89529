"""`kollega doctor`: is everything here that robots need? Each line is green, or says what mends it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException
from socket import create_connection
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from bots_common.desk import Browser
from bots_common.errors import Drifted, KollegaError, SettingsError
from bots_common.mail import Mailer
from bots_common.robot import registry, robots_named
from bots_common.settings import Settings
from bots_common.work import Store
from bots_common.work.codec import KEY_FILE, codec_of

REACH_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, whether it is well, and the detail or the mending sentence."""

    what: str
    well: bool
    says: str


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at keys, database, browser, robots and systems, one after the other."""
    yield _look("key", lambda: _key(settings))
    yield _look("database", lambda: _database(settings))
    yield _look("screens", lambda: _screens(settings))
    yield _look("browser", lambda: asyncio.run(_browser(settings)))
    if settings.mail is not None:
        yield _look("mail", lambda: Mailer(settings).greet())
    if settings.notices.routes:
        yield _look("notices", lambda: _notices(settings))
    for name in settings.notices.webhooks:
        yield _look(f"webhook {name}", partial(_webhook, settings, name))
    robots = _in_use(settings)
    for name in robots:
        yield _look(f"robot {name}", partial(_robot, settings, name))
    for name in sorted({system.name for robot in robots for system in registry()[robot].systems}):
        yield _look(f"system {name}", partial(_system, settings, name))


def _in_use(settings: Settings) -> list[str]:
    """The robots of which the settings say something, if only where one of their systems is; else all."""
    told = {*settings.robots, *settings.systems}
    in_use = [name for name, robot in registry().items() if told & {name, *(it.name for it in robot.systems)}]
    return in_use or list(registry())


def _look(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, True, look())
    except KollegaError as error:
        return Finding(what, False, str(error))


def _key(settings: Settings) -> str:
    codec_of(settings)
    return "from KOLLEGA_KEY" if settings.key else f"in {settings.folder / KEY_FILE}"


def _database(settings: Settings) -> str:
    store = Store.open(settings.database_url, codec_of(settings), zone=settings.timezone)
    kind = "PostgreSQL" if settings.database_url.startswith("postgresql") else "SQLite"
    store.close()
    return f"{kind}, schema up to date"


def _screens(settings: Settings) -> str:
    with closing(Store.open(settings.database_url, codec_of(settings), zone=settings.timezone)) as store:
        drifts = store.drift.open()
    if drifts:
        changed = ", ".join(f"{it.screen!r} of {it.system} (drift {it.id})" for it in drifts)
        raise Drifted(f"Changed, and their robots stand still: {changed}.", "See `kollega drift show` and `accept`.")
    return "no robot stands still before a changed one"


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


def _robot(settings: Settings, name: str) -> str:
    robots_named([name], settings)
    return "its settings are complete"


def _system(settings: Settings, name: str) -> str:
    system = settings.system(name)
    try:
        with urlopen(system.url, timeout=REACH_SECONDS) as answer:  # noqa: S310 - an address the operator has set
            return f"{system.url} answers ({answer.status})"
    except HTTPError as error:
        return f"{system.url} answers ({error.code})"
    except (URLError, HTTPException, TimeoutError, ValueError, OSError) as error:
        raise KollegaError(
            f"{system.url} does not answer: {error}.",
            f"Check systems.{name}.url, the network, and whether the system is open.",
        ) from error
