"""What waits for a person's yes or no: by robot and kind of effect, and all of one kind, to be decided one by one or
several at once."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi import Path as InPath

from bots_common.errors import NotFound
from bots_common.roles import Right
from bots_common.work import Store
from bots_common.work.database import Clock
from bots_common.work.people import Together
from reports.deciding import Act, decide_together
from reports.showing import Presenter
from reports.telling import Teller
from reports.web.access import needs, visitor
from reports.web.pages import PAGE_SIZE, PageNumber, Paging
from reports.web.refusals import refused_with
from reports.web.rendering import Renderer, language_param
from reports.web.seeing import Seeing
from reports.web.worklist import ticked

Name = Annotated[str, InPath(max_length=100)]


class ApprovalPages:
    """The routes over one store."""

    def __init__(self, store: Store, renderer: Renderer, clock: Clock) -> None:
        self._store = store
        self._renderer = renderer
        self._clock = clock
        self._seeing = Seeing(store, clock)

    def router(self) -> APIRouter:
        router = APIRouter(dependencies=[Depends(language_param), needs(Right.DECIDE)])
        routes: tuple[tuple[str, str, Callable[..., Response]], ...] = (
            ("GET", "/approvals", self.all),
            ("GET", "/approvals/{robot}/{effect}", self.kind),
            ("POST", "/approvals/{robot}/{effect}", self.decide),
        )
        for method, path, page in routes:
            router.add_api_route(path, page, methods=[method], response_model=None)
        return router

    def all(self, request: Request) -> Response:
        """What waits, by robot and kind of effect, those first that have waited longest."""
        groups = self._store.verdicts.to_decide(visitor(request).robots(Right.DECIDE))
        total = sum(it.waiting for it in groups)
        return self._renderer.page(request, "approvals.html", groups=groups, total=total, now=self._clock())

    def kind(self, request: Request, robot: Name, effect: Name, page: PageNumber = 1) -> Response:
        """The proposals of one kind, with everything that the robot would enter. Raises NotFound."""
        return self._shown(request, robot, effect, page)

    def decide(
        self,
        request: Request,
        robot: Name,
        effect: Name,
        verdict: Annotated[Literal["approve", "reject"], Form()],
        proposals: Annotated[list[str], Form(max_length=PAGE_SIZE)] = [],  # noqa: B006 - FastAPI copies it
        note: Annotated[str, Form(max_length=1000)] = "",
        page: PageNumber = 1,
    ) -> Response:
        """Approve or reject what is ticked, each as it was seen; whoever was quicker is named."""
        who, teller = visitor(request), self._renderer.teller(request)
        self._require_theirs(request, robot)
        seen = dict(filter(None, map(ticked, proposals)))
        if not seen:
            return self._shown(request, robot, effect, page, teller.say("Tick the proposals first."))
        if verdict == "reject" and not note.strip():
            return self._shown(request, robot, effect, page, teller.say("Say what is wrong: nothing was changed."))
        came = decide_together(self._store, Act(verdict), robot, seen, who.person, note)
        left = self._store.verdicts.count(robot, effect)
        address = f"/approvals/{robot}/{effect}" if left else "/approvals"
        return self._renderer.back(address, self._told(teller, verdict, came))

    def _told(self, teller: Teller, verdict: str, came: Together) -> str:
        count = teller.number(len(came.done))
        if verdict == "approve":
            told = teller.say("Approved: {count}. The robot goes on with them.", count=count)
        else:
            told = teller.say("Rejected: {count}. People have them now.", count=count)
        names = self._store.accounts.names()
        return " ".join([told, *(refused_with(teller, error, names) for error in came.left)])

    def _shown(self, request: Request, robot: str, effect: str, page: int, refused: str | None = None) -> Response:
        self._require_theirs(request, robot)
        who, presenter = visitor(request), Presenter(self._renderer.teller(request), robot)
        paging = Paging(page, self._store.verdicts.count(robot, effect))
        rows = self._store.verdicts.waiting(robot, effect, limit=PAGE_SIZE, offset=paging.offset)
        self._seeing.note(who, robot, [row.proposal.item_id for row in rows])
        return self._renderer.page(
            request,
            "proposals.html",
            HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK,
            robot=robot,
            effect=effect,
            rows=[(row, presenter.listing(row.proposal.intent)) for row in rows],
            paging=paging,
            names=self._store.accounts.names(),
            now=self._clock(),
            refused=refused,
        )

    def _require_theirs(self, request: Request, robot: str) -> None:
        if not visitor(request).person.may(Right.DECIDE, robot):
            raise NotFound(f"Nothing of {robot!r} is for this person to decide.", "/approvals shows what is.")
