"""What people see and change of their own account: who they are here, their language, and the tokens they lend."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request, Response

from bots_common.errors import StoreError, StoreUnavailable
from bots_common.robot import registry
from bots_common.roles import EVERY_ROBOT, LENT, Right, Scope
from bots_common.texts import Language
from bots_common.work import Store
from reports.acts import Act
from reports.telling import RIGHTS
from reports.web.access import visitor
from reports.web.pages import Key
from reports.web.rendering import LANGUAGE_COOKIE, Renderer, language_param

LENGTHS: Final = (30, 90, 365)
"""How many days a token can last."""
Text = Annotated[str, Form(max_length=100)]


class OwnPages:
    """The routes of one's own account."""

    def __init__(self, store: Store, renderer: Renderer) -> None:
        self._store = store
        self._renderer = renderer

    def router(self) -> APIRouter:
        router = APIRouter(dependencies=[Depends(language_param)])
        routes: tuple[tuple[str, str, Callable[..., Response]], ...] = (
            ("GET", "/me", self.me),
            ("POST", "/me/language", self.change_language),
            ("POST", "/me/tokens", self.lend),
            ("POST", "/me/tokens/{token_id}/end", self.end),
        )
        for method, path, page in routes:
            router.add_api_route(path, page, methods=[method], response_model=None)
        return router

    def me(self, request: Request) -> Response:
        """Who I am here, what I may, where I am logged in, and which programs call for me."""
        return self._shown(request)

    def change_language(self, request: Request, language: Annotated[Language, Form()]) -> Response:
        """The language of the pages for this person, wherever they log in."""
        self._store.accounts.set_language(visitor(request).name, language)
        response = self._renderer.back("/me")
        response.delete_cookie(LANGUAGE_COOKIE)
        return response

    def lend(
        self,
        request: Request,
        title: Text = "",
        scope: Annotated[list[Right], Form(max_length=len(Right))] = [],  # noqa: B006 - FastAPI copies it
        robot: Text = EVERY_ROBOT,
        days: Annotated[int, Form(ge=1, le=366)] = LENGTHS[0],
    ) -> Response:
        """Make a token; it is shown in this answer, and nowhere else."""
        who = visitor(request).name
        scopes = [Scope(right, robot if robot in registry() else EVERY_ROBOT) for right in scope]
        try:
            token = self._store.tokens.add(who, title, scopes, timedelta(days=days))
        except StoreUnavailable:
            raise
        except StoreError:
            refused = self._renderer.teller(request).say(
                "No token was made: give it a name of its own, and tick what you yourself may do for that robot."
            )
            return self._shown(request, HTTPStatus.UNPROCESSABLE_ENTITY, refused=refused)
        self._store.audit.note(who, Act.TOKEN_MADE, detail=title)
        return self._shown(request, token=token)

    def end(self, request: Request, token_id: Key) -> Response:
        """Nobody calls with it any more. Raises NotFound."""
        who = visitor(request).name
        ended = self._store.tokens.end(token_id, who)
        self._store.audit.note(who, Act.TOKEN_ENDED, detail=ended.title)
        said = self._renderer.teller(request).say("The token {title} has ended.", title=ended.title)
        return self._renderer.back("/me", said)

    def _shown(self, request: Request, status: HTTPStatus = HTTPStatus.OK, **more: Any) -> Response:
        who, teller = visitor(request), self._renderer.teller(request)
        lent = {right: teller.say(text) for right, text in RIGHTS.items() if right in LENT and who.person.may(right)}
        shown: dict[str, Any] = {
            "account": self._store.accounts.of(who.name),
            "sessions": self._store.sessions.all_of(who.account_id),
            "tokens": self._store.tokens.all_of(who.name),
            "lent": lent,
            "robots": {name: teller.robot(name) for name in registry()},
            "lengths": LENGTHS,
            "token": None,
            "refused": None,
        }
        return self._renderer.page(request, "me.html", status, **shown | more)
