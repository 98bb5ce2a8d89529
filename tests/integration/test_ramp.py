"""The ramp: so many cases a day alone, and more only while people find few errors."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pytest

from bots_common.autonomy import Cause, Level
from bots_common.settings import AutonomySettings
from bots_common.work import Claimed, Codec, NewItem, State, Store
from bots_common.work.records import Wish
from tests.bookkeeper import BOTH, MONDAY, Bookkeeper, Office, office

__all__ = ["office"]


def morning(office: Office) -> None:
    """The next day begins."""
    office.clock.now = MONDAY + timedelta(days=(office.clock.now - MONDAY).days + 1)


def names(day: str, count: int) -> list[str]:
    return [f"{day}{number}" for number in range(count)]


@pytest.mark.parametrize("level", [Level.SAMPLE, Level.AUTO])
def test_the_ramp_lets_so_many_items_a_day_pass_and_the_rest_wait(office: Office, level: Level) -> None:
    office.robot = Bookkeeper(share=0, ramp=[3, 5])
    office.level(level)
    office.work(*names("mon", 5))
    assert len(office.done()) == 6, "three items, each with both effects"
    assert office.waiting() == {"mon3", "mon4"}
    assert office.proposals("mon3") == [("post", Cause.RAMP, None)]
    morning(office)
    office.work(*names("tue", 5))
    assert office.waiting() == {"mon3", "mon4", "tue3", "tue4"}, "too little has been seen to go up"
    office.approve("mon3")
    office.work()
    assert office.ended("mon3")[0] is State.DONE, "what a person has approved is no matter of the ramp"


def test_an_item_that_was_begun_alone_is_finished_and_counts_once(office: Office) -> None:
    office.robot = Bookkeeper(ramp=[1, 5])
    office.robot.two_approvals = True
    office.level(Level.AUTO)
    office.books.dies = ["post", "pay"]
    office.work("B1", "B2")
    assert (office.done(), office.waiting()) == (BOTH, {"B2"})


def test_the_ramp_goes_up_while_people_find_no_errors_and_back_when_they_do(office: Office) -> None:
    office.robot = Bookkeeper(share=0, ramp=[1, 2], error_limit=0.5)  # five without an error are enough
    office.level(Level.AUTO)
    office.work(*names("mon", 6))
    for reference in sorted(office.waiting()):
        office.approve(reference)
    office.work()
    assert len(office.store.levels.log()) == 1, "not on the day itself"
    morning(office)
    office.work(*names("tue", 4))
    assert len(office.waiting()) == 2
    step, *_ = office.store.levels.log()
    assert (step.level, step.step, step.who) == (Level.AUTO, 1, "ramp")
    assert step.why == "2 a day alone: 0 wrong of 5, at most 45.07%, limit 50%"
    office.reject("tue2")
    morning(office)
    office.work(*names("wed", 3))
    back, *_ = office.store.levels.log()
    assert (back.step, back.who) == (0, "ramp")
    assert back.why == "1 a day alone: 1 wrong of 1, at most 100.00%, limit 50%"
    assert office.waiting() == {"tue3", "wed1", "wed2"}


def test_after_the_last_step_there_is_no_number_and_a_persons_act_begins_anew(office: Office) -> None:
    office.robot = Bookkeeper(share=0, ramp=[1], error_limit=0.5)
    office.level(Level.AUTO)
    office.work(*names("mon", 6))
    for reference in sorted(office.waiting()):
        office.approve(reference)
    morning(office)
    office.work(*names("tue", 9))
    assert office.waiting() == set()
    assert office.store.levels.of("bookkeeper").step == 1
    office.level(Level.AUTO)
    office.work(*names("more", 2))
    assert office.waiting() == {"more1"}


def test_workers_side_by_side_do_not_go_over_the_ramps_number(database_url: str, codec: Codec) -> None:
    rules = AutonomySettings(ramp=(5,))
    first = Store.open(database_url, codec)
    first.levels.set("bookkeeper", Level.AUTO, "anna", "begins")
    first.add("bookkeeper", [NewItem(f"B{number}", {}) for number in range(20)])
    claimed = first.claim(["bookkeeper"], "w", timedelta(minutes=5), limit=20)

    def permit(mine: list[Claimed]) -> list[Cause | None]:
        with closing(Store.open(database_url, codec)) as store:
            wishes = [(it.lease, Wish("bookkeeper", it.reference, "post", {"document": it.reference})) for it in mine]
            return [store.approvals.permit(lease, wish, rules).hindrance for lease, wish in wishes]

    with ThreadPoolExecutor(4) as workers:
        told = [cause for causes in workers.map(permit, [claimed[n::4] for n in range(4)]) for cause in causes]
    assert Counter(told) == {None: 5, Cause.RAMP: 15}
    first.close()
