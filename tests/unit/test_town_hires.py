"""The town's hires keep their promises: the truth that the robot is held against must itself be true."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pypdfium2
import pytest
from python_calamine import CalamineWorkbook

from bots_common.errors import KollegaError
from bots_common.values import Cpr
from mocks.town import Town, generate
from mocks.town.hires import certificate, table, truth
from mocks.town.hires.model import Certificate, Hire, HireTown, HireTruth, Kind, Manner, Post, Reply
from mocks.town.hires.police import SENDER

SEEDS = (1, 2, 3)
MONTH, TODAY = date(2024, 10, 1), date(2024, 11, 11)
REASONS_OF_HIRES = {
    *("post_unknown", "post_unclear", "duty_contradicted", "cpr_missing", "cpr_impossible", "already_requested"),
    "fresh_elsewhere",
}
REASONS_OF_CERTIFICATES = {
    *("exempt", "no_consent", "remark", "other_person", "other_kind", "too_old", "unreadable", "no_folder"),
    "several_folders",
}
CLEAN_SENTENCE = "Der er ingen oplysninger i Kriminalregisteret, som skal fremgå af attesten."


@cache
def town_of(seed: int, hires: int = 1100) -> HireTown:
    return generate(seed, 0, flex=0, hires=hires).hires


def lately(town: HireTown) -> Iterator[tuple[Hire, HireTruth]]:
    """The hires that nobody has done anything about yet, with their truth."""
    truths = {it.hire: it for it in town.truth.hires}
    return ((hire, truths[hire.number]) for hire in town.hires if hire.number in truths)


def test_the_same_seed_makes_the_same_hires() -> None:
    assert generate(5, 0, flex=0, hires=60) == generate(5, 0, flex=0, hires=60)


@pytest.mark.parametrize("other", [(6, MONTH), (5, date(2024, 9, 1))])
def test_another_seed_or_month_makes_other_hires(other: tuple[int, date]) -> None:
    seed, month = other
    theirs = generate(seed, 0, month, flex=0, hires=60).hires
    assert {it.cpr for it in town_of(5, 60).people} != {it.cpr for it in theirs.people}


def test_hires_change_nothing_about_the_invoices_and_flex_jobs_of_a_seed() -> None:
    def sha(town: Town) -> str:
        parts = (town.ean, town.citizens, town.suppliers, town.grants, town.vouchers, town.documents, town.flex)
        return hashlib.sha256(repr((*parts, town.accounts, town.truth)).encode()).hexdigest()

    assert sha(generate(1, 20, flex=20, hires=0)) == sha(generate(1, 20, flex=20, hires=100))


@pytest.mark.parametrize("size", [0, 1, 2, 7, 40, 1100])
def test_the_size_is_exact(size: int) -> None:
    town = town_of(1, size)
    assert len(town.truth.hires) == size
    assert sum(not it.criminal.state and not it.children.state for it in town.hires) == size


@pytest.mark.parametrize("seed", SEEDS)
def test_about_seven_of_ten_end_by_themselves(seed: int) -> None:
    town = town_of(seed)
    odd = {it.hire for it in town.truth.hires if it.outcome == "exception"}
    odd |= {it.hire for it in town.truth.certificates if it.outcome == "exception" or it.again}
    assert 0.65 <= 1 - len(odd) / 1100 <= 0.75


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("size", [60, 1100])
def test_every_reason_occurs(seed: int, size: int) -> None:
    known = town_of(seed, size).truth
    assert {it.reason for it in known.hires if it.reason} == REASONS_OF_HIRES
    assert {it.reason for it in known.certificates if it.reason} == REASONS_OF_CERTIFICATES
    assert {it.again for it in known.certificates if it.again} == {"answered_twice"}
    assert {it.reason for it in known.messages} == {None, "no_hire"}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_small_town_has_certificates_of_every_look_and_of_everything_that_can_differ(seed: int) -> None:
    replies = town_of(seed, 60).replies
    assert {it.manner for it in replies} == set(Manner)
    assert any(it.other_name for it in replies)
    assert any(it.other_cpr for it in replies)
    assert any(it.other_kind for it in replies)
    assert any(it.age for it in replies)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_truth_is_what_a_person_reads_from_the_list_and_the_table(seed: int) -> None:
    town = town_of(seed)
    others: defaultdict[str, list[Hire]] = defaultdict(list)
    for hire in town.hires:
        others[hire.cpr.replace("-", "")].append(hire)
    for hire, true in lately(town):
        found = by_hand(hire, others[hire.cpr.replace("-", "")], town.posts)
        assert found == (true.reason or tuple(it.kind for it in true.wanted)), true.scenario
        assert true.outcome == ("exception" if true.reason else "requested" if true.wanted else "not_required")


def by_hand(hire: Hire, same: list[Hire], posts: list[Post]) -> str | tuple[Kind, ...]:
    """Why a person must take the hire, or the kinds that must be requested."""
    of_post = [it for it in posts if it.post == hire.post]
    fitting = [it for it in of_post if it.workplace in ("", hire.workplace) and covers(it, hire)]
    narrow = [it for it in fitting if it.workplace or it.youngest is not None] or fitting
    if len({it.certificate for it in narrow}) != 1:
        return "post_unclear" if of_post else "post_unknown"
    kinds = table.KINDS[narrow[0].certificate]
    with_children = narrow[0].contact and hire.youngest is not None and hire.youngest < 15
    if Kind.CHILDREN in kinds and not with_children:
        return "duty_contradicted"
    if with_children and Kind.CHILDREN not in kinds:
        if hire.days is None:
            return "post_unclear"
        if hire.days > 2 and (hire.last is None or hire.last - hire.first > timedelta(days=92)):
            return "duty_contradicted"
    if not kinds:
        return ()
    return number_problem(hire.cpr) or had_before(same, kinds) or kinds


def covers(row: Post, hire: Hire) -> bool:
    if row.youngest is None:
        return True
    return hire.youngest is not None and row.youngest <= hire.youngest and (hire.oldest or 0) <= (row.oldest or 120)


def number_problem(typed: str) -> str:
    try:
        return "" if typed and Cpr(typed.replace("-", "")) else "cpr_missing"
    except KollegaError:
        return "cpr_impossible"


def had_before(same: list[Hire], kinds: tuple[Kind, ...]) -> str:
    """What stands about certificates of these kinds at an earlier hire."""
    penal, children = set(kinds) - {Kind.CHILDREN}, Kind.CHILDREN in kinds
    for other in same:
        for standing in (other.criminal,) * bool(penal) + (other.children,) * children:
            if standing.state == "Anmodet":
                return "already_requested"
            if standing.state == "Ren" and standing.since and standing.since > TODAY - timedelta(days=90):
                return "fresh_elsewhere"
    return ""


@pytest.mark.parametrize("seed", SEEDS)
def test_what_comes_of_each_certificate_is_what_the_police_and_the_archive_have(seed: int) -> None:
    town = town_of(seed)
    hires = {it.number: it.cpr.replace("-", "") for it in town.hires}
    replies = {(it.cpr, it.kind): it for it in town.replies}
    exempt = {it.cpr for it in town.people if it.exempt}
    folders = Counter(it.cpr for it in town.folders)
    for true in town.truth.certificates:
        cpr = hires[true.hire]
        reply = replies[cpr, true.kind]
        expected = (
            "exempt" if cpr in exempt else judged(reply) or {0: "no_folder", 2: "several_folders"}.get(folders[cpr])
        )
        assert true.reason == expected, true.scenario
        assert true.outcome == ("exception" if expected else "clean")
        assert true.filed is (true.outcome == "clean")
        assert true.told is (true.filed or expected in ("exempt", "no_consent"))
        assert true.scanned is (reply.manner in (Manner.SCAN, Manner.SCANNED_REMARK, Manner.POOR_SCAN))
    wanted = {(it.hire, one.kind) for it in town.truth.hires for one in it.wanted}
    assert {(it.hire, it.kind) for it in town.truth.certificates} == wanted


def judged(reply: Reply) -> str | None:
    """Why a person must read what is sent, or nothing."""
    if reply.consent is None:
        return "no_consent"
    if reply.other_name or reply.other_cpr:
        return "other_person"
    if reply.other_kind:
        return "other_kind"
    if reply.age is not None:
        return "too_old"
    if reply.manner in (Manner.BROKEN, Manner.ENCRYPTED, Manner.EMPTY, Manner.POOR_SCAN):
        return "unreadable"
    return None if reply.manner in (Manner.CLEAN, Manner.SCAN) else "remark"


@pytest.mark.parametrize("seed", SEEDS)
def test_days_to_consent_and_to_answer_are_those_of_the_police(seed: int) -> None:
    replies = town_of(seed).replies
    assert {it.consent for it in replies} == {None, *range(14)}
    assert {it.wait for it in replies} == set(range(11))


@pytest.mark.parametrize("seed", SEEDS)
def test_only_the_police_answer_and_their_truth_names_the_message(seed: int) -> None:
    town = town_of(seed)
    assert [it.message for it in town.truth.messages] == [
        f"M{place:06d}" for place in range(1, len(town.messages) + 1)
    ]
    numbers = {it.cpr for it in town.people}
    imitations = 0
    for message, true in zip(town.messages, town.truth.messages, strict=True):
        answers = message.sender == SENDER and message.certificate is not None
        assert (true.outcome == "exception") is answers
        assert not (answers and message.cpr in numbers)
        imitations += message.certificate is not None and not answers
    assert imitations > 5


@pytest.mark.parametrize("seed", SEEDS)
def test_people_are_synthetic_numbers_are_unique_and_the_year_before_is_settled(seed: int) -> None:
    town = town_of(seed)
    people = [it.cpr for it in town.people]
    assert len(set(people)) == len(people) == 1100
    assert all("6" <= it[0] <= "9" for it in people)
    assert [it.number for it in town.hires] == [f"ANS{place:06d}" for place in range(1, len(town.hires) + 1)]
    known = {it.hire for it in town.truth.hires}
    assert all(it.criminal.state or it.children.state for it in town.hires if it.number not in known)
    assert all(it.created <= TODAY < it.first for it in town.hires if it.number in known)


def paper(manner: Manner, **other: object) -> Certificate:
    usual = Certificate(
        number="A000001",
        request="P000001",
        name="Søren Ås",
        cpr="6101901234",
        kind=Kind.CHILDREN,
        issued=date(2024, 11, 12),
        purpose="Ansættelse",
        basis="Børneattestloven § 2",
    )
    return replace(usual, manner=manner, **other)  # type: ignore[arg-type]


def text_of(pdf: bytes) -> list[str]:
    """The lines of each page, one page after another."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [line for page in document for line in page.get_textpage().get_text_bounded().splitlines()]
    finally:
        document.close()


def test_a_clean_certificate_reads_as_it_is_described() -> None:
    assert text_of(certificate.pdf(paper(Manner.CLEAN))) == [
        "POLITIET",
        "Det Centrale Kriminalregister",
        "BØRNEATTEST",
        "Attestnummer: A000001",
        "Anmodning: P000001",
        "Navn: Søren Ås",
        "CPR-nummer: 610190-1234",
        "Udstedt: 12-11-2024",
        "Formål: Ansættelse",
        "Hjemmel: Børneattestloven § 2",
        CLEAN_SENTENCE,
        "Attesten er udstedt elektronisk og er gyldig uden underskrift.",
        "Side 1 af 1",
    ]


@pytest.mark.parametrize(
    "manner", [Manner.REMARK, Manner.ONE_LINE_MORE, Manner.SECOND_PAGE, Manner.NEGATED, Manner.SPLIT]
)
def test_a_remark_reads_unlike_a_clean_one_in_every_number(manner: Manner) -> None:
    for place in range(1, 20):
        clean = text_of(certificate.pdf(paper(Manner.CLEAN, number=f"A{place:06d}")))
        assert text_of(certificate.pdf(paper(manner, number=f"A{place:06d}"))) != clean


@pytest.mark.parametrize("manner", [Manner.SCAN, Manner.SCANNED_REMARK, Manner.POOR_SCAN, Manner.EMPTY])
def test_a_picture_has_no_text(manner: Manner) -> None:
    assert text_of(certificate.pdf(paper(manner))) == []


@pytest.mark.parametrize("manner", [Manner.BROKEN, Manner.ENCRYPTED])
def test_a_broken_or_locked_file_does_not_open(manner: Manner) -> None:
    with pytest.raises(pypdfium2.PdfiumError):
        text_of(certificate.pdf(paper(manner)))


@pytest.mark.parametrize("manner", Manner)
def test_the_same_certificate_is_the_same_bytes(manner: Manner) -> None:
    assert certificate.pdf(paper(manner)) == certificate.pdf(paper(manner))


def test_what_the_font_cannot_draw_is_a_question_mark() -> None:
    assert "Navn: ?ukasz ? Bak" in text_of(certificate.pdf(paper(Manner.CLEAN, name="Łukasz – Bak")))


def test_the_table_is_written_as_people_keep_it(tmp_path: Path) -> None:
    posts = town_of(1, 0).posts
    table.write(tmp_path / "attesttabel.xlsx", posts)
    header, first, *rest = CalamineWorkbook.from_path(tmp_path / "attesttabel.xlsx").get_sheet_by_index(0).to_python()
    assert tuple(header) == table.HEADER
    assert first == ["Pædagog", "", 0, 14, "Ja", "Børneattest", "Børneattestloven § 2", ""]
    assert len(rest) == len(posts) - 1


def test_the_truth_outlives_its_file_which_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "hires-truth.json"
    truth.write(path, town_of(1, 60).truth)
    assert truth.read(path) == town_of(1, 60).truth
