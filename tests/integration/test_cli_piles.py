"""`kollega piles`, as the person types it who does by hand what the robot may not."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bots_common import settings
from bots_common.autonomy import Level
from bots_common.settings import AutonomySettings
from bots_common.work import NewItem
from bots_common.work.records import NewObs, Wish
from kollega.rooms import opened
from tests.integration.command_line import ANNA, Office, words

ROBOT = "invoices"
SETTINGS = """
[robots.invoices]
our_eans = ["5790626108048"]
accounts = "konteringsark.xlsx"
"""
TAKE = ("piles", "take", ROBOT, "§ 123, børneattest", "--who", "anna")


@pytest.fixture(autouse=True)
def waits(office: Office) -> None:
    """Three items wait until a person has done a request for each."""
    office.set(SETTINGS)
    with opened(settings.load()) as rooms:
        store = rooms.store
        store.levels.set(ROBOT, Level.AUTO, "anna", "begins")
        for number in (1, 2, 3):
            item = NewItem(f"B{number}", {}, subjects=(f"6101901{number}34",))
            fields = {"borger": ANNA, "name": f"Mette {number}"}
            store.add(ROBOT, [item])
            (claimed,) = store.claim([ROBOT], "desk", timedelta(minutes=1))
            wish = Wish(ROBOT, item.reference, "request/children", fields, by_hand="§ 123, børneattest")
            store.approvals.permit(claimed.lease, wish, AutonomySettings())
            store.piles.wait(claimed.lease, "desk", "request/children")


def rows(file: str) -> list[list[object]]:
    return [[cell.value for cell in row] for row in load_workbook(file).worksheets[0].iter_rows(min_row=2)]


def test_a_pile_is_taken_with_its_file_sent_and_the_robot_goes_on(office: Office) -> None:
    assert "invoices § 123, børneattest 3" in words(office.says("piles", "list").out)
    said = office.says(*TAKE, "--at-most", "2", "--to", "upload.xlsx")
    assert said.code == 0
    assert "Pile 1: 2 of § 123, børneattest, for anna." in said.out
    assert "It holds personal data. Delete it when it is uploaded." in words(said.out)
    assert rows("upload.xlsx") == [[ANNA, "Mette 1"], [ANNA, "Mette 2"]]
    if os.name == "posix":
        assert Path("upload.xlsx").stat().st_mode & 0o077 == 0, "it is its owner's alone"
    listed = words(office.says("piles", "list").out)
    assert "invoices § 123, børneattest 1" in listed
    assert "1 invoices § 123, børneattest 2 anna" in listed
    said = office.says("piles", "sent", "1", "--receipt", "P000001", "--but", "2", "--who", "bo")
    assert (said.code, words(said.out)) == (
        0,
        "Pile 1: 1 done, 1 wait again. The next `kollega work` goes on with them.",
    )
    shown = words(office.says("items", "show", "1").out)
    assert "State: new" in shown
    assert "request/children P000001" in shown
    assert "Proposed: request/children (by_hand: § 123, børneattest, pile 1) sent by bo" in shown
    assert "bo waiting new pile 1" in shown
    assert "(by_hand: § 123, børneattest) not decided" in words(office.says("items", "show", "2").out)


def test_a_pile_is_shown_written_again_and_put_back(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "ud"
    folder.mkdir()
    assert office.says(*TAKE, "--to", str(folder)).code == 0
    assert [file.name for file in folder.iterdir()] == [f"{ROBOT}-§ 123, børneattest.xlsx"]
    shown = words(office.says("piles", "show", "1").out)
    assert "Pile 1 invoices, § 123, børneattest, taken by anna" in shown
    assert "3 B3 request/children waiting" in shown
    assert office.says("piles", "file", "1", "--to", "igen.xlsx").code == 0
    assert len(rows("igen.xlsx")) == 3
    said = office.says("piles", "put-back", "1", "--who", "bo")
    assert (said.code, words(said.out)) == (0, "Pile 1 is put back: 3 can be taken again.")
    assert "Put back by bo" in office.says("piles", "show", "1").out
    assert "invoices § 123, børneattest 3" in words(office.says("piles", "list").out)


def test_what_is_on_the_obs_list_by_now_is_left_out_of_the_file_and_told(office: Office) -> None:
    office.says(*TAKE, "--to", "upload.xlsx")
    with opened(settings.load()) as rooms:
        rooms.store.obs.add([NewObs("6101901234", "Særlig aftale", date(2020, 1, 1))], "anna")
    said = office.says("piles", "file", "1", "--to", "igen.xlsx")
    assert "Item 2 is not in the file: on the obs-list now." in words(said.out)
    assert "--but 2" in words(said.out)
    assert [row[1] for row in rows("igen.xlsx")] == ["Mette 1", "Mette 3"]


def test_what_was_sent_although_it_was_rejected_is_told(office: Office) -> None:
    office.says(*TAKE, "--to", "upload.xlsx")
    assert office.says("items", "reject", "1", "--why", "not hired after all").code == 0
    said = office.says("piles", "sent", "1")
    assert said.code == 0
    assert "Item 1 was no longer waiting for this." in words(said.out)
    assert "State: exception, reason: rejected" in words(office.says("items", "show", "1").out)


def test_a_second_click_is_told_what_the_first_did(office: Office) -> None:
    office.says(*TAKE, "--to", "upload.xlsx")
    office.says("piles", "sent", "1", "--receipt", "P000001", "--who", "bo")
    for again in (("sent", "1"), ("put-back", "1")):
        said = office.says("piles", *again)
        assert said.code == 1
        assert "Pile 1 was sent by bo" in said.err
        assert "receipt 'P000001'" in said.err
    assert "Nothing of pile 1 is to be done." in office.says("piles", "file", "1", "--to", "igen.xlsx").err
    assert not Path("igen.xlsx").exists()
    assert "Nothing waits to be done by hand." in office.says("piles", "list").out


def test_it_cannot_be_approved_and_the_way_is_told(office: Office) -> None:
    said = office.says("items", "approve", "1")
    assert said.code == 1
    assert "kollega piles take invoices '§ 123, børneattest'" in words(said.err)


@pytest.mark.parametrize(
    ("to", "sentence"),
    [
        (f"{ANNA}.xlsx", "A file's name must not hold a personal number."),
        ("nowhere/upload.xlsx", "The folder nowhere does not exist."),
        ("kollega.toml", "kollega.toml is there already."),
    ],
)
def test_nothing_is_taken_where_no_file_can_be_written(office: Office, to: str, sentence: str) -> None:
    said = office.says(*TAKE, "--to", to)
    assert said.code == 1
    assert sentence in words(said.err)
    assert "In hand" not in office.says("piles", "list").out


def test_what_is_not_there_is_one_sentence(office: Office) -> None:
    assert "There is no pile 7." in office.says("piles", "show", "7").err
    assert "Nothing of 'private' waits" in office.says("piles", "take", ROBOT, "private", "--to", "x.xlsx").err
    assert "There is no robot 'nobody'." in office.says("piles", "take", "nobody", "private", "--to", "x.xlsx").err
