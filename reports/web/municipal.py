"""The way in by the municipality's own login: off to it, and back from it."""

from __future__ import annotations

import base64
import binascii
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Depends, Request, Response
from loguru import logger

from bots_common.errors import NotAdmitted, StoreError, SystemUnavailable
from bots_common.work import Codec, Store
from reports.acts import Act
from reports.web.access import Doorkeeper
from reports.web.login import UNKNOWN, Login, local
from reports.web.oidc import TIME_TO_LOG_IN, Begun, Identity, Provider
from reports.web.rendering import Renderer, language_param

BEGUN: Final = "kollega_login"
AWAY: Final = "/login/municipality"
BACK: Final = "/login/municipality/back"


class MunicipalLogin:
    """Its two routes. What has begun lies sealed in the browser, so that any server of ours can finish it."""

    def __init__(
        self,
        store: Store,
        codec: Codec,
        provider: Provider,
        doorkeeper: Doorkeeper,
        renderer: Renderer,
        login: Login,
    ) -> None:
        self._store = store
        self._codec = codec
        self._provider = provider
        self._doorkeeper = doorkeeper
        self._renderer = renderer
        self._login = login

    def router(self) -> APIRouter:
        router = APIRouter(dependencies=[Depends(language_param)])
        router.add_api_route(AWAY, self.away, methods=["GET"], response_model=None)
        router.add_api_route(BACK, self.back, methods=["GET"], response_model=None)
        return router

    def away(self, request: Request, next: str = "/") -> Response:
        """To the municipality's login."""
        try:
            address, begun = self._provider.begin(self._address(request), local(next))
        except SystemUnavailable as error:
            return self._unavailable(request, error)
        response = self._renderer.back(address)
        response.set_cookie(
            self._cookie,
            base64.urlsafe_b64encode(self._codec.seal_json(begun.fields())).decode(),
            max_age=int(TIME_TO_LOG_IN.total_seconds()),
            httponly=True,
            samesite="lax",
            secure=self._doorkeeper.secure,
        )
        return response

    def back(self, request: Request) -> Response:
        """From the municipality's login: let in whom it names."""
        try:
            begun = self._begun(request)
            who = self._provider.finish(begun, str(request.url), self._address(request))
            account = self._store.accounts.admit(self._key(who), who.name, who.display, who.grants)
        except SystemUnavailable as error:
            return self._unavailable(request, error)
        except NotAdmitted as error:
            logger.info("the municipality's login let nobody in: {}", error)
            self._store.audit.note(UNKNOWN, Act.LOGIN_REFUSED, detail=error.what)
            say = self._renderer.teller(request).say
            response = self._login.refuse(
                request,
                say("The municipality's login did not let you in here. Begin again, or ask an administrator."),
            )
        else:
            response = self._login.begin(account, begun.next)
        response.delete_cookie(self._cookie, secure=self._doorkeeper.secure, httponly=True)
        return response

    @property
    def _cookie(self) -> str:
        return self._doorkeeper.cookie_named(BEGUN)

    def _address(self, request: Request) -> str:
        """Where the browser shall come back to, as the provider knows it."""
        return f"{self._doorkeeper.address(request)}{BACK}"

    def _begun(self, request: Request) -> Begun:
        sealed = request.cookies.get(self._cookie, "")
        try:
            return Begun(**self._codec.unseal_json(base64.urlsafe_b64decode(sealed)))
        except (StoreError, binascii.Error, ValueError, TypeError) as error:
            raise NotAdmitted("No login has begun in this browser.", "Begin again.") from error

    def _key(self, who: Identity) -> str:
        """By what the account is found. A provider may use the personal number as subject: only its hash is kept."""
        return f"{who.issuer}|{self._codec.fingerprint(who.subject).hex()}"

    def _unavailable(self, request: Request, error: SystemUnavailable) -> Response:
        logger.warning("the municipality's login: {}", error)
        say = self._renderer.teller(request).say
        return self._login.refuse(
            request,
            say("The municipality's login does not answer. Try again in some minutes."),
            status=HTTPStatus.SERVICE_UNAVAILABLE,
        )
