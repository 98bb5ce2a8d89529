"""Logging in and out, and changing one's own password."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request, Response

from bots_common.errors import Forbidden, LockedOut, NotAdmitted, NotFound, WeakPassword
from bots_common.settings import Settings
from bots_common.work import Store
from bots_common.work.accounts import AccountRow
from bots_common.work.database import Clock
from reports.acts import Act
from reports.web.access import CHANGE, Doorkeeper, home_of, visitor
from reports.web.rendering import Renderer, language_param

NOT_THE_SAME: Final = "The two new passwords are not the same."
UNKNOWN: Final = "?"
TRIES: Final = 30
WITHIN: Final = timedelta(minutes=5)

Text = Annotated[str, Form(max_length=500)]


class Tries:
    """How often each machine has tried of late, in this process. An account's own lock stands in the database."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._of: dict[str, deque[datetime]] = {}

    def too_many(self, machine: str) -> bool:
        """Count one more; whether it is one too many."""
        now = self._clock()
        self._of = {it: times for it, times in self._of.items() if times[-1] > now - WITHIN}
        self._of.setdefault(machine, deque(maxlen=TRIES + 1)).append(now)
        return self.spent(machine)

    def spent(self, machine: str) -> bool:
        """Whether there have been too many already."""
        times = self._of.get(machine)
        return times is not None and len(times) > TRIES and times[0] > self._clock() - WITHIN


class Login:
    """The routes by which people come in and go."""

    def __init__(
        self, store: Store, settings: Settings, doorkeeper: Doorkeeper, renderer: Renderer, clock: Clock
    ) -> None:
        self._store = store
        self._settings = settings
        self._doorkeeper = doorkeeper
        self._renderer = renderer
        self._tries = Tries(clock)

    def router(self) -> APIRouter:
        router = APIRouter(dependencies=[Depends(language_param)])
        routes: tuple[tuple[str, str, Callable[..., Response]], ...] = (
            ("GET", "/login", self.form),
            ("POST", "/login", self.log_in),
            ("POST", "/logout", self.log_out),
            ("GET", "/enter/{token}", self.door),
            ("POST", "/enter/{token}", self.enter),
            ("GET", "/password", self.password_form),
            ("POST", "/password", self.change_password),
        )
        for method, path, page in routes:
            router.add_api_route(path, page, methods=[method], response_model=None)
        return router

    # -- coming in ------------------------------------------------------------------------------------------

    def form(self, request: Request, next: str = "/") -> Response:
        """The form for name and password."""
        return self.refuse(request, None, next=next, status=HTTPStatus.OK)

    def log_in(self, request: Request, name: Text = "", password: Text = "", next: Text = "/") -> Response:
        """Let somebody in, or say why not."""
        say = self._renderer.teller(request).say
        if self._tries.too_many(request.client.host if request.client else ""):
            refused = say("Too many tries from this machine. Wait some minutes.")
            return self.refuse(request, refused, next=next, name=name, status=HTTPStatus.TOO_MANY_REQUESTS)
        try:
            account = self._store.accounts.log_in(name, password)
        except LockedOut as locked:
            refused = self._locked(request, locked)
        except NotAdmitted:
            refused = say("The name or the password is wrong.")
        else:
            return self.begin(account, local(next))
        self._store.audit.note(self._known(name), Act.LOGIN_REFUSED)
        return self.refuse(request, refused, next=next, name=name)

    def refuse(
        self,
        request: Request,
        refused: str | None,
        *,
        next: str = "/",
        name: str = "",
        status: HTTPStatus = HTTPStatus.UNAUTHORIZED,
    ) -> Response:
        """The form again, with a sentence on why nobody was let in."""
        shown = {"next": local(next), "refused": refused, "name": name, "municipal": self._settings.web.oidc}
        return self._renderer.page(request, "login.html", status, **shown)

    def _locked(self, request: Request, locked: LockedOut) -> str:
        teller = self._renderer.teller(request)
        return teller.say(
            "Too many wrong passwords in a row. Try again {moment}.", moment=teller.moment(locked.until)
        )

    def _known(self, name: str) -> str:
        """The account that was tried. Any other text is not written down: it may be a password in the wrong field."""
        try:
            return self._store.accounts.of(name.strip()).name
        except NotFound:
            return UNKNOWN

    def door(self, request: Request, token: str) -> Response:
        """A button: a link that is only looked at, as mail programs do, is not used up by it."""
        return self._renderer.page(request, "enter.html", refused=None)

    def enter(self, request: Request, token: str) -> Response:
        """Let in whom the link is for, this once; who has no password chooses one first."""
        try:
            account = self._store.accounts.enter(token)
        except NotAdmitted:
            refused = self._renderer.teller(request).say("The link has been used, or is too old. Ask for a new one.")
            return self._renderer.page(request, "enter.html", HTTPStatus.UNAUTHORIZED, refused=refused)
        return self.begin(account, "/" if account.password else CHANGE)

    def begin(self, account: AccountRow, address: str) -> Response:
        """A session of the account begins in this browser, and goes on to the address."""
        token = self._store.sessions.begin(account.id, self._settings.web.session)
        self._store.audit.note(account.name, Act.LOGGED_IN)
        response = self._renderer.back(home_of(account.person) if address == "/" else address)
        response.set_cookie(
            self._doorkeeper.cookie, token, httponly=True, samesite="lax", secure=self._doorkeeper.secure, path="/"
        )
        return response

    def log_out(self, request: Request) -> Response:
        """End this browser's session."""
        who = visitor(request)
        self._store.sessions.end(who.token)
        self._store.audit.note(who.name, Act.LOGGED_OUT)
        response = self._renderer.back("/login", self._renderer.teller(request).say("You are logged out."))
        response.delete_cookie(self._doorkeeper.cookie, secure=self._doorkeeper.secure, httponly=True)
        return response

    # -- one's own ------------------------------------------------------------------------------------------

    def password_form(self, request: Request) -> Response:
        """The form for another password."""
        return self._password(request, None, HTTPStatus.OK)

    def change_password(self, request: Request, present: Text = "", new: Text = "", again: Text = "") -> Response:
        """Change one's own password; every other browser is logged out."""
        who, say = visitor(request), self._renderer.teller(request).say
        account = self._with_own_password(request)
        try:
            if account.password:
                self._store.accounts.log_in(who.name, present)
            require_same(new, again)
            self._store.accounts.set_password(who.name, new)
        except LockedOut as locked:
            refused = self._locked(request, locked)
        except NotAdmitted:
            refused = say("Your present password is another.")
        except WeakPassword as weak:
            refused = f"{say(weak.what)} {say(weak.mend) if weak.mend else ''}".strip()
        else:
            self._store.audit.note(who.name, Act.PASSWORD_CHANGED)
            return self.begin(self._store.accounts.of(who.name), "/me")
        return self._password(request, refused, HTTPStatus.UNPROCESSABLE_ENTITY)

    def _password(self, request: Request, refused: str | None, status: HTTPStatus) -> Response:
        account = self._with_own_password(request)
        return self._renderer.page(request, "password.html", status, refused=refused, has_one=account.password)

    def _with_own_password(self, request: Request) -> AccountRow:
        account = self._store.accounts.of(visitor(request).name)
        if account.municipal:
            raise Forbidden("This account logs in through the municipality.", "Its password is changed there.")
        return account


def require_same(new: str, again: str) -> None:
    """Raises WeakPassword where the two differ: one of them is not what was meant."""
    if new != again:
        raise WeakPassword(NOT_THE_SAME)


def local(address: str) -> str:
    """The address where it is a page of ours, else the first page: a login must not lead to a stranger's."""
    ours = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if ours else "/"
