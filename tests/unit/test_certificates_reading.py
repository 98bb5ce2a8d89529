"""A certificate's PDF is read as a person sees it, or goes to that person."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from fpdf import FPDF
from fpdf.enums import TextMode
from PIL import Image

from mocks.town.hires import certificate
from mocks.town.hires.model import Certificate, Manner
from mocks.town.hires.model import Kind as TownKind
from robots.certificates import ocr
from robots.certificates.judging import judge
from robots.certificates.model import Clean, Document
from robots.certificates.phrases import Phrases
from robots.certificates.reading import LIMITS, Limits, read
from robots.certificates.reasons import Detail, Problem, Reason
from tests.unit.certificate_files import Change, printed, scanned
from tests.unit.certificates import CLEAN_LINES, EXPECTED, POLICY, check_told

REMARK = "Dom af 03-02-2019 for vold"
REFUSED = {Manner.ENCRYPTED: Detail.ENCRYPTED, Manner.BROKEN: None, Manner.EMPTY: Detail.EMPTY}

with_tesseract = pytest.mark.skipif(
    ocr.languages() is None, reason="tesseract is not installed here, so no picture can be read"
)


def lines(content: bytes) -> list[tuple[str, ...]]:
    document = read(content)
    assert isinstance(document, Document)
    return list(document.pages)


def refused(content: bytes, limits: Limits = LIMITS) -> tuple[Reason, Detail | None]:
    problem = read(content, limits)
    assert isinstance(problem, Problem)
    check_told(problem)
    return problem.reason, problem.facts.get("detail")


def unreadable(detail: Detail | None = None) -> tuple[Reason, Detail | None]:
    return Reason.UNREADABLE, detail


def is_clean(content: bytes) -> bool:
    document = read(content)
    return isinstance(document, Document) and isinstance(judge(document, EXPECTED, Phrases.load(), POLICY), Clean)


# -- text ------------------------------------------------------------------------------------------------------------


def test_text_is_read_line_by_line_and_page_by_page() -> None:
    assert lines(printed()) == [CLEAN_LINES]
    assert lines(printed(CLEAN_LINES, [REMARK])) == [CLEAN_LINES, (REMARK,)]
    assert is_clean(printed())
    assert not is_clean(printed(CLEAN_LINES, [REMARK]))
    assert not is_clean(printed([*CLEAN_LINES, REMARK]))


def test_a_turned_page_is_for_a_person() -> None:
    """PDFium reads it from below."""
    assert not is_clean(laid_out(lambda page: page.set_rotation(90)))


def test_text_that_is_cut_off_the_page_is_for_a_person() -> None:
    assert lines(laid_out(lambda page: page.set_cropbox(20, 20, 590, 830))) == [CLEAN_LINES]
    for box in ((50, 20, 590, 830), (20, 600, 590, 830)):
        assert refused(laid_out(lambda page, box=box: page.set_cropbox(*box))) == unreadable(Detail.HIDDEN)


def laid_out(change: Callable[[Any], object]) -> bytes:
    """The clean certificate with its page changed."""
    with pypdfium2.PdfDocument(printed()) as document:
        change(document[0])
        file = BytesIO()
        document.save(file)
    return file.getvalue()


def test_several_threads_read_at_once() -> None:
    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(is_clean, [printed()] * 40))


def white(paper: FPDF) -> None:
    paper.set_text_color(255)
    paper.cell(0, 8, REMARK)


def faint(paper: FPDF) -> None:
    paper.set_text_color(225)
    paper.cell(0, 8, REMARK)


def invisible(paper: FPDF) -> None:
    paper.text_mode = TextMode.INVISIBLE
    paper.cell(0, 8, REMARK)


def transparent(paper: FPDF) -> None:
    with paper.local_context(fill_opacity=0.02):
        paper.text(50, 250, REMARK)


def clipped(paper: FPDF) -> None:
    with paper.rect_clip(0, 0, 5, 5):
        paper.text(50, 250, REMARK)


def beside_the_page(paper: FPDF) -> None:
    paper.text(400, 50, REMARK)


def above_the_page(paper: FPDF) -> None:
    paper.text(50, -20, REMARK)


def of_no_size(paper: FPDF) -> None:
    paper.set_font("Helvetica", size=0.1)
    paper.text(50, 250, REMARK)


@pytest.mark.parametrize(
    "change", [white, faint, invisible, transparent, clipped, beside_the_page, above_the_page, of_no_size]
)
def test_text_that_nobody_sees_is_for_a_person(change: Change) -> None:
    assert refused(printed(change=change)) == unreadable(Detail.HIDDEN)


def covered(paper: FPDF) -> None:
    paper.set_fill_color(255)
    paper.rect(0, 0, 210, 200, style="F")


def drawing(paper: FPDF) -> None:
    paper.line(20, 250, 60, 255)


def picture(paper: FPDF) -> None:
    paper.image(Image.new("L", (100, 100), 90), 20, 220, 60, 20)


def note(paper: FPDF) -> None:
    paper.text_annotation(50, 250, REMARK)


def attachment(paper: FPDF) -> None:
    paper.embed_file(bytes=REMARK.encode(), basename="bilag.txt")


@pytest.mark.parametrize("change", [covered, drawing, picture, note, attachment])
def test_text_with_anything_beside_it_is_for_a_person(change: Change) -> None:
    assert refused(printed(change=change)) == unreadable(Detail.MIXED)


def test_a_picture_with_a_text_that_nobody_sees_is_for_a_person() -> None:
    """As some scanners make it; the text need not be what the picture shows."""

    def clean_beneath(paper: FPDF) -> None:
        paper.text_mode = TextMode.INVISIBLE
        paper.set_xy(10, 10)
        for line in CLEAN_LINES:
            paper.cell(0, 8, line, new_x="LMARGIN", new_y="NEXT")

    content = scanned(printed([*CLEAN_LINES, REMARK]), change=clean_beneath)
    assert refused(content) == unreadable(Detail.MIXED)


# -- files that cannot be read ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"hej", b"%PDF-1.7\n", printed()[:400]])
def test_a_broken_file_is_for_a_person(content: bytes) -> None:
    assert refused(content) == unreadable()


def test_a_locked_file_is_for_a_person() -> None:
    def lock(paper: FPDF) -> None:
        paper.set_encryption(owner_password="a", user_password="b")

    assert refused(printed(change=lock)) == unreadable(Detail.ENCRYPTED)


@pytest.mark.parametrize("pages", [[[]], [CLEAN_LINES, []]])
def test_an_empty_page_is_for_a_person(pages: list[list[str]]) -> None:
    assert refused(printed(*pages)) == unreadable(Detail.EMPTY)


def test_what_is_larger_than_a_certificate_is_for_a_person() -> None:
    assert refused(printed(), Limits(bytes=100)) == unreadable(Detail.TOO_LARGE)
    assert refused(printed(CLEAN_LINES, [REMARK], [REMARK]), Limits(pages=2)) == unreadable(Detail.TOO_LARGE)

    def large(paper: FPDF) -> None:
        paper.add_page(format=(600, 600))

    assert refused(printed(change=large)) == unreadable(Detail.TOO_LARGE)


def test_reading_ends_when_its_time_is_up() -> None:
    seconds: Iterator[float] = map(float, count(step=10))
    slow = read(printed(*[CLEAN_LINES] * 5), Limits(seconds=25), clock=lambda: next(seconds))
    assert slow == Problem(Reason.UNREADABLE, {"detail": Detail.TOO_SLOW})
    assert read(scanned(printed()), Limits(seconds=0), clock=lambda: 0) == slow


# -- pictures --------------------------------------------------------------------------------------------------------


@with_tesseract
def test_a_scanned_certificate_is_read() -> None:
    document = read(scanned(printed()))
    assert document == Document((CLEAN_LINES,), scanned=True)
    assert is_clean(scanned(printed()))


@with_tesseract
@pytest.mark.parametrize("sentence", ["Der er mange oplysninger", "Der er ikke ingen oplysninger", "Dom for vold"])
def test_a_scanned_remark_is_never_clean(sentence: str) -> None:
    changed = [line.replace("Der er ingen oplysninger", sentence) for line in CLEAN_LINES]
    assert not is_clean(scanned(printed(changed)))


@with_tesseract
def test_what_tesseract_does_not_see_is_seen() -> None:
    """It drops faint and tiny lines without a word."""

    def tiny(paper: FPDF) -> None:
        paper.set_font("Helvetica", size=3)
        paper.text(50, 250, REMARK)

    assert refused(scanned(printed(change=faint))) == unreadable(Detail.POOR_SCAN)
    assert not is_clean(scanned(printed(change=tiny)))


@with_tesseract
def test_a_poor_scan_is_for_a_person() -> None:
    assert refused(scanned(printed(), dpi=45)) == unreadable(Detail.POOR_SCAN)


@with_tesseract
def test_a_picture_leaves_nothing_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even for a moment: the folder for passing files would have another time."""
    monkeypatch.setattr(tempfile, "tempdir", None)
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(tmp_path))
    content, before = scanned(printed()), tmp_path.stat().st_mtime_ns
    assert is_clean(content)
    assert tmp_path.stat().st_mtime_ns == before


def test_without_tesseract_a_picture_is_for_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert refused(scanned(printed())) == (Reason.OCR_MISSING, None)
    assert is_clean(printed())


# -- as the police of the mock town send them ------------------------------------------------------------------------


def sent(manner: Manner) -> Certificate:
    return Certificate(
        number="A000001",
        request=EXPECTED.request,
        name=EXPECTED.name,
        cpr=EXPECTED.cpr.digits,
        kind=TownKind.CHILDREN,
        issued=date(2024, 11, 12),
        purpose="Ansættelse",
        basis=EXPECTED.basis,
        manner=manner,
    )


@pytest.mark.parametrize(
    "manner",
    [manner for manner in Manner if manner not in {Manner.SCAN, Manner.SCANNED_REMARK, Manner.POOR_SCAN, *REFUSED}],
)
def test_the_towns_texts_are_read(manner: Manner) -> None:
    it = sent(manner)
    assert lines(certificate.pdf(it)) == [tuple(page) for page in certificate.pages(it)]
    assert is_clean(certificate.pdf(it)) is (manner is Manner.CLEAN)


@with_tesseract
@pytest.mark.parametrize("manner", [Manner.SCAN, Manner.SCANNED_REMARK])
def test_the_towns_scans_are_read(manner: Manner) -> None:
    it = sent(manner)
    assert read(certificate.pdf(it)) == Document(tuple(map(tuple, certificate.pages(it))), scanned=True)
    assert is_clean(certificate.pdf(it)) is (manner is Manner.SCAN)


@with_tesseract
def test_a_word_that_tesseract_boxes_too_narrowly_is_read_all_the_same() -> None:
    """Of "Peter" before a T it leaves half of the last letter outside."""
    it = replace(sent(Manner.SCAN), name="Peter Toft")
    assert read(certificate.pdf(it)) == Document(tuple(map(tuple, certificate.pages(it))), scanned=True)


@with_tesseract
def test_the_towns_poor_scans_are_for_a_person() -> None:
    assert refused(certificate.pdf(sent(Manner.POOR_SCAN))) == unreadable(Detail.POOR_SCAN)


@pytest.mark.parametrize(("manner", "detail"), REFUSED.items())
def test_the_towns_locked_broken_and_empty_files_are_for_a_person(manner: Manner, detail: Detail | None) -> None:
    assert refused(certificate.pdf(sent(manner))) == unreadable(detail)
