"""Every room's texts are in its Danish and Norwegian catalogues, and the catalogues hold nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.extract import extract_from_dir

from bots_common import obslist, passwords, reasons, texts
from bots_common.reasons import FactText, ReasonText
from bots_common.robot import registry
from bots_common.work.states import State, Step
from reports import acts, board, changed, deciding, stations, telling
from reports.web import audit, dashboard, login, menu, obs, obs_sheets, rendering, robots, sample
from robots.certificates import contact as hires_contact
from robots.certificates import letters as hr_letters
from robots.certificates import norway
from robots.flexwage import contact as flexwage_contact
from robots.flexwage import letters, result
from robots.invoices import contact as invoice_contact
from schedules import letters as notices
from schedules import telling as schedules
from schedules import words

REPORTS = telling.LOCALES.parent


def of_reasons(told: Iterable[ReasonText]) -> set[str]:
    return {msgid for text in told for msgid in (text.title, *text.sentences())}


def of_facts(facts: Iterable[FactText]) -> set[str]:
    return {msgid for fact in facts for msgid in fact.msgids()}


def of_pages() -> set[str]:
    """What templates and code ask for, and what stands in tables."""
    asked = extract_from_dir(
        REPORTS, method_map=[("**.py", "python"), ("**.html", "jinja2")], keywords={"_": None, "say": None}
    )
    errors = (*rendering.ERRORS.values(), rendering.ANY_ERROR)
    decisions = {*telling.CAUSES.values(), *telling.DECISIONS.values(), telling.NOT_DECIDED}
    tables = {*telling.STATES.values(), *telling.STEPS.values(), *(msgid for error in errors for msgid in error)}
    weak = {
        passwords.SHORT,
        passwords.SIMPLE,
        passwords.OWN_NAME,
        passwords.GUESSED,
        passwords.MEND,
        login.NOT_THE_SAME,
    }
    tables |= {*telling.ROLES.values(), *telling.RIGHTS.values(), *acts.ACTS.values(), audit.NO_CPR, *weak}
    lists = (telling.WHOSE, telling.DUES, telling.AGES, telling.SORTS)
    tables |= {msgid for texts_ in lists for msgid in texts_.values()}
    tables |= {*obs.SAYINGS, *obs_sheets.SAYINGS, *sample.SAYINGS, *telling.LEVELS.values()}
    tables |= {*deciding.SAYINGS, *(told.msgid for told in deciding.TOLD.values())}
    tables |= {*board.SPANS.values(), *board.DUES.values(), *(text for text, _, _ in board.OUTCOMES)}
    tables |= set(dashboard.SPANS.values())
    tables |= {*stations.DOINGS.values(), *stations.DOORS.values()}
    tables |= {*changed.KINDS.values(), *changed.MARKS.values(), *robots.ORDERED.values()}
    tables |= {msgid for group, its in menu.GROUPS for msgid in (group, *(it.label for it in its))}
    return {str(message) for _, _, message, _, _ in asked} | decisions | tables


WRITTEN = {
    "certificates": {*hr_letters.MSGIDS, *norway.MSGIDS},
    "flexwage": {*letters.MSGIDS, *result.MSGIDS},
}
"""What a robot writes into systems and letters, beside what it tells staff."""


ASKED = {
    "certificates": hires_contact.WANTED.values(),
    "flexwage": flexwage_contact.WANTED.values(),
    "invoices": invoice_contact.WANTED.values(),
}
"""What a robot's letters ask of those outside."""


def of_robot(name: str) -> set[str]:
    robot = registry()[name]
    own = {robot.title, *robot.effect_texts.values(), *WRITTEN.get(name, ())}
    own |= {msgid for it in robot.comparisons for msgid in it.msgids()}
    own |= {*robot.changes.values(), *(robot.contact.msgids() if robot.contact else ()), *ASKED.get(name, ())}
    return own | of_reasons(robot.reason_texts.values()) | of_facts(robot.fact_texts.values())


def of_core() -> set[str]:
    sheet = {*obslist.HEADINGS, *obslist.FAULTS, obslist.ALL_ROBOTS, obslist.ALL, obslist.TITLE}
    sheet |= set(reasons.CHANGES.values())
    return of_reasons(reasons.REASONS.values()) | of_facts(reasons.FACTS.values()) | sheet


def of_notices() -> set[str]:
    return {*(msgid for it in notices.KINDS.values() for msgid in it.msgids()), *notices.OTHERS}


ROOMS = {
    "core": (reasons.LOCALES, of_core()),
    "reports": (telling.LOCALES, of_pages()),
    "schedules": (
        schedules.LOCALES,
        {*schedules.STATES.values(), *schedules.STOPS.values(), schedules.STALLED, *words.Text} | of_notices(),
    ),
    **{name: (robot.locales, of_robot(name)) for name, robot in registry().items()},
}


@pytest.mark.parametrize("language", ["da", "nb"])
@pytest.mark.parametrize("room", ROOMS)
def test_no_text_is_missing_and_none_is_left_over(room: str, language: str) -> None:
    folder, msgids = ROOMS[room]
    translated = texts.translations(folder / f"{language}.po")
    assert sorted(msgids - set(translated)) == []
    assert sorted(set(translated) - msgids) == []


@pytest.mark.parametrize("language", ["da", "nb"])
@pytest.mark.parametrize("room", ROOMS)
def test_a_translation_has_the_placeholders_of_its_text(room: str, language: str) -> None:
    catalogue: Path = ROOMS[room][0] / f"{language}.po"
    for msgid, text in texts.translations(catalogue).items():
        assert placeholders(text) == placeholders(msgid)


def placeholders(text: str) -> set[tuple[str, str]]:
    return {(name, spec or "") for _, name, spec, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("name", registry())
def test_every_reason_of_a_robot_has_its_text(name: str) -> None:
    robot = registry()[name]
    assert set(robot.reason_texts) == set(robot.reasons)
    assert set(robot.changes) == set(robot.reasons), "each says what would have to change"
    assert not set(robot.reason_texts) & set(reasons.REASONS), "the common reasons keep their meaning"


def test_every_common_reason_says_what_would_have_to_change() -> None:
    assert set(reasons.CHANGES) == set(reasons.REASONS)


def test_every_state_step_and_act_has_a_name() -> None:
    assert set(acts.ACTS) == set(acts.Act)
    assert set(telling.STATES) == set(State)
    assert set(telling.STEPS) == set(Step)
