"""The personnel system: who is hired where and from when, and how each hire's certificates stand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, Literal

from bots_common.desk import Screen, tables
from bots_common.errors import InvalidValue, ScreenChanged
from bots_common.values import Cpr, Frozen, Receipt
from robots.certificates.model import Attachment, Group, Hire, Standing, State
from robots.systems import danish
from robots.systems.login import DanishLogin, refused

HIRE_COLUMNS: Final = (
    *("Ansættelse", "CPR", "Navn", "Stilling", "Arbejdssted", "Alder fra", "Alder til", "Tilknytning", "Dage"),
    *("Startdato", "Slutdato", "Leder", "Leders e-mail", "Oprettet", "Straffeattest", "Børneattest"),
)
FACTS: Final = (
    *("Stilling", "Arbejdssted", "Alder fra", "Alder til", "Tilknytning", "Dage", "Startdato", "Slutdato"),
    *("Leder", "Leders e-mail", "Oprettet"),
)
STANDING_COLUMNS: Final = ("Attest", "Status", "Dato")


class NewState(Frozen):
    """How one of a hire's certificates stands from a day on: what HR sees."""

    hire: str
    group: Group
    state: State
    since: date


class Personnel(DanishLogin):
    """The personnel system as the robot sees it."""

    name = "personnel"
    home = "ansaettelser"
    screens = (
        Screen("hires", "ansaettelser", columns=("Ansættelse", "Navn", "Stilling", "Startdato")),
        Screen(
            "hire",
            "ansaettelse/*",
            fields=("Attest", "Status", "Dato"),
            buttons=("Gem status",),
            columns=STANDING_COLUMNS,
        ),
    )

    # -- reading --------------------------------------------------------------------------------------------

    async def hires(self) -> list[Hire]:
        """Everybody who is or is to be hired, from one Excel export."""
        export = await self.fetch("ansaettelser.xlsx")
        return [_hire(row) for row in tables.sheet(export, HIRE_COLUMNS)]

    async def hire(self, number: str) -> Hire:
        """The hire as it stands now."""
        page = await self.fetch(f"ansaettelse/{number}")
        facts = tables.facts(page, "ansaettelse", FACTS)
        cpr, problem = _cpr(*tables.texts(page, "//*[@id='cpr']"))
        (name,) = tables.texts(page, "//*[@id='navn']")
        return Hire(
            number=number,
            cpr=cpr,
            cpr_problem=problem,
            name=name,
            post=facts["Stilling"],
            workplace=facts["Arbejdssted"],
            youngest=_number(facts["Alder fra"]),
            oldest=_number(facts["Alder til"]),
            attachment=_attachment(facts["Tilknytning"]),
            days=_number(facts["Dage"]),
            first=danish.day(facts["Startdato"]),
            last=danish.day(facts["Slutdato"]) if facts["Slutdato"] else None,
            manager=facts["Leder"],
            manager_mail=facts["Leders e-mail"],
            created=danish.day(facts["Oprettet"]),
            states=tuple(
                Standing(
                    kind_group=Group(row["Attest"]),
                    state=_state(row["Status"]),
                    since=danish.day(row["Dato"]) if row["Dato"] else None,
                )
                for row in self._standings(page)
            ),
        )

    # -- effects --------------------------------------------------------------------------------------------

    async def set_state(self, wanted: NewState) -> Receipt:
        """Effect: write down how a certificate stands."""
        page = await self.goto(f"ansaettelse/{wanted.hire}")
        await self.fill(page, {"Attest": wanted.group, "Status": wanted.state, "Dato": danish.day_text(wanted.since)})
        receipt = await self.commit(
            page.get_by_role("button", name="Gem status", exact=True),
            receipt=page.locator("#kvitteringsnummer"),
            refusal=refused(page),
            fields=("#kvitteringsnummer",),
        )
        return Receipt(receipt["#kvitteringsnummer"])

    async def find_state(self, wanted: NewState) -> Receipt | None:
        """The state, where it stands as wanted; the system keeps no receipt of it, so it stands for itself."""
        page = await self.fetch(f"ansaettelse/{wanted.hire}")
        stands = (wanted.group, wanted.state, danish.day_text(wanted.since))
        if any((row["Attest"], row["Status"], row["Dato"]) == stands for row in self._standings(page)):
            return Receipt(f"{wanted.group}: {wanted.state}")
        return None

    def _standings(self, page: bytes) -> list[tables.Row]:
        rows = tables.table(page, "attester", STANDING_COLUMNS)
        if rows is None:
            raise ScreenChanged("The hire shows no certificates.", "Look whether the screen has changed.")
        return list(rows)


def _hire(row: Mapping[str, Any]) -> Hire:
    cpr, problem = _cpr(str(row["CPR"] or ""))
    return Hire(
        number=str(row["Ansættelse"]),
        cpr=cpr,
        cpr_problem=problem,
        name=str(row["Navn"]),
        post=str(row["Stilling"]),
        workplace=str(row["Arbejdssted"]),
        youngest=_number(row["Alder fra"]),
        oldest=_number(row["Alder til"]),
        attachment=_attachment(row["Tilknytning"]),
        days=_number(row["Dage"]),
        first=row["Startdato"],
        last=row["Slutdato"] or None,
        manager=str(row["Leder"]),
        manager_mail=str(row["Leders e-mail"]),
        created=row["Oprettet"],
        states=tuple(_standing(group, str(row[group] or "")) for group in Group),
    )


def _cpr(typed: str) -> tuple[Cpr | None, Literal["", "missing", "impossible"]]:
    """The number that somebody has typed, or what is wrong with it."""
    if not typed.strip():
        return None, "missing"
    try:
        return Cpr(typed.strip()), ""
    except InvalidValue:
        return None, "impossible"


def _standing(group: Group, cell: str) -> Standing:
    """From `Anmodet 04-11-2024`."""
    state, _, since = cell.strip().rpartition(" ")
    if not state:
        return Standing(kind_group=group, state=_state(since))
    return Standing(kind_group=group, state=_state(state), since=danish.day(since))


def _state(text: str) -> State:
    try:
        return State(text)
    except ValueError as error:
        raise ScreenChanged(
            f"The state {text!r} of a certificate is new.", "Teach it to `robots/certificates/model.py`."
        ) from error


def _attachment(text: object) -> Attachment | None:
    try:
        return Attachment(str(text))
    except ValueError:
        return None  # for a person: the rules say so where it matters


def _number(value: object) -> int | None:
    return None if value in (None, "") else int(float(str(value)))
