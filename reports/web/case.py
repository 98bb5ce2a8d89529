"""The page of one case: what the robot wanted, why a person has it, what is known, and what the person decides."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response

from bots_common.autonomy import ASKED
from bots_common.errors import InvalidValue, StoreError, StoreUnavailable
from bots_common.roles import Right
from bots_common.settings import Settings
from bots_common.work import ItemStory, State, Store
from bots_common.work.database import Clock
from bots_common.work.records import ProposalRow
from bots_common.work.worklist import Wanted
from reports.besides import compared
from reports.deciding import Act, Decisions, Refused, colleagues
from reports.showing import Presenter
from reports.telling import robot_named
from reports.web.access import Visitor, needs, visitor
from reports.web.asking import ordered, query_of
from reports.web.decisions import CORRECTED, STAYS, Form, form, said_in
from reports.web.evidence import pieces_of
from reports.web.pages import Key
from reports.web.refusals import refusal
from reports.web.rendering import Renderer, language_param
from reports.web.seeing import Seeing

WITH_PEOPLE: Final = (State.EXCEPTION, State.WAITING)


class CasePages:
    """The routes of one case."""

    def __init__(self, store: Store, settings: Settings, renderer: Renderer, clock: Clock) -> None:
        self._store = store
        self._renderer = renderer
        self._clock = clock
        self._seeing = Seeing(store, clock)
        self._decisions = Decisions(store, settings)

    def router(self) -> APIRouter:
        router = APIRouter(dependencies=[Depends(language_param)])
        router.add_api_route(
            "/items/{item_id}", self.show, methods=["GET"], response_model=None, dependencies=[needs(Right.SEE_CASES)]
        )
        router.add_api_route(
            "/items/{item_id}/{act}",
            self.decide,
            methods=["POST"],
            response_model=None,
            dependencies=[needs(Right.DECIDE)],
        )
        return router

    def show(self, request: Request, item_id: Key, wanted: Annotated[Wanted, Depends(ordered)]) -> Response:
        """The whole story of a case. Raises NotFound, also where it is another's."""
        return self._shown(request, self._seeing.look(visitor(request), item_id), wanted)

    def decide(
        self,
        request: Request,
        item_id: Key,
        act: Act,
        wanted: Annotated[Wanted, Depends(ordered)],
        said: Annotated[Form, Depends(form)],
    ) -> Response:
        """Do what the person says, and go on to the next case of the list; or say why not, and lose nothing of it."""
        who, teller = visitor(request), self._renderer.teller(request)
        story = self._seeing.story(who, item_id)
        item = story.item
        _, following = self._store.worklist.beside(wanted, item_id)
        try:
            told = self._decisions.take(act, story, who.person, said_in(said))
        except StoreUnavailable:
            raise
        except (StoreError, InvalidValue) as error:
            names = self._store.accounts.names()
            why = teller.say(error.msgid) if isinstance(error, Refused) else refusal(teller, error, names, item.robot)
            story = self._store.reading.story(item_id)
            return self._shown(request, story, wanted, refused=why, typed=said, status=HTTPStatus.CONFLICT)
        self._store.audit.note(who.name, act.noted, robot=item.robot, item_id=item_id, detail=told.detail)
        query = f"?{query_of(wanted)}" if query_of(wanted) else ""
        sentence = teller.say(told.msgid, reference=item.reference)
        if act in STAYS:
            return self._renderer.back(f"/items/{item_id}{query}", sentence)
        if following is None:
            return self._renderer.back(f"/worklist{query}", sentence)
        return self._renderer.back(f"/items/{following}{query}", sentence)

    def _shown(
        self,
        request: Request,
        story: ItemStory,
        wanted: Wanted,
        *,
        refused: str | None = None,
        typed: Mapping[str, str] | None = None,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> Response:
        item, who, teller = story.item, visitor(request), self._renderer.teller(request)
        presenter = Presenter(teller, item.robot)
        comparisons, facts = compared(presenter, item.facts)
        before, following = self._store.worklist.beside(wanted, item.id)
        decides = item.state in WITH_PEOPLE and who.person.may(Right.DECIDE, item.robot)
        shown: dict[str, Any] = {
            "item": item,
            "seen": story.history[-1].id,
            "comparisons": comparisons,
            "facts": presenter.listing(facts),
            "payload": presenter.listing(story.payload),
            "proposals": [(proposal, presenter.listing(proposal.intent)) for proposal in story.proposals],
            "effects": [(effect, presenter.listing(effect.intent)) for effect in story.effects],
            "pieces": pieces_of(story.evidence),
            "history": story.history,
            "decides": decides,
            "evident": who.person.may(Right.DECIDE, item.robot),
            "before": before,
            "following": following,
            "query": query_of(wanted),
            "names": self._store.accounts.names(),
            "refused": refused,
            "typed": typed or {},
            "now": self._clock(),
            **(self._to_decide(presenter, story, who) if decides else {}),
        }
        return self._renderer.page(request, "item.html", status, **shown)

    def _to_decide(self, presenter: Presenter, story: ItemStory, who: Visitor) -> dict[str, Any]:
        """What only the bar of decisions shows."""
        item = story.item
        corrections = robot_named(item.robot).corrections(story.payload)
        asks = _asks(story)
        return {
            "asks": asks and (asks, presenter.listing(asks.intent)),
            "unknown": [effect for effect in story.effects if effect.unknown and item.state is State.EXCEPTION],
            "corrections": [
                (f"{CORRECTED}{path}", presenter.teller.field(item.robot, path), value)
                for path, value in corrections.items()
            ],
            "colleagues": colleagues(self._store, item.robot),
            "lists": who.person.may(Right.OBS, item.robot),
            "one_citizen": len(self._store.obs.citizens(item.id)) == 1,
            "today": self._store.stats.today(),
        }


def _asks(story: ItemStory) -> ProposalRow | None:
    """The proposal that the case waits for a yes or a no to."""
    open_ones = [it for it in story.proposals if it.decision is None and it.cause in ASKED]
    return open_ones[-1] if open_ones and story.item.state is State.WAITING else None
