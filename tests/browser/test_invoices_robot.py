"""The invoices robot in a real browser against the mock town: every invoice ends as the truth says, once."""

from __future__ import annotations

from pathlib import Path

from bots_common.work import State
from tests.town_at_work import ROBOT, TownAtWork, town_at_work

SIZE = 24
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
IN_DOUBT = {"cut_before_write", "cut_after_write", "double_submit"}
"""Those that leave it open whether the click did what it should. Each fault alone is `make acceptance`'s."""


async def test_every_invoice_ends_as_the_truth_says(tmp_path: Path) -> None:
    with town_at_work(tmp_path, seed=2, size=SIZE) as town:
        await town.find_and_work()
        assert town.disagreements() == []
        assert without_evidence(town) == []
        again = (await town.worker().find())[ROBOT]
        assert again.new == ()
        assert sum(town.store.reading.by_state(ROBOT).values()) == SIZE


async def test_all_faults_together_change_nothing_in_the_end(tmp_path: Path) -> None:
    with town_at_work(tmp_path, seed=4, size=SIZE) as town:
        town.switch_on(*FAULTS)
        await town.find_and_work()
        assert town.disagreements() == []
        assert [kind for kind in IN_DOUBT if not town.strikes()[kind]] == []


def without_evidence(town: TownAtWork) -> list[str]:
    """Effects without their page and picture, and cases with people without a picture of where the robot stopped."""
    missing = []
    for item in town.store.reading.items():
        story = town.store.reading.story(item.id)
        kept = {(piece.about, piece.kind) for piece in story.evidence}
        due = {(effect.name, kind) for effect in story.effects for kind in ("page", "picture")}
        due |= {(item.reason or "", "picture")} if item.state is State.EXCEPTION else set()
        missing += [f"{item.reference}: {about}, {kind}" for about, kind in sorted(due - kept)]
    return missing
