"""What the benefits system's forms make of what was typed: a calculation, a letter, a search, or objections."""

from __future__ import annotations

from mocks import danish
from mocks.benefits.store import Calculation, Letter
from mocks.screens import Posted

AMOUNTS = (
    ("loen", "Løn i fleksjob"),
    ("anden_loen", "Anden løn"),
    ("pension", "Pension"),
    ("nedsaettelse", "Nedsættelse"),
    ("loft", "Lønloft"),
    ("tilskud", "Fleksløntilskud"),
    ("atp", "ATP"),
)
CALCULATION = ("maaned", *(name for name, _ in AMOUNTS), "begrundelse")
LETTER = ("maaned", "overskrift", "tekst")
SEARCH = ("sag", "maaned")

_NO_MONTH = "Måned skal skrives som mm-åååå."


def calculation(posted: Posted) -> tuple[Calculation | None, list[str]]:
    """The calculation that the form describes, or what is wrong with it."""
    month = danish.read_month(posted.text("maaned"))
    typed = {name: danish.read_amount(posted.text(name)) for name, _ in AMOUNTS}
    problems = [f"{label} skal skrives som 12.345,67." for name, label in AMOUNTS if typed[name] is None]
    amounts = {name: ore for name, ore in typed.items() if ore is not None}
    reasoning = posted.text("begrundelse")
    if month is None:
        problems.insert(0, _NO_MONTH)
    if not reasoning:
        problems.append("Begrundelse skal udfyldes.")
    if any(ore < 0 for ore in amounts.values()):
        problems.append("Beløb kan ikke være negative.")
    if not problems and amounts["atp"] > amounts["tilskud"]:
        problems.append("ATP overstiger fleksløntilskuddet.")
    if problems or month is None:
        return None, problems
    entered = Calculation(
        month=month.isoformat(),
        wage=amounts["loen"],
        other_wage=amounts["anden_loen"],
        pension=amounts["pension"],
        reduction=amounts["nedsaettelse"],
        ceiling=amounts["loft"],
        subsidy=amounts["tilskud"],
        atp=amounts["atp"],
        reasoning=reasoning,
    )
    return entered, []


def letter(posted: Posted) -> tuple[Letter | None, list[str]]:
    """The letter that the form describes, or what is wrong with it."""
    month, heading, text = danish.read_month(posted.text("maaned")), posted.text("overskrift"), posted.text("tekst")
    checks = (
        (month is None, _NO_MONTH),
        (not heading, "Overskrift skal udfyldes."),
        (not text, "Brevtekst skal udfyldes."),
    )
    problems = [it for wrong, it in checks if wrong]
    if problems or month is None:
        return None, problems
    return Letter(month.isoformat(), heading, text), []


def search(posted: Posted) -> tuple[dict[str, str], list[str]]:
    """The columns that are looked for, or what is wrong with the form."""
    number, typed = posted.text("sag"), posted.text("maaned")
    month = danish.read_month(typed)
    if typed and month is None:
        return {}, [_NO_MONTH]
    wanted = {"case_number": number, "month": month.isoformat() if month else ""}
    return {column: value for column, value in wanted.items() if value}, []
