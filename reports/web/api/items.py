"""Cases for programs: lists, the whole story of one, and the same decisions as on its page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from fastapi import APIRouter, Request

from bots_common.roles import Right
from bots_common.settings import Settings
from bots_common.work import ItemStory, Store
from bots_common.work.database import Clock
from bots_common.work.records import LedgerRow
from bots_common.work.worklist import Wanted, counted
from reports.deciding import Act, Decisions
from reports.telling import robot_named
from reports.web.access import needs, visitor
from reports.web.api import answers, wishes
from reports.web.api.terms import Key
from reports.web.rendering import Renderer
from reports.web.seeing import Seeing

CASES: Final = "cases"
DECISIONS: Final = "decisions"


class ItemRoutes:
    """The routes of cases."""

    def __init__(self, store: Store, settings: Settings, renderer: Renderer, clock: Clock) -> None:
        self._store = store
        self._renderer = renderer
        self._seeing = Seeing(store, clock)
        self._decisions = Decisions(store, settings)

    def router(self) -> APIRouter:
        router = APIRouter()
        lists: dict[str, Callable[..., Any]] = {
            "/items": self.items,
            "/worklist": self.worklist,
            "/items/{item_id}": self.item,
        }
        for path, answer in lists.items():
            router.add_api_route(path, answer, methods=["GET"], tags=[CASES], dependencies=[needs(Right.SEE_CASES)])
        decisions: dict[Act, Callable[..., Any]] = {
            Act.TAKE: self.take,
            Act.LET_GO: self.let_go,
            Act.GIVE: self.give,
            Act.RETRY: self.retry,
            Act.CORRECT: self.correct,
            Act.SETTLE: self.settle,
            Act.ANSWER: self.answer,
            Act.APPROVE: self.approve,
            Act.REJECT: self.reject,
            Act.OBS: self.obs,
        }
        for act, decide in decisions.items():
            path = f"/items/{{item_id}}/{act}"
            router.add_api_route(path, decide, methods=["POST"], tags=[DECISIONS], dependencies=[needs(act.right)])
        return router

    # -- looking ------------------------------------------------------------------------------------------

    def items(self, request: Request, asked: wishes.OfItems) -> answers.Items:
        """Items, the latest change first."""
        wanted: dict[str, Any] = {
            "robots": visitor(request).robots(Right.SEE_CASES),
            "robot": asked.robot,
            "states": [asked.state] if asked.state else [],
            "reason": asked.reason,
        }
        total = self._store.reading.count(**wanted)
        rows = self._store.reading.items(**wanted, limit=asked.size, offset=asked.offset)
        items = [answers.Item.model_validate(row) for row in rows]
        return answers.Items(items=items, page=asked.page, pages=_pages(total, asked.size), total=total)

    def worklist(self, request: Request, asked: wishes.OfWork) -> answers.Worklist:
        """What people have to see to, the most urgent first or as `sort` says."""
        who = visitor(request)
        narrowed = asked.model_dump(exclude={"page", "size"})
        wanted = Wanted(who.name, who.robots(Right.SEE_CASES), **narrowed)
        total = counted(self._store.worklist.groups(wanted), wanted).get(None, 0)
        rows = self._store.worklist.page(wanted, asked.size, asked.offset)
        items = [answers.WorkItem(**_plain(row.item), seen=row.seen) for row in rows]
        return answers.Worklist(items=items, page=asked.page, pages=_pages(total, asked.size), total=total)

    def item(self, request: Request, item_id: Key) -> answers.Story:
        """The whole story of a case, personal numbers masked; that it was looked at is written down."""
        return self._told(request, self._seeing.look(visitor(request), item_id))

    # -- deciding -----------------------------------------------------------------------------------------

    def take(self, request: Request, item_id: Key, said: wishes.Seen) -> answers.WorkItem:
        """See to the case from now on."""
        return self._decide(request, item_id, Act.TAKE, said)

    def let_go(self, request: Request, item_id: Key, said: wishes.Seen) -> answers.WorkItem:
        """See to the case no more."""
        return self._decide(request, item_id, Act.LET_GO, said)

    def give(self, request: Request, item_id: Key, said: wishes.Given) -> answers.WorkItem:
        """Hand the case to a colleague, or take it over from one."""
        return self._decide(request, item_id, Act.GIVE, said)

    def retry(self, request: Request, item_id: Key, said: wishes.Noted) -> answers.WorkItem:
        """Send the case to the robot again as it is."""
        return self._decide(request, item_id, Act.RETRY, said)

    def correct(self, request: Request, item_id: Key, said: wishes.Corrected) -> answers.WorkItem:
        """Put fields right, and send the case to the robot again."""
        return self._decide(request, item_id, Act.CORRECT, said)

    def settle(self, request: Request, item_id: Key, said: wishes.Explained) -> answers.WorkItem:
        """The case was done outside Kollega; the note says what was done."""
        return self._decide(request, item_id, Act.SETTLE, said)

    def answer(self, request: Request, item_id: Key, said: wishes.Answered) -> answers.WorkItem:
        """Say whether an effect of unknown outcome is in the system."""
        return self._decide(request, item_id, Act.ANSWER, said)

    def approve(self, request: Request, item_id: Key, said: wishes.Approved) -> answers.WorkItem:
        """The robot may do exactly what it proposes."""
        return self._decide(request, item_id, Act.APPROVE, said)

    def reject(self, request: Request, item_id: Key, said: wishes.Rejected) -> answers.WorkItem:
        """The robot may not do what it proposes."""
        return self._decide(request, item_id, Act.REJECT, said)

    def obs(self, request: Request, item_id: Key, said: wishes.Listed) -> answers.WorkItem:
        """Put the case's citizen on the obs-list."""
        return self._decide(request, item_id, Act.OBS, said)

    def _decide(self, request: Request, item_id: int, act: Act, said: wishes.Seen) -> answers.WorkItem:
        who = visitor(request)
        story = self._seeing.story(who, item_id)
        told = self._decisions.take(act, story, who.person, said.said())
        detail = who.by_token(told.detail)
        self._store.audit.note(who.name, act.noted, robot=story.item.robot, item_id=item_id, detail=detail)
        return _item(self._store.reading.story(item_id))

    def _told(self, request: Request, story: ItemStory) -> answers.Story:
        item = story.item
        return answers.Story(
            **dict(_item(story)),
            sentence=self._renderer.teller(request).sentence(item),
            facts=item.facts,
            payload=story.payload,
            correctable=list(robot_named(item.robot).corrections(story.payload)),
            effects=list(map(_effect, story.effects)),
            proposals=[answers.Proposal.model_validate(it) for it in story.proposals],
            history=[answers.Change.model_validate(it) for it in story.history],
            evidence=[answers.Evidence.model_validate(it) for it in story.evidence],
        )


def _pages(total: int, size: int) -> int:
    return max(1, -(-total // size))


def _plain(item: Any) -> dict[str, Any]:
    return dict(answers.Item.model_validate(item))


def _item(story: ItemStory) -> answers.WorkItem:
    return answers.WorkItem(**_plain(story.item), seen=story.history[-1].id)


def _effect(row: LedgerRow) -> answers.Effect:
    return answers.Effect(
        name=row.name,
        intent=row.intent,
        tries=row.tries,
        intended_at=row.intended_at,
        receipt=row.receipt.number if row.receipt else None,
        amount=row.receipt.amount if row.receipt else None,
        settled_at=row.settled_at,
        said_by=row.said_by,
        unknown=row.unknown,
    )
