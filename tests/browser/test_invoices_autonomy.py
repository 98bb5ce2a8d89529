"""The invoices robot at each level in a real browser: the mock systems' own ledgers say what it has done alone."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import stamina

from bots_common.autonomy import Decision, Level, drawn
from bots_common.robot import robots_named
from bots_common.settings import AutonomySettings
from bots_common.work import State, Store
from bots_common.work.runs import SCHEDULER
from bots_common.worker import Worker
from kollega import demo
from kollega.at_work import working_meanwhile
from kollega.rooms import Rooms
from mocks import danish, serve
from mocks.town import Truth, truth
from tests.clerk import Clerk
from tests.killing import settings_file
from tests.town_at_work import KEY, ROBOT, TownAtWork, town_at_work

SIZE = 12


def plain(town: TownAtWork) -> dict[str, Truth]:
    """What must be posted, by document."""
    return {it.document: it for it in truth.read(town.folder / serve.TRUTH) if it.postings}


def acts(town: TownAtWork) -> Counter[str]:
    return Counter(act.act for act in town.acts())


def posted(town: TownAtWork) -> list[str]:
    return sorted(act.fields["document"] for act in town.acts() if act.act == "post")


def in_state(town: TownAtWork, state: State) -> dict[str, int]:
    """The items in a state: ids by reference."""
    return {item.reference: item.id for item in town.store.reading.items(states=[state])}


def decide(town: TownAtWork, references: list[str], *, right: bool) -> None:
    waiting = in_state(town, State.WAITING)
    for reference in references:
        proposal = town.store.people.to_decide(waiting[reference]).id
        if right:
            town.store.people.approve(proposal, "anna", "looked at it")
        else:
            town.store.people.reject(proposal, "anna", "wrong")


def kollega(town: TownAtWork, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line, as an operator starts it."""
    return subprocess.run(
        [sys.executable, "-m", "kollega", *arguments, "--settings", str(settings_file(town))],
        capture_output=True,
        text=True,
        env={**os.environ, "KOLLEGA_KEY": KEY, "COLUMNS": "200"},
        check=False,
    )


async def people_do_it(town: TownAtWork, otherwise: Truth) -> None:
    """People handle the town's month as the truth says, but for one posting, on which they spend an øre too much."""
    with Clerk(town.address) as clerk:
        clerk.log_in("/opus")
        ore = sum(line.ore for line in otherwise.postings) + 1
        clerk.book(f"/opus/bilag/{otherwise.document}", beloeb=danish.amount(ore))
    with closing(Store.open("sqlite://", town.codec)) as theirs:
        theirs.levels.set(ROBOT, Level.AUTO, "test", "stands in for people")
        worker = Worker(theirs, town.codec, robots_named([ROBOT], town.settings), town.settings)
        await worker.find()
        await worker.work(until_empty=True)


async def test_in_shadow_it_does_nothing_and_is_compared_with_people(tmp_path: Path) -> None:
    with town_at_work(tmp_path, seed=5, size=SIZE, level=Level.SHADOW) as town:
        await town.find_and_work()
        assert town.acts() == []
        due = plain(town)
        assert set(due) <= set(in_state(town, State.SKIPPED))
        assert set(town.store.reading.by_state(ROBOT)) == {State.SKIPPED, State.EXCEPTION}
        otherwise = next(it for it in due.values() if len(it.postings) == 1)
        await people_do_it(town, otherwise)
        done_by_people = len(town.acts())

        ran = kollega(town, "shadow", "compare", ROBOT)
        assert (ran.returncode, ran.stderr) == (0, "")
        assert f"People did it differently: {otherwise.document}, Bogføring" in ran.stdout
        assert (town.settings.folder / f"shadow-{ROBOT}.xlsx").is_file()
        assert len(town.acts()) == done_by_people, "a comparison changes nothing"

        found = {(ref, row.name): row.decision for ref, row in town.store.approvals.shadowed(ROBOT)}
        same = {document for (document, name), it in found.items() if name == "post" and it is Decision.SAME}
        assert same == set(due) - {otherwise.document}
        assert found[otherwise.document, "post"] is Decision.DIFFERENT
        for document in same:
            payments = [it for (of, name), it in found.items() if of == document and name.startswith("mark-paid/")]
            assert payments == [Decision.SAME] * len(due[document].postings), "with the voucher that people have"


async def test_nothing_is_posted_before_its_approval_and_exactly_the_approved_after(tmp_path: Path) -> None:
    with town_at_work(tmp_path, seed=6, size=SIZE, level=Level.APPROVE) as town:
        await town.find_and_work()
        due = plain(town)
        assert set(acts(town)) == {"remark"}, "a note needs no approval"
        assert set(due) <= set(in_state(town, State.WAITING))
        documents = sorted(due)
        approved, rejected = documents[::2], documents[1::4]
        decide(town, approved, right=True)
        decide(town, rejected, right=False)
        await town.worker().work(until_empty=True)
        assert posted(town) == approved
        assert acts(town)["mark_paid"] == sum(len(due[document].postings) for document in approved)
        assert set(approved) == set(in_state(town, State.DONE))
        assert not set(rejected) & set(in_state(town, State.WAITING))
        figures = town.store.levels.standing(ROBOT).figures
        assert (figures.decided, figures.wrong) == (len(approved) + len(rejected), len(rejected))


async def test_of_a_sample_only_the_drawn_wait(tmp_path: Path) -> None:
    with town_at_work(tmp_path, seed=7, size=SIZE, level=Level.SAMPLE, autonomy=AutonomySettings(share=0.4)) as town:
        await town.find_and_work()
        due = plain(town)
        chosen = {it for it in due if drawn(town.codec.fingerprint(f"sample {ROBOT} {it}"), 0.4)}
        assert chosen
        assert chosen <= set(in_state(town, State.WAITING))
        assert set(due) - chosen <= set(posted(town))
        assert not chosen & set(posted(town))
        decide(town, sorted(chosen), right=True)
        await town.worker().work(until_empty=True)
        assert max(Counter(posted(town)).values()) == 1
        assert not chosen & set(in_state(town, State.WAITING))


def test_robots_that_stay_at_work_do_what_people_decide_meanwhile(tmp_path: Path) -> None:
    """As in the demonstration: pages in front, a worker and a scheduler behind them, in one process."""
    with town_at_work(tmp_path, seed=3, size=6, level=Level.APPROVE) as town:
        asyncio.run(town.find_and_work())
        waiting = in_state(town, State.WAITING)
        assert posted(town) == []
        settings = town.settings.model_copy(update={"schedules": demo.SCHEDULES})
        with working_meanwhile(Rooms(settings, town.codec, town.store), [ROBOT]):
            decide(town, list(waiting), right=True)
            for attempt in stamina.retry_context(on=AssertionError, attempts=None, timeout=60, wait_max=0.2):
                with attempt:
                    assert town.store.runs.leader(SCHEDULER) is not None
                    assert set(in_state(town, State.DONE)) >= set(waiting)
        assert posted(town) == sorted(plain(town))
        assert town.store.fleet.workers() == [], "they have left in good order"
        assert town.store.runs.leader(SCHEDULER) is None
