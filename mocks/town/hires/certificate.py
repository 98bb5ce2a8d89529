"""A certificate as the police send it: its lines, and the PDF that they are printed in. Same facts, same bytes.

The real wording has not been seen: this one is the town's. A clean one has thirteen lines, see `mocks.mailbox`; what
stands on others is beside or in place of the sentence that says there is nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from random import Random

import pypdfium2
from fpdf import FPDF
from fpdf.enums import AccessPermission, EncryptionMethod
from PIL import Image, ImageFilter

from mocks.town.hires.model import Certificate, Manner

NOTHING = "Der er ingen oplysninger i Kriminalregisteret, som skal fremgå af attesten."
SIGNED = "Attesten er udstedt elektronisk og er gyldig uden underskrift."
FOLLOWING = "Der er følgende oplysninger i Kriminalregisteret:"
NEGATED = "Det kan ikke oplyses, at der er ingen oplysninger i Kriminalregisteret, som skal fremgå af attesten."
SPLIT = (
    "Der er ingen oplysninger i Kriminalregisteret ud over dom af 14-03-2022 for",
    "overtrædelse af straffelovens § 276, som skal fremgå af attesten.",
)
ENTRIES = (
    "14-03-2022 Retten i Aarhus: straffelovens § 276. Betinget fængsel i 30 dage.",
    "02-09-2021 Retten i Odense: straffelovens § 244. Fængsel i 40 dage.",
    "27-11-2023 Københavns Byret: lov om euforiserende stoffer § 3. Bøde 6.000 kr.",
    "05-06-2020 Retten i Aalborg: straffelovens § 279. Betinget fængsel i 60 dage.",
)
MORE = (
    "Se dog vedlagte bilag.",
    "Der verserer en sag, som ikke er afgjort.",
    "Oplysningerne er ikke fuldstændige.",
)

_FORM = "A4"
_LEFT, _TOP, _LINE = 20, 25, 8  # mm
_FINE, _POOR = 200 / 72, 40 / 72  # of the size on paper: 200 and 40 dots an inch
_BROKEN = 400  # bytes that arrive


def pages(certificate: Certificate) -> list[list[str]]:
    """The lines of each page."""
    first = _head(certificate)
    entries = [FOLLOWING, *_chosen(certificate, ENTRIES)]
    match certificate.manner:
        case Manner.REMARK | Manner.SCANNED_REMARK:
            bodies = [[*entries, SIGNED]]
        case Manner.ONE_LINE_MORE:
            bodies = [[NOTHING, _chosen(certificate, MORE)[0], SIGNED]]
        case Manner.SECOND_PAGE:
            bodies = [[NOTHING, SIGNED], [f"Attestnummer: {certificate.number}", *entries]]
        case Manner.NEGATED:
            bodies = [[NEGATED, SIGNED]]
        case Manner.SPLIT:
            bodies = [[*SPLIT, SIGNED]]
        case Manner.EMPTY:
            return [[]]
        case _:
            bodies = [[NOTHING, SIGNED]]
    bodies[0] = [*first, *bodies[0]]
    return [[*lines, f"Side {place} af {len(bodies)}"] for place, lines in enumerate(bodies, start=1)]


def pdf(certificate: Certificate) -> bytes:
    """The PDF, as it comes with the answer."""
    printed = _printed(certificate)
    match certificate.manner:
        case Manner.SCAN | Manner.SCANNED_REMARK:
            return _pictured(certificate, printed, _FINE)
        case Manner.POOR_SCAN:
            return _pictured(certificate, printed, _POOR)
        case Manner.BROKEN:
            return printed[:_BROKEN]
        case _:
            return printed


def _head(it: Certificate) -> list[str]:
    return [
        "POLITIET",
        "Det Centrale Kriminalregister",
        it.kind.written.upper(),
        f"Attestnummer: {it.number}",
        f"Anmodning: {it.request}",
        f"Navn: {it.name}",
        f"CPR-nummer: {it.cpr[:6]}-{it.cpr[6:]}",
        f"Udstedt: {it.issued:%d-%m-%Y}",
        f"Formål: {it.purpose}",
        f"Hjemmel: {it.basis}",
    ]


def _chosen(certificate: Certificate, from_these: Sequence[str]) -> list[str]:
    """One or two of the lines, the same ones each time."""
    rng = Random(certificate.number)
    return rng.sample(from_these, rng.randint(1, 2))


def _printed(certificate: Certificate) -> bytes:
    paper = _paper(certificate)
    for lines in pages(certificate):
        paper.add_page()
        paper.set_font("Helvetica", size=11)
        for line in lines:
            known = line.encode("latin-1", "replace").decode("latin-1")  # what the font can draw
            paper.multi_cell(0, _LINE, known, align="L", new_x="LMARGIN", new_y="NEXT")
    if certificate.manner is Manner.ENCRYPTED:
        password = f"{Random(certificate.number).random()}"
        nothing = AccessPermission.none()
        paper.set_encryption(password, password, EncryptionMethod.RC4, permissions=nothing)
    return bytes(paper.output())


def _pictured(certificate: Certificate, printed: bytes, scale: float) -> bytes:
    """The printed pages as pictures, as if they had been on a scanner."""
    paper = _paper(certificate)
    document = pypdfium2.PdfDocument(printed)
    try:
        for page in document:
            picture: Image.Image = page.render(scale=scale, grayscale=True).to_pil()
            if scale < 1:
                picture = picture.filter(ImageFilter.GaussianBlur(1))
            file = BytesIO()
            picture.save(file, "JPEG", quality=60)
            paper.add_page()
            paper.image(file, 0, 0, paper.w, paper.h)
            page.close()
    finally:
        document.close()
    return bytes(paper.output())


def _paper(certificate: Certificate) -> FPDF:
    paper = FPDF(format=_FORM)
    paper.set_creation_date(datetime.combine(certificate.issued, datetime.min.time(), UTC))
    paper.set_margins(_LEFT, _TOP)
    return paper
