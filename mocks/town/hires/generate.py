"""The town's hires from a seed, apart from its invoices: the same seed, size and month make the same hires."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from random import Random

from mocks.town.cases import quota
from mocks.town.hires import mail
from mocks.town.hires.doubtful import DOUBTFUL
from mocks.town.hires.model import (
    CertificateTruth,
    Folder,
    Hire,
    HireTown,
    HireTruth,
    Kind,
    Manner,
    Person,
    Wanted,
)
from mocks.town.hires.office import CLEAN, Contract, Draft, Family, Office
from mocks.town.hires.plain import PLAIN
from mocks.town.hires.posts import BASES, FREE, ONE, TABLE, TWO
from mocks.town.hires.refused import REFUSED

PLAIN_PERCENT = 68
SETTLED_PERCENT = 50
"""Hires of the year before, for every hundred."""

_PENAL = (Kind.PRIVATE, Kind.PUBLIC)
_SCANNED = (Manner.SCAN, Manner.SCANNED_REMARK, Manner.POOR_SCAN)
_STATES = {"no_consent": "Samtykke mangler", "exempt": "Fritaget"}
Named = tuple[str, Draft]


def generate(seed: int, size: int, month: date) -> HireTown:
    """`size` people hired lately, about two thirds of whom end by themselves, on the day when `month` is reported.

    From 60 on every reason that a person can get a hire for occurs, and every look of a certificate. Half as many
    were hired in the year before; how it stands with their certificates is written already, and they have no truth.
    """
    town = HireTown(posts=list(TABLE))
    if not size:
        return town
    office = Office(Random(f"hires/{seed}/{size}/{month:%Y-%m}"), month)
    drafts = list(_drafts(office, size))
    office.rng.shuffle(drafts)
    drafts.sort(key=lambda named: named[1].contract.created)
    _keep_earlier(town, office, [draft for _, draft in drafts], size)
    for scenario, draft in drafts:
        _keep(town, scenario, draft)
    town.messages, town.truth.messages = mail.early(office, town.hires, size)
    return town


def _drafts(office: Office, size: int) -> Iterator[Named]:
    plain = (size * PLAIN_PERCENT + 50) // 100
    yield from _made(office, PLAIN, plain)
    yield from _made(office, (*DOUBTFUL, *REFUSED), size - plain)


def _made(office: Office, families: Iterable[Family], count: int) -> Iterator[Named]:
    for family, share in quota(tuple(families), count):
        for turn in range(share):
            way = family.ways[turn % len(family.ways)]
            yield way.__name__, way(office)


def _keep_earlier(town: HireTown, office: Office, drafts: list[Draft], size: int) -> None:
    """The hires of the year before: of people who are hired again, and of others."""
    earlier = [(draft.citizen.cpr, draft.citizen.name, contract) for draft in drafts for contract in draft.before]
    for _ in range(size * SETTLED_PERCENT // 100):
        person = office.person()
        job = office.rng.choice((*ONE, *TWO, *FREE))
        earlier.append((person.cpr, person.name, office.earlier(job, (30, 330), CLEAN)))
    for cpr, name, contract in sorted(earlier, key=lambda it: it[2].created):
        town.hires.append(_hire(town, office, cpr, name, contract))


def _keep(town: HireTown, scenario: str, draft: Draft) -> None:
    """The hire, what the police and the archive know of its person, and its truth."""
    citizen = draft.citizen
    hire = _hire(town, draft.office, draft.typed, citizen.name, draft.contract)
    town.hires.append(hire)
    town.people.append(Person(citizen.cpr, draft.exempt))
    town.replies += draft.replies.values()
    for _ in range(draft.folders):
        number = f"PS{len(town.folders) + 1:06d}"
        town.folders.append(Folder(number, citizen.cpr, citizen.name, draft.contract.created))
    town.truth.hires.append(_truth(hire.number, scenario, draft))
    if not draft.reason:
        town.truth.certificates += (_came_of(hire.number, scenario, draft, kind) for kind in draft.wanted)


def _hire(town: HireTown, office: Office, typed: str, name: str, it: Contract) -> Hire:
    manager, address = office.manager(it.workplace)
    return Hire(
        number=f"ANS{len(town.hires) + 1:06d}",
        cpr=typed,
        name=name,
        post=it.job.post,
        workplace=it.workplace,
        youngest=it.ages[0],
        oldest=it.ages[1],
        attachment=it.attachment,
        days=it.days,
        first=it.first,
        last=it.last,
        manager=manager,
        manager_mail=address,
        created=it.created,
        criminal=it.standing(_PENAL),
        children=it.standing((Kind.CHILDREN,)),
    )


def _truth(number: str, scenario: str, draft: Draft) -> HireTruth:
    if draft.reason:
        return HireTruth(number, scenario, "exception", draft.reason)
    if not draft.wanted:
        return HireTruth(number, scenario, "not_required")
    wanted = tuple(Wanted(kind, BASES[kind]) for kind in draft.wanted)
    return HireTruth(number, scenario, "requested", wanted=wanted)


def _came_of(number: str, scenario: str, draft: Draft, kind: Kind) -> CertificateTruth:
    reply, reason = draft.replies[kind], draft.reasons.get(kind)
    clean = reason is None
    return CertificateTruth(
        hire=number,
        kind=kind,
        scenario=scenario,
        outcome="clean" if clean else "exception",
        reason=reason,
        state=CLEAN if clean else _STATES.get(reason or ""),
        filed=clean,
        told=clean or reason in _STATES,
        scanned=reply.manner in _SCANNED,
        again="answered_twice" if reply.again else None,
    )
