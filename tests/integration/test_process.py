"""The process picture: what is read from a robot's code, what is drawn of it, and who may see it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from lxml import etree

from bots_common.robot import registry
from bots_common.roles import Grant, Role
from bots_common.settings import GivenSettings
from bots_common.texts import Language
from bots_common.work import Codec, Store
from reports import process, web
from reports.anatomy import Effect, How, anatomy
from reports.process import Box
from reports.telling import Teller
from reports.web.guard import CHART_POLICY
from tests.integration.command_line import Office
from tests.newcomer import ROOT
from tests.visitors import visitor

ROBOTS = ("certificates", "flexwage", "invoices")
COPENHAGEN = ZoneInfo("Europe/Copenhagen")


def teller(language: Language) -> Teller:
    return Teller(language, COPENHAGEN)


# -- what the code says -----------------------------------------------------------------------------------


def test_a_robot_that_posts_pays_and_leaves_a_remark() -> None:
    seen = anatomy(registry()["invoices"])
    assert (seen.found_in, seen.looked_up_in) == (("finance", "grants"), ("finance", "grants"))
    assert seen.effects == (
        Effect("post", How.ONCE, ("finance",), None, handing_over=False),
        Effect("mark-paid", How.ONCE, ("grants",), "post", handing_over=False),
        Effect("remark", How.NOTE, ("finance",), None, handing_over=True),
    )
    assert not seen.finds_further


def test_page_objects_are_followed_through_shorter_names() -> None:
    seen = anatomy(registry()["flexwage"])
    assert (seen.found_in, seen.looked_up_in) == (("benefits",), ("benefits", "income"))
    assert [(it.name, it.systems, it.follows) for it in seen.effects] == [
        ("pay", ("benefits",), None),
        ("letter", ("benefits",), "pay"),
    ]
    assert seen.finds_further


def test_effects_by_hand_by_mail_and_by_a_setting_are_told_apart() -> None:
    seen = anatomy(registry()["certificates"])
    assert [(it.name, it.how, it.systems) for it in seen.effects] == [
        ("request", How.BY_HAND, ("portal",)),
        ("state", How.NOTE, ("personnel",)),
        ("file", How.ONCE, ("archive",)),
        ("check-in", How.ONCE, ("archive",)),
        ("tell", How.NOTE, ("mail",)),
        ("delete", How.ONCE, ("mailbox",)),
    ]
    assert not [it for it in seen.effects if it.handing_over], "none of them is done on the way to a person alone"


@pytest.mark.parametrize("name", ROBOTS)
def test_every_effect_that_is_called_something_is_seen_in_the_code(name: str) -> None:
    robot = registry()[name]
    assert {it.name for it in anatomy(robot).effects} == {it.partition("/")[0] for it in robot.effect_texts}


# -- what is drawn ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", ROBOTS)
def test_the_picture_names_every_reason_and_effect(name: str, language: Language) -> None:
    robot = registry()[name]
    root = etree.fromstring(process.draw(robot, teller(language)).encode())
    words = " ".join(" ".join(root.itertext()).split()).replace("\u2002", "")
    shown = {robot.reason_title(code, language) for code in robot.reasons}
    shown |= {robot.effect_title(it.name, language) for it in anatomy(robot).effects}
    assert sorted(text for text in shown if text not in words.replace("  ", " ")) == []


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", ROBOTS)
def test_no_box_lies_on_another_and_all_are_in_the_picture(name: str, language: Language) -> None:
    drawn = process.layout(list(process.steps(registry()[name], teller(language))))
    for place, box in enumerate(drawn.boxes):
        assert box.x + box.width <= process.WIDTH
        assert box.y + box.height <= drawn.bottom
        assert not [other for other in drawn.boxes[place + 1 :] if overlap(box, other)]


def overlap(one: Box, other: Box) -> bool:
    across = one.x < other.x + other.width and other.x < one.x + one.width
    return across and one.y < other.y + other.height and other.y < one.y + one.height


@pytest.mark.parametrize("name", ROBOTS)
def test_the_picture_in_the_robots_readme_is_up_to_date(name: str) -> None:
    """Else draw it anew: kollega draw NAME --language en --to robots/NAME/process.svg"""
    folder = ROOT / "robots" / name
    assert "(process.svg)" in (folder / "README.md").read_text(encoding="utf-8")
    drawn = process.draw(registry()[name], teller(Language.EN))
    assert (folder / "process.svg").read_text(encoding="utf-8") == drawn


async def test_the_picture_is_served_in_the_language_asked_for(tmp_path: Path, codec: Codec) -> None:
    with closing(Store.open(f"sqlite:///{(tmp_path / 'kollega.db').as_posix()}", codec)) as store:
        app = web.create(store, codec, GivenSettings(folder=tmp_path))
        async with visitor(app, store, "lene.leder", [Grant(Role.LEADER)]) as leader:
            answer = await leader.get("/robots/invoices/process.svg?lang=nb")
            unknown = await leader.get("/robots/parking/process.svg")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert answer.headers["content-security-policy"] == CHART_POLICY
    assert "Finner sakene" in answer.text
    assert unknown.status_code == 404


def test_the_command_writes_the_picture_in_the_language_of_the_settings(office: Office) -> None:
    office.set('language = "da"')
    said = office.says("draw", "invoices")
    assert (said.code, said.out) == (0, "Drawn: invoices.svg\n")
    assert "Finder sagerne" in Path("invoices.svg").read_text(encoding="utf-8")


def test_a_robot_that_is_not_installed_is_not_drawn(office: Office) -> None:
    said = office.says("draw", "parking")
    assert said.code == 2
    assert "There is no robot 'parking'" in said.err
