"""Texts in three languages: how values look, and that no catalogue lacks or garbles one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from string import Formatter

import pytest

from bots_common import texts
from bots_common.texts import Language, Texts
from bots_common.values import Period
from robots.flexwage import reasons as flexwage
from robots.invoices import reasons as invoices

ROBOTS = {
    "invoices": (invoices.LOCALES, invoices.TEXTS, invoices.Reason),
    "flexwage": (flexwage.LOCALES, flexwage.TEXTS, flexwage.Reason),
}


def placeholders(text: str) -> set[tuple[str, str]]:
    return {(name, spec or "") for _, name, spec, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize(
    ("language", "shown"),
    [(Language.DA, "-1.234.567,50 kr."), (Language.NB, "-1 234 567,50 DKK"), (Language.EN, "-1,234,567.50 DKK")],
)
def test_kroner(language: Language, shown: str) -> None:
    assert texts.kroner(Decimal("-1234567.5"), language) == shown
    assert texts.kroner("-1234567.50", language) == shown, "as it stands in JSON facts"


def test_days() -> None:
    assert texts.day(date(2024, 10, 1), Language.DA) == "1. okt. 2024"
    assert texts.day("2024-10-01", Language.EN) == "1 Oct 2024"


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        ("2024-10-01", "2024-10-31", "oktober 2024"),
        ("2024-02-01", "2024-02-29", "februar 2024"),
        ("2024-10-01", "2024-10-12", "1.–12. okt. 2024"),
        ("2024-09-01", "2024-10-31", "1. sep.–31. okt. 2024"),
    ],
)
def test_periods(first: str, last: str, shown: str) -> None:
    period = Period(first=date.fromisoformat(first), last=date.fromisoformat(last))
    assert texts.period(period, Language.DA) == shown
    assert texts.period(f"{first}/{last}", Language.DA) == shown


def catalogue(folder: Path, language: str, *pairs: tuple[str, str], flag: str = "") -> None:
    folder.mkdir(exist_ok=True)
    entries = "\n".join(f'{flag}msgid "{msgid}"\nmsgstr "{text}"\n' for msgid, text in pairs)
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'
    (folder / f"{language}.po").write_text(f"{header}\n{entries}", encoding="utf-8")


def test_catalogues_of_several_rooms_are_read_together(tmp_path: Path) -> None:
    catalogue(tmp_path / "a", "da", ("Post", "Bogfør"))
    catalogue(tmp_path / "b", "da", ("Amount {sum:kroner}", "Beløb {sum:kroner}"))
    loaded = Texts.load(tmp_path / "a", tmp_path / "b")
    assert loaded.text("Post", Language.DA) == "Bogfør"
    assert loaded.text("Amount {sum:kroner}", Language.DA, sum="5.00") == "Beløb 5,00 kr."


def test_what_is_not_translated_is_english(tmp_path: Path) -> None:
    catalogue(tmp_path, "da", ("Empty", ""))
    loaded = Texts.load(tmp_path)
    assert loaded.text("Empty", Language.DA) == "Empty"
    assert loaded.text("Never seen {count}", Language.NB, count=3) == "Never seen 3"


def test_a_guessed_translation_does_not_count(tmp_path: Path) -> None:
    catalogue(tmp_path, "da", ("Post", "Slet"), flag="#, fuzzy\n")
    assert Texts.load(tmp_path).text("Post", Language.DA) == "Post"


def test_a_fact_that_is_missing_shows_as_a_dash() -> None:
    shown = Texts.load().text("{gone:kroner}, {none:day}, {there}", Language.EN, none=None, there="here")
    assert shown == "–, –, here"


@pytest.mark.parametrize("robot", ROBOTS)
@pytest.mark.parametrize("language", [Language.DA, Language.NB])
def test_every_reason_is_translated_with_the_same_placeholders(robot: str, language: Language) -> None:
    locales, told, reasons = ROBOTS[robot]
    translated = texts.translations(locales / f"{language}.po")
    msgids = [msgid for reason in reasons for msgid in (told[reason].title, *told[reason].sentences())]
    assert [msgid for msgid in msgids if msgid not in translated] == []
    for msgid, text in translated.items():
        assert placeholders(text) == placeholders(msgid)


@pytest.mark.parametrize("robot", ROBOTS)
def test_every_reason_has_its_own_short_title(robot: str) -> None:
    locales, told, reasons = ROBOTS[robot]
    for language in (Language.DA, Language.NB):
        titles = [Texts.load(locales).text(told[reason].title, language) for reason in reasons]
        assert len(set(titles)) == len(reasons)
        assert max(map(len, titles)) <= 25


@pytest.mark.parametrize("robot", ROBOTS)
def test_a_sentence_never_doubles_the_full_stop_after_kroner(robot: str) -> None:
    """The Danish "kr." brings its own."""
    translated = texts.translations(ROBOTS[robot][0] / "da.po")
    assert not [text for text in translated.values() if ":kroner}." in text]
