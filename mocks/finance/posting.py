"""The posting form "Kontering": the rows as they were typed, what is wrong with them, and the lines they make."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mocks import danish
from mocks.finance.store import Line

MOST_ROWS = 100

_PSP = re.compile(r"[A-ZÆØÅ]{2}-\d{10}-\d{5}")
_ART = re.compile(r"\d+(\.\d+)*")


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it was typed."""

    psp: str = ""
    art: str = ""
    amount: str = ""
    text: str = ""
    first: str = ""
    last: str = ""

    @property
    def blank(self) -> bool:
        return not any((self.psp, self.art, self.amount, self.text, self.first, self.last))


def rows(fields: Mapping[str, str]) -> list[Row]:
    """The rows of the form that was sent: psp1, art1, beloeb1, tekst1, fra1, til1, psp2, …"""
    found = []
    for number in range(1, MOST_ROWS + 1):
        if f"psp{number}" not in fields:
            break
        names = ("psp", "art", "beloeb", "tekst", "fra", "til")
        found.append(Row(*(fields.get(f"{name}{number}", "").strip() for name in names)))
    return found


def check(typed: Iterable[Row], net: int | None) -> tuple[list[Line], list[str]]:
    """The voucher's lines and what is wrong, in Danish; blank rows count for nothing, `net` is in øre."""
    lines, problems = [], []
    for number, row in enumerate(typed, start=1):
        if row.blank:
            continue
        line, wrong = _line(row)
        problems += [f"Linje {number}: {it}" for it in wrong]
        if line:
            lines.append(line)
    if not problems:
        problems += _whole(lines, net)
    return lines, problems


def _line(row: Row) -> tuple[Line | None, list[str]]:
    ore, first, last = danish.read_amount(row.amount), danish.read_day(row.first), danish.read_day(row.last)
    checks = (
        (not _PSP.fullmatch(row.psp), f"PSP-elementet »{row.psp}« findes ikke."),
        (not _ART.fullmatch(row.art), f"Arten »{row.art}« findes ikke."),
        (ore is None, "Beløb skal skrives som 12.345,67."),
        (first is None, "Periode fra skal skrives som dd-mm-åååå."),
        (last is None, "Periode til skal skrives som dd-mm-åååå."),
        (bool(first and last and last < first), "Periode til ligger før Periode fra."),
    )
    problems = [text for wrong, text in checks if wrong]
    if problems or ore is None or first is None or last is None:
        return None, problems
    return Line(row.psp, row.art, ore, row.text, first.isoformat(), last.isoformat()), []


def _whole(lines: list[Line], net: int | None) -> list[str]:
    if net is None:
        return ["Bilaget kan ikke læses og kan derfor ikke konteres."]
    if not lines:
        return ["Der er ingen konteringslinjer."]
    total = sum(line.ore for line in lines)
    if abs(total - net) > 1:
        shown = danish.amount(total), danish.amount(net)
        return ["Konteringen er på {} kr., men bilagets beløb uden moms er {} kr.".format(*shown)]
    return []
