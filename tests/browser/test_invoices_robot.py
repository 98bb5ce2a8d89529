"""The invoices robot in a real browser against the mock town: every invoice ends as the truth says, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from bots_common.work import State
from tests.town_at_work import ROBOT, town_at_work

SIZE = 40
FAULTS = [
    {"kind": "latency", "ms": 300, "rate": 0.2},
    {"kind": "error500", "rate": 0.05},
    {"kind": "cut_before_write", "rate": 0.1},
    {"kind": "cut_after_write", "rate": 0.1},
    {"kind": "expired_session", "rate": 0.03},
    {"kind": "unexpected_dialog", "rate": 0.2},
    {"kind": "renamed_label", "rate": 0.05},
    {"kind": "double_submit", "rate": 0.1},
]
IN_DOUBT = [fault for fault in FAULTS if fault["kind"] in ("cut_before_write", "cut_after_write", "double_submit")]
"""Those that leave it open whether the click did what it should; each of the others alone is `make acceptance`'s."""


async def test_every_invoice_ends_as_the_truth_says(tmp_path: Path) -> None:
    with town_at_work(tmp_path, seed=2, size=SIZE) as town:
        await town.find_and_work()
        assert town.disagreements() == []
        again = (await town.worker().find())[ROBOT]
        assert again.new == ()
        assert sum(town.store.reading.by_state(ROBOT).values()) == SIZE


@pytest.mark.parametrize("fault", IN_DOUBT, ids=lambda fault: str(fault["kind"]))
async def test_a_fault_changes_nothing_in_the_end(tmp_path: Path, fault: dict[str, object]) -> None:
    with town_at_work(tmp_path, seed=3, size=20) as town:
        town.switch_on(fault)
        await town.find_and_work()
        assert town.disagreements() == []
        assert town.strikes()[str(fault["kind"])] > 0


async def test_all_faults_together_change_nothing_in_the_end(tmp_path: Path) -> None:
    with town_at_work(tmp_path, seed=4, size=SIZE) as town:
        town.switch_on(*FAULTS)
        await town.find_and_work()
        assert town.disagreements() == []


async def test_each_effect_and_each_exception_has_its_evidence(tmp_path: Path) -> None:
    with town_at_work(tmp_path, seed=5, size=20) as town:
        await town.find_and_work()
        for item in town.store.reading.items():
            story = town.store.reading.story(item.id)
            kept = {(piece.about, piece.kind) for piece in story.evidence}
            for effect in story.effects:
                assert {(effect.name, "page"), (effect.name, "picture")} <= kept
            if item.state is State.EXCEPTION:
                assert (item.reason, "picture") in kept
