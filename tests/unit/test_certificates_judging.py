"""A certificate is clean only if it says all that a clean one says, and nothing else."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bots_common.errors import SettingsError
from robots.certificates.judging import judge
from robots.certificates.model import Clean, Document, Expected, Kind
from robots.certificates.phrases import PHRASES_FILE, Phrases, plain
from robots.certificates.reasons import Detail, Problem, Reason
from tests.unit.certificates import CLEAN_LINES, EXPECTED, METTE, POLICY, check_told

PHRASES = Phrases.load()
CLEAN = Clean(number="A000001", issued=date(2024, 11, 12))
NOTHING = CLEAN_LINES.index("Der er ingen oplysninger i Kriminalregisteret, som skal fremgå af attesten.")
SECRET = "Dom af 03-02-2019 for vold, straffelovens § 244"

places = st.integers(0, len(CLEAN_LINES) - 1)
other_lines = st.text(min_size=1, max_size=80).filter(lambda it: bool(it.strip()))


def judged(*pages: Sequence[str], expected: Expected = EXPECTED, scanned: bool = False) -> Clean | Problem:
    answer = judge(Document(tuple(map(tuple, pages)), scanned), expected, PHRASES, POLICY)
    if isinstance(answer, Problem):
        check_told(answer)
    return answer


def reason(answer: Clean | Problem) -> tuple[Reason, Any]:
    assert isinstance(answer, Problem)
    return answer.reason, answer.facts.get("detail")


def with_line(at: int, line: str) -> list[str]:
    return [*CLEAN_LINES[:at], line, *CLEAN_LINES[at + 1 :]]


def saying(start: str, value: str) -> list[str]:
    """The clean certificate with another value after that start of a line."""
    (at,) = (n for n, line in enumerate(CLEAN_LINES) if line.startswith(start))
    return with_line(at, start + value)


def test_a_clean_certificate_is_clean() -> None:
    assert judged(CLEAN_LINES) == CLEAN
    assert judged(CLEAN_LINES, scanned=True) == CLEAN


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_is_known_by_its_word(kind: Kind) -> None:
    expected = EXPECTED.model_copy(update={"kind": kind})
    for other in Kind:
        answer = judged(with_line(2, PHRASES.kinds[other]), expected=expected)
        assert answer == CLEAN if other is kind else reason(answer) == (Reason.OTHER_KIND, None)


def test_spaces_and_empty_lines_say_nothing() -> None:
    spaced = [f"  {line.replace(' ', chr(160) + ' ')} " for line in CLEAN_LINES]
    assert judged(["", *spaced, " "]) == CLEAN


# -- no change is overlooked -----------------------------------------------------------------------------------------


@given(st.integers(0, len(CLEAN_LINES)), other_lines | st.sampled_from(CLEAN_LINES))
def test_a_line_more_is_never_clean(at: int, line: str) -> None:
    answer = judged([*CLEAN_LINES[:at], line, *CLEAN_LINES[at:]])
    assert reason(answer)[0] is Reason.REMARK


@given(places)
def test_a_line_less_is_never_clean(at: int) -> None:
    answer = judged([*CLEAN_LINES[:at], *CLEAN_LINES[at + 1 :]])
    assert reason(answer) == (Reason.REMARK, Detail.INCOMPLETE)


@given(st.permutations(CLEAN_LINES))
def test_lines_in_another_order_are_never_clean(lines: list[str]) -> None:
    assume(tuple(lines) != CLEAN_LINES)
    assert reason(judged(lines)) == (Reason.REMARK, Detail.INCOMPLETE)


@given(places, other_lines)
def test_another_line_is_never_clean(at: int, line: str) -> None:
    assume(not same(at, line))
    assert isinstance(judged(with_line(at, line)), Problem)


@given(places, st.data())
def test_another_letter_is_never_clean(at: int, data: st.DataObject) -> None:
    """A letter put in, taken out or exchanged; but another number of the certificate is only another number."""
    line = CLEAN_LINES[at]
    where = data.draw(st.integers(0, len(line) - 1))
    put = data.draw(st.text(max_size=3))
    taken = data.draw(st.integers(0, 2))
    changed = line[:where] + put + line[where + taken :]
    assume(not same(at, changed))
    assert isinstance(judged(with_line(at, changed)), Problem)


def same(at: int, line: str) -> bool:
    """Whether the line says what the clean one says: but for spaces, the case of the name, and which number it is."""
    clean, other = CLEAN_LINES[at], plain(line)
    if clean.startswith("Navn: "):
        return other.startswith("Navn: ") and folded(other) == folded(clean)
    if clean.startswith("CPR-nummer: "):
        return other.replace("-", "") == clean.replace("-", "") and other.startswith("CPR-nummer: ")
    if clean.startswith("Attestnummer: "):
        return other.startswith("Attestnummer: ") and other[14:].isalnum()
    if clean.startswith("Udstedt: "):
        return other.startswith("Udstedt: ") and "04-11-2024" <= other[9:] <= "14-11-2024"
    return other == clean


def folded(text: str) -> str:
    return unicodedata.normalize("NFC", text.casefold())


@given(st.integers(1, len(CLEAN_LINES[NOTHING]) - 1))
def test_the_clean_sentence_split_in_two_is_never_clean(at: int) -> None:
    sentence = CLEAN_LINES[NOTHING]
    split = [*CLEAN_LINES[:NOTHING], sentence[:at], sentence[at:], *CLEAN_LINES[NOTHING + 1 :]]
    assert reason(judged(split))[0] is Reason.REMARK


@pytest.mark.parametrize(
    "line",
    [
        "Der er ikke ingen oplysninger i Kriminalregisteret, som skal fremgå af attesten.",
        "Det er ikke rigtigt, at der er ingen oplysninger i Kriminalregisteret, som skal fremgå af attesten.",
        "Der er ingen oplysninger i Kriminalregisteret, som skal fremgå af attesten. Se bilag.",
        "Der er ingen oplysninger i Kriminalregisteret, som skal fremgå af attesten",
        "DER ER INGEN OPLYSNINGER I KRIMINALREGISTERET, SOM SKAL FREMGÅ AF ATTESTEN.",
        "Der er følgende oplysninger i Kriminalregisteret:",
    ],
)
def test_the_clean_sentence_is_taken_word_for_word(line: str) -> None:
    assert reason(judged(with_line(NOTHING, line))) == (Reason.REMARK, None)


@pytest.mark.parametrize("pages", [[CLEAN_LINES, [SECRET]], [CLEAN_LINES, []], [CLEAN_LINES, CLEAN_LINES], []])
def test_more_or_fewer_pages_than_one_are_never_clean(pages: list[Sequence[str]]) -> None:
    assert reason(judged(*pages)) == (Reason.REMARK, Detail.PAGES)


# -- whose it is -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "value", "told"),
    [
        ("CPR-nummer: ", "610190-1235", (Reason.OTHER_PERSON, None)),
        ("CPR-nummer: ", "6101901235", (Reason.OTHER_PERSON, None)),
        ("Navn: ", "Mette Hansen Holm", (Reason.OTHER_PERSON, Detail.OTHER_NAME)),
        ("Navn: ", "Hansen Mette", (Reason.OTHER_PERSON, Detail.OTHER_NAME)),
        ("Anmodning: ", "P000002", (Reason.OTHER_PERSON, Detail.OTHER_REQUEST)),
        ("Hjemmel: ", "§ 22", (Reason.OTHER_KIND, Detail.OTHER_BASIS)),
        ("Udstedt: ", "03-11-2024", (Reason.TOO_OLD, Detail.BEFORE_REQUEST)),
        ("Udstedt: ", "15-11-2024", (Reason.TOO_OLD, Detail.NOT_YET)),
        ("Udstedt: ", "31-11-2024", (Reason.REMARK, None)),
        ("Formål: ", "Forening", (Reason.REMARK, None)),
    ],
)
def test_what_does_not_match_the_request_is_told(start: str, value: str, told: tuple[Reason, Any]) -> None:
    assert reason(judged(saying(start, value))) == told


def test_the_gravest_is_told_first() -> None:
    both = [line.replace("Mette", "Anna").replace("610190", "620190") for line in CLEAN_LINES]
    assert reason(judged(both)) == (Reason.OTHER_PERSON, None)
    assert reason(judged([*both, SECRET]))[0] is Reason.REMARK


@pytest.mark.parametrize("issued", ["04-11-2024", "14-11-2024"])
def test_the_days_of_request_and_reading_are_within(issued: str) -> None:
    assert isinstance(judged(saying("Udstedt: ", issued)), Clean)


def test_an_answer_is_read_within_so_many_days() -> None:
    for day, old in ((12, False), (13, True)):
        late = EXPECTED.model_copy(update={"today": date(2024, 12, day)})
        assert isinstance(judged(CLEAN_LINES, expected=late), Problem) is old
    assert reason(judged(CLEAN_LINES, expected=late)) == (Reason.TOO_OLD, None)


@pytest.mark.parametrize(
    ("written", "registered"),
    [
        ("METTE HANSEN", "Mette Hansen"),
        ("Søren Ågård", unicodedata.normalize("NFD", "søren ågård")),
        ("Mette  Hansen", "Mette Hansen "),
    ],
)
def test_a_name_is_the_same_whatever_its_case_and_composition(written: str, registered: str) -> None:
    expected = EXPECTED.model_copy(update={"name": registered})
    assert judged(saying("Navn: ", written), expected=expected) == CLEAN


@pytest.mark.parametrize(("written", "registered"), [("Soren Aagaard", "Søren Ågård"), ("Åse", "Aase")])
def test_names_are_not_made_alike(written: str, registered: str) -> None:
    expected = EXPECTED.model_copy(update={"name": registered})
    assert reason(judged(saying("Navn: ", written), expected=expected)) == (
        Reason.OTHER_PERSON,
        Detail.OTHER_NAME,
    )


def test_a_personal_number_without_hyphen_is_the_same() -> None:
    assert judged(saying("CPR-nummer: ", METTE.digits)) == CLEAN


# -- what a remark says stays in the document ------------------------------------------------------------------------


@given(st.lists(other_lines, min_size=1, max_size=4))
def test_a_remark_is_counted_and_never_told(remarks: list[str]) -> None:
    lines = [f"{SECRET} {line}" for line in remarks]
    answer = judged([*CLEAN_LINES[:NOTHING], *lines, *CLEAN_LINES[NOTHING + 1 :]])
    assert isinstance(answer, Problem)
    assert answer.facts["lines"] == len(lines)
    assert SECRET not in json.dumps(answer.facts, ensure_ascii=False)


def test_nothing_of_another_persons_certificate_is_told() -> None:
    told = judged([line.replace("Mette", "Anna").replace("-1234", "-1235") for line in CLEAN_LINES])
    assert "Anna" not in repr(told)
    assert "1235" not in repr(told)


def test_a_document_does_not_show_what_it_says() -> None:
    assert SECRET not in repr(Document(((SECRET,),)))


# -- the municipality's own wording ----------------------------------------------------------------------------------


def phrases_file(folder: Path, old: str, new: str) -> Path:
    path = folder / "ordlyd.toml"
    text = PHRASES_FILE.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_a_municipality_has_its_own_wording(tmp_path: Path) -> None:
    own = Phrases.load(phrases_file(tmp_path, "Der er ingen oplysninger i", "Intet at bemærke i"))
    lines = with_line(NOTHING, "Intet at bemærke i Kriminalregisteret, som skal fremgå af attesten.")
    assert judge(Document((tuple(lines),)), EXPECTED, own, POLICY) == CLEAN
    assert isinstance(judge(Document((CLEAN_LINES,)), EXPECTED, own, POLICY), Problem)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('    "CPR-nummer: {cpr}",\n', "", "no line holds cpr"),
        ("Navn: {name}", "Navn: {navn}", "there is no {navn}"),
        ("Formål: Ansættelse", "Formål: {name}", "stands once"),
        ("Formål: Ansættelse", "Side 1 af 1", "no two lines are the same"),
        ("Formål: Ansættelse", " ", "none is empty"),
        ("PRIVAT STRAFFEATTEST", "BØRNEATTEST", "a word of its own"),
        ('"the mock; the real wording has not been seen"', '""', "source"),
        ("lines = [", "lines = ", "not valid TOML"),
    ],
)
def test_a_wording_that_cannot_tell_clean_is_refused(tmp_path: Path, old: str, new: str, told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Phrases.load(phrases_file(tmp_path, old, new))
    assert told in str(caught.value)
