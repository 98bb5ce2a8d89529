"""The certificates robot in a real browser and a mock town: a month of hires, from the post to the archive's note."""

from __future__ import annotations

from pathlib import Path

from bots_common.work import State
from mocks.town import generate
from tests.hires_at_work import ROBOT, hires_at_work

IN_DOUBT = [
    {"kind": "cut_before_write", "rate": 0.1},
    {"kind": "cut_after_write", "rate": 0.1},
    {"kind": "double_submit", "rate": 0.1},
    {"kind": "expired_session", "rate": 0.02},
]
SIZE = 20


async def test_every_hire_ends_as_the_truth_says(tmp_path: Path) -> None:
    with hires_at_work(tmp_path, seed=2, size=SIZE) as town:
        await town.a_month()
        assert town.disagreements() == []
        again = (await town.worker().find())[ROBOT]
        assert again.new == ()
        mails = [act.fields for act in town.acts() if act.act == "mail"]
        assert mails
        said = "".join(mail["subject"] + mail["text"] for mail in mails)
        assert leaks_in(said, [hire.cpr for hire in generate(2, 20, hires=SIZE).hires.hires]) == []
        spoken_of = {it.facts["hire"] for it in town.items().values() if it.reason == "remark"}
        good_news = [mail["subject"] for mail in mails if "modtaget" in mail["subject"]]
        assert not [hire for hire in spoken_of if any(hire in subject for subject in good_news)]


def leaks_in(text: str, numbers: list[str]) -> list[int]:
    """Which of the numbers, by their place in the list, stand in the text."""
    plain = text.replace("-", "")
    return [place for place, number in enumerate(numbers) if number and number.replace("-", "") in plain]


async def test_where_the_portal_is_open_to_it_the_robot_requests_by_itself(tmp_path: Path) -> None:
    with hires_at_work(tmp_path, seed=3, size=10, mode="robot") as town:
        town.switch_on(*IN_DOUBT)
        await town.find_and_work()
        requests = [act for act in town.acts() if act.act == "request"]
        done = [it for it in town.items().values() if "/" in it.reference and it.state is State.DONE]
        assert len(requests) == len([it for it in done if not it.reference.endswith("starts-soon")])
        assert {it.state for it in town.items().values()} <= {State.DONE, State.EXCEPTION}
