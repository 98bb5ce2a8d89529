"""A mock town with the certificates robot let loose in it, and the comparison of what came of it with the truth.

The witnesses are the mock systems' own ledgers and the truth file that the robot never sees. A person of the test
takes the piles and sends them in the portal, as HR does; the town's clock is moved, and the robot's day with it.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bots_common.autonomy import Level
from bots_common.settings import MailSettings
from bots_common.work import ItemRow, State
from mocks import serve
from mocks.faults import PREFIXES
from mocks.ledger import Act
from mocks.town.hires import truth
from mocks.town.hires.model import CertificateTruth, HiresTruth, Kind
from robots.certificates.items import CertificateItem, Task
from tests.clerk import Clerk, at, heading
from tests.town_at_work import TownAtWork, opened, settings_of

ROBOT = "certificates"
HR = "hr@kommunen.example"
FIRST_DAY = date(2024, 11, 11)
WITH_HR = "Hos HR"
LATER = tuple(FIRST_DAY + timedelta(days=days) for days in (1, 8, 15, 27))
"""The days on which the robot works again: by the last every consent has been given or lapsed, and answered."""


@dataclass
class HiresAtWork(TownAtWork):
    """A running town and the settings of the certificates robot that works in it."""

    def items(self) -> dict[str, ItemRow]:
        return {it.reference: it for it in self.store.reading.items(robot=ROBOT, limit=None)}

    def truths(self) -> HiresTruth:
        return truth.read(self.folder / serve.HIRES_TRUTH)

    def move_to(self, day: date) -> None:
        """Another day for the town and for the robot."""
        self.control("_clock", {"today": str(day)})
        robots = {**self.settings.robots, ROBOT: {**self.settings.robots[ROBOT], "today": str(day)}}
        self.settings = self.settings.model_copy(update={"robots": robots})

    async def a_month(self) -> None:
        """From the first hire found to the last answer filed; a person sends the piles on the first day."""
        await self.find_and_work()
        while self.send_the_piles():
            pass
        await self.worker().work(until_empty=True)
        for day in LATER:
            self.move_to(day)
            await self.find_and_work()

    def send_the_piles(self) -> int:
        """A person takes every pile, sends it in the portal and says so; how many names that were."""
        sent = 0
        with Clerk(self.address) as clerk:
            clerk.log_in("/politi")
            for waiting in self.store.piles.waiting(ROBOT):
                pile = self.store.piles.take(ROBOT, waiting.name, "anna")
                lines = "".join(f"{it.intent['cpr']};{it.intent['name']}\n" for it in pile.members)
                kind, _, basis = waiting.name.partition(", ")
                self.store.piles.sent(pile.number, "anna", order(clerk, kind, basis, lines))
                sent += len(pile.members)
        return sent

    def disagreements(self) -> list[str]:
        """Everything in which items and ledgers differ from the truth, a line each; empty is what we want."""
        payloads = {it.reference: self.payload(it) for it in self.items().values()}
        return list(_disagreements(self.items(), payloads, self.acts(), self.truths()))

    def payload(self, item: ItemRow) -> CertificateItem:
        return CertificateItem.model_validate(self.store.reading.story(item.id).payload)


def order(clerk: Clerk, kind: str, basis: str, lines: str) -> str:
    """Request certificates in the portal; returns the number of the request."""
    typed = {
        "attesttype": kind,
        "hjemmel": basis,
        "formaal": "Ansættelse",
        "kontaktperson": "Anna",
        "personer": lines,
    }
    checked = clerk.send("/politi/anmodning", clerk.form("/politi/anmodning") | typed)
    assert heading(checked) == "Kontrollér anmodning"
    signing = checked.forms[-1]
    return at(clerk.send(signing.action, dict(signing.fields)), "anmodningsnummer")


@contextmanager
def hires_at_work(
    folder: Path,
    *,
    seed: int,
    size: int,
    mode: str = "attended",
    settle_seconds: float = 0.5,
    config: Mapping[str, Any] | None = None,
    **worker: Any,
) -> Iterator[HiresAtWork]:
    """A town of its own process in `folder`, and a fresh store."""
    with serve.running(folder, seed=seed, size=20, flex=20, hires=size) as address:
        names = ("personnel", "mailbox", "archive", *(["portal"] if mode == "robot" else []))
        host, _, port = (folder / serve.SMTP).read_text(encoding="utf-8").rpartition(":")
        settings = settings_of(
            folder,
            {name: f"{address}{PREFIXES[name]}/" for name in names},
            {
                ROBOT: {
                    "table": str(folder / serve.POSTS),
                    "contact": "Anna, HR",
                    "hr": HR,
                    "mode": mode,
                    "today": str(FIRST_DAY),
                    **(config or {}),
                }
            },
            {"timeout_seconds": 10, "settle_seconds": settle_seconds},
            worker,
            mail=MailSettings(host=host, port=int(port), security="none", sender="robot@kommunen.example"),
        )
        careful = settings.systems["archive"].model_copy(update={"concurrency": 4, "calls_per_minute": 600})
        settings = settings.model_copy(update={"systems": {**settings.systems, "archive": careful}})
        with opened(settings) as (codec, store):
            store.levels.set(ROBOT, Level.AUTO, "test", "for this test")
            yield HiresAtWork(folder, address, settings, codec, store, ROBOT)


def _disagreements(
    items: Mapping[str, ItemRow], payloads: Mapping[str, CertificateItem], acts: Sequence[Act], truths: HiresTruth
) -> Iterator[str]:
    yield from _wrong_hires(items, truths)
    yield from _wrong_messages(items, truths)
    filed = Counter(act.fields["title"] for act in acts if act.act == "file")
    for expected in truths.certificates:
        name = f"{expected.hire} {expected.kind} ({expected.scenario})"
        state, reason = _end(expected)
        theirs = [
            items[reference]
            for reference, payload in payloads.items()
            if payload.task is Task.ANSWER
            and payload.asked == expected.kind.written
            and expected.hire in payload.hires
        ]
        wanted = [(state, reason), *([(State.EXCEPTION, expected.again)] if expected.again else [])]
        if sorted(((it.state, it.reason) for it in theirs), key=str) != sorted(wanted, key=str):
            yield f"{name}: {[(it.reference, it.state, it.reason, it.facts) for it in theirs]}, not {wanted}"
        notes = sum(
            count
            for title, count in filed.items()
            if f"({expected.hire}, " in title and title.startswith(expected.kind.written)
        )
        if notes != (state is State.DONE):
            yield f"{name}: {notes} notes"
    yield from _wrong_states(acts, truths)
    yield from _wrong_counts(acts, truths)


def _wrong_states(acts: Sequence[Act], truths: HiresTruth) -> Iterator[str]:
    """What HR sees in the end, and who was told that all is well."""
    states: dict[tuple[str, str], str] = {}
    for act in acts:
        if act.act == "state":
            states[act.fields["hire"], act.fields["certificate"]] = act.fields["state"]
    mails = [act.fields for act in acts if act.act == "mail"]
    for expected in truths.certificates:
        name = f"{expected.hire} {expected.kind} ({expected.scenario})"
        state = states.get((expected.hire, "Børneattest" if expected.kind is Kind.CHILDREN else "Straffeattest"))
        clean = _end(expected)[0] is State.DONE
        wanted = expected.state if clean or expected.reason else WITH_HR
        if state != (wanted or WITH_HR):
            yield f"{name}: HR sees {state!r}"
        cleared = [it for it in mails if expected.kind.written in it["subject"] and expected.hire in it["subject"]]
        if bool(cleared) != clean:
            yield f"{name}: {len(cleared)} mails say that it is clean"


def _wrong_counts(acts: Sequence[Act], truths: HiresTruth) -> Iterator[str]:
    """What must be done once for each certificate, and never twice."""
    clean = sum(_end(it)[0] is State.DONE for it in truths.certificates)
    for act, field in (("file", "title"), ("check_in", "document"), ("delete", "message")):
        done = Counter(it.fields[field] for it in acts if it.act == act)
        yield from (f"{act} {what}: {count} times" for what, count in done.items() if count > 1)
        if len(done) != clean:
            yield f"{act}: {len(done)}, not {clean}"
    requests = [it.fields for it in acts if it.act == "request"]
    requested = Counter((person, it["kind"]) for it in requests for person in it["persons"])
    yield from (f"requested of {what}: {count} times" for what, count in requested.items() if count > 1)
    if len(requested) != len(truths.certificates):
        yield f"requested: {len(requested)}, not {len(truths.certificates)}"
    told = Counter(it.fields["message_id"] for it in acts if it.act == "mail" and not it.fields["again"])
    yield from (f"{what}: told {count} times" for what, count in told.items() if count > 1)
    yield from ("locked out of the archive" for it in acts if it.act == "locked_out")


def _wrong_hires(items: Mapping[str, ItemRow], truths: HiresTruth) -> Iterator[str]:
    for expected in truths.hires:
        name = f"{expected.hire} ({expected.scenario})"
        item = items.get(expected.hire)
        if item is None:
            yield f"{name}: lost, there is no item"
            continue
        wanted = (State.EXCEPTION if expected.reason else State.DONE, expected.reason)
        if (item.state, item.reason) != wanted:
            yield f"{name}: {(item.state, item.reason)}, not {wanted}; {item.facts}"
        for certificate in expected.wanted:
            request = items.get(f"{expected.hire}/{certificate.kind}")
            if request is None or request.state is not State.DONE:
                yield f"{name}: {certificate.kind} is {request and (request.state, request.reason, request.facts)}"
    judged = {reference for reference in items if reference.startswith("ANS") and "/" not in reference}
    yield from (f"{it}: nobody asked for it" for it in judged - {it.hire for it in truths.hires})


def _wrong_messages(items: Mapping[str, ItemRow], truths: HiresTruth) -> Iterator[str]:
    for expected in truths.messages:
        item = items.get(expected.message)
        got = item and (item.state, item.reason)
        wanted = None if expected.outcome == "ignored" else (State.EXCEPTION, expected.reason)
        if got != wanted:
            yield f"{expected.message} ({expected.scenario}): {got}, not {wanted}"


def _end(expected: CertificateTruth) -> tuple[State, str | None]:
    if expected.scanned and not shutil.which("tesseract"):
        return State.EXCEPTION, "ocr_missing"
    return (State.EXCEPTION if expected.reason else State.DONE), expected.reason
