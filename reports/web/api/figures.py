"""The dashboard's numbers for programs; nobody is named in them."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from fastapi import APIRouter, Request

from bots_common.errors import NotFound
from bots_common.robot import registry
from bots_common.roles import Right
from bots_common.work import Store
from reports.figures import Figures, RobotFigures, Saved
from reports.spans import days_of
from reports.web.access import needs, visitor
from reports.web.api import answers, wishes
from reports.web.rendering import Renderer

FIGURES: Final = "figures"


class FigureRoutes:
    """The routes of figures, and of the robots they are about."""

    def __init__(self, store: Store, renderer: Renderer) -> None:
        self._store = store
        self._renderer = renderer

    def router(self) -> APIRouter:
        router = APIRouter(tags=[FIGURES], dependencies=[needs(Right.SEE_FIGURES)])
        router.add_api_route("/figures", self.figures, methods=["GET"])
        router.add_api_route("/robots", self.robots, methods=["GET"])
        return router

    def figures(self, request: Request, asked: wishes.OfFigures) -> answers.Figures:
        """What robots did in a span of days, and what is open now."""
        who = visitor(request)
        if asked.robot is not None and asked.robot not in registry():
            raise NotFound("There is no such robot.", "GET /api/v1/robots names those there are.")
        who.require(Right.SEE_FIGURES, asked.robot)
        days = days_of(asked.span, self._store.stats.today(), asked.first, asked.last)
        robots = {asked.robot} if asked.robot else who.robots(Right.SEE_FIGURES)
        found = Figures(self._store, days, robots)
        return answers.Figures(
            first=days.first,
            last=days.last,
            robots=list(map(_robot, found.robots)),
            share=_share(found.total.share),
            hours_saved=_hours(found.saved),
            kroner_saved=_kroner(found.saved),
            ages={str(span): count for span, count in found.ages().items()},
            due={str(due): count for due, count in found.due().items()},
        )

    def robots(self, request: Request) -> answers.Robots:
        """The installed robots whose figures the caller may see, and what each may do alone."""
        who, teller = visitor(request), self._renderer.teller(request)
        theirs = {name: robot for name, robot in registry().items() if who.person.may(Right.SEE_FIGURES, name)}
        levels = {name: self._store.levels.of(name) for name in theirs}
        return answers.Robots(
            robots=[
                answers.Robot(
                    name=name,
                    title=teller.robot(name),
                    systems=[system.name for system in robot.systems],
                    goal=robot.goal,
                    level=levels[name].level,
                    step=levels[name].step,
                    since=levels[name].at,
                )
                for name, robot in theirs.items()
            ]
        )


def _robot(it: RobotFigures) -> answers.RobotFigures:
    work = it.work
    return answers.RobotFigures(
        robot=work.robot,
        found=work.found,
        alone=work.alone,
        helped=work.helped,
        settled=work.settled,
        left=work.skipped,
        handed=dict(work.handed),
        posted=work.posted,
        share=_share(work.share),
        goal=it.goal,
        hours_saved=_hours(it.saved),
        kroner_saved=_kroner(it.saved),
        with_people=it.with_people,
        asked=it.asked,
        ready=it.ready,
    )


def _share(share: Decimal | None) -> Decimal | None:
    return None if share is None else round(share, 4)


def _hours(saved: Saved | None) -> Decimal | None:
    return None if saved is None else round(saved.hours, 2)


def _kroner(saved: Saved | None) -> Decimal | None:
    return None if saved is None else round(saved.kroner, 2)
