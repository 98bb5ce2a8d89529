"""The form of a decision, as a case's page sends it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final, TypeAlias

from fastapi import Request

from reports.deciding import NO_DAY, Act, Refused, Said

CORRECTED: Final = "field."
"""How the names of the fields begin that a person may put right."""
LONGEST: Final = 1000
STAYS: Final = frozenset({Act.TAKE, Act.LET_GO, Act.OBS})
"""After these the person is still at the same case."""

Form: TypeAlias = Mapping[str, str]


async def form(request: Request) -> Form:
    """A route's dependency: the fields of the form that are texts, as they were written."""
    fields = await request.form()
    return {name: value[:LONGEST] for name, value in fields.items() if isinstance(value, str)}


def said_in(form: Form) -> Said:
    """What the form says. Raises Refused for a day that is none."""
    there = {"yes": True, "no": False}.get(form.get("there", ""))
    fields = {name.removeprefix(CORRECTED): text for name, text in form.items() if name.startswith(CORRECTED)}
    return Said(
        seen=_number(form, "seen"),
        note=form.get("note", "").strip(),
        to=form.get("to", ""),
        fields=fields,
        effect=form.get("effect", ""),
        there=there,
        receipt=form.get("receipt", "").strip(),
        proposal=_number(form, "proposal"),
        until=_day(form.get("until", "")),
        every_robot=form.get("robots") == "all",
        cpr=form.get("cpr", ""),
    )


def _number(form: Form, name: str) -> int:
    """A number that our own form holds; one that is none fits nothing in the store."""
    text = form.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused(NO_DAY) from None
