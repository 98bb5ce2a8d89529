"""The schedule file changed from a page: faults by their lines, nothing lost, nothing half-written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bots_common.errors import KollegaError, SettingsError
from schedules.editing import ChangedMeanwhile, ScheduleText

GOOD = """# Kun hverdage, aftalt med økonomi
[schedules.morning]
robot = "invoices"
when = "cron 30 6 * * mon-fri"   # før kontoret åbner
"""


@pytest.fixture
def file(tmp_path: Path) -> ScheduleText:
    (tmp_path / "schedules.toml").write_bytes(GOOD.encode())
    return ScheduleText(tmp_path / "schedules.toml", ("invoices",), "Europe/Copenhagen")


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        (GOOD.replace("mon-fri", "1-5"), 4, "schedules.morning.when: days of the week are written as names"),
        (GOOD.replace("invoices", "bills"), 3, "schedules.morning.robot: there is no robot 'bills'"),
        (GOOD.replace('robot = "invoices"\n', ""), 2, "schedules.morning.robot: is missing"),
        (GOOD + "until = 5\n", 5, "schedules.morning.until: "),
        (GOOD + "untill = 5\n", 5, "schedules.morning.untill: there is no such key; did you mean 'until'?"),
        (GOOD + 'not_during = ["lunch"]\n', 5, "schedules.morning.not_during: "),
        (GOOD + "[schedules\n", 5, "It is not valid TOML: "),
        ("timezone = 'Mars'\n" + GOOD, 1, "timezone: "),
        (GOOD + "\n[calendars.own]\nbase = 'denmark-banking'\n", 6, "calendars.own.days: is missing"),
        (GOOD + "# 010190-1234\n", 5, "A personal number has no place here."),
    ],
)
def test_a_fault_is_told_with_its_line(file: ScheduleText, text: str, line: int, sentence: str) -> None:
    (fault,) = file.faults(text.replace("\n", "\r\n"))
    assert fault.line == line
    assert fault.sentence.startswith(sentence)


def test_a_sheet_that_is_not_there_has_no_line(file: ScheduleText) -> None:
    (fault,) = file.faults(GOOD + "\n[calendars.own]\nbase = 'denmark-banking'\ndays = 'away.xlsx'\n")
    assert fault.line is None and "away.xlsx" in fault.sentence


def test_faults_come_in_the_order_of_their_lines(file: ScheduleText) -> None:
    text = GOOD.replace("invoices", "bills") + "\n[schedules.night]\nrobot = 'owls'\nwhen = 'once 2026-12-01 08:00'\n"
    assert [fault.line for fault in file.faults(text)] == [3, 7]


def test_what_is_saved_is_there_whole_with_its_notes_and_the_version_before(file: ScheduleText) -> None:
    draft = file.open()
    assert (draft.text, file.faults(draft.text)) == (GOOD, [])
    assert file.save((GOOD + "max_items = 5\n").replace("\n", "\r\n"), draft.mark) == "+1 −0"
    assert file.path.read_bytes() == (GOOD + "max_items = 5\n").encode()
    assert file.before.read_bytes() == GOOD.encode()
    assert sorted(it.name for it in file.path.parent.iterdir()) == ["schedules.before.toml", "schedules.toml"]


def test_who_comes_second_overwrites_nothing(file: ScheduleText) -> None:
    first, second = file.open(), file.open()
    file.save(GOOD + "max_items = 5\n", first.mark)
    with pytest.raises(ChangedMeanwhile, match="Load the page again"):
        file.save(GOOD + "max_items = 9\n", second.mark)
    assert "max_items = 5" in file.open().text


def test_lines_end_as_they_did(file: ScheduleText) -> None:
    file.path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    draft = file.open()
    assert draft.text == GOOD
    file.save(draft.text, draft.mark)
    assert file.path.read_bytes() == GOOD.replace("\n", "\r\n").encode()


def test_the_first_schedule_makes_the_file(tmp_path: Path) -> None:
    file = ScheduleText(tmp_path / "schedules.toml", ("invoices",), "Europe/Copenhagen")
    draft = file.open()
    assert draft.text == ""
    file.save(GOOD.rstrip(), draft.mark)
    assert file.open().text == GOOD
    assert not file.before.exists()


def test_a_file_that_is_no_text_is_said(file: ScheduleText) -> None:
    file.path.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="UTF-8"):
        file.open()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root writes everywhere")
def test_a_place_where_nothing_can_be_written_is_said(file: ScheduleText) -> None:
    draft = file.open()
    file.path.parent.chmod(0o500)
    try:
        with pytest.raises(KollegaError, match="cannot be written"):
            file.save(GOOD, draft.mark)
    finally:
        file.path.parent.chmod(0o700)
    assert file.open() == draft
