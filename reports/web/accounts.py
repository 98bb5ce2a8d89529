"""Who may log in: an administrator makes accounts, gives roles, and helps who is locked out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi import Path as InPath

from bots_common.errors import StoreError
from bots_common.robot import registry
from bots_common.roles import EVERY_ROBOT, Grant, Right, Role
from bots_common.work import Store
from reports.acts import Act
from reports.web.access import Doorkeeper, needs, visitor
from reports.web.rendering import Renderer, language_param

Name = Annotated[str, InPath(max_length=40)]
Text = Annotated[str, Form(max_length=200)]


class AccountPages:
    """The routes of administrators."""

    def __init__(self, store: Store, doorkeeper: Doorkeeper, renderer: Renderer) -> None:
        self._store = store
        self._doorkeeper = doorkeeper
        self._renderer = renderer

    def router(self) -> APIRouter:
        router = APIRouter(dependencies=[Depends(language_param), needs(Right.ADMIT)])
        routes: tuple[tuple[str, str, Callable[..., Response]], ...] = (
            ("GET", "/accounts", self.all),
            ("POST", "/accounts", self.add),
            ("GET", "/accounts/{name}", self.one),
            ("POST", "/accounts/{name}/give", self.give),
            ("POST", "/accounts/{name}/take", self.take),
            ("POST", "/accounts/{name}/close", self.close),
            ("POST", "/accounts/{name}/open", self.open),
            ("POST", "/accounts/{name}/link", self.link),
            ("POST", "/accounts/{name}/forget", self.forget),
        )
        for method, path, page in routes:
            router.add_api_route(path, page, methods=[method], response_model=None)
        return router

    def all(self, request: Request) -> Response:
        """Every account."""
        return self._renderer.page(request, "accounts.html", accounts=self._store.accounts.all(), refused=None)

    def add(self, request: Request, name: Text = "", display: Text = "") -> Response:
        """A new account; its owner comes in by a link."""
        who = visitor(request).name
        try:
            account = self._store.accounts.add(name, display, who)
        except StoreError:
            refused = self._renderer.teller(request).say(
                "The name is taken, or is not two to forty small letters, digits and dots."
            )
            return self._renderer.page(request, "accounts.html", accounts=self._store.accounts.all(), refused=refused)
        self._store.audit.note(who, Act.ACCOUNT_MADE, detail=account.name)
        return self._renderer.back(f"/accounts/{account.name}")

    def one(self, request: Request, name: Name) -> Response:
        """An account, and what can be done with it."""
        return self._shown(request, name, link=None)

    def give(self, request: Request, name: Name, role: Annotated[Role, Form()], robot: Text = "") -> Response:
        """Give a role, for one robot or for every robot."""
        grant = Grant(role, robot if robot in registry() else EVERY_ROBOT)
        who = visitor(request).name
        self._store.accounts.grant(name, grant, who)
        self._store.audit.note(who, Act.ROLE_GIVEN, robot=grant.robot or None, detail=f"{name}: {role.value}")
        return self._renderer.back(f"/accounts/{name}")

    def take(self, request: Request, name: Name, role: Annotated[Role, Form()], robot: Text = "") -> Response:
        """Take a role away."""
        self._store.accounts.revoke(name, Grant(role, robot))
        self._store.audit.note(
            visitor(request).name, Act.ROLE_TAKEN, robot=robot or None, detail=f"{name}: {role.value}"
        )
        return self._renderer.back(f"/accounts/{name}")

    def close(self, request: Request, name: Name) -> Response:
        """Nobody logs in by it any more."""
        self._store.accounts.disable(name, visitor(request).name)
        self._store.audit.note(visitor(request).name, Act.ACCOUNT_CLOSED, detail=name)
        return self._renderer.back(f"/accounts/{name}")

    def open(self, request: Request, name: Name) -> Response:
        """It may be used again, and is locked no more."""
        self._store.accounts.enable(name)
        self._store.audit.note(visitor(request).name, Act.ACCOUNT_OPENED, detail=name)
        return self._renderer.back(f"/accounts/{name}")

    def link(self, request: Request, name: Name) -> Response:
        """Make a link that lets its owner in once; it is shown here, and nowhere else."""
        token = self._store.accounts.link(name)
        self._store.audit.note(visitor(request).name, Act.ACCOUNT_LINKED, detail=name)
        return self._shown(request, name, link=f"{self._doorkeeper.address(request)}/enter/{token}")

    def forget(self, request: Request, name: Name) -> Response:
        """Take a forgotten password away; its owner comes in by a link and chooses another."""
        self._store.accounts.forget_password(name)
        self._store.audit.note(visitor(request).name, Act.PASSWORD_TAKEN, detail=name)
        return self._renderer.back(f"/accounts/{name}")

    def _shown(self, request: Request, name: str, link: str | None) -> Response:
        account, teller = self._store.accounts.of(name), self._renderer.teller(request)
        return self._renderer.page(
            request,
            "account.html",
            account=account,
            link=link,
            sessions=self._store.sessions.all_of(account.id),
            roles=list(Role),
            robots={robot: teller.robot(robot) for robot in registry()},
        )
