"""`/metrics`, for Prometheus: by a token that may see figures."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from bots_common.errors import KollegaError
from bots_common.roles import Right
from bots_common.settings import Settings
from bots_common.work import Store
from reports import measures
from reports.web.api import problems
from reports.web.api.callers import Callers


class Metrics:
    """The one route."""

    def __init__(self, store: Store, settings: Settings, callers: Callers) -> None:
        self._store = store
        self._settings = settings
        self._callers = callers

    def router(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/metrics", self.scrape, methods=["GET"], response_model=None)
        return router

    def scrape(self, request: Request) -> Response:
        """The measures of the robots whose figures the caller may see. A machine calls: no login page is of use."""
        try:
            who = self._callers.of(request)
            who.require(Right.SEE_FIGURES)
            told = measures.exposition(self._store, self._settings, who.robots(Right.SEE_FIGURES))
        except KollegaError as error:
            return problems.answer(error)
        return Response(told, media_type=measures.MEDIA_TYPE)
