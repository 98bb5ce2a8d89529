"""The flex-wage robot in a real browser and a mock town: every case ends as the truth says, and is paid once."""

from __future__ import annotations

from pathlib import Path

from tests.flex_at_work import AFTER_THE_LATE, ROBOT, flex_at_work

SIZE = 40


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
