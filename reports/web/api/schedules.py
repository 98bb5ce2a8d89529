"""Schedules for programs: when robots run by themselves; run now, pause, resume."""

from __future__ import annotations

from datetime import UTC
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request

from bots_common.errors import NotFound
from bots_common.roles import Right
from bots_common.texts import Language
from bots_common.work import Store
from reports.acts import Act
from reports.planned import Standing, Timetable
from reports.web.access import Visitor, needs, visitor
from reports.web.api import answers, wishes
from reports.web.api.terms import PLAIN
from schedules.plan import Schedule

SCHEDULES: Final = "schedules"

Named = Annotated[str, Path(max_length=200, pattern=PLAIN)]


class ScheduleRoutes:
    """The routes over one timetable."""

    def __init__(self, store: Store, timetable: Timetable) -> None:
        self._store = store
        self._timetable = timetable

    def router(self) -> APIRouter:
        router = APIRouter(tags=[SCHEDULES])
        looks = [needs(Right.SEE_FIGURES)]
        operates = [needs(Right.OPERATE)]
        router.add_api_route("/schedules", self.schedules, methods=["GET"], dependencies=looks)
        router.add_api_route(
            "/schedules/{name}/run", self.run, methods=["POST"], dependencies=operates, status_code=202
        )
        router.add_api_route("/schedules/{name}/pause", self.pause, methods=["POST"], dependencies=operates)
        router.add_api_route("/schedules/{name}/resume", self.resume, methods=["POST"], dependencies=operates)
        return router

    def schedules(self, request: Request) -> answers.Schedules:
        """The schedules of the caller's robots, in plain words, with what comes next and what came last."""
        robots = visitor(request).robots(Right.SEE_FIGURES)
        return answers.Schedules(
            schedules=list(map(_told, self._timetable.standing(robots, Language.EN))),
            served=self._timetable.served(),
            wrong=list(self._timetable.read()[1]) if robots is None else [],
        )

    def run(self, request: Request, name: Named) -> answers.Run:
        """Let it run as soon as its robot is free; the run says by its number how far it is."""
        who, schedule = self._theirs(request, name)
        robot = schedule.rules.robot
        number = self._store.runs.request(name, robot, who.name)
        self._store.audit.note(who.name, Act.RUN_WANTED, robot=robot, detail=who.by_token(name))
        return answers.Run.model_validate(self._store.runs.one(number))

    def pause(self, request: Request, name: Named, said: wishes.Pausing) -> answers.Schedule:
        """Begin nothing of it until somebody resumes it; what is running goes on."""
        who, schedule = self._theirs(request, name)
        why = said.why.strip()
        self._store.runs.pause(name, who.name, why)
        detail = who.by_token(f"{name}: {why}")
        self._store.audit.note(who.name, Act.SCHEDULE_PAUSED, robot=schedule.rules.robot, detail=detail)
        return self._now(schedule)

    def resume(self, request: Request, name: Named) -> answers.Schedule:
        """Let it go on from now; what it left out meanwhile does not come again."""
        who, schedule = self._theirs(request, name)
        if self._store.runs.resume(name):
            detail = who.by_token(name)
            self._store.audit.note(who.name, Act.SCHEDULE_RESUMED, robot=schedule.rules.robot, detail=detail)
        return self._now(schedule)

    def _theirs(self, request: Request, name: str) -> tuple[Visitor, Schedule]:
        who = visitor(request)
        schedule = next((it for it in self._timetable.plan().schedules if it.name == name), None)
        if schedule is None or not who.person.may(Right.SEE_FIGURES, schedule.rules.robot):
            raise NotFound(
                "There is no such schedule for this caller.", "GET /api/v1/schedules lists those there are."
            )
        who.require(Right.OPERATE, schedule.rules.robot)
        return who, schedule

    def _now(self, schedule: Schedule) -> answers.Schedule:
        standing = self._timetable.standing({schedule.rules.robot}, Language.EN)
        return next(_told(it) for it in standing if it.schedule.name == schedule.name)


def _told(it: Standing) -> answers.Schedule:
    return answers.Schedule(
        name=it.schedule.name,
        robot=it.schedule.rules.robot,
        says=it.words.when(),
        next=None if it.paused or it.next is None else it.next.astimezone(UTC),
        last=answers.Run.model_validate(it.last) if it.last else None,
        paused=it.paused,
        paused_by=it.planning.paused_by if it.planning else None,
        paused_why=it.planning.paused_why if it.planning else "",
    )
