"""Sample control: how often people found a robot wrong, how sure that is, and what it says about how much the robot
may do alone, which is raised and lowered here."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Form, Request, Response

from bots_common.autonomy import Level, Verdict, judged, still_to_see
from bots_common.errors import NotFound
from bots_common.robot import registry
from bots_common.roles import Right
from bots_common.settings import AutonomySettings, Settings
from bots_common.work import Store
from bots_common.work.database import Clock
from bots_common.work.records import LevelChange, Standing
from reports.acts import Act
from reports.showing import Presenter
from reports.telling import Teller
from reports.web.access import Visitor, visitor
from reports.web.pages import LARGEST_KEY, PAGE_SIZE, PageNumber, Paging, RobotName
from reports.web.rendering import Renderer, language_param
from reports.web.seeing import Seeing

WATCHED: Final = 10
"""So many watched cases are shown at once to be found right or wrong."""
WHY_LACKS: Final = "Say why: it stands in the log. Nothing was changed."
CHANGED: Final = "The level has been changed meanwhile. Nothing of yours was changed; look at it again."
SAYINGS: Final = (WHY_LACKS, CHANGED)


def needs_either(request: Request) -> None:
    """A route's dependency: who decides about cases, or operates robots. Raises Forbidden."""
    if not visitor(request).person.may(Right.DECIDE):
        visitor(request).require(Right.OPERATE)


class SamplePages:
    """The routes over one store."""

    def __init__(self, store: Store, settings: Settings, renderer: Renderer, clock: Clock) -> None:
        self._store = store
        self._settings = settings
        self._renderer = renderer
        self._seeing = Seeing(store, clock)

    def router(self) -> APIRouter:
        router = APIRouter(dependencies=[Depends(language_param), Depends(needs_either)])
        routes: tuple[tuple[str, str, Callable[..., Response]], ...] = (
            ("GET", "/sample", self.all),
            ("GET", "/sample/{robot}", self.one),
            ("POST", "/sample/{robot}/mark", self.mark),
            ("POST", "/sample/{robot}/level", self.level),
        )
        for method, path, page in routes:
            router.add_api_route(path, page, methods=[method], response_model=None)
        return router

    def all(self, request: Request) -> Response:
        """Each robot's level, what people found, and what that says."""
        who, teller = visitor(request), self._renderer.teller(request)
        standings = self._store.levels.standings([robot for robot in registry() if sees(who, robot)]).values()
        return self._renderer.page(
            request, "samples.html", rows=[(it, self._said(teller, it), self._step(teller, it)) for it in standings]
        )

    def one(self, request: Request, robot: RobotName, page: PageNumber = 1) -> Response:
        """What people found case by case, and the changes of level. Raises NotFound."""
        return self._shown(request, robot, page)

    def mark(
        self,
        request: Request,
        robot: RobotName,
        judged_as: Annotated[Literal["right", "wrong"], Form()],
        proposal: Annotated[int, Form(ge=0, le=LARGEST_KEY)] = 0,
    ) -> Response:
        """Say that what the robot would have done in shadow is right, or wrong. Raises NotFound and Forbidden."""
        who, teller = visitor(request), self._renderer.teller(request)
        self._require_seen(request, robot)
        who.require(Right.DECIDE, robot)
        items = self._store.verdicts.mark(robot, [proposal], who.name, right=judged_as == "right")
        if not items:
            return self._renderer.back(f"/sample/{robot}", teller.say("A colleague has judged this already."))
        self._store.audit.note(who.name, Act.JUDGED, robot=robot, item_id=items[0], detail=judged_as)
        said = teller.say("Marked as right.") if judged_as == "right" else teller.say("Marked as wrong.")
        return self._renderer.back(f"/sample/{robot}", said)

    def level(
        self,
        request: Request,
        robot: RobotName,
        level: Annotated[Level, Form()] = Level.SHADOW,
        seen: Annotated[str, Form(max_length=50)] = "",
        why: Annotated[str, Form(max_length=500)] = "",
    ) -> Response:
        """Raise or lower what the robot may do alone. Raises NotFound and Forbidden."""
        who, teller = visitor(request), self._renderer.teller(request)
        self._require_seen(request, robot)
        who.require(Right.OPERATE, robot)
        before = self._store.levels.of(robot)
        if seen != seen_of(before):
            return self._shown(request, robot, 1, refused=CHANGED, status=HTTPStatus.CONFLICT)
        if not why.strip():
            return self._shown(request, robot, 1, refused=WHY_LACKS)
        self._store.levels.set(robot, level, who.name, why.strip())
        self._store.audit.note(who.name, Act.LEVEL_SET, robot=robot, detail=f"{before.level} → {level}: {why}")
        told = teller.say(
            "{robot}: {level}, from the next act on.", robot=teller.robot(robot), level=teller.level(level)
        )
        return self._renderer.back(f"/sample/{robot}", told)

    # -- shared -------------------------------------------------------------------------------------------

    def _shown(
        self,
        request: Request,
        robot: str,
        page: int,
        refused: str | None = None,
        status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY,
    ) -> Response:
        self._require_seen(request, robot)
        who, teller = visitor(request), self._renderer.teller(request)
        standing = self._store.levels.standing(robot)
        decides = who.person.may(Right.DECIDE, robot)
        paging = Paging(page, standing.figures.decided)
        presenter = Presenter(teller, robot)
        watched = self._store.verdicts.watched(robot, limit=WATCHED) if decides and in_shadow(standing) else []
        self._seeing.note(who, robot, [row.proposal.item_id for row in watched])
        waits = self._store.verdicts.to_decide([robot]) if decides else []
        return self._renderer.page(
            request,
            "sample.html",
            status if refused else HTTPStatus.OK,
            robot=robot,
            standing=standing,
            advice=self._said(teller, standing),
            step=self._step(teller, standing),
            rules=self._settings.autonomy_of(robot),
            given=self._store.verdicts.given(robot, limit=PAGE_SIZE, offset=paging.offset),
            paging=paging,
            waits=waits,
            waiting=sum(it.waiting for it in waits),
            watched=[(row, presenter.listing(row.proposal.intent)) for row in watched],
            log=self._store.levels.log(robot),
            levels={level: teller.level(level) for level in Level},
            seen=seen_of(standing.change),
            names=self._store.accounts.names(),
            refused=refused,
        )

    def _said(self, teller: Teller, standing: Standing) -> str:
        return advice(teller, standing, self._settings.autonomy_of(standing.change.robot))

    def _step(self, teller: Teller, standing: Standing) -> str:
        return step_of(teller, standing.change, self._settings.autonomy_of(standing.change.robot))

    def _require_seen(self, request: Request, robot: str) -> None:
        if robot not in registry() or not sees(visitor(request), robot):
            raise NotFound(f"There is no robot {robot!r} for this person.", "/sample shows those there are.")


def sees(who: Visitor, robot: str) -> bool:
    """Whether the visitor decides about the robot's cases, or operates it."""
    return who.person.may(Right.DECIDE, robot) or who.person.may(Right.OPERATE, robot)


def seen_of(change: LevelChange) -> str:
    """The change of level that somebody has seen, as the form holds it."""
    return f"{change.at}" if change.at else ""


def in_shadow(standing: Standing) -> bool:
    """Whether the robot only watches."""
    return standing.change.level is Level.SHADOW


def advice(teller: Teller, standing: Standing, rules: AutonomySettings) -> str:
    """What the figures say about raising or lowering the level, in a sentence."""
    figures, level = standing.figures, standing.change.level
    limit = teller.rate(Decimal(str(rules.error_limit)))
    match judged(figures, rules.error_limit):
        case Verdict.OVER:
            return teller.say("More than {limit} was wrong: lower what the robot may do alone.", limit=limit)
        case Verdict.UNDER if level is Level.AUTO:
            return teller.say("The error rate is sure to be under {limit}.", limit=limit)
        case Verdict.UNDER:
            return teller.say("The error rate is sure to be under {limit}: the robot may be raised.", limit=limit)
        case Verdict.OPEN:
            more = still_to_see(figures, rules.error_limit)
            if more is None:
                return teller.say("Too little has been seen to say anything.")
            count = teller.number(more)
            return teller.say(
                "{count} more without an error until it is sure to be under {limit}.", count=count, limit=limit
            )


def step_of(teller: Teller, change: LevelChange, rules: AutonomySettings) -> str:
    """How far the ramp has come; empty where the level has none."""
    if not rules.ramp or change.level not in (Level.SAMPLE, Level.AUTO):
        return ""
    if change.step >= len(rules.ramp):
        return teller.say("No number a day any more")
    steps = {"step": teller.number(change.step + 1), "steps": teller.number(len(rules.ramp))}
    return teller.say(
        "Step {step} of {steps}: {count} a day alone", count=teller.number(rules.ramp[change.step]), **steps
    )
