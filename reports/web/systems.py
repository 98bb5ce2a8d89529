"""The systems as they are to the robots now, pausing one, and the screens that have changed."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi import Path as InPath

from bots_common.errors import NotFound, StoreError
from bots_common.evidence import EvidenceFolder
from bots_common.roles import Right
from bots_common.settings import Settings
from bots_common.work import Store
from bots_common.work.system_records import DriftRow
from reports.acts import Act
from reports.changed import KINDS, MARKS, lacking, side_by_side
from reports.stations import DOORS, Stations, users_of
from reports.web.access import Visitor, needs, visitor
from reports.web.pages import Key
from reports.web.rendering import Renderer, language_param
from reports.web.robots import Still, Why

SystemName = Annotated[str, InPath(max_length=100)]
LATEST: Final = 20
"""So many changed screens are listed."""


class SystemPages:
    """The routes over one store."""

    def __init__(self, store: Store, evidence: EvidenceFolder, settings: Settings, renderer: Renderer) -> None:
        self._store = store
        self._evidence = evidence
        self._settings = settings
        self._renderer = renderer

    def router(self) -> APIRouter:
        router = APIRouter(dependencies=[Depends(language_param)])
        for method, path, page, right in (
            ("GET", "/systems", self.all, Right.SEE_FIGURES),
            ("POST", "/systems/{system}/pause", self.pause, Right.OPERATE),
            ("POST", "/systems/{system}/resume", self.resume, Right.OPERATE),
            ("GET", "/drifts/{drift_id}", self.drift, Right.OPERATE),
            ("GET", "/drifts/{drift_id}/picture", self.picture, Right.OPERATE),
            ("POST", "/drifts/{drift_id}/accept", self.accept, Right.OPERATE),
        ):
            router.add_api_route(path, page, methods=[method], response_model=None, dependencies=[needs(right)])
        return router

    # -- systems ------------------------------------------------------------------------------------------

    def all(self, request: Request, still: Still = False) -> Response:
        """The systems of the robots whose figures the visitor may see, and their changed screens."""
        return self._shown(request, still=still)

    def pause(self, request: Request, system: SystemName, why: Why = "") -> Response:
        """Let no robot call the system. Raises NotFound and Forbidden."""
        who, teller = visitor(request), self._renderer.teller(request)
        self._require_operates(who, system)
        if not why.strip():
            return self._shown(request, refused=system)
        self._store.systems.pause(system, who.name, why.strip())
        self._store.audit.note(who.name, Act.SYSTEM_PAUSED, detail=f"{system}: {why.strip()}")
        said = teller.say("{system} is paused; a call that is under way is finished.", system=system)
        return self._renderer.back("/systems", said)

    def resume(self, request: Request, system: SystemName) -> Response:
        """Let robots call the system again. Raises NotFound and Forbidden."""
        who, teller = visitor(request), self._renderer.teller(request)
        self._require_operates(who, system)
        self._store.systems.resume(system)
        self._store.audit.note(who.name, Act.SYSTEM_RESUMED, detail=system)
        return self._renderer.back("/systems", teller.say("Robots may call {system} again.", system=system))

    def _shown(self, request: Request, *, still: bool = False, refused: str | None = None) -> Response:
        who = visitor(request)
        stations = Stations(self._store, self._settings, who.robots(Right.SEE_FIGURES)).systems
        theirs = {it.name for it in stations}
        return self._renderer.page(
            request,
            "systems.html",
            HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK,
            stations=stations,
            operated={it.name for it in stations if _operates(who, it.robots)},
            drifts=[it for it in self._store.drift.latest(LATEST) if it.system in theirs],
            doors=DOORS,
            still=still,
            refused=refused,
        )

    def _require_operates(self, who: Visitor, system: str) -> None:
        users = users_of(self._settings)
        if system not in users and system not in self._settings.systems:
            raise NotFound(f"There is no system {system!r}.", "The page of systems shows those there are.")
        require_each(who, users.get(system, ()))

    # -- changed screens ----------------------------------------------------------------------------------

    def drift(self, request: Request, drift_id: Key) -> Response:
        """What was expected and what was seen. Raises NotFound and Forbidden."""
        return self._drift_shown(request, self._theirs(request, drift_id))

    def picture(self, request: Request, drift_id: Key) -> Response:
        """The picture of what was seen; whoever opens it is noted. Raises NotFound and Forbidden."""
        drift = self._theirs(request, drift_id)
        if drift.picture is None:
            raise NotFound(f"Of drift {drift_id} there is no picture.", "Open the screen in the system itself.")
        kept = self._evidence.open(drift.picture)
        self._store.audit.note(visitor(request).name, Act.DRIFT_SEEN, detail=_named(drift))
        return Response(kept, media_type="image/jpeg")

    def accept(self, request: Request, drift_id: Key, why: Why = "") -> Response:
        """A person has looked: the robots go on. Raises NotFound and Forbidden."""
        who, teller = visitor(request), self._renderer.teller(request)
        drift = self._theirs(request, drift_id)
        if not why.strip():
            return self._drift_shown(request, drift, refused=True)
        try:
            self._store.drift.accept(drift_id, who.name, why.strip())
        except StoreError:  # a colleague was quicker: the page says who, and when
            return self._drift_shown(request, self._store.drift.one(drift_id), status=HTTPStatus.CONFLICT)
        self._store.audit.note(who.name, Act.DRIFT_ACCEPTED, detail=f"{_named(drift)}: {why.strip()}")
        said = teller.say("Accepted: the robots that use {system} go on within seconds.", system=drift.system)
        return self._renderer.back("/systems", said)

    def _drift_shown(
        self, request: Request, drift: DriftRow, *, refused: bool = False, status: HTTPStatus = HTTPStatus.OK
    ) -> Response:
        return self._renderer.page(
            request,
            "drift.html",
            HTTPStatus.UNPROCESSABLE_ENTITY if refused else status,
            drift=drift,
            before=self._store.drift.accepted_before(drift),
            lines=side_by_side(drift),
            lacking=lacking(drift),
            kinds=KINDS,
            marks=MARKS,
            refused=refused,
        )

    def _theirs(self, request: Request, drift_id: int) -> DriftRow:
        drift = self._store.drift.one(drift_id)
        self._require_operates(visitor(request), drift.system)
        return drift


def require_each(who: Visitor, robots: Iterable[str]) -> None:
    """A system is there for all the robots that use it: who shuts it out operates each of them. Raises Forbidden."""
    for robot in robots:
        who.require(Right.OPERATE, robot)


def _operates(who: Visitor, robots: Iterable[str]) -> bool:
    return who.may(Right.OPERATE) and all(who.may(Right.OPERATE, robot) for robot in robots)


def _named(drift: DriftRow) -> str:
    return f"{drift.id}, {drift.system}: {drift.screen}"
