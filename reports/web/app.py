"""Puts the web application together: pages, styles, headers, and friendly pages for what went wrong."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from loguru import logger
from starlette.exceptions import HTTPException

from bots_common.errors import KollegaError, NotFound, StoreUnavailable
from bots_common.evidence import EvidenceFolder
from bots_common.settings import Settings
from bots_common.work import Codec, Store
from bots_common.work.database import Clock, utc_now
from reports.web.guard import protect
from reports.web.pages import Pages
from reports.web.rendering import Renderer

STATIC: Final = Path(__file__).parent / "static"


def create(store: Store, codec: Codec, settings: Settings, clock: Clock = utc_now) -> FastAPI:
    """The web application over a store. Serve it with `reports.web.serve`."""
    app = FastAPI(title="Kollega", docs_url=None, redoc_url=None, openapi_url=None)
    renderer = Renderer(settings)
    evidence = EvidenceFolder(settings.folder / "evidence", codec, store.ledger)
    app.include_router(Pages(store, evidence, settings, renderer, clock).router())
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    _explain_errors(app, renderer)
    protect(app)
    return app


def _explain_errors(app: FastAPI, renderer: Renderer) -> None:
    """Every error is a page that people can read; what it was stands in the log."""

    async def by_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return renderer.error(request, HTTPStatus(error.status_code))

    async def by_query(request: Request, error: Exception) -> Response:
        return renderer.error(request, HTTPStatus.UNPROCESSABLE_ENTITY)

    async def by_kollega(request: Request, error: Exception) -> Response:
        if isinstance(error, NotFound):
            return renderer.error(request, HTTPStatus.NOT_FOUND)
        logger.warning("{} could not be shown: {}", request.url.path, error)
        if isinstance(error, StoreUnavailable):
            return renderer.error(request, HTTPStatus.SERVICE_UNAVAILABLE)
        return renderer.error(request, HTTPStatus.INTERNAL_SERVER_ERROR)

    app.add_exception_handler(HTTPException, by_http)
    app.add_exception_handler(RequestValidationError, by_query)
    app.add_exception_handler(KollegaError, by_kollega)
