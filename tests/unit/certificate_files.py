"""Certificates as PDF files, plain and odd ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO

import pypdfium2
from fpdf import FPDF

from tests.unit.certificates import CLEAN_LINES

Change = Callable[[FPDF], object]


def printed(*pages: Sequence[str], change: Change | None = None) -> bytes:
    """A PDF with these pages, a clean one without them; `change` is done to it last."""
    paper = FPDF()
    for lines in pages or (CLEAN_LINES,):
        paper.add_page()
        paper.set_font("Helvetica", size=11)
        for line in lines:
            paper.cell(0, 8, line, new_x="LMARGIN", new_y="NEXT")
    if change:
        change(paper)
    return bytes(paper.output())


def scanned(file: bytes, dpi: int = 200, change: Change | None = None) -> bytes:
    """The same pages as pictures, as they come from a scanner."""
    paper = FPDF()
    with pypdfium2.PdfDocument(file) as document:
        for page in document:
            picture = BytesIO()
            page.render(scale=dpi / 72, grayscale=True).to_pil().save(picture, "JPEG", quality=60)
            paper.add_page()
            paper.image(picture, 0, 0, paper.w, paper.h)
    if change:
        paper.set_font("Helvetica", size=11)
        change(paper)
    return bytes(paper.output())
