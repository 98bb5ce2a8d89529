"""Hires, tables and certificates in a few words, for the tests of the certificates robot."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from string import Formatter
from typing import Any

import openpyxl

from bots_common.values import Cpr
from robots.certificates.labels import FACTS
from robots.certificates.model import Attachment, Expected, Group, Hire, Kind, Policy, Standing, State
from robots.certificates.reasons import TEXTS, Problem
from robots.certificates.table import COLUMNS, PostTable

TODAY = date(2024, 11, 4)
FIRST = date(2024, 12, 1)
METTE = Cpr("610190-1234")
POLICY = Policy()
HIRE = Hire(
    number="ANS000001",
    cpr=METTE,
    name="Mette Hansen",
    post="Pædagog",
    workplace="Børnehuset Solen",
    youngest=0,
    oldest=6,
    attachment=Attachment.PERMANENT,
    days=60,
    first=FIRST,
    manager="Ole Olsen",
    manager_mail="ole@example.test",
    created=date(2024, 11, 1),
)


def hired(**changes: Any) -> Hire:
    """The hire of Mette as a pedagogue, with changes."""
    return HIRE.model_copy(update=changes)


def elsewhere(group: Group, state: State, since: date | None, **changes: Any) -> Hire:
    """Another hire of Mette's, whose certificate stands so."""
    standing = Standing(kind_group=group, state=state, since=since)
    return hired(number="ANS000002", workplace="Skolen", states=(standing,), **changes)


def row(
    post: str = "Pædagog",
    attest: str = "Børneattest",
    workplace: str = "",
    ages: tuple[Any, Any] = ("", ""),
    contact: str = "Ja",
    basis: str = "",
) -> tuple[Any, ...]:
    """A row of the table of posts."""
    return (post, workplace, *ages, contact, attest, basis, "")


def sheet(folder: Path, *rows: Iterable[Any], headings: Iterable[Any] = COLUMNS) -> Path:
    """The table of posts as an Excel file."""
    path = folder / "stillinger.xlsx"
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    for cells in (headings, *rows):
        page.append(tuple(cells))
    book.save(path)
    return path


def table(folder: Path, *rows: Iterable[Any]) -> PostTable:
    return PostTable.read(sheet(folder, *rows))


EXPECTED = Expected(
    name="Mette Hansen",
    cpr=METTE,
    kind=Kind.CHILDREN,
    request="P000001",
    basis="Børneattestloven § 2",
    requested=date(2024, 11, 4),
    today=date(2024, 11, 14),
)

CLEAN_LINES = (
    "POLITIET",
    "Det Centrale Kriminalregister",
    "BØRNEATTEST",
    "Attestnummer: A000001",
    "Anmodning: P000001",
    "Navn: Mette Hansen",
    "CPR-nummer: 610190-1234",
    "Udstedt: 12-11-2024",
    "Formål: Ansættelse",
    "Hjemmel: Børneattestloven § 2",
    "Der er ingen oplysninger i Kriminalregisteret, som skal fremgå af attesten.",
    "Attesten er udstedt elektronisk og er gyldig uden underskrift.",
    "Side 1 af 1",
)


def check_told(problem: Problem) -> None:
    """People can be told: the sentence finds its facts, each fact has a name, all of it is plain JSON."""
    facts = json.loads(json.dumps(problem.facts))
    sentence = TEXTS[problem.reason].fitting(facts)
    asked = {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}
    assert asked <= set(facts)
    assert set(facts) <= set(FACTS)
