"""The process picture of a robot, for whoever may see its figures."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response

from bots_common.errors import NotFound
from bots_common.robot import registry
from bots_common.roles import Right
from reports import process
from reports.web.access import needs, visitor
from reports.web.guard import CHART_POLICY
from reports.web.pages import RobotName
from reports.web.rendering import Renderer, language_param

SVG = "image/svg+xml"


class ProcessPictures:
    """The one route."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer

    def router(self) -> APIRouter:
        router = APIRouter(dependencies=[Depends(language_param), needs(Right.SEE_FIGURES)])
        router.add_api_route("/robots/{robot}/process.svg", self.picture, methods=["GET"], response_model=None)
        return router

    def picture(self, request: Request, robot: RobotName) -> Response:
        """The picture in the reader's language. Raises NotFound and Forbidden."""
        if robot not in registry():
            raise NotFound(f"There is no robot {robot!r}.", "The dashboard names those there are.")
        visitor(request).require(Right.SEE_FIGURES, robot)
        drawn = process.draw(registry()[robot], self._renderer.teller(request))
        return Response(drawn, media_type=SVG, headers={"Content-Security-Policy": CHART_POLICY})
