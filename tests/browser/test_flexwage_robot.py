"""The flex-wage robot in a real browser and a mock town: every case ends as the truth says, and is paid once."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import NamedTuple

from bots_common.work import State
from tests.clerk import Clerk
from tests.flex_at_work import AFTER_THE_LATE, ROBOT, FlexAtWork, flex_at_work, plain_cases

SIZE = 24
FAULTS = [
    {"kind": "cut_before_write", "rate": 0.15},
    {"kind": "cut_after_write", "rate": 0.15},
    {"kind": "double_submit", "rate": 0.2},
    {"kind": "search_timeout", "rate": 0.2},
]
IN_DOUBT = {"cut_before_write", "cut_after_write", "double_submit"}
"""Those that leave it open whether the click did what it should. Each fault alone is `make acceptance`'s."""
MORE_FAULTS = [
    {"kind": "latency", "ms": 300, "rate": 0.1},
    {"kind": "error500", "rate": 0.05},
    {"kind": "slow_search", "ms": 300, "rate": 0.2},
    {"kind": "expired_session", "rate": 0.03},
    {"kind": "unexpected_dialog", "rate": 0.2},
    {"kind": "renamed_label", "rate": 0.05},
]


async def test_every_case_ends_as_the_truth_says_and_late_reports_are_paid_in_the_second_pass(tmp_path: Path) -> None:
    with flex_at_work(tmp_path, seed=2, size=SIZE) as town:
        await town.find_and_work()
        assert town.disagreements(late=False) == []
        late = [it.case for it in town.truths() if it.holds_from]
        never = [it.case for it in town.truths() if it.reason == "no_report"]
        assert late
        town.move_to(AFTER_THE_LATE)
        found = (await town.worker().find())[ROBOT]
        assert found.new == ()
        assert sorted(found.again) == [f"{case}/2024-11" for case in sorted(late + never)]
        await town.worker().work(until_empty=True)
        assert town.disagreements() == []


async def test_all_faults_together_change_nothing_in_the_end(tmp_path: Path) -> None:
    with flex_at_work(tmp_path, seed=4, size=20) as town:
        town.switch_on(*FAULTS, *MORE_FAULTS)
        await town.find_and_work()
        assert town.disagreements(late=False) == []
        assert [kind for kind in IN_DOUBT if not town.strikes()[kind]] == []


async def test_what_a_person_pays_while_the_robot_is_on_its_way_is_not_paid_again(tmp_path: Path) -> None:
    with flex_at_work(tmp_path, seed=5, size=20) as town, Clerk(town.address) as clerk:
        await town.worker().find()
        (case, _), *_ = plain_cases(town)
        clerk.log_in("/ky")
        clerk.approve(f"/ky/sag/{case}")
        await town.worker().work(until_empty=True)
        item = town.item(case)
        assert (item.reason, item.facts["paid"]) == ("already_paid", "15272.00")
        assert len([act for act in town.acts() if act.act == "approve" and act.fields["case"] == case]) == 1


# -- the obs-list, while the robot is at work -------------------------------------------------------------------


async def test_an_entry_that_comes_between_the_calculation_and_the_payment_wins(tmp_path: Path) -> None:
    """The page of the calculation is slow, so that the entry is surely there before the payment could be approved."""
    with flex_at_work(tmp_path, seed=6, size=20, desks=1) as town:
        town.switch_on({"kind": "latency", "ms": 2000, "path": "/ky/beregning"})
        await town.worker().find()
        working = asyncio.create_task(town.worker().work(until_empty=True))
        while not (calculated := [act for act in town.acts() if act.act == "calculate"]):
            await acted(town, len(town.acts()) + 1, working)
        case = calculated[0].fields["case"]
        town.keep_back(town.cpr(case))
        town.switch_on()
        await working
        assert (town.item(case).state, town.item(case).reason) == (State.EXCEPTION, "obs_midway")
        assert not [act for act in town.acts() if act.act in ("approve", "letter") and act.fields["case"] == case]


async def test_entries_that_come_while_the_robot_works_are_honoured_every_time(tmp_path: Path) -> None:
    """Nothing more is done about them, but for the one click that was under way in an item that staff are told of."""
    with flex_at_work(tmp_path, seed=7, size=24, obs_list=False) as town:
        await town.worker().find()
        working = asyncio.create_task(town.worker().work(until_empty=True))
        entries: dict[str, Entry] = {}
        for case, cpr in plain_cases(town):
            if working.done():
                break
            added = await asyncio.to_thread(town.keep_back, cpr.digits)
            entries[case] = Entry(in_hand=bool(added.in_hand), acts_before=len(town.acts()))
            await acted(town, entries[case].acts_before + 5, working)
        await working
        acts = [(town.case_of(act), act) for act in town.acts()]
        for case, entry in entries.items():
            later = [act.act for about, act in acts[entry.acts_before :] if about == case]
            assert len(later) <= entry.in_hand
            paid = any(act.act == "approve" for about, act in acts if about == case)
            assert paid or (town.item(case).reason in ("obs", "obs_midway"))
        assert {town.item(case).state for case, entry in entries.items() if not entry.in_hand} >= {State.SKIPPED}


async def acted(town: FlexAtWork, acts: int, working: asyncio.Task[None]) -> None:
    """Until so many acts stand in the town's ledger, or the work is over."""
    while len(town.acts()) < acts and not working.done():  # noqa: ASYNC110 - the town is a process of its own
        await asyncio.sleep(0.01)


class Entry(NamedTuple):
    """An entry of the obs-list: whether staff were told that an item is in hand, and the acts before it counted."""

    in_hand: bool
    acts_before: int
