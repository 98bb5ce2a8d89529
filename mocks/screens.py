"""What the screens of the mock systems have in common: login, session, view state, and how an act is written.

Every POST form carries `__VIEWSTATE`; one that is changed, from another login or another address, or whose form
has written already, shows "Siden er udløbet" with status 409. A POST without a live session loses its data.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from openpyxl import Workbook

from mocks import danish, state
from mocks.faults import PREFIXES, RENAMED, Faults, Kind
from mocks.sessions import Session, Sessions, ViewStates, form_key
from mocks.wire import Cut

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters.update(amount=danish.amount, day=danish.day, month=danish.month)

T = TypeVar("T")


class ShowInstead(Exception):
    """Not an error: leave the page being made and answer `response`."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


async def show_instead(_request: Request, error: Exception) -> Response:
    """The application's handler of `ShowInstead`."""
    assert isinstance(error, ShowInstead)
    return error.response


@dataclass(frozen=True)
class Settings:
    """How the mock systems are set up. A login lasts `session_seconds` after its last request.

    A search of the income register takes `search_seconds`, so that two of them can meet. The archive locks out a user
    who makes more than `archive_calls` requests in a minute.
    """

    user: str = "robot"
    password: str = "robot"  # noqa: S105  of a mock
    session_seconds: float = 20 * 60
    search_seconds: float = 0.02
    archive_calls: int = 600


@dataclass(frozen=True)
class World:
    """What every screen stands on: the file, its connection, the faults, the settings."""

    path: Path
    connection: sqlite3.Connection
    faults: Faults
    settings: Settings


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a form."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Posted:
    """A form that was sent with a live session and a genuine view state; `files` are those that were chosen."""

    session: Session
    fields: Mapping[str, str]
    files: Mapping[str, Upload]

    def text(self, name: str) -> str:
        """The field without the blanks around it; empty where it is missing."""
        return self.fields.get(name, "").strip()


class Page:
    """What templates ask of the page that they draw; here the faults of pages strike, at most once a page."""

    def __init__(self, faults: Faults, states: ViewStates, path: str, session: Session | None) -> None:
        self._faults = faults
        self._states = states
        self._path = path
        self._session_key = session.key if session else ""
        self.user = session.user if session else None

    def viewstate(self, action: str) -> str:
        """The hidden text of a form that posts to `action`."""
        return self._states.issue(self._session_key, action)

    def label(self, text: str) -> str:
        """The label or button text, or its other name while that fault strikes."""
        return RENAMED[text] if text in RENAMED and self._renamed else text

    @cached_property
    def _renamed(self) -> bool:
        return self._faults.strike(Kind.RENAMED_LABEL, self._path) is not None

    @cached_property
    def doubled(self) -> bool:
        """Whether the forms that write send themselves twice."""
        return self._faults.strike(Kind.DOUBLE_SUBMIT, self._path) is not None

    @cached_property
    def dialog(self) -> str:
        """A script that opens a native dialog as the page loads, or nothing."""
        return self._faults.dialog(self._path)


class Screens:
    """Base of a system's screens. Subclasses name the system and add their pages in `add_pages`."""

    system: str
    cookie: str
    start: str
    login_in_place: bool
    """Whether an expired session shows the login form at the asked address, or sends the user to it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.prefix = PREFIXES[self.system]
        self._login = f"{self.prefix}/login"
        self._sessions = Sessions(world.settings.session_seconds)
        self._states = ViewStates()

    def router(self) -> APIRouter:
        """Every address of the system."""
        router = APIRouter()
        router.add_api_route(self.prefix, self.go_to_start, methods=["GET"])
        router.add_api_route(f"{self.prefix}/", self.go_to_start, methods=["GET"])
        router.add_api_route(self._login, self.login_page, methods=["GET"])
        router.add_api_route(self._login, self.log_in, methods=["POST"])
        router.add_api_route(f"{self.prefix}/logaf", self.log_off, methods=["GET"])
        self.add_pages(router)
        return router

    def add_pages(self, router: APIRouter) -> None:
        raise NotImplementedError

    async def go_to_start(self) -> Response:
        return RedirectResponse(f"{self.prefix}/{self.start}", status_code=303)

    async def login_page(self, request: Request) -> Response:
        return self._login_form(request)

    async def log_in(self, request: Request) -> Response:
        fields, _ = await _form(request)
        self._check_view_state(request, fields, None)
        known = (self.world.settings.user, self.world.settings.password)
        if (fields.get("brugernavn"), fields.get("adgangskode")) != known:
            return self._login_form(request, "Forkert brugernavn eller adgangskode.")
        session = self._sessions.begin(self.world.settings.user)
        answer = RedirectResponse(f"{self.prefix}/{self.start}", status_code=303)
        answer.set_cookie(self.cookie, session.key, path=self.prefix, httponly=True, samesite="lax")
        return answer

    async def log_off(self, request: Request) -> Response:
        self._sessions.end(request.cookies.get(self.cookie, ""))
        return RedirectResponse(self._login, status_code=303)

    def session(self, request: Request) -> Session:
        """The login that the request belongs to.

        Raises:
            ShowInstead: with the login form, where there is none or it has expired.
        """
        key = request.cookies.get(self.cookie, "")
        session = self._sessions.find(key)
        if session and self.world.faults.strike(Kind.EXPIRED_SESSION, request.url.path):
            self._sessions.end(key)
            session = None
        if session is None:
            in_place = self.login_in_place
            raise ShowInstead(
                self._login_form(request) if in_place else RedirectResponse(self._login, status_code=303)
            )
        return session

    async def posted(self, request: Request) -> Posted:
        """The form that was sent.

        Raises:
            ShowInstead: with the login form, or with "Siden er udløbet" for a stale or foreign view state.
        """
        fields, files = await _form(request)
        session = self.session(request)
        if form_key(fields.get("__VIEWSTATE", "")) in session.cut:
            raise ShowInstead(Cut())
        self._check_view_state(request, fields, session)
        return Posted(session, fields, files)

    def written(self, request: Request, posted: Posted, act: Callable[[], T]) -> T:
        """Do an act that writes and commits, and spend the form's view state.

        Raises:
            ShowInstead: with a broken connection, before or after the act, while such a fault strikes.
        """
        faults, path, form = self.world.faults, request.url.path, form_key(posted.fields["__VIEWSTATE"])
        if faults.strike(Kind.CUT_BEFORE_WRITE, path):
            posted.session.cut.add(form)
            raise ShowInstead(Cut())
        result = act()
        posted.session.spent.add(form)
        if faults.strike(Kind.CUT_AFTER_WRITE, path):
            posted.session.cut.add(form)
            raise ShowInstead(Cut())
        return result

    def render(
        self, request: Request, name: str, session: Session | None, status_code: int = 200, **values: Any
    ) -> Response:
        """The system's template `name` as a page, or the one that all systems share."""
        page = Page(self.world.faults, self._states, request.url.path, session)
        template = _templates.select_template((f"{self.system}/{name}", name))
        text = template.render(page=page, prefix=self.prefix, system=self.system, **values)
        return HTMLResponse(text, status_code=status_code)

    def not_found(self, request: Request, session: Session, what: str) -> ShowInstead:
        """To be raised where the address names nothing: a page that says so, status 404."""
        return ShowInstead(self.render(request, "missing.html", session, 404, what=what))

    async def export(
        self,
        file_name: str,
        header: Sequence[str],
        rows: Callable[[sqlite3.Connection], Iterable[Sequence[Any]]],
    ) -> Response:
        """An Excel file of one sheet; `rows` reads on a thread and a connection of its own."""

        def workbook() -> bytes:
            with state.reader(self.world.path) as connection:
                return _workbook(header, rows(connection))

        return self.download(file_name, await run_in_threadpool(workbook), _XLSX)

    def download(self, file_name: str, content: bytes, media_type: str) -> Response:
        """A file that the browser saves. `file_name` may be anybody's: it is quoted as addresses are."""
        disposition = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file_name, safe='')}"}
        return Response(content, media_type=media_type, headers=disposition)

    def _login_form(self, request: Request, problem: str = "") -> Response:
        return self.render(request, "login.html", None, action=self._login, problem=problem)

    def _check_view_state(self, request: Request, fields: Mapping[str, str], session: Session | None) -> None:
        text = fields.get("__VIEWSTATE", "")
        spent = session is not None and form_key(text) in session.spent
        if spent or not self._states.genuine(text, session.key if session else "", request.url.path):
            raise ShowInstead(self.render(request, "expired.html", session, 409))


async def _form(request: Request) -> tuple[dict[str, str], dict[str, Upload]]:
    """The fields of the form and its files; a file field in which none was chosen has none."""
    fields, files = {}, {}
    async with request.form() as form:
        for name, value in form.items():
            if isinstance(value, str):
                fields[name] = value
            elif value.filename:
                files[name] = Upload(value.filename, await value.read())
    return fields, files


def _workbook(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Ark1")
    sheet.append(header)
    for row in rows:
        sheet.append(row)
    content = BytesIO()
    book.save(content)
    return content.getvalue()
