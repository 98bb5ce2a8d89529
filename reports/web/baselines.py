"""What a case costs a person: who has measured it for a robot and how, and the form to measure it anew."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Final

from babel.numbers import NumberFormatError, parse_decimal
from fastapi import APIRouter, Depends, Form, Request, Response

from bots_common.errors import NotFound, StoreError
from bots_common.robot import registry
from bots_common.roles import Right
from bots_common.work import Store
from reports.acts import Act
from reports.telling import Teller
from reports.web.access import needs, visitor
from reports.web.pages import RobotName
from reports.web.rendering import Renderer, language_param

Number = Annotated[str, Form(max_length=20)]
Text = Annotated[str, Form(max_length=500)]
MINUTE: Final = 60
KRONE: Final = 100


class BaselinePages:
    """The routes over one store."""

    def __init__(self, store: Store, renderer: Renderer) -> None:
        self._store = store
        self._renderer = renderer

    def router(self) -> APIRouter:
        router = APIRouter(dependencies=[Depends(language_param)])
        path = "/robots/{robot}/baseline"
        for method, page, right in (("GET", self.page, Right.SEE_FIGURES), ("POST", self.measure, Right.MEASURE)):
            router.add_api_route(path, page, methods=[method], response_model=None, dependencies=[needs(right)])
        return router

    def page(self, request: Request, robot: RobotName) -> Response:
        """What has been measured, by whom and how. Raises NotFound."""
        return self._shown(request, robot, {})

    def measure(
        self,
        request: Request,
        robot: RobotName,
        before: Number = "",
        after: Number = "",
        kroner: Number = "",
        why: Text = "",
    ) -> Response:
        """Keep a new measure, which counts from then on. Raises NotFound and Forbidden."""
        who, teller = visitor(request), self._renderer.teller(request)
        self._require_known(request, robot)
        who.require(Right.MEASURE, robot)
        numbers = [
            whole(before, MINUTE, teller),
            whole(after, MINUTE, teller),
            whole(kroner, KRONE, teller),
        ]
        try:
            seconds, still, ore = (it if it is not None else -1 for it in numbers)
            self._store.baselines.set(robot, before=seconds, after=still, ore_per_hour=ore, who=who.name, why=why)
        except StoreError:
            return self._shown(request, robot, {"before": before, "after": after, "kroner": kroner, "why": why})
        self._store.audit.note(
            who.name, Act.BASELINE_SET, robot=robot, detail=f"{before} / {after} min, {kroner} kr."
        )
        return self._renderer.back(f"/robots/{robot}/baseline", teller.say("The measure is kept and counts now."))

    def _shown(self, request: Request, robot: str, refused: dict[str, str]) -> Response:
        """With what was `refused` in the form again."""
        self._require_known(request, robot)
        return self._renderer.page(
            request,
            "baseline.html",
            HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK,
            robot=robot,
            log=self._store.baselines.log(robot),
            given=refused or dict.fromkeys(("before", "after", "kroner", "why"), ""),
            refused=bool(refused),
        )

    def _require_known(self, request: Request, robot: str) -> None:
        if robot not in registry() or not visitor(request).person.may(Right.SEE_FIGURES, robot):
            raise NotFound(f"There is no robot {robot!r} for this person.", "The dashboard shows those there are.")


def whole(text: str, unit: int, teller: Teller) -> int | None:
    """A number as people of the language write it, in the `unit` that so many of make one; None for what is none."""
    try:
        return round(parse_decimal(text.strip(), locale=teller.language.locale, strict=True) * unit)
    except (NumberFormatError, OverflowError, ValueError):
        return None
