"""Programs that call the API, for tests: each with a token of somebody's account."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response

from bots_common.errors import NotFound
from bots_common.roles import LENT, Grant, Scope
from bots_common.work import Store
from tests.visitors import ADDRESS, EVERY_ROLE

EVERYTHING = tuple(Scope(right) for right in sorted(LENT))
MONTH = timedelta(days=30)


def token(
    store: Store,
    name: str = "anne.berg",
    grants: Collection[Grant] = EVERY_ROLE,
    scopes: Collection[Scope] | None = None,
    title: str = "night job",
) -> str:
    """A token of the account, made where there is none, with all that its roles allow unless `scopes` says less."""
    try:
        account = store.accounts.of(name)
    except NotFound:
        account = store.accounts.add(name, name.title(), "test", grants=grants)
    within = [it for it in EVERYTHING if account.person.may(it.right)] if scopes is None else scopes
    return store.tokens.add(name, title, within, MONTH)


class Program(AsyncClient):
    """A program with a token, or with none."""

    def __init__(self, app: FastAPI, token: str | None) -> None:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        super().__init__(transport=ASGITransport(app), base_url=f"{ADDRESS}/api/v1", headers=headers)

    async def says(self, address: str, **said: Any) -> Response:
        """Send JSON."""
        return await self.post(address, json=said)
