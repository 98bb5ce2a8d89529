"""A clerk who works the mock systems over plain HTTP, and what tests read on the pages that come back."""

from __future__ import annotations

from io import BytesIO
from typing import Any, Self

import httpx
from lxml import html
from python_calamine import CalamineWorkbook

LINE = {"psp": "XG-5385810001-00001", "art": "4.9", "tekst": "Ophold", "fra": "01-10-2024", "til": "31-10-2024"}
DOCUMENT = "/opus/bilag/B2024-000001"
GRANT = "/sensum/bevilling/G-000001"
CASE = "/ky/sag/FLX000001"
CALCULATION = {
    "maaned": "11-2024",
    "loen": "14.616,00",
    "anden_loen": "0,00",
    "pension": "1.800,00",
    "nedsaettelse": "4.680,00",
    "loft": "32.067,00",
    "tilskud": "15.272,00",
    "atp": "500,00",
    "begrundelse": "30 pct. af 15.600,00 kr. trækkes fra 19.952,00 kr.",
}
LETTER = {"maaned": "11-2024", "overskrift": "Dit fleksløntilskud", "tekst": "Du får 15.272,00 kr.\nVenlig hilsen"}
HIRE = "/sd/ansaettelse/ANS000001"
ORDER = {
    "attesttype": "Børneattest",
    "hjemmel": "Børneattestloven § 2",
    "formaal": "Ansættelse",
    "kontaktperson": "Eva Dam",
}
FOLDER = "/esdh/mappe/PS000001"
NOTE = {
    "titel": "Børneattest indhentet",
    "dokumenttype": "Notat",
    "adgangskategori": "Personale-fortrolig",
    "dato": "18-11-2024",
    "tekst": "Attesten er ren.",
}
PAYMENT = {"fra": "01-10-2024", "til": "31-10-2024", "bilagsnummer": "5100000008", "beloeb": "12.345,67"}


class Clerk:
    """A person with a browser without scripts: reads pages, fills in the forms that are on them."""

    def __init__(self, base: str) -> None:
        self.http = httpx.Client(base_url=base, follow_redirects=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def get(self, path: str) -> html.HtmlElement:
        return html.fromstring(self.http.get(path).text)

    def form(self, path: str) -> dict[str, str]:
        """The fields of the page's last form, as they stand, view state and all."""
        return dict(self.get(path).forms[-1].fields)

    def send(self, path: str, fields: dict[str, str]) -> html.HtmlElement:
        return html.fromstring(self.http.post(path, data=fields).text)

    def log_in(self, prefix: str, password: str = "robot") -> html.HtmlElement:
        address = f"{prefix}/login"
        return self.send(address, self.form(address) | {"brugernavn": "robot", "adgangskode": password})

    def book(self, document: str = DOCUMENT, **changed: str) -> html.HtmlElement:
        address = f"{document}/kontering"
        typed = LINE | {"beloeb": "12.345,67"} | changed
        return self.send(address, self.form(address) | {f"{name}1": text for name, text in typed.items()})

    def pay(self) -> html.HtmlElement:
        return self.send(f"{GRANT}/betalt", self.form(GRANT) | PAYMENT)

    def look_up(self, cpr: str, basis: str, first: str, last: str) -> html.HtmlElement:
        asked = {"cpr": cpr, "formaal": "171 Fleksløntilskud", "soegetype": basis, "fra": first, "til": last}
        return self.send("/eindkomst/soeg", self.form("/eindkomst/soeg") | asked)

    def calculate(self, case: str = CASE, **changed: str) -> html.HtmlElement:
        address = f"{case}/beregning"
        return self.send(address, self.form(address) | CALCULATION | changed)

    def approve(self, case: str = CASE) -> html.HtmlElement:
        """Save a calculation and approve its payment."""
        form = self.calculate(case).forms[-1]
        return self.send(form.action, dict(form.fields))

    def write(self, **changed: str) -> html.HtmlElement:
        address = f"{CASE}/brev"
        return self.send(address, self.form(address) | LETTER | changed)

    def set_state(self, **changed: str) -> html.HtmlElement:
        typed = {"attest": "Børneattest", "status": "Anmodet", "dato": "12-11-2024"} | changed
        return self.send(f"{HIRE}/status", self.form(HIRE) | typed)

    def check(self, *persons: str, file: bytes = b"", **changed: str) -> html.HtmlElement:
        """Fill in a request for persons, each a line of the form, or for those in the file, and have it checked."""
        form = self.form("/politi/anmodning") | ORDER | {"personer": "\n".join(persons)} | changed
        files = {"fil": ("personer.csv" if file else "", file)}
        return html.fromstring(self.http.post("/politi/anmodning", data=form, files=files).text)

    def order(self, *persons: str, file: bytes = b"", **changed: str) -> html.HtmlElement:
        """Send a request."""
        form = self.check(*persons, file=file, **changed).forms[-1]
        return self.send(form.action, dict(form.fields))

    def move_clock(self, day: str) -> None:
        self.http.post("/_clock", json={"today": day}).raise_for_status()

    def delete(self, message: str) -> html.HtmlElement:
        address = f"/post/besked/{message}"
        return self.send(f"{address}/slet", self.form(address))

    def file(self, upload: tuple[str, bytes] = ("", b""), **changed: str) -> html.HtmlElement:
        """Save a document in Lis's folder."""
        address = f"{FOLDER}/dokument"
        answer = self.http.post(address, data=self.form(address) | NOTE | changed, files={"fil": upload})
        return html.fromstring(answer.text)

    def check_in(self, document: str) -> html.HtmlElement:
        address = f"/esdh/dokument/{document}"
        return self.send(f"{address}/tjekind", self.form(address))

    def search(self, path: str, **typed: str) -> html.HtmlElement:
        """Fill in the page's form and send it where the page itself is."""
        return self.send(path, self.form(path) | typed)

    def export(self, path: str) -> list[list[Any]]:
        return CalamineWorkbook.from_filelike(BytesIO(self.http.get(path).content)).get_sheet_by_index(0).to_python()

    def faults(self, **fault: object) -> None:
        self.http.post("/_faults", json={"faults": [fault]}).raise_for_status()


def heading(page: html.HtmlElement) -> str:
    return str(page.findtext(".//h1"))


def alert(page: html.HtmlElement) -> str:
    (box,) = page.xpath("//*[@role='alert']")
    return " ".join(box.text_content().split())


def at(page: html.HtmlElement, element: str) -> str:
    return str(page.get_element_by_id(element).text_content()).strip()


def shows_login(page: html.HtmlElement) -> bool:
    return bool(page.xpath("//label[.='Adgangskode']"))


def rows(page: html.HtmlElement, table: str) -> list[list[str]]:
    return [
        [" ".join(cell.text_content().split()) for cell in row]
        for row in page.xpath(f"//table[@id='{table}']/tbody/tr")
    ]
