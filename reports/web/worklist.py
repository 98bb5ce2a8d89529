"""The worklist: what people have to see to, narrowed down and sorted; several are decided at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from bots_common.errors import StoreError, StoreUnavailable
from bots_common.roles import Right
from bots_common.work import Store
from bots_common.work.database import Clock
from bots_common.work.people import Together
from bots_common.work.worklist import Sort, Wanted, counted
from reports.deciding import Act, decide_together
from reports.showing import Presenter
from reports.telling import SORTS, Teller
from reports.web.access import needs, visitor
from reports.web.asking import facets, ordered, query_of, reasons_of, robots_of
from reports.web.pages import LARGEST_KEY, PAGE_SIZE, PageNumber, Paging
from reports.web.refusals import refusal, refused_with
from reports.web.rendering import Renderer, language_param

LATELY: Final = 50

Asked = Annotated[Wanted, Depends(ordered)]


class WorklistPages:
    """The routes of the list and of what a person decided lately."""

    def __init__(self, store: Store, renderer: Renderer, clock: Clock) -> None:
        self._store = store
        self._renderer = renderer
        self._clock = clock

    def router(self) -> APIRouter:
        router = APIRouter(dependencies=[Depends(language_param)])
        routes: tuple[tuple[str, str, Callable[..., Response], Right], ...] = (
            ("GET", "/worklist", self.all, Right.SEE_CASES),
            ("GET", "/exceptions", self.old_address, Right.SEE_CASES),
            ("POST", "/worklist/together", self.together, Right.DECIDE),
            ("GET", "/mine", self.mine, Right.DECIDE),
        )
        for method, path, page, right in routes:
            router.add_api_route(path, page, methods=[method], response_model=None, dependencies=[needs(right)])
        return router

    def all(self, request: Request, wanted: Asked, page: PageNumber = 1) -> Response:
        """What is with people, the most urgent first unless another order is asked for."""
        return self._shown(request, wanted, page)

    def old_address(self, request: Request) -> Response:
        """Where the list was before; people have it among their bookmarks."""
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/worklist{query}", 308)

    def together(
        self,
        request: Request,
        wanted: Asked,
        act: Annotated[Literal["retry", "settle"], Form()],
        robot: Annotated[str, Form(max_length=100)],
        items: Annotated[list[str], Form(max_length=PAGE_SIZE)] = [],  # noqa: B006 - FastAPI copies it
        note: Annotated[str, Form(max_length=1000)] = "",
    ) -> Response:
        """One decision about the rows that are ticked, all of one robot and one reason."""
        who = visitor(request)
        who.require(Right.DECIDE, robot)
        teller = self._renderer.teller(request)
        seen = dict(filter(None, map(ticked, items)))
        if not seen:
            return self._shown(request, wanted, 1, refused=teller.say("Tick the cases first."))
        if act == "settle" and not note.strip():
            return self._shown(request, wanted, 1, refused=teller.say("Say what was done: nothing was changed."))
        try:
            came = decide_together(self._store, Act(act), robot, seen, who.person, note)
        except StoreUnavailable:
            raise
        except StoreError as error:
            return self._shown(request, wanted, 1, refused=refusal(teller, error, {}))
        return self._renderer.back(f"/worklist?{query_of(wanted)}", self._told(teller, act, came))

    def mine(self, request: Request) -> Response:
        """What the visitor decided lately, and what has become of it."""
        decided = self._store.worklist.decided(visitor(request).name, LATELY)
        return self._renderer.page(request, "mine.html", decided=decided)

    def _told(self, teller: Teller, act: str, came: Together) -> str:
        count = teller.number(len(came.done))
        if act == "settle":
            told = [teller.say("Settled by hand: {count}.", count=count)]
        else:
            told = [teller.say("Sent to the robot again: {count}.", count=count)]
        names = self._store.accounts.names()
        return " ".join([*told, *(refused_with(teller, error, names) for error in came.left)])

    def _shown(self, request: Request, wanted: Wanted, page: int, refused: str | None = None) -> Response:
        teller = self._renderer.teller(request)
        groups = self._store.worklist.groups(wanted)
        paging = Paging(page, counted(groups, wanted).get(None, 0))
        rows = self._store.worklist.page(wanted, PAGE_SIZE, paging.offset)
        alike = {(row.item.robot, row.item.reason) for row in rows}
        shown: dict[str, Any] = {
            "wanted": wanted,
            "query": query_of(wanted),
            "rows": [(row, Presenter(teller, row.item.robot).line(row.item.facts)) for row in rows],
            "paging": paging,
            "facets": facets(teller, wanted, groups),
            "robots": robots_of(teller, wanted, groups),
            "reasons": reasons_of(teller, wanted, groups),
            "sorts": {sort: teller.say(SORTS[sort]) for sort in Sort},
            "together": alike.pop()[0] if len(alike) == 1 and wanted.reason else None,
            "names": self._store.accounts.names(),
            "now": self._clock(),
            "refused": refused,
        }
        return self._renderer.page(request, "worklist.html", **shown)


def ticked(text: str) -> tuple[int, int] | None:
    """A ticked row as our forms write it: the number of what is decided on, and the newest change that was seen."""
    what, _, seen = text.partition(":")
    if not (what.isdecimal() and seen.isdecimal() and len(what) < 20 and len(seen) < 20):
        return None
    numbers = int(what), int(seen)
    return numbers if max(numbers) <= LARGEST_KEY else None
