"""Who is asking: every page is for somebody who is logged in, and most are for those with a right.

A form that changes something holds the visitor's own word (`csrf`), which no other site knows; and a browser says
from which site a form comes. Both are looked at before any route of ours sees the request.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from bots_common.errors import Forbidden, KollegaError
from bots_common.roles import Person, Right
from bots_common.settings import Settings
from bots_common.work import Store

READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
SESSION: Final = "kollega_session"
LOGIN: Final = "/login"
CHANGE: Final = "/password"
OPEN: Final = (LOGIN, "/enter/", "/metrics")
"""Where somebody may go who is not logged in; the last looks for a token itself."""
BEFORE_A_PASSWORD: Final = (CHANGE, "/logout")
"""Where somebody may go who has to choose a password first."""


class NotLoggedIn(KollegaError):
    """Nobody is logged in here; the login leads on to where they wanted to go."""


class MustChange(KollegaError):
    """A first password, which somebody else knows, has to be changed before anything else."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody at a browser, `csrf` stands in every form of theirs; or a program with their token `by`."""

    account_id: int
    person: Person
    csrf: str
    language: str | None
    must_change: bool
    token: str = field(repr=False)
    by: str | None = None

    @property
    def name(self) -> str:
        return self.person.name

    @property
    def home(self) -> str:
        """Where the visitor's day begins."""
        return home_of(self.person)

    def may(self, right: str, robot: str | None = None) -> bool:
        """For templates: whether the visitor has the right, for that robot or for any."""
        return self.person.may(Right(right), robot)

    def robots(self, right: Right) -> frozenset[str] | None:
        """The robots for which the visitor has the right; None where it is every robot."""
        return self.person.robots(right)

    def require(self, right: Right, robot: str | None = None) -> None:
        """Raises Forbidden where the visitor has not the right for that robot, or for any."""
        self.person.require(right, robot)

    def by_token(self, detail: str) -> str:
        """What the audit log keeps of an act: where a program did it, by which token."""
        return f"{detail} (token: {self.by})".strip() if self.by else detail


def home_of(person: Person) -> str:
    """Where somebody's day begins: with cases, with figures, with accounts, whichever they may see."""
    starts = ((Right.SEE_CASES, "/"), (Right.SEE_FIGURES, "/dashboard"), (Right.ADMIT, "/accounts"))
    return next((start for right, start in starts if person.may(right)), "/me")


def visitor(request: Request) -> Visitor:
    """Who asks. Raises NotLoggedIn."""
    found: Visitor | None = getattr(request.state, "visitor", None)
    if found is None:
        raise NotLoggedIn("Nobody is logged in.", "Log in first.")
    return found


def needs(right: Right) -> Any:
    """A route's dependency: the visitor has the right, for one robot at least."""

    def check(request: Request) -> None:
        visitor(request).require(right)

    return Depends(check)


class Doorkeeper:
    """Finds out who asks, and turns away forms that are not from our own pages."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._rules = settings.web

    async def __call__(self, request: Request) -> None:
        """Before any route. Raises NotLoggedIn, MustChange or Forbidden."""
        found = await run_in_threadpool(self.recognise, request)
        request.state.visitor = found
        if request.method not in READING:
            await self._require_our_form(request, found)
        if request.url.path.startswith(OPEN):
            return
        if found is None:
            raise NotLoggedIn("Nobody is logged in.", "Log in first.")
        if found.must_change and request.url.path not in BEFORE_A_PASSWORD:
            raise MustChange("The first password has not been changed.", "Choose your own.")

    def recognise(self, request: Request) -> Visitor | None:
        """The visitor by the session's cookie."""
        token = request.cookies.get(self.cookie)
        account = self._store.sessions.of(token, self._rules.idle) if token else None
        if token is None or account is None:
            return None
        return Visitor(
            account_id=account.id,
            person=account.person,
            csrf=csrf_of(token),
            language=account.language,
            must_change=account.must_change,
            token=token,
        )

    @property
    def cookie(self) -> str:
        """The session's cookie: over https one that no other machine of the domain can set."""
        return self.cookie_named(SESSION)

    def cookie_named(self, name: str) -> str:
        """What a cookie of ours is called."""
        return f"__Host-{name}" if self.secure else name

    def address(self, request: Request) -> str:
        """Where people reach the pages, without a slash at its end."""
        return self._rules.public_url or str(request.base_url).rstrip("/")

    @property
    def secure(self) -> bool:
        """Whether people reach the pages over https."""
        return self._rules.public_url is not None

    async def _require_our_form(self, request: Request, found: Visitor | None) -> None:
        origin = request.headers.get("origin")
        own = origin and (urlsplit(origin).netloc == request.headers.get("host") or origin == self._rules.public_url)
        if not own:
            raise Forbidden("The form comes from another site.", "Open the page here, and send it from there.")
        if found is not None:
            said = (await request.form()).get("csrf")
            if not isinstance(said, str) or not hmac.compare_digest(said.encode(), found.csrf.encode()):
                raise Forbidden("The form is not of this session.", "Load the page again, and send it once more.")


def csrf_of(token: str) -> str:
    """The session's word for its forms; the token cannot be told from it."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()
