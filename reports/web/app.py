"""Puts the web application together: pages, styles, headers, and friendly pages for what went wrong."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from fastapi import Depends, FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from loguru import logger
from starlette.exceptions import HTTPException

from bots_common.errors import Forbidden, KollegaError, NotFound, StoreUnavailable
from bots_common.evidence import EVIDENCE, EvidenceFolder
from bots_common.settings import Settings
from bots_common.work import Codec, Store
from bots_common.work.database import Clock, utc_now
from reports.planned import Timetable
from reports.web import api
from reports.web.access import CHANGE, LOGIN, Doorkeeper, MustChange, NotLoggedIn
from reports.web.accounts import AccountPages
from reports.web.api import problems
from reports.web.api.callers import Callers
from reports.web.approvals import ApprovalPages
from reports.web.audit import AuditPages
from reports.web.baselines import BaselinePages
from reports.web.case import CasePages
from reports.web.dashboard import Dashboard
from reports.web.guard import protect
from reports.web.login import Login
from reports.web.metrics import Metrics
from reports.web.municipal import MunicipalLogin
from reports.web.obs import ObsPages
from reports.web.obs_sheets import ObsSheetPages
from reports.web.oidc import Provider
from reports.web.own import OwnPages
from reports.web.pages import Pages
from reports.web.piles import PilePages
from reports.web.process import ProcessPictures
from reports.web.rendering import Renderer
from reports.web.reports import ReportPages
from reports.web.robots import RobotPages
from reports.web.runs import RunPages
from reports.web.sample import SamplePages
from reports.web.schedule_file import ScheduleFilePages
from reports.web.schedules import SchedulePages
from reports.web.systems import SystemPages
from reports.web.worklist import WorklistPages

STATIC: Final = Path(__file__).parent / "static"


def create(store: Store, codec: Codec, settings: Settings, clock: Clock = utc_now) -> FastAPI:
    """The web application over a store. Serve it with `reports.web.serve`."""
    doorkeeper = Doorkeeper(store, settings)
    app = FastAPI(
        title="Kollega", docs_url=None, redoc_url=None, openapi_url=None, dependencies=[Depends(doorkeeper)]
    )
    renderer = Renderer(settings)
    evidence = EvidenceFolder(settings.folder / EVIDENCE, codec, store.ledger)
    timetable = Timetable(store, settings, clock)
    app.include_router(Pages(store, evidence, settings, timetable, renderer, clock).router())
    app.include_router(WorklistPages(store, renderer, clock).router())
    app.include_router(ApprovalPages(store, renderer, clock).router())
    app.include_router(ObsSheetPages(store, codec, renderer).router())
    app.include_router(ObsPages(store, renderer, clock).router())
    app.include_router(SamplePages(store, settings, renderer, clock).router())
    app.include_router(CasePages(store, settings, renderer, clock).router())
    app.include_router(PilePages(store, settings, renderer, clock).router())
    login = Login(store, settings, doorkeeper, renderer, clock)
    app.include_router(login.router())
    if settings.web.oidc is not None:
        provider = Provider(settings.web.oidc, clock)
        app.include_router(MunicipalLogin(store, codec, provider, doorkeeper, renderer, login).router())
    app.include_router(OwnPages(store, renderer).router())
    app.include_router(AccountPages(store, doorkeeper, renderer).router())
    app.include_router(AuditPages(store, codec, settings, renderer, clock).router())
    app.include_router(Dashboard(store, timetable, renderer, clock).router())
    app.include_router(BaselinePages(store, renderer).router())
    app.include_router(ProcessPictures(renderer).router())
    app.include_router(RobotPages(store, settings, renderer).router())
    app.include_router(SystemPages(store, evidence, settings, renderer).router())
    callers = Callers(store, doorkeeper, clock)
    app.include_router(Metrics(store, settings, callers).router())
    app.mount(api.PATH, api.create(store, settings, timetable, callers, renderer, clock), name="api")
    app.include_router(SchedulePages(store, timetable, renderer, clock).router())
    app.include_router(ScheduleFilePages(store, settings, renderer, clock).router())
    app.include_router(RunPages(store, timetable, renderer, clock).router())
    app.include_router(ReportPages(store, settings, renderer).router())
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    _explain_errors(app, renderer, doorkeeper)
    _lead_to_login(app, renderer)
    protect(app, settings.web)
    return app


def _lead_to_login(app: FastAPI, renderer: Renderer) -> None:
    """Who is not logged in goes to the login, and from there on to where they wanted to go."""

    async def log_in(request: Request, error: Exception) -> Response:
        wanted = request.url.path if request.method == "GET" else "/"
        query = f"?{request.url.query}" if request.method == "GET" and request.url.query else ""
        return renderer.back(f"{LOGIN}?{urlencode({'next': wanted + query})}")

    async def change(request: Request, error: Exception) -> Response:
        return renderer.back(CHANGE)

    app.add_exception_handler(NotLoggedIn, log_in)
    app.add_exception_handler(MustChange, change)


def _explain_errors(app: FastAPI, renderer: Renderer, doorkeeper: Doorkeeper) -> None:
    """Every error is a page that people can read; what it was stands in the log."""

    async def by_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if request.url.path.startswith(f"{api.PATH}/"):  # a mount does not match what has a line break in it
            return problems.no_such(error)
        if not hasattr(request.state, "visitor"):  # an address that no route has
            request.state.visitor = await run_in_threadpool(doorkeeper.recognise, request)
        return renderer.error(request, HTTPStatus(error.status_code))

    async def by_query(request: Request, error: Exception) -> Response:
        return renderer.error(request, HTTPStatus.UNPROCESSABLE_ENTITY)

    async def by_kollega(request: Request, error: Exception) -> Response:
        if isinstance(error, NotFound):
            return renderer.error(request, HTTPStatus.NOT_FOUND)
        if isinstance(error, Forbidden):
            logger.info("{} refused: {}", request.url.path, error)
            return renderer.error(request, HTTPStatus.FORBIDDEN)
        logger.warning("{} could not be shown: {}", request.url.path, error)
        if isinstance(error, StoreUnavailable):
            return renderer.error(request, HTTPStatus.SERVICE_UNAVAILABLE)
        return renderer.error(request, HTTPStatus.INTERNAL_SERVER_ERROR)

    app.add_exception_handler(HTTPException, by_http)
    app.add_exception_handler(RequestValidationError, by_query)
    app.add_exception_handler(KollegaError, by_kollega)
