"""What went wrong, as RFC 9457 has it: a sentence, and what to do next, both from our own errors."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from loguru import logger
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from bots_common.errors import (
    Forbidden,
    InvalidValue,
    KollegaError,
    NotAdmitted,
    NotFound,
    StoreError,
    StoreUnavailable,
    TooManyTries,
)
from bots_common.values import mask
from reports.deciding import Refused
from reports.web.access import MustChange, NotLoggedIn

MEDIA_TYPE: Final = "application/problem+json"
SECONDS_TO_WAIT: Final = 60

STATUSES: Final[tuple[tuple[type[KollegaError], HTTPStatus], ...]] = (
    (TooManyTries, HTTPStatus.TOO_MANY_REQUESTS),
    (NotAdmitted, HTTPStatus.UNAUTHORIZED),
    (NotLoggedIn, HTTPStatus.UNAUTHORIZED),
    (Forbidden, HTTPStatus.FORBIDDEN),
    (MustChange, HTTPStatus.FORBIDDEN),
    (NotFound, HTTPStatus.NOT_FOUND),
    (Refused, HTTPStatus.UNPROCESSABLE_ENTITY),
    (InvalidValue, HTTPStatus.UNPROCESSABLE_ENTITY),
    (StoreUnavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (StoreError, HTTPStatus.CONFLICT),
)
"""The first that an error is decides."""


class WrongPart(BaseModel):
    """A part of the request that cannot be so."""

    where: str
    why: str


class Problem(BaseModel):
    """What went wrong. `detail` says what happened, `next` what to do about it; `wrong` are parts of the request."""

    type: str
    title: str
    status: int
    detail: str
    next: str
    wrong: list[WrongPart] = []


def explain(app: FastAPI) -> None:
    """Answer every error by a problem; what was not foreseen stands in the log alone."""

    async def by_kollega(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, KollegaError)
        return answer(error)

    async def by_http(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        return no_such(error)

    async def by_request(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        wrong = [WrongPart(where=".".join(map(str, it["loc"])), why=it["msg"]) for it in error.errors()]
        what = Problem(
            type=_type("request"),
            title="The request cannot be understood",
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
            detail="Some parts of the request are not what they should be. Nothing was changed.",
            next="Correct the parts named here; openapi.json says what each should be.",
            wrong=[WrongPart(where=mask(it.where), why=mask(it.why)) for it in wrong],
        )
        return _json(what)

    app.add_exception_handler(KollegaError, by_kollega)
    app.add_exception_handler(HTTPException, by_http)
    app.add_exception_handler(RequestValidationError, by_request)


def answer(error: KollegaError) -> JSONResponse:
    """The problem that one of our errors is, as an answer of its own."""
    what = of(error)
    if what.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.warning("A program could not be answered: {}", error)
    return _json(what, _headers(HTTPStatus(what.status)))


def of(error: KollegaError) -> Problem:
    """The problem that one of our errors is."""
    status = next((it for kind, it in STATUSES if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)
    foreseen = status is not HTTPStatus.INTERNAL_SERVER_ERROR
    return Problem(
        type=_type(_words(error)),
        title=_words(error).replace("-", " ").capitalize(),
        status=status,
        detail=mask(error.what) if foreseen else "Something went wrong here.",
        next=(mask(error.mend) if foreseen else "")
        or "Look again at what it is about, and tell those who operate it.",
    )


def no_such(error: HTTPException) -> JSONResponse:
    """The problem of an address that has no route, or none for the method."""
    status = HTTPStatus(error.status_code)
    what = Problem(
        type="about:blank",
        title=status.phrase,
        status=status,
        detail="This address has nothing to do what was asked.",
        next="Look it up in openapi.json.",
    )
    return _json(what, dict(error.headers or {}))


def _headers(status: HTTPStatus) -> dict[str, str]:
    if status is HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": 'Bearer realm="Kollega"'}
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        return {"Retry-After": str(SECONDS_TO_WAIT)}
    return {}


def _json(problem: Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(problem.model_dump(), problem.status, headers, media_type=MEDIA_TYPE)


def _words(error: KollegaError) -> str:
    """The error's name in small letters: "with-another"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", type(error).__name__).lower()


def _type(name: str) -> str:
    return f"tag:kollega,2026:problem/{name}"
