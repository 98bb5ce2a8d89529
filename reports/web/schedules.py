"""The schedules: when each robot runs by itself, in plain words; run now, pause, resume; what is to come."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi import Path as InPath

from bots_common.errors import NotFound
from bots_common.roles import Right
from bots_common.work import Store
from bots_common.work.database import Clock
from reports.acts import Act
from reports.planned import RunTeller, Timetable
from reports.web.access import Visitor, needs, visitor
from reports.web.rendering import Renderer, language_param
from schedules.plan import Schedule

DAYS: Final = 14
Name = Annotated[str, InPath(max_length=200)]
Why = Annotated[str, Form(max_length=500)]


class SchedulePages:
    """The routes over one timetable."""

    def __init__(self, store: Store, timetable: Timetable, renderer: Renderer, clock: Clock) -> None:
        self._store = store
        self._timetable = timetable
        self._renderer = renderer
        self._clock = clock

    def router(self) -> APIRouter:
        router = APIRouter(dependencies=[Depends(language_param)])
        routes = (
            ("GET", "/schedules", self.page, Right.SEE_FIGURES),
            ("POST", "/schedules/{name}/run", self.run, Right.OPERATE),
            ("POST", "/schedules/{name}/pause", self.pause, Right.OPERATE),
            ("POST", "/schedules/{name}/resume", self.resume, Right.OPERATE),
        )
        for method, path, page, right in routes:
            router.add_api_route(path, page, methods=[method], response_model=None, dependencies=[needs(right)])
        return router

    def page(self, request: Request) -> Response:
        """Every schedule of the robots that the visitor may see, and what comes within two weeks."""
        return self._shown(request)

    def run(self, request: Request, name: Name) -> Response:
        """Let it run as soon as its robot is free. Raises NotFound and Forbidden."""
        who, schedule = self._theirs(request, name)
        number = self._store.runs.request(name, schedule.rules.robot, who.name)
        self._store.audit.note(who.name, Act.RUN_WANTED, robot=schedule.rules.robot, detail=name)
        said = self._renderer.teller(request).say("“{name}” runs as soon as its robot is free.", name=name)
        return self._renderer.back(f"/runs/{number}?follow=1", said)

    def pause(self, request: Request, name: Name, why: Why = "") -> Response:
        """Begin nothing of it until somebody resumes it. Raises NotFound and Forbidden."""
        who, schedule = self._theirs(request, name)
        if not why.strip():
            return self._shown(request, refused=name)
        self._store.runs.pause(name, who.name, why.strip())
        self._store.audit.note(who.name, Act.SCHEDULE_PAUSED, robot=schedule.rules.robot, detail=f"{name}: {why}")
        said = self._renderer.teller(request).say("“{name}” is paused; what is running goes on.", name=name)
        return self._renderer.back("/schedules", said)

    def resume(self, request: Request, name: Name) -> Response:
        """Let it go on from now. Raises NotFound and Forbidden."""
        who, schedule = self._theirs(request, name)
        if self._store.runs.resume(name):
            self._store.audit.note(who.name, Act.SCHEDULE_RESUMED, robot=schedule.rules.robot, detail=name)
        said = self._renderer.teller(request).say("“{name}” goes on.", name=name)
        return self._renderer.back("/schedules", said)

    def _theirs(self, request: Request, name: str) -> tuple[Visitor, Schedule]:
        who = visitor(request)
        schedule = self._timetable.plan().of(name)
        if not who.person.may(Right.SEE_FIGURES, schedule.rules.robot):
            raise NotFound(f"There is no schedule {name!r} for this person.", "It may be another robot's.")
        who.require(Right.OPERATE, schedule.rules.robot)
        return who, schedule

    def _shown(self, request: Request, refused: str | None = None) -> Response:
        """`refused` is a schedule of which it was not said why it is to pause."""
        who, teller = visitor(request), self._renderer.teller(request)
        robots = who.robots(Right.SEE_FIGURES)
        return self._renderer.page(
            request,
            "schedules.html",
            HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK,
            schedules=self._timetable.standing(robots, teller.language),
            ahead=self._timetable.ahead(robots, DAYS),
            faults=self._timetable.read()[1],
            served=self._timetable.served(),
            runs=RunTeller(teller, self._clock()),
            names=self._store.accounts.names(),
            everywhere=who.robots(Right.OPERATE) is None,
            refused=refused,
            days=DAYS,
        )
