"""Changed screens in a real browser: a robot stops before it touches a case, and goes on when a person says so."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response

from bots_common.autonomy import Level
from bots_common.desk import Browser, BrowserDesk, Desk, Screen, System
from bots_common.desk.drift import signature
from bots_common.errors import Drifted, ScreenChanged
from bots_common.evidence import EvidenceFolder
from bots_common.handling import Outcome
from bots_common.robot import Found, Item, Known, Robot, robots_named
from bots_common.settings import GivenSettings, Settings, SystemSettings, WorkerSettings
from bots_common.work import Codec, ItemStory, NewItem, State, Store
from bots_common.work.states import Step
from bots_common.work.system_records import DriftRow, Expected, Landmark
from bots_common.worker import Worker
from robots.systems.finance import Finance
from robots.systems.grants import Grants
from tests.browser.office import FORM, Letter, Office, OfficeServer, screen
from tests.browser.test_worker import Case, Clerk
from tests.town_at_work import ROBOT, TownAtWork, town_at_work

RENAMED = FORM.replace("Text", "Words")
WITH_ONE_MORE = FORM.replace("<button>", "<label>Department <input name='department'></label><button>")
CASE = "/case/17"


class Watched(Office):
    """The office with its landmarks declared; a case has a screen of its own."""

    name = "watched"
    screens = (
        Screen("form", "form", fields=("Text",), buttons=("Send",)),
        Screen("case", "case/*", buttons=("Close",)),
    )


class Typist(Clerk):
    """A clerk at the watched office, who opens the case before sending the form."""

    name = "typist"
    systems = (Watched,)

    async def find(self, desk: Desk, known: Known) -> AsyncIterator[Found[Case]]:
        await desk[Watched].open_form("is it there?")
        yield Found("found", Case())

    async def handle(self, item: Item[Case], desk: Desk) -> None:
        if troubles := self.troubles.get(item.reference):
            await troubles.pop(0)(desk)
        office = desk[Watched]
        await item.once("send", Letter(text=item.reference), do=office.act, check=office.find_act)


class Bench:
    """A typist at a watched office, a clerk at one that nobody watches, and workers for both."""

    def __init__(self, office: OfficeServer, folder: Path, codec: Codec, store: Store) -> None:
        self.office = office
        self.store = store
        self.outcomes: list[Outcome] = []
        self._codec = codec
        system = office.settings(timeout_seconds=5)
        rules = WorkerSettings(desks=1, retry_seconds=0.1, poll_seconds=0.1)
        self.settings = GivenSettings(folder=folder, systems={"office": system, "watched": system}, worker=rules)
        self.typist = Typist(self.settings)
        self.clerk = Clerk(self.settings)
        for robot in (self.typist, self.clerk):
            store.levels.set(robot.name, Level.AUTO, "anna", "for these tests")

    def worker(self, told: Callable[[Outcome], None] | None = None) -> Worker:
        robots = [self.typist, self.clerk]
        return Worker(self.store, self._codec, robots, self.settings, told or self.outcomes.append)

    def finder(self) -> Worker:
        return Worker(self.store, self._codec, [self.typist], self.settings)

    def add(self, robot: Robot[Any], *references: str) -> None:
        self.store.add(robot.name, [NewItem(reference, {}) for reference in references])

    async def work(self) -> None:
        await self.worker().work(until_empty=True)

    def story(self, reference: str) -> ItemStory:
        (item,) = [item for item in self.store.reading.items() if item.reference == reference]
        return self.store.reading.story(item.id)

    def drift(self) -> DriftRow:
        (drift,) = self.store.drift.open()
        return drift

    def accept(self) -> None:
        self.store.drift.accept(self.drift().id, "anna", "I have looked")


@pytest.fixture
def bench(office: OfficeServer, tmp_path: Path, codec: Codec) -> Iterator[Bench]:
    with closing(Store.open(f"sqlite:///{tmp_path / 'kollega.db'}", codec)) as store:
        yield Bench(office, tmp_path, codec, store)


def once(body: str, office: OfficeServer, path: str) -> Callable[[Request], Awaitable[Response]]:
    """Answer with this body a single time; then the page is as it was."""

    async def answer(request: Request) -> Response:
        del office.answers[path]
        return screen(body)

    return answer


# -- before the first case --------------------------------------------------------------------------------


async def test_a_changed_screen_stops_its_robot_before_the_first_case_and_no_other(bench: Bench) -> None:
    bench.office.pages["/form"] = RENAMED
    bench.add(bench.typist, "a", "b")
    bench.add(bench.clerk, "c")
    with pytest.raises(
        Drifted, match=r"typist stands still: the screen 'form' of watched .* 2 items wait"
    ) as stopped:
        await bench.work()
    assert f"kollega drift accept {bench.drift().id} --why" in stopped.value.mend
    for reference in ("a", "b"):
        story = bench.story(reference)
        assert (story.item.state, story.item.attempts) == (State.NEW, 0)
        assert [change.step for change in story.history] == [Step.FIND]
    assert {outcome.reference for outcome in bench.outcomes} == {"c"}
    assert bench.drift().expected == Expected(Watched.screens[0].landmarks)
    assert bench.drift().seen == {Landmark("field", "Words"), Landmark("button", "Send")}


async def test_more_on_a_form_than_is_declared_stops_nobody(bench: Bench) -> None:
    bench.office.pages["/form"] = WITH_ONE_MORE
    bench.add(bench.typist, "a")
    await bench.work()
    assert bench.office.acts == ["a"]


async def test_a_new_field_on_an_accepted_form_stops_the_robot(bench: Bench) -> None:
    bench.office.pages["/form"] = FORM.replace("Send", "Send off")
    bench.add(bench.typist, "a")
    with pytest.raises(Drifted):
        await bench.work()
    bench.accept()
    await bench.work()
    assert bench.office.acts == ["a"], "the page object finds the button by a part of its name"
    bench.office.pages["/form"] = WITH_ONE_MORE.replace("Send", "Send off")
    bench.add(bench.typist, "b")
    with pytest.raises(Drifted):
        await bench.work()
    assert bench.office.acts == ["a"]
    drift = bench.drift()
    assert drift.expected.exact
    assert drift.seen - drift.expected.landmarks == {Landmark("field", "Department")}


async def test_a_change_that_is_gone_at_the_next_look_stops_nobody(bench: Bench) -> None:
    bench.office.answers["/form"] = once(RENAMED, bench.office, "/form")
    bench.add(bench.typist, "a")
    await bench.work()
    assert bench.office.acts == ["a"]
    assert bench.store.drift.latest(1) == []
    assert bench.story("a").item.attempts == 0


async def test_a_screen_that_is_gone_is_a_drift(bench: Bench) -> None:
    del bench.office.pages["/form"]
    bench.add(bench.typist, "a")
    with pytest.raises(Drifted):
        await bench.work()
    assert bench.drift().seen == frozenset()


async def test_a_system_that_is_down_is_no_drift(bench: Bench) -> None:
    bench.office.statuses["/form"] = [500] * 4
    bench.add(bench.typist, "a")
    await bench.work()
    assert bench.office.acts == ["a"]
    assert bench.store.drift.latest(1) == []


async def test_one_look_serves_all_items_of_a_worker(bench: Bench) -> None:
    bench.add(bench.typist, "a", "b", "c")
    await bench.work()
    assert bench.office.logins == 2, "one to look, one at the desk; a login opens the page anew"
    assert bench.office.asked.count("GET /form") == 1 + 3 + bench.office.logins


async def test_without_work_nobody_looks(bench: Bench) -> None:
    await bench.work()
    assert bench.office.asked == []


async def test_another_worker_stands_still_without_a_look_of_its_own(bench: Bench) -> None:
    bench.office.pages["/form"] = RENAMED
    bench.add(bench.typist, "a")
    with pytest.raises(Drifted):
        await bench.work()
    bench.office.asked.clear()
    with pytest.raises(Drifted):
        await bench.work()
    assert bench.office.asked == []
    assert len(bench.store.drift.latest(10)) == 1


async def test_the_robots_go_on_while_the_worker_runs_once_a_person_has_accepted(bench: Bench) -> None:
    bench.office.pages["/form"] = FORM.replace("Send", "Send off")
    bench.add(bench.typist, "a")
    bench.add(bench.clerk, "signal")

    def told(outcome: Outcome) -> None:
        bench.outcomes.append(outcome)
        if outcome.reference == "signal":  # the other robot has gone on beside the drift
            bench.accept()
        else:
            worker.stop()

    worker = bench.worker(told)
    await worker.work()
    assert [(it.reference, it.state) for it in bench.outcomes] == [("signal", State.DONE), ("a", State.DONE)]


# -- where a robot has stumbled ---------------------------------------------------------------------------


async def test_an_item_of_which_nothing_was_begun_goes_back_as_it_came(bench: Bench) -> None:
    async def changed_meanwhile(desk: Desk) -> None:
        bench.office.pages["/form"] = RENAMED
        await desk[Watched].open_form("a")

    bench.typist.troubles["a"] = [changed_meanwhile]
    bench.add(bench.typist, "a", "b")
    with pytest.raises(Drifted, match="2 items wait"):
        await bench.work()
    story = bench.story("a")
    assert (story.item.state, story.item.attempts) == (State.NEW, 0)
    assert [change.step for change in story.history] == [Step.FIND, Step.CLAIM, Step.HAND_BACK]
    assert [change.step for change in bench.story("b").history] == [Step.FIND]


async def test_an_item_whose_effect_was_begun_fails_as_ever(bench: Bench) -> None:
    async def changes(desk: Desk) -> None:
        bench.office.pages["/form"] = RENAMED

    bench.typist.troubles["a"] = [changes]
    bench.add(bench.typist, "a", "b", "c")
    with pytest.raises(Drifted, match="3 items wait"):
        await bench.work()
    assert [(it, bench.story(it).item.attempts) for it in "abc"] == [("a", 1), ("b", 0), ("c", 0)]
    assert bench.office.acts == []


async def test_a_stumble_over_a_screen_that_is_well_again_is_an_ordinary_failure(bench: Bench) -> None:
    async def strikes(desk: Desk) -> None:
        bench.office.answers["/form"] = once(RENAMED, bench.office, "/form")

    bench.typist.troubles["a"] = [strikes]
    bench.add(bench.typist, "a")
    await bench.work()
    assert [it.state for it in bench.outcomes] == [State.NEW, State.DONE]
    assert bench.store.drift.latest(1) == []


async def test_a_screen_that_only_a_case_leads_to_is_looked_at_where_it_is_open(bench: Bench) -> None:
    async def stumble(desk: Desk) -> None:
        await desk[Watched].goto(CASE.lstrip("/"))
        raise ScreenChanged("There is no button Close.")

    bench.office.pages[CASE] = "<h1>Anna Hansen 010190-1234</h1><button>End</button>"
    bench.typist.troubles["a"] = [stumble]
    bench.add(bench.typist, "a", "b")
    with pytest.raises(Drifted, match="the screen 'case' of watched"):
        await bench.work()
    assert bench.drift().seen == {Landmark("button", "End")}
    assert bench.story("a").item.attempts == 0


async def test_finding_ends_with_the_drift_and_later_does_not_begin(bench: Bench) -> None:
    bench.office.pages["/form"] = RENAMED
    worker = bench.finder()
    with pytest.raises(Drifted, match="typist stands still"):
        await worker.find()
    bench.office.asked.clear()
    with pytest.raises(Drifted, match="typist stands still"):
        await worker.find()
    assert bench.office.asked == []


async def test_finding_that_stumbles_over_a_screen_that_is_well_fails_as_ever(bench: Bench) -> None:
    bench.office.answers["/form"] = once(RENAMED, bench.office, "/form")
    with pytest.raises(ScreenChanged):
        await bench.finder().find()
    assert bench.store.drift.latest(1) == []


# -- what is read of a page -------------------------------------------------------------------------------


@pytest.mark.asyncio(loop_scope="module")
async def test_nothing_of_a_case_is_read(bench: Bench, chromium: Browser) -> None:
    bench.office.pages[CASE] = """
        <h1>Anna Hansen</h1><p>Anna lives here</p>
        <label>Remark <textarea>Anna called</textarea></label>
        <label>Payee <select><option>Anna</option></select></label>
        <label><input type="radio"> Anna</label><label><input type="checkbox"> Anna</label>
        <input name="note" value="Anna"><input type="hidden" name="Anna" value="Anna">
        <label hidden>Anna <input></label><button hidden>Anna</button>
        <input type="submit" value="Close">
        <table><thead><tr><th>Share of Anna</th></tr></thead>
        <tbody><tr><td><button>Pay Anna</button><label>Anna's part <input></label></td></tr></tbody></table>"""
    desk = BrowserDesk(chromium, bench.settings)
    await desk.ready()
    page = await desk[Watched].goto(CASE.lstrip("/"))
    seen = await signature(desk[Watched], Watched.screens[1], page)
    await desk.leave()
    assert seen == {
        Landmark("field", "Remark"),
        Landmark("field", "Payee"),
        Landmark("field", "note"),
        Landmark("button", "Close"),
    }


# -- the robots in the mock town --------------------------------------------------------------------------


def renamed(**where: str) -> Mapping[str, object]:
    return {"kind": "renamed_label", **where}


@pytest.mark.asyncio(loop_scope="module")
async def test_every_declared_screen_is_so_in_the_mock_town(tmp_path: Path, chromium: Browser) -> None:
    with town_at_work(tmp_path, seed=3, size=20) as town:
        desk = BrowserDesk(chromium, town.settings)
        await desk.ready()
        document = (await desk[Finance].inbox())[0].document
        addresses = {"citizen": "borger/1", "grant": "bevilling/BEV0000001"}
        for system in (Finance, Grants):
            for it in system.screens:
                address = addresses.get(it.name, it.address.replace("*", document))
                assert it.is_at(address)
                await _assert_as_declared(desk[system], it, address)
        await desk.leave()


async def _assert_as_declared(system: System, it: Screen, address: str) -> None:
    seen = await signature(system, it, await system.goto(address))
    assert it.landmarks - seen == frozenset(), it.name


async def test_a_renamed_system_stops_invoices_before_a_case_while_another_robot_goes_on(
    tmp_path: Path, office: OfficeServer
) -> None:
    with town_at_work(tmp_path, seed=3, size=20) as town:
        await town.worker().find()
        town.switch_on(renamed(system="grants"))
        settings = town.settings.model_copy(update={"systems": {**town.settings.systems, "office": _at(office)}})
        clerk = Clerk(settings)
        town.store.levels.set(clerk.name, Level.AUTO, "anna", "for this test")
        town.store.add("clerk", [NewItem("a", {}), NewItem("b", {})])
        robots = [*robots_named([ROBOT], settings), clerk]
        with pytest.raises(
            Drifted, match=r"invoices stands still: the screen 'citizen search' of grants .* 20 items"
        ):
            await Worker(town.store, town.codec, robots, settings).work(until_empty=True)
        assert town.acts() == []
        items = town.store.reading.items(robot=ROBOT)
        assert [(item.state, item.attempts) for item in items] == [(State.NEW, 0)] * 20
        assert sorted(office.acts) == ["a", "b"]
        assert _picture(town, settings).startswith(b"\xff\xd8"), "a JPEG"


def _at(office: OfficeServer) -> SystemSettings:
    return office.settings().model_copy(update={"password": SecretStr(office.password)})


def _picture(town: TownAtWork, settings: Settings) -> bytes:
    (drift,) = town.store.drift.open()
    assert drift.picture is not None
    return EvidenceFolder(settings.folder / "evidence", town.codec, town.store.ledger).open(drift.picture)


async def test_invoices_go_on_with_a_renamed_search_once_a_person_has_accepted_it(tmp_path: Path) -> None:
    with town_at_work(tmp_path, seed=3, size=20) as town:
        await town.worker().find()
        town.switch_on(renamed(path="/sensum/borger"))
        with pytest.raises(Drifted, match="'citizen search' of grants"):
            await town.worker().work(until_empty=True)
        assert town.acts() == []
        (drift,) = town.store.drift.open()
        assert {it.text for it in drift.expected.landmarks - drift.seen} == {"CPR-nummer"}
        town.store.drift.accept(drift.id, "anna", "the robot searches without the label")
        await town.worker().work(until_empty=True)
        assert town.disagreements() == []


async def test_a_renamed_button_on_a_cases_own_screen_ends_as_a_drift_and_not_as_failing_items(
    tmp_path: Path,
) -> None:
    with town_at_work(tmp_path, seed=3, size=20, desks=2) as town:
        await town.worker().find()
        town.switch_on(renamed(path="/opus/bilag/"))
        with pytest.raises(Drifted, match=r"the screen '(posting|document)' of finance has changed"):
            await town.worker().work(until_empty=True)
        assert town.acts() == []
        items = town.store.reading.items(robot=ROBOT)
        assert {item.state for item in items} == {State.NEW}
        assert sum(item.attempts for item in items) <= 2, "one a desk at most"
