"""Draws the templates in the reader's language."""

from __future__ import annotations

from decimal import Decimal
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import quote, unquote, urlencode

from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import QueryParams

from bots_common.settings import Settings
from bots_common.texts import Language
from bots_common.values import mask
from reports.telling import Teller
from reports.web.menu import menu

TEMPLATES: Final = Path(__file__).parent / "templates"
LANGUAGE_COOKIE: Final = "kollega_language"
COOKIE_SECONDS: Final = 365 * 24 * 3600

LANGUAGES: Final = {Language.DA: "Dansk", Language.NB: "Norsk", Language.EN: "English"}
"""Each language by its own name."""

SAID_COOKIE: Final = "kollega_said"
SAID_SECONDS: Final = 60

ERRORS: Final = {
    HTTPStatus.FORBIDDEN: (
        "You may not do this",
        "Your roles do not reach so far; an administrator gives roles. If you sent a form, load its page again.",
    ),
    HTTPStatus.NOT_FOUND: (
        "This page does not exist",
        "What you asked for is not here. It may have been deleted, or the address may be mistyped.",
    ),
    HTTPStatus.UNPROCESSABLE_ENTITY: (
        "The address cannot be understood",
        "A part of the address is not what it should be, perhaps a date or a page number.",
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        "The database does not answer",
        "Wait a moment, and load the page again. If that does not help, tell those who operate the robots.",
    ),
}
ANY_ERROR: Final = (
    "The page cannot be shown",
    "Something went wrong here. Tell those who operate the robots what you were looking for.",
)


def language_param(lang: Annotated[Language | None, Query()] = None) -> Language | None:
    """Declared on every page, so that an unknown language is an error that is explained."""
    return lang


def _with(query: QueryParams, **changed: object) -> str:
    """The query of an address with some parameters changed, and the others as they were."""
    return urlencode({**query, **changed})


def _decimal(share: float) -> Decimal:
    return Decimal(str(share))


class Renderer:
    """Makes the answer from a template's name and what it shows."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters["with"] = _with
        environment.filters["masked"] = mask
        environment.filters["decimal"] = _decimal
        self._templates = Jinja2Templates(env=environment)

    def teller(self, request: Request) -> Teller:
        """The texts of the language that the address asks for, else the person, the cookie, or the settings."""
        who = getattr(request.state, "visitor", None)
        own = who.language if who else None
        for asked in (request.query_params.get("lang"), own, request.cookies.get(LANGUAGE_COOKIE)):
            if asked in set(Language):
                return Teller(Language(asked), self._settings.zone)
        return Teller(Language(self._settings.language), self._settings.zone)

    def page(self, request: Request, template: str, status: HTTPStatus = HTTPStatus.OK, **shown: Any) -> Response:
        """A page; a language chosen by the address is remembered."""
        teller = self.teller(request)
        who = getattr(request.state, "visitor", None)
        said = request.cookies.get(SAID_COOKIE)
        context = {
            "teller": teller,
            "_": teller.say,
            "languages": LANGUAGES,
            "visitor": who,
            "menu": menu(who, request.url.path) if who and not who.must_change else None,
            "said": unquote(said) if said else None,
            **shown,
        }
        response = self._templates.TemplateResponse(request, template, context, status_code=status)
        if said:
            response.delete_cookie(SAID_COOKIE)
        if request.query_params.get("lang") == teller.language:
            response.set_cookie(
                LANGUAGE_COOKIE, teller.language, max_age=COOKIE_SECONDS, httponly=True, samesite="strict"
            )
        return response

    def back(self, address: str, said: str = "") -> Response:
        """On to a page by GET, where what is `said` stands on top, once. It is text of the visitor's language."""
        response = RedirectResponse(address, HTTPStatus.SEE_OTHER)
        if said:
            response.set_cookie(
                SAID_COOKIE, quote(said[:1000]), max_age=SAID_SECONDS, httponly=True, samesite="strict"
            )
        return response

    def error(self, request: Request, status: HTTPStatus) -> Response:
        title, advice = ERRORS.get(status, ANY_ERROR)
        return self.page(request, "error.html", status, title=title, advice=advice)
