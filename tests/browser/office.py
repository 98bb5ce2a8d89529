"""A small made-up office system for tests of the desk and the worker: a login, pages, and one form that acts.

It runs in a thread of the test's own process, so a test can change what it answers and see what it was asked.
"""

from __future__ import annotations

import asyncio
import contextlib
import html
import re
import secrets
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

import uvicorn
from playwright.async_api import Locator, Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bots_common.desk import System
from bots_common.settings import SystemSettings
from bots_common.values import Frozen, Receipt

PASSWORD: Final = "open sesame"
LOGIN: Final = """<form method="post" action="/login">
<label>User <input name="user"></label><label>Password <input name="password" type="password"></label>
<button>Log in</button></form>"""
FORM: Final = """<form method="post" action="/act"><label>Text <input name="text"></label>
<button>Send</button></form>"""
ASKING_FORM: Final = FORM.replace("<button>", "<button onclick=\"return confirm('Send it?')\">")

Answer = Callable[[Request], Awaitable[Response]]


def screen(body: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(f"<!doctype html><html lang='en'><title>Office</title><body>{body}</body></html>", status)


async def silence(request: Request) -> Response:
    """Answer nothing for as long as the browser waits."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return Response()


@dataclass
class OfficeServer:
    """The running system.

    `pages` are bodies by path; `answers` go before them; `statuses` are given out first, one a request. `acts` are
    the texts that were sent with the form; `asked` the method and path of every request.
    """

    address: str
    pages: dict[str, str] = field(default_factory=lambda: {"/home": "<h1>Home</h1>", "/form": FORM})
    answers: dict[str, Answer] = field(default_factory=dict)
    statuses: dict[str, list[int]] = field(default_factory=dict)
    acts: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    logins: int = 0
    login_seconds: float = 0
    password: str = PASSWORD
    _sessions: set[str] = field(default_factory=set)

    def log_everybody_out(self) -> None:
        self._sessions.clear()

    def settings(self, *, password: str = PASSWORD, timeout_seconds: float = 10) -> SystemSettings:
        return SystemSettings(
            url=f"{self.address}/",
            username="robot",
            password=password,
            timeout_seconds=timeout_seconds,
            settle_seconds=0.1,
        )

    async def answer(self, request: Request) -> Response:
        path = request.url.path
        self.asked.append(f"{request.method} {path}")
        if path == "/login":
            return await self._log_in(request)
        if request.cookies.get("session") not in self._sessions:
            return screen(LOGIN)
        if self.statuses.get(path):
            return screen("<h1>Something is wrong</h1>", self.statuses[path].pop(0))
        if path in self.answers:
            return await self.answers[path](request)
        if path == "/act":
            return await self.act(request)
        if path == "/acts":
            return screen("".join(f"<li>{number} {html.escape(text)}</li>" for number, text in enumerate(self.acts)))
        return screen(self.pages[path]) if path in self.pages else screen("<h1>No such page</h1>", 404)

    async def _log_in(self, request: Request) -> Response:
        if (await request.form()).get("password") != self.password:
            return screen(LOGIN)
        await asyncio.sleep(self.login_seconds)
        self.logins += 1
        session = secrets.token_hex(8)
        self._sessions.add(session)
        response = screen("<h1>Welcome</h1>")
        response.set_cookie("session", session)
        return response

    async def act(self, request: Request) -> Response:
        """Do what the form asks, and show its receipt."""
        self.acts.append(str((await request.form())["text"]))
        return screen(f"<p id='receipt'>{len(self.acts) - 1}</p>")


@contextlib.contextmanager
def office_server() -> Iterator[OfficeServer]:
    """The system on a free port of this machine until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        office = OfficeServer(f"http://127.0.0.1:{listening.getsockname()[1]}")
        app = Starlette(routes=[Route("/{path:path}", office.answer, methods=["GET", "POST"])])
        config = uvicorn.Config(app, ws="none", lifespan="off", log_level="error", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield office
        finally:
            server.should_exit = True
            thread.join()


class Letter(Frozen):
    """What is entered into the form."""

    text: str


class Office(System):
    """The system as a robot sees it."""

    name = "office"
    home = "home"

    def login_form(self, page: Page) -> Locator:
        return page.get_by_label("Password")

    def is_login_page(self, html: str) -> bool:
        return 'name="password"' in html

    async def fill_login(self, page: Page) -> None:
        await self.log_in_with(page, user="User", password="Password", button="Log in")

    async def open_form(self, text: str) -> Page:
        page = await self.goto("form")
        await self.fill(page, {"Text": text})
        return page

    async def send(self, page: Page, question: str | None = None) -> dict[str, str]:
        return await self.commit(
            page.get_by_role("button", name="Send"),
            receipt=page.locator("#receipt"),
            refusal=page.get_by_role("alert"),
            fields=("#receipt",),
            question=question,
        )

    async def act(self, letter: Letter) -> Receipt:
        """Effect: send the form; the receipt has the number of the act."""
        receipt = await self.send(await self.open_form(letter.text))
        return Receipt(receipt["#receipt"])

    async def find_act(self, letter: Letter) -> Receipt | None:
        acts = (await self.fetch("acts")).decode()
        found = re.search(rf"<li>(\d+) {re.escape(letter.text)}</li>", acts)
        return Receipt(found.group(1)) if found else None
