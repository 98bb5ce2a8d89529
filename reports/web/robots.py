"""The robots as they are now, for everybody who sees their figures, and stopping one for those who operate it."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from bots_common.errors import NotFound, StoreError
from bots_common.robot import registry
from bots_common.roles import Right
from bots_common.settings import Settings
from bots_common.work import Store
from bots_common.work.system_records import Order
from reports.acts import Act
from reports.stations import DOINGS, DOORS, Stations
from reports.telling import LEVELS
from reports.web.access import needs, visitor
from reports.web.pages import RobotName
from reports.web.rendering import Renderer, language_param

Why = Annotated[str, Form(max_length=500)]
How = Annotated[Order, Form()]
Still = Annotated[bool, Query()]
ORDERED: Final[Mapping[Order, str]] = {
    Order.FINISH: "{robot} finishes what it has in hand, and begins nothing more.",
    Order.NOW: "{robot} stops at once; what it had in hand is handed back within seconds.",
}


class RobotPages:
    """The routes over one store."""

    def __init__(self, store: Store, settings: Settings, renderer: Renderer) -> None:
        self._store = store
        self._settings = settings
        self._renderer = renderer

    def router(self) -> APIRouter:
        router = APIRouter(dependencies=[Depends(language_param)])
        for method, path, page, right in (
            ("GET", "/robots", self.all, Right.SEE_FIGURES),
            ("GET", "/robots/{robot}", self.one, Right.SEE_FIGURES),
            ("POST", "/robots/{robot}/stop", self.stop, Right.OPERATE),
            ("POST", "/robots/{robot}/resume", self.resume, Right.OPERATE),
        ):
            router.add_api_route(path, page, methods=[method], response_model=None, dependencies=[needs(right)])
        return router

    def all(self, request: Request, still: Still = False) -> Response:
        """Every robot whose figures the visitor may see."""
        stations = Stations(self._store, self._settings, visitor(request).robots(Right.SEE_FIGURES))
        return self._renderer.page(request, "robots.html", stations=stations.robots, still=still, **_WORDS)

    def one(self, request: Request, robot: RobotName, still: Still = False) -> Response:
        """One robot with its workers and systems. Raises NotFound."""
        return self._shown(request, robot, still=still)

    def stop(self, request: Request, robot: RobotName, how: How, why: Why = "") -> Response:
        """Stop the robot on every machine. Raises NotFound and Forbidden."""
        who = visitor(request)
        self._require_known(request, robot)
        who.require(Right.OPERATE, robot)
        try:
            self._store.stops.stop(robot, how, who.name, why)
        except StoreError:
            return self._shown(request, robot, refused=True)
        self._store.audit.note(who.name, Act.ROBOT_STOPPED, robot=robot, detail=f"{how}: {why.strip()}")
        teller = self._renderer.teller(request)
        return self._renderer.back(f"/robots/{robot}", teller.say(ORDERED[how], robot=teller.robot(robot)))

    def resume(self, request: Request, robot: RobotName) -> Response:
        """Let the robot work again. Raises NotFound and Forbidden."""
        who, teller = visitor(request), self._renderer.teller(request)
        self._require_known(request, robot)
        who.require(Right.OPERATE, robot)
        if self._store.stops.end(robot):
            self._store.audit.note(who.name, Act.ROBOT_RESUMED, robot=robot)
        return self._renderer.back(f"/robots/{robot}", teller.say("{robot} works again.", robot=teller.robot(robot)))

    def _shown(self, request: Request, robot: str, *, still: bool = False, refused: bool = False) -> Response:
        self._require_known(request, robot)
        (station,) = Stations(self._store, self._settings, {robot}).robots
        return self._renderer.page(
            request,
            "robot.html",
            HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK,
            it=station,
            still=still,
            refused=refused,
            **_WORDS,
        )

    def _require_known(self, request: Request, robot: str) -> None:
        if robot not in registry() or not visitor(request).person.may(Right.SEE_FIGURES, robot):
            raise NotFound(f"There is no robot {robot!r} for this person.", "The robots' page shows those there are.")


_WORDS: Final[dict[str, Any]] = {"doings": DOINGS, "doors": DOORS, "levels": LEVELS}
