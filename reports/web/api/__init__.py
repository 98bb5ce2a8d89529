"""The API: the same as the pages, for programs. It describes itself at `/api/v1/openapi.json`."""

from __future__ import annotations

from typing import Any, Final

from fastapi import Depends, FastAPI
from fastapi.openapi.utils import get_openapi

from bots_common.settings import Settings
from bots_common.work import Store
from bots_common.work.database import Clock
from reports.planned import Timetable
from reports.web.api import problems
from reports.web.api.callers import Callers
from reports.web.api.figures import FigureRoutes
from reports.web.api.items import ItemRoutes
from reports.web.api.obs import ObsRoutes
from reports.web.api.operations import OperationRoutes
from reports.web.api.runs import RunRoutes
from reports.web.api.schedules import ScheduleRoutes
from reports.web.api.together import TogetherRoutes
from reports.web.rendering import Renderer

PATH: Final = "/api/v1"
REFUSALS: Final = {
    400: "The body is no JSON",
    401: "Nobody, or a token that opens nothing",
    403: "The caller's roles or the token's scopes do not reach so far",
    404: "It is not there, or another's",
    409: "Somebody was quicker, or the case does not stand so",
    422: "The request cannot be so",
    429: "Too many wrong tokens from this machine",
    503: "The database does not answer",
}


def create(
    store: Store, settings: Settings, timetable: Timetable, callers: Callers, renderer: Renderer, clock: Clock
) -> FastAPI:
    """The API over a store, an application by itself: mount it at `PATH`."""
    api = _Api(title="Kollega", version="1", openapi_url=None, dependencies=[Depends(callers)])
    api.include_router(ItemRoutes(store, settings, renderer, clock).router())
    api.include_router(TogetherRoutes(store).router())
    api.include_router(ObsRoutes(store).router())
    api.include_router(FigureRoutes(store, renderer).router())
    api.include_router(OperationRoutes(store, settings).router())
    api.include_router(RunRoutes(store).router())
    api.include_router(ScheduleRoutes(store, timetable).router())
    api.add_api_route("/openapi.json", api.openapi, methods=["GET"], include_in_schema=False)
    problems.explain(api)
    return api


class _Api(FastAPI):
    """Describes errors as they are, and the token that every call needs."""

    def openapi(self) -> dict[str, Any]:
        """The description, made once."""
        if self.openapi_schema is None:
            described = get_openapi(title=self.title, version=self.version, routes=self.routes)
            _describe(described)
            self.openapi_schema = described
        return self.openapi_schema


def _describe(described: dict[str, Any]) -> None:
    components = described["components"]
    for unused in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(unused, None)
    problem = problems.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    components["schemas"] |= {**problem.pop("$defs"), "Problem": problem}
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    described["servers"] = [{"url": PATH}]
    described["security"] = [{"token": []}]
    content = {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    refusals = {str(status): {"description": why, "content": content} for status, why in REFUSALS.items()}
    for path in described["paths"].values():
        for operation in path.values():
            operation["responses"] |= refusals
