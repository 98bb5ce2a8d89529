"""The schedule file on a page, for those who run every robot: its text as staff wrote it, checked and then saved."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Form, Request, Response

from bots_common.errors import KollegaError
from bots_common.robot import registry
from bots_common.roles import EVERY_ROBOT, Right
from bots_common.settings import Settings
from bots_common.work import Store
from bots_common.work.database import Clock
from reports.acts import Act
from reports.planned import next_of
from reports.web.access import Visitor, needs, visitor
from reports.web.rendering import Renderer, language_param
from schedules.editing import ChangedMeanwhile, Fault, ScheduleText

LONGEST: Final = 200_000
Text = Annotated[str, Form(max_length=LONGEST)]


class ScheduleFilePages:
    """The routes over one file."""

    def __init__(self, store: Store, settings: Settings, renderer: Renderer, clock: Clock) -> None:
        self._store = store
        self._file = ScheduleText(settings.schedules, registry(), settings.timezone)
        self._renderer = renderer
        self._clock = clock

    def router(self) -> APIRouter:
        router = APIRouter(dependencies=[Depends(language_param), needs(Right.OPERATE)])
        routes: tuple[tuple[str, Callable[..., Response]], ...] = (("GET", self.page), ("POST", self.save))
        for method, page in routes:
            router.add_api_route("/schedules/file", page, methods=[method], response_model=None)
        return router

    def page(self, request: Request) -> Response:
        """The text as it is now, with what is wrong in it. Raises Forbidden."""
        _everywhere(request)
        draft = self._file.open()
        faults = self._file.faults(draft.text) if draft.text else []
        return self._shown(request, text=draft.text, mark=draft.mark, faults=faults)

    def save(
        self,
        request: Request,
        text: Text = "",
        mark: Annotated[str, Form(max_length=100)] = "",
        act: Annotated[Literal["check", "save"], Form()] = "check",
    ) -> Response:
        """Check the text and, where nothing is wrong and it is wanted, save it. Raises Forbidden."""
        who = _everywhere(request)
        faults = self._file.faults(text)
        if faults or act == "check":
            return self._shown(request, text=text, mark=mark, faults=faults, checked=not faults)
        try:
            changed = self._file.save(text, mark)
        except ChangedMeanwhile:
            return self._shown(request, text=text, mark=mark, faults=[], overtaken=True)
        except KollegaError as error:
            return self._shown(request, text=text, mark=mark, faults=[], trouble=str(error))
        self._store.audit.note(who.name, Act.SCHEDULES_SAVED, detail=changed)
        said = self._renderer.teller(request).say("The schedules are saved and count from now on.")
        return self._renderer.back("/schedules", said)

    def _shown(
        self, request: Request, *, text: str, faults: list[Fault], checked: bool = False, **more: Any
    ) -> Response:
        shown = {"overtaken": False, "trouble": "", **more}
        refused = bool(faults and request.method == "POST") or shown["overtaken"] or shown["trouble"]
        return self._renderer.page(
            request,
            "schedule_file.html",
            HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK,
            text=text,
            lines=[line.rstrip("\r") for line in text.split("\n")],
            faults=faults,
            coming=self._coming(text) if checked else None,
            path=self._file.path.name,
            before=self._file.before.name if self._file.before.exists() else None,
            **shown,
        )

    def _coming(self, text: str) -> dict[str, Any]:
        """When each schedule of the text would come next; of those that never come, None."""
        return {it.name: next_of(it, self._clock()) for it in self._file.plan(text).schedules}


def _everywhere(request: Request) -> Visitor:
    """The file is every robot's. Raises Forbidden for who does not run them all."""
    who = visitor(request)
    who.require(Right.OPERATE, EVERY_ROBOT)
    return who
