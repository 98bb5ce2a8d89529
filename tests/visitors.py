"""People at a browser, for tests: logged in, with the roles that a test gives them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response

from bots_common.errors import NotFound
from bots_common.roles import Grant, Role
from bots_common.work import Store
from reports.web.access import SESSION, csrf_of

ADDRESS = "http://localhost"
EVERY_ROLE = tuple(Grant(role) for role in Role)
LENGTH = timedelta(days=30)


def session(store: Store, name: str = "anne.berg", grants: Iterable[Grant] = EVERY_ROLE) -> str:
    """The token of somebody who has logged in; the account is made where there is none yet."""
    try:
        account = store.accounts.of(name)
    except NotFound:
        account = store.accounts.add(name, name.title(), "test", grants=grants)
    return store.sessions.begin(account.id, LENGTH)


class Visitor(AsyncClient):
    """A browser of somebody who is logged in; `send_form` sends a form as a page of ours does."""

    def __init__(self, app: FastAPI, token: str | None) -> None:
        cookies = {SESSION: token} if token else {}
        super().__init__(transport=ASGITransport(app), base_url=ADDRESS, cookies=cookies, headers={"origin": ADDRESS})

    @property
    def csrf(self) -> str:
        """The session's word; empty where there is no session."""
        token = self.cookies.get(SESSION)
        return csrf_of(token) if token else ""

    async def send_form(self, address: str, **fields: str) -> Response:
        """Send a form of a page; its word is the session's."""
        csrf = {"csrf": self.csrf} if self.csrf else {}
        return await self.post(address, data=csrf | fields)


def visitor(app: FastAPI, store: Store, name: str = "anne.berg", grants: Iterable[Grant] = EVERY_ROLE) -> Visitor:
    """Somebody who is logged in, by default with every role."""
    return Visitor(app, session(store, name, grants))


def nobody(app: FastAPI) -> Visitor:
    """Somebody who is not logged in."""
    return Visitor(app, None)
