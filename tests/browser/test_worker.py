"""The worker with a tiny robot in a real browser: what goes wrong costs no item, and no effect is done twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bots_common.autonomy import Level
from bots_common.desk import Desk
from bots_common.errors import BusinessException, SettingsError
from bots_common.handling import Outcome
from bots_common.reasons import ReasonText
from bots_common.robot import Found, Item, Known, Robot
from bots_common.settings import GivenSettings, SystemSettings, WorkerSettings
from bots_common.values import Frozen, Receipt
from bots_common.work import Codec, ItemStory, NewItem, State, Store
from bots_common.work.states import Step
from bots_common.worker import Worker
from tests.browser.office import FORM, Letter, Office, OfficeServer, screen
from tests.browser.processes import kill_browsers, kill_drivers, renderers, suspend_browsers

Trouble = Callable[[Desk], Awaitable[None]]


class Case(Frozen):
    """The robot needs to know nothing of a case."""


class Reason(StrEnum):
    ODD = "odd"


class Clerk(Robot[Case]):
    """Sends the form once for each case. `troubles` strike the first attempts at an item before it does."""

    name = "clerk"
    title = "Clerk"
    systems = (Office,)
    payload = Case
    reasons = Reason
    reason_texts: ClassVar[Mapping[str, ReasonText]] = {}
    locales = Path(__file__).parent

    def __init__(self, settings: GivenSettings) -> None:
        super().__init__(settings)
        self.troubles: dict[str, list[Trouble]] = {}
        self.troubles_finding: list[Trouble] = []

    async def find(self, desk: Desk, known: Known) -> AsyncIterator[Found[Case]]:
        if self.troubles_finding:
            await self.troubles_finding.pop(0)(desk)
        body = await desk[Office].fetch("cases")
        for reference in body.decode().split():
            yield Found(reference, Case())

    async def handle(self, item: Item[Case], desk: Desk) -> None:
        if troubles := self.troubles.get(item.reference):
            await troubles.pop(0)(desk)
        office = desk[Office]
        await item.once("send", Letter(text=item.reference), do=office.act, check=office.find_act)


class Clock:
    """The time as the store sees it; a test moves it on."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Bench:
    """A robot, its store and its office, and a worker for them."""

    def __init__(self, office: OfficeServer, folder: Path, codec: Codec, store: Store, clock: Clock) -> None:
        self.office = office
        self.store = store
        self.clock = clock
        self.outcomes: list[Outcome] = []
        self._codec = codec
        self._settings = GivenSettings(folder=folder, systems={"office": office.settings(timeout_seconds=5)})
        self.robot = Clerk(self._settings)
        store.levels.set(self.robot.name, Level.AUTO, "anna", "for these tests")

    def treat(self, **manners: Any) -> None:
        """Set how the system wants to be called."""
        its = SystemSettings.model_validate(dict(self._settings.systems["office"]) | manners)
        self._settings = self._settings.model_copy(update={"systems": {"office": its}})

    def worker(self, **rules: Any) -> Worker:
        rules = {"desks": 1, "retry_seconds": 0.1, "poll_seconds": 0.1} | rules
        settings = self._settings.model_copy(update={"worker": WorkerSettings(**rules)})
        return Worker(self.store, self._codec, [self.robot], settings, self.outcomes.append)

    def add(self, *references: str) -> None:
        self.store.add(self.robot.name, [NewItem(reference, {}) for reference in references])

    async def work(self, *references: str, **rules: Any) -> None:
        self.add(*references)
        await self.worker(**rules).work(until_empty=True)

    def told(self) -> dict[str, list[State | None]]:
        """What was told of each item, in order."""
        told: dict[str, list[State | None]] = {}
        for outcome in self.outcomes:
            told.setdefault(outcome.reference, []).append(outcome.state)
        return told

    def story(self, reference: str) -> ItemStory:
        (item,) = [item for item in self.store.reading.items() if item.reference == reference]
        return self.store.reading.story(item.id)

    def failures(self, reference: str) -> list[str]:
        """Why the attempts at the item failed."""
        return [change.why for change in self.story(reference).history if change.step in (Step.FAIL, Step.GIVE_UP)]

    def assert_left_to_the_other(self, reference: str) -> None:
        """This worker has said and done nothing since the other took over."""
        story = self.story(reference)
        assert self.told() == {reference: [None]}
        assert self.office.acts == []
        assert (story.item.state, story.item.worker) == (State.WORKING, "another")
        assert [change.step for change in story.history] == [Step.FIND, Step.CLAIM, Step.TAKE_OVER, Step.CLAIM]

    def another_worker_takes_over(self) -> None:
        """As after a pause of this worker that outlasted its lease."""
        self.clock.ahead += timedelta(hours=1)
        self.store.take_over_expired(max_takeovers=20)
        assert self.store.claim([self.robot.name], "another", timedelta(hours=1))


@pytest.fixture
def bench(office: OfficeServer, tmp_path: Path, codec: Codec) -> Iterator[Bench]:
    clock = Clock()
    with closing(Store.open(f"sqlite:///{tmp_path / 'kollega.db'}", codec, clock=clock)) as store:
        yield Bench(office, tmp_path, codec, store, clock)


# -- the plain case ---------------------------------------------------------------------------------------


async def test_what_is_found_is_done_once_with_receipt_and_evidence(bench: Bench) -> None:
    async def cases(request: Request) -> Response:
        return PlainTextResponse("a b")

    bench.office.answers["/cases"] = cases
    assert (await bench.worker().find())["clerk"].new == ("a", "b")
    assert (await bench.worker().find())["clerk"].known == ("a", "b")
    await bench.work()
    assert bench.office.acts == ["a", "b"]
    for number, reference in enumerate(["a", "b"]):
        story = bench.story(reference)
        assert story.item.state is State.DONE
        assert [(effect.name, effect.receipt) for effect in story.effects] == [("send", Receipt(str(number)))]
        assert {(piece.about, piece.kind) for piece in story.evidence} == {("send", "page"), ("send", "picture")}


async def test_desks_work_side_by_side(bench: Bench) -> None:
    all_here = asyncio.Barrier(3)

    async def together(request: Request) -> Response:
        await all_here.wait()
        return screen(FORM)

    bench.office.answers["/form"] = together
    await bench.work("a", "b", "c", desks=3)
    assert sorted(bench.office.acts) == ["a", "b", "c"]
    assert bench.told() == {"a": [State.DONE], "b": [State.DONE], "c": [State.DONE]}


async def test_a_worker_that_is_told_to_stop_finishes_what_it_has_and_takes_no_more(bench: Bench) -> None:
    async def stop(desk: Desk) -> None:
        worker.stop()

    worker = bench.worker()
    bench.robot.troubles["a"] = [stop]
    bench.add("a", "b", "c")
    await worker.work()
    assert bench.told() == {"a": [State.DONE]}
    assert bench.store.reading.by_state("clerk") == {State.DONE: 1, State.NEW: 2}


# -- what a robot may do wrong ----------------------------------------------------------------------------


async def test_a_robot_that_does_not_get_on_is_given_up_and_tried_again(bench: Bench) -> None:
    async def hang(desk: Desk) -> None:
        await asyncio.Event().wait()

    bench.robot.troubles["a"] = [hang]
    await bench.work("a", lease_seconds=8, progress_seconds=8)
    assert bench.told() == {"a": [State.NEW, State.DONE]}
    assert "KollegaError: No progress for 8 seconds." in bench.failures("a")[0]


async def test_a_browser_that_hangs_while_finding_is_launched_again(bench: Bench) -> None:
    async def cases(request: Request) -> Response:
        return PlainTextResponse("a b")

    async def hang(desk: Desk) -> None:
        await desk[Office].goto("home")
        suspend_browsers()
        await desk[Office].goto("home")

    bench.office.answers["/cases"] = cases
    bench.robot.troubles_finding = [hang]
    assert (await bench.worker(progress_seconds=6).find())["clerk"].new == ("a", "b")
    assert bench.robot.troubles_finding == []


async def test_a_page_in_an_endless_loop_costs_the_item_its_desk_and_leaves_no_process_that_burns(
    bench: Bench,
) -> None:
    hung: set[int] = set()

    async def loop(desk: Desk) -> None:
        page = await desk[Office].goto("home")
        hung.update(process.pid for process in renderers())
        await page.evaluate("() => { for (;;); }")

    async def look(desk: Desk) -> None:
        await desk[Office].goto("home")
        left.update(process.pid for process in renderers())

    left: set[int] = set()
    bench.robot.troubles["a"] = [loop, look]
    await bench.work("a", lease_seconds=8, progress_seconds=8)
    assert bench.told() == {"a": [State.NEW, State.DONE]}
    assert hung
    assert hung.isdisjoint(left)
    assert bench.office.acts == ["a"]


async def test_an_effect_whose_receipt_never_comes_to_rest_is_found_and_not_done_again(bench: Bench) -> None:
    async def act_and_loop(request: Request) -> Response:
        await bench.office.act(request)
        return screen("<p id='receipt'>0</p><script>for (;;);</script>")

    bench.office.answers["/act"] = act_and_loop
    await bench.work("a", lease_seconds=8, progress_seconds=8)
    assert bench.told() == {"a": [State.NEW, State.DONE]}
    assert bench.office.acts == ["a"]
    (effect,) = bench.story("a").effects
    assert (effect.receipt, effect.tries) == (Receipt("0"), 1)


async def test_a_bug_is_kept_on_its_item_and_the_others_go_on(bench: Bench) -> None:
    async def stumble(desk: Desk) -> None:
        raise KeyError("colour")

    bench.robot.troubles["a"] = [stumble, stumble]
    await bench.work("a", "b", max_attempts=2)
    assert bench.told() == {"a": [State.NEW, State.EXCEPTION], "b": [State.DONE]}
    assert bench.failures("a") == ["KeyError: 'colour'"] * 2
    item = bench.story("a").item
    assert (item.reason, item.facts["error"]) == ("technical", "KeyError: 'colour'")
    assert bench.office.acts == ["b"]


async def test_a_business_reason_hands_the_item_to_a_person_with_a_picture(bench: Bench) -> None:
    async def odd(desk: Desk) -> None:
        await desk[Office].goto("home")
        raise BusinessException(Reason.ODD, {"seen": 7})

    bench.robot.troubles["a"] = [odd]
    await bench.work("a")
    story = bench.story("a")
    assert (story.item.state, story.item.reason, story.item.facts) == (State.EXCEPTION, "odd", {"seen": 7})
    assert ("odd", "picture") in {(piece.about, piece.kind) for piece in story.evidence}


async def test_no_item_gets_a_picture_of_another_ones_page(bench: Bench) -> None:
    async def odd(desk: Desk) -> None:
        await desk[Office].fetch("home")
        raise BusinessException(Reason.ODD)

    bench.robot.troubles["b"] = [odd]
    await bench.work("a", "b")
    assert bench.office.acts == ["a"]
    assert bench.story("b").item.reason == "odd"
    assert bench.story("b").evidence == []


async def test_a_login_that_is_not_accepted_stops_the_worker_before_the_account_is_locked(bench: Bench) -> None:
    bench.office.password = "changed yesterday"
    bench.add("a", "b", "c")
    with pytest.raises(SettingsError, match=r"systems\.office\.username"):
        await bench.worker().work(until_empty=True)
    assert bench.office.asked.count("POST /login") <= 3


# -- a lease that is lost ---------------------------------------------------------------------------------


async def test_an_item_that_was_taken_over_is_left_as_it_is(bench: Bench) -> None:
    async def late(desk: Desk) -> None:
        worker.stop()
        bench.another_worker_takes_over()

    worker = bench.worker()
    bench.robot.troubles["a"] = [late]
    bench.add("a")
    await worker.work()
    bench.assert_left_to_the_other("a")


async def test_a_lease_that_is_lost_just_before_the_click_prevents_it(bench: Bench) -> None:
    async def form(request: Request) -> Response:
        worker.stop()
        bench.another_worker_takes_over()
        return screen(FORM)

    worker = bench.worker()
    bench.office.answers["/form"] = form
    bench.add("a")
    await worker.work()
    bench.assert_left_to_the_other("a")


async def test_a_lease_that_is_lost_while_the_robot_waits_ends_the_waiting(bench: Bench) -> None:
    async def late(desk: Desk) -> None:
        worker.stop()
        bench.another_worker_takes_over()
        await asyncio.Event().wait()

    worker = bench.worker(lease_seconds=1)
    bench.robot.troubles["a"] = [late]
    bench.add("a")
    await worker.work()
    bench.assert_left_to_the_other("a")


# -- what dies under the robot ----------------------------------------------------------------------------


async def test_a_killed_browser_is_cured_on_the_spot(bench: Bench) -> None:
    async def kill(desk: Desk) -> None:
        await desk[Office].goto("home")
        kill_browsers()

    references = ["a", "b", "c", "d"]
    bench.robot.troubles = {reference: [kill] for reference in references}
    await bench.work(*references, retry_seconds=60)
    assert bench.told() == {reference: [State.DONE] for reference in references}
    assert bench.office.acts == references


@pytest.mark.parametrize("kill_all", [kill_browsers, kill_drivers])
async def test_a_browser_that_dies_in_the_robots_own_hands_is_cured_too(
    bench: Bench, kill_all: Callable[[], None]
) -> None:
    async def kill(desk: Desk) -> None:
        page = await desk[Office].goto("home")
        kill_all()
        await page.evaluate("new Promise(() => {})")  # ends only with the browser

    bench.robot.troubles["a"] = [kill]
    await bench.work("a", retry_seconds=60)
    assert bench.told() == {"a": [State.DONE]}


async def test_an_effect_during_which_the_browser_died_is_found_and_not_done_again(bench: Bench) -> None:
    async def act_and_kill(request: Request) -> Response:
        done = await bench.office.act(request)
        kill_browsers()
        return done

    bench.office.answers["/act"] = act_and_kill
    await bench.work("a", retry_seconds=60)
    assert bench.told() == {"a": [State.DONE]}
    assert bench.office.acts == ["a"]
    (effect,) = bench.story("a").effects
    assert (effect.receipt, effect.tries) == (Receipt("0"), 1)


async def test_a_session_that_expires_before_the_click_is_renewed_and_the_effect_done_once(bench: Bench) -> None:
    async def last_form_of_the_session(request: Request) -> Response:
        del bench.office.answers["/form"]
        bench.office.log_everybody_out()
        return screen(FORM)

    bench.office.answers["/form"] = last_form_of_the_session
    await bench.work("a", retry_seconds=60)
    assert bench.told() == {"a": [State.DONE]}
    assert bench.office.acts == ["a"]
    assert bench.office.logins == 2
