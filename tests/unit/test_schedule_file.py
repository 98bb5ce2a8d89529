"""The schedule file: what staff may write, and the sentence that they get for each thing that is wrong."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook

from bots_common.autonomy import Level
from bots_common.calendar import Kind
from bots_common.errors import NotFound, SettingsError
from schedules.file import PlanFile, read
from schedules.plan import Missed, Overlap, Rules
from schedules.when import when

PAPER = Path(__file__).parents[2] / "docs" / "schedules.md"
EXAMPLE = Path(__file__).parents[2] / "docs" / "schedules.example.toml"
ROBOTS = ("certificates", "flexwage", "invoices")
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
MORNING = """
[schedules.morning]
robot = "invoices"
when = "cron 30 6 * * mon-fri"
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "schedules.toml"
    file.write_text(text, encoding="utf-8")
    return file


def fault(folder: Path, text: str) -> str:
    with pytest.raises(SettingsError) as wrong:
        read(written(folder, text), ROBOTS, "Europe/Copenhagen")
    return str(wrong.value)


def sheet(file: Path, *rows: tuple[object, ...]) -> None:
    book = Workbook()
    assert book.active is not None
    for row in (("Dato", "Anledning"), *rows):
        book.active.append(row)
    book.save(file)


def test_the_example_is_a_plan_whose_schedules_all_come() -> None:
    plan = read(EXAMPLE, ROBOTS, "Europe/Oslo")
    assert [it.name for it in plan.schedules] == ["invoices-mornings", "invoices-many", "flexwage", "certificates"]
    assert plan.never_due(NOW) == []
    flexwage = plan.of("flexwage")
    assert flexwage.zone.key == "Europe/Copenhagen"
    assert flexwage.rules.autonomy is Level.APPROVE
    assert flexwage.rules.overlap is Overlap.WAIT
    assert plan.of("certificates").rules.missed is Missed.SKIP
    assert plan.of("invoices-many").rules.min_items == 20


def test_the_paper_explains_every_key_and_its_times_are_understood() -> None:
    rows = [line.split(" | ") for line in PAPER.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    first = {row[0].strip("| `") for row in rows}
    assert set(Rules.model_fields) <= first
    assert {kind.value for kind in Kind} <= first
    times = [text for text in first if ":" in text or text.startswith("cron ")]
    assert len([when(text) for text in times]) == 5


def test_a_schedule_may_have_a_time_zone_of_its_own(tmp_path: Path) -> None:
    text = f'{MORNING}timezone = "Atlantic/Faroe"\n{MORNING.replace("morning", "other")}'
    plan = read(written(tmp_path, text), ROBOTS, "Europe/Oslo")
    assert [it.zone.key for it in plan.schedules] == ["Atlantic/Faroe", "Europe/Oslo"]


DAILY = 'robot = "flexwage"\nwhen = "cron 0 6 * * *"\n'
LAST = 'robot = "flexwage"\nwhen = "last banking day 05:00"\n'


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ('robot = "invoices"', "schedules.x.when: is missing; an example is when = "),
        ('robot = "invoices"\nwhen = "now and then"', "schedules.x.when: 'now and then' says no time"),
        ('robot = "invoices"\nwen = "last banking day 05:00"', "schedules.x.wen: there is no such key; did you mean"),
        (DAILY.replace("flexwage", "flexvage"), "schedules.x.robot: there is no robot 'flexvage'; installed"),
        (LAST, "schedules.x.calendar: banking days are counted by"),
        (LAST + 'calendar = "denmark-public"', "schedules.x.calendar: banking days are counted by"),
        (DAILY + 'not_during = ["first banking day"]', 'write calendar = "denmark-banking"'),
        (DAILY + 'not_during = ["month-end"]', "schedules.x.not_during: 'month-end' is no stretch of time"),
        (DAILY + 'calendar = "danish"', "schedules.x.calendar: there is no calendar 'danish'; write one"),
        (DAILY + 'missed = "all"', "schedules.x.missed: Input should be 'skip'"),
        (DAILY + 'autonomy = "more"', "schedules.x.autonomy: Input should be"),
        (DAILY + 'timezone = "Denmark"', "schedules.x.timezone: 'Denmark' is no"),
        (DAILY + 'until = "noon"', "schedules.x.until: 'noon' is no time of day"),
        (
            DAILY + "min_items = 9\nmax_items = 5",
            "schedules.x.max_items: it is less than min_items; write 9 or more.",
        ),
    ],
)
def test_what_is_wrong_is_said_with_the_schedule_the_key_and_what_to_write(
    tmp_path: Path, lines: str, told: str
) -> None:
    assert told in fault(tmp_path, f"[schedules.x]\n{lines}\n")


def test_all_faults_are_said_at_once(tmp_path: Path) -> None:
    text = '[schedules.a]\nrobot = "invoices"\n[schedules.b]\nrobot = "invoices"\nwhen = "soon"\n'
    said = fault(tmp_path, text)
    assert "schedules.a.when" in said and "schedules.b.when" in said


def test_a_file_that_is_no_toml_or_not_there_is_said(tmp_path: Path) -> None:
    assert "not valid TOML" in fault(tmp_path, "schedules = [")
    with pytest.raises(SettingsError, match="cannot be read"):
        read(tmp_path / "none.toml", ROBOTS, "Europe/Copenhagen")


def test_a_schedule_that_is_not_there_is_said_with_the_nearest(tmp_path: Path) -> None:
    plan = read(written(tmp_path, MORNING), ROBOTS, "Europe/Copenhagen")
    with pytest.raises(NotFound, match="Did you mean 'morning'"):
        plan.of("mornings")


def test_a_schedule_that_never_comes_is_named(tmp_path: Path) -> None:
    text = '[schedules.gone]\nrobot = "invoices"\nwhen = "once 2026-11-01 08:00"\n'
    assert read(written(tmp_path, text), ROBOTS, "Europe/Copenhagen").never_due(NOW) == ["gone"]


OWN = """
[calendars.town-hall]
base = "denmark-banking"
days = "lukkedage.xlsx"
[schedules.tenth]
robot = "flexwage"
when = "10th or next banking day 05:00"
calendar = "town-hall"
"""


def test_days_of_the_municipality_come_from_an_excel_sheet_that_may_change(tmp_path: Path) -> None:
    excel = tmp_path / "lukkedage.xlsx"
    sheet(excel, (date(2026, 12, 10), "Flytning"), (datetime(2026, 12, 11), None))  # noqa: DTZ001 - as Excel has it
    file = PlanFile(written(tmp_path, OWN), ROBOTS, "Europe/Copenhagen")
    assert next_day(file) == "14-12"
    calendar = file.plan().of("tenth").calendar
    assert calendar is not None
    assert calendar.occasion(date(2026, 12, 10)) == "Flytning"
    assert calendar.occasion(date(2026, 12, 11)) == "Lukket"
    sheet(excel, (date(2026, 12, 10), "Flytning"))
    os.utime(excel, (1, 1))  # two saves within a clock tick of the file system are still two
    assert next_day(file) == "11-12"


def next_day(file: PlanFile) -> str:
    moment = next(file.plan().of("tenth").due(NOW, NOW + timedelta(days=60)))
    return f"{moment:%d-%m}"


def test_a_sheet_that_is_wrong_names_its_cells(tmp_path: Path) -> None:
    sheet(tmp_path / "lukkedage.xlsx", ("juleaften", "Jul"))
    assert "A2 (Dato) is no date" in fault(tmp_path, OWN)


def test_a_sheet_that_closes_for_ever_is_refused(tmp_path: Path) -> None:
    sheet(tmp_path / "lukkedage.xlsx", *((date(2026, 1, 1) + timedelta(days=n), "Lukket") for n in range(900)))
    assert "calendars.town-hall: no day is open within a year" in fault(tmp_path, OWN)
