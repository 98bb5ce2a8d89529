"""The certificates robot: which criminal records a hire needs, their request, what comes of it, and its filing.

Catalogue case 14 (Aalborg). The police's portal is not for robots there: unless its owner allows it, a person sends
the requests. Only a certificate that is clean beyond doubt is filed by the robot, as a note; the certificate is then
deleted. Whatever else it may say, a person alone sees it.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final, Literal, NoReturn

from pydantic import AfterValidator, Field

from bots_common.desk import Desk, System
from bots_common.errors import BusinessException
from bots_common.handfile import HandFile
from bots_common.mail import Mail, Mailer
from bots_common.robot import Awaited, Found, Item, Known, Robot
from bots_common.settings import Settings, mail_address
from bots_common.sheets import SheetFile
from bots_common.texts import Language
from bots_common.values import Cpr, Receipt
from bots_common.work.database import utc_now
from bots_common.work.records import Json
from robots.certificates import days, judging, reading, rules, upload
from robots.certificates.changes import CHANGES
from robots.certificates.contact import CONTACT, asked
from robots.certificates.items import CertificateItem, Task
from robots.certificates.labels import EFFECTS, FACTS
from robots.certificates.letters import Letters
from robots.certificates.model import Clean, Expected, Group, Hire, Kind, Policy, Standing, State
from robots.certificates.phrases import Phrases
from robots.certificates.reasons import LOCALES, TEXTS, Problem, Reason
from robots.certificates.table import PostTable
from robots.systems.archive import Archive, CheckIn, Document
from robots.systems.mailbox import Deletion, ListedMessage, Mailbox, Message
from robots.systems.personnel import NewState, Personnel
from robots.systems.portal import CertificateRequest, Portal

HISTORY: Final = timedelta(days=60)
"""Hires that were made earlier are no work of the robot's."""
ANSWER: Final = "Svar på anmodning"
NO_CONSENT: Final = "Samtykke ikke givet"
EXEMPT: Final = "Fritaget for Digital Post"
AT_ONCE: Final = 8
ABOUT: Final = frozenset({ANSWER, NO_CONSENT, EXEMPT})
KINDS: Final = {kind.written: kind for kind in Kind}
AWAITED: Final = (State.REQUESTED, State.NO_CONSENT, State.EXEMPT)


class CertificatesConfig(Policy):
    """What the municipality sets under [robots.certificates].

    `table` is its table of posts, `contact` who the police may ask, `hr` the mail address that is told, and `police`
    the sender of the answers. In `attended` mode a person sends the requests; `robot` lets the robot fill in the
    portal, where its owner allows that. `keep` files the certificate itself: it is criminal data, and storing it is
    usually not necessary once it is known to be clean [S:gls][S:arhus]. `phrases` replaces the sentences that a clean
    certificate consists of. `today` is for rehearsals.
    """

    table: Path
    contact: str = Field(min_length=1)
    police: str = "Rigspolitiet, Kriminalregisteret"
    hr: Annotated[str, AfterValidator(mail_address)]
    mode: Literal["attended", "robot"] = "attended"
    keep: bool = False
    phrases: Path | None = None
    today: date | None = None


class Certificates(Robot[CertificateItem]):
    """A work item for each hire, each certificate to request, and each message. One person's are handled in order."""

    name = "certificates"
    title = "Criminal records"
    systems: tuple[type[System], ...] = (Personnel, Mailbox, Archive)
    payload = CertificateItem
    reasons = Reason
    reason_texts = TEXTS
    changes = CHANGES
    contact = CONTACT
    wanted = staticmethod(asked)
    fact_texts = FACTS
    effect_texts = EFFECTS
    correctable = ("certificate.basis",)
    locales = LOCALES
    goal = Decimal("0.50")
    awaited = (Awaited("request", without=timedelta(days=2), expected=timedelta(hours=2)), Awaited("file"))
    """In the case a request was out after two to three days, and is now after some two hours."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__(settings)
        self._config = self.configured(settings, CertificatesConfig)
        self._table = SheetFile(self._config.table, PostTable.read)
        self._phrases = Phrases.load(self._config.phrases)
        self._mailer = Mailer(settings)
        self._letters = Letters(Language(settings.language), self._config.hr)
        self._clock = clock
        if self._config.mode == "robot":
            self.systems = (*self.systems, Portal)

    # -- finding --------------------------------------------------------------------------------------------

    async def find(self, desk: Desk, known: Known) -> AsyncIterator[Found[CertificateItem]]:
        hires = await desk[Personnel].hires()
        of_person: dict[Cpr, list[Hire]] = defaultdict(list)
        for hire in hires:
            if hire.cpr is not None:
                of_person[hire.cpr].append(hire)
        async for found in self._answers(desk, known, of_person):
            yield found
        today = self._today()
        for hire in hires:
            beside = [it for it in of_person.get(hire.cpr, []) if it is not hire] if hire.cpr else []
            for item in self._due(hire, beside, today):
                yield self._found(item, hire, today)

    async def _answers(
        self, desk: Desk, known: Known, of_person: Mapping[Cpr, Sequence[Hire]]
    ) -> AsyncIterator[Found[CertificateItem]]:
        """What has come from the police and has not been found before."""
        listed = [
            it for it in await desk[Mailbox].messages() if it.sender == self._config.police and it.subject in ABOUT
        ]
        had = await known([it.number for it in listed])
        fresh = [it for it in listed if it.number not in had]
        for start in range(0, len(fresh), AT_ONCE):
            chunk = fresh[start : start + AT_ONCE]
            opened = await asyncio.gather(*(desk[Mailbox].message(it.number) for it in chunk))
            for listed_message, message in zip(chunk, opened, strict=True):
                theirs = tuple(sorted(hire.number for hire in of_person.get(message.cpr, ())))
                item = CertificateItem(task=Task.ANSWER, hires=theirs, message=listed_message, asked=message.kind)
                yield Found(
                    reference=item.reference,
                    payload=item,
                    subjects=(message.cpr,),
                    lane=theirs[0] if theirs else None,
                )

    def _due(self, hire: Hire, of_person: Sequence[Hire], today: date) -> list[CertificateItem]:
        """What there is to do about a hire today, but for what the police have answered."""
        if hire.created <= today - HISTORY:
            return []
        hires = (hire.number, *sorted(it.number for it in of_person if it is not hire))
        due = []
        if rules.untouched(hire):
            due.append(CertificateItem(task=Task.JUDGE, hires=hires))
        for standing in hire.states:
            since = standing.since if standing.state is State.REQUESTED else None
            if since and days.due_reminder(since, today, self._config.reminder_days):
                due.append(CertificateItem(task=Task.REMIND, hires=hires, group=standing.kind_group, since=since))
        if days.starts_soon(hire, today, self._config.starts_soon_days) and self._missing(hire):
            due.append(CertificateItem(task=Task.WARN, hires=hires))
        return due

    def _missing(self, hire: Hire) -> list[Group]:
        """The certificates that the post asks for and that are not in place; all where that cannot be told."""
        row = self._table.sheet().row_for(hire)
        wanted = tuple(Group) if isinstance(row, Problem) else {kind.group for kind in row.kinds}
        return [group for group in Group if group in wanted and hire.standing(group).state is not State.CLEAN]

    def _found(self, item: CertificateItem, hire: Hire, today: date) -> Found[CertificateItem]:
        start = datetime.combine(hire.first, time(), self.settings.zone)
        return Found(
            reference=item.reference,
            payload=item,
            subjects=() if hire.cpr is None else (hire.cpr,),
            lane=min(item.hires),
            priority=days.priority(hire, today),
            deadline=start,
        )

    # -- handling -------------------------------------------------------------------------------------------

    async def handle(self, item: Item[CertificateItem], desk: Desk) -> None:
        match item.payload.task:
            case Task.JUDGE:
                await self._judge(item, desk)
            case Task.REQUEST:
                await self._request(item, desk)
            case Task.ANSWER:
                await self._answer(item, desk)
            case Task.REMIND:
                await self._remind(item, desk)
            case Task.WARN:
                await self._warn(item, desk)

    async def _judge(self, item: Item[CertificateItem], desk: Desk) -> None:
        """Which certificates the hire needs; each of them becomes a work item of its own."""
        hire, others = await _read(item, desk)
        today = self._today()
        required = rules.required(hire, self._table.sheet(), others, today, self._config)
        if isinstance(required, Problem):
            raise BusinessException(required.reason, required.facts)
        for certificate in required.certificates:
            wanted = CertificateItem(task=Task.REQUEST, hires=item.payload.hires, certificate=certificate)
            await item.found(self._found(wanted, hire, today))
        if not required.certificates:
            for group in Group:
                await _set_state(item, desk, hire, group, State.NOT_NEEDED, today)

    async def _request(self, item: Item[CertificateItem], desk: Desk) -> None:
        """Have the certificate requested, by a person or in the portal."""
        certificate = item.payload.certificate
        assert certificate is not None, "what is to be requested stands in the item"
        hire, others = await _read(item, desk)
        if hire.cpr is None:
            raise BusinessException(Reason.CPR_MISSING, {"hire": hire.number})
        name, effect = certificate.kind.written, f"request/{certificate.kind}"
        if not await item.begun(effect):  # since it was judged, another hire of the person may have come first
            required = rules.required(hire, self._table.sheet(), others, self._today(), self._config)
            if isinstance(required, Problem):
                raise BusinessException(required.reason, required.facts)
        request = CertificateRequest(
            cpr=hire.cpr, name=hire.name, kind=name, basis=certificate.basis, contact=self._config.contact
        )
        if self._config.mode == "attended":
            await item.by_hand(effect, request, group=f"{name}, {certificate.basis}")
        else:
            await item.once(effect, request, do=desk[Portal].request, check=desk[Portal].find_request)
        await _set_state(item, desk, hire, certificate.kind.group, State.REQUESTED, self._today())

    async def _answer(self, item: Item[CertificateItem], desk: Desk) -> None:
        message = item.payload.message
        assert message is not None, "what has come stands in the item"
        if await item.begun("delete"):  # all before it is done, and the certificate may be gone
            await _delete(item, desk, message)
            return
        about = await desk[Mailbox].message(message.number)
        kind = KINDS.get(about.kind)
        hire = await self._whose(item, desk, about, kind)
        assert kind is not None, "no hire has a kind that nobody knows"
        if message.subject != ANSWER:
            await self._no_answer(item, desk, hire, kind, message)
        judged = await self._read_answer(desk, hire, kind, about, message)
        if isinstance(judged, Problem):
            await _hand_over(item, desk, hire, kind, judged)
        folders = await desk[Archive].folders_of(about.cpr)
        if len(folders) != 1:
            reason = Reason.SEVERAL_FOLDERS if folders else Reason.NO_FOLDER
            await _hand_over(item, desk, hire, kind, Problem(reason, {"folders": ", ".join(folders)}))
        await self._file(item, desk, hire, kind, judged, folders[0])

    async def _whose(self, item: Item[CertificateItem], desk: Desk, about: Message, kind: Kind | None) -> Hire:
        """The hire for whom this was requested. Raises BusinessException where that is not plain."""
        message = item.payload.message
        assert message is not None, "what has come stands in the item"
        hires = await asyncio.gather(*(desk[Personnel].hire(number) for number in item.payload.hires))
        theirs = [it for it in hires if it.cpr == about.cpr]
        facts = {
            "certificate": about.kind,
            "request": message.request,
            "message": message.number,
            "hire": ", ".join(it.number for it in theirs),
        }
        if kind is None or not theirs:
            raise BusinessException(Reason.NO_HIRE, facts)
        states = {it.number: it.standing(kind.group) for it in theirs}
        awaited = [it for it in theirs if states[it.number].state in AWAITED]
        if not awaited:  # an earlier attempt at this very message has written the new state already
            awaited = [it for it in theirs if await self._written(item, kind, states[it.number], message.received)]
        if len(awaited) == 1:
            return awaited[0]
        settled = any(it.state in (State.CLEAN, State.WITH_HR) for it in states.values())
        raise BusinessException(Reason.ANSWERED_TWICE if settled and not awaited else Reason.NO_HIRE, facts)

    async def _written(self, item: Item[CertificateItem], kind: Kind, standing: Standing, received: date) -> bool:
        return standing.since == received and await item.begun(_state_effect(kind.group, standing.state))

    async def _read_answer(
        self, desk: Desk, hire: Hire, kind: Kind, about: Message, message: ListedMessage
    ) -> Clean | Problem:
        """What the certificate says. It is in memory alone, and only while it is read."""
        document = await asyncio.to_thread(reading.read, await desk[Mailbox].attachment(message.number))
        if isinstance(document, Problem):
            return document
        today = max(self._today(), message.received)
        required = rules.required(hire, self._table.sheet(), (), today, self._config)
        if isinstance(required, Problem):
            return required
        basis = next((it.basis for it in required.certificates if it.kind is kind), "")
        expected = Expected(
            name=hire.name,
            cpr=about.cpr,
            kind=kind,
            request=message.request,
            basis=basis,
            requested=hire.standing(kind.group).since or message.received,
            today=today,
        )
        return judging.judge(document, expected, self._phrases, self._config)

    async def _file(
        self, item: Item[CertificateItem], desk: Desk, hire: Hire, kind: Kind, clean: Clean, folder: str
    ) -> None:
        """File that the certificate was obtained and is clean, tell those who wait for it, and delete it."""
        message, archive = item.payload.message, desk[Archive]
        assert message is not None, "what has come stands in the item"
        note = self._letters.note(
            hire, kind, message.request, message.received, clean, folder, kept=self._config.keep
        )

        async def save_with_certificate(document: Document) -> Receipt:
            return await archive.save(document, await desk[Mailbox].attachment(message.number))

        save = save_with_certificate if self._config.keep else archive.save
        saved = await item.once("file", note, do=save, check=archive.find_document)
        check_in = CheckIn(document=saved.number)
        await item.once("check-in", check_in, do=archive.check_in, check=archive.find_check_in, follows="file")
        await _set_state(item, desk, hire, kind.group, State.CLEAN, message.received)
        await self._tell(item, self._letters.cleared(hire, kind))
        await _delete(item, desk, message)

    async def _no_answer(
        self, item: Item[CertificateItem], desk: Desk, hire: Hire, kind: Kind, message: ListedMessage
    ) -> NoReturn:
        """The police will not answer: the person has not consented, or can only do so on paper."""
        exempt = message.subject == EXEMPT
        state = State.EXEMPT if exempt else State.NO_CONSENT
        await _set_state(item, desk, hire, kind.group, state, message.received)
        letter = self._letters.exempt if exempt else self._letters.no_consent
        await self._tell(item, letter(hire, kind))
        raise BusinessException(Reason.EXEMPT if exempt else Reason.NO_CONSENT, _facts(hire, kind.written))

    # -- time that runs out ---------------------------------------------------------------------------------

    async def _remind(self, item: Item[CertificateItem], desk: Desk) -> None:
        """The manager is told before the consent lapses, unless something has come since."""
        hire, _ = await _read(item, desk)
        group, since = item.payload.group, item.payload.since
        assert group is not None and since is not None, "what is awaited stands in the item"
        standing = hire.standing(group)
        if (standing.state, standing.since) == (State.REQUESTED, since):
            await self._tell(item, self._letters.reminder(hire, group, since, days.consent_lapses(since)))

    async def _warn(self, item: Item[CertificateItem], desk: Desk) -> None:
        """Somebody starts soon and a certificate is missing: whoever waits is told, and a person decides."""
        hire, _ = await _read(item, desk)
        if missing := self._missing(hire):
            await self._tell(item, self._letters.starts_soon(hire))
            raise BusinessException(Reason.STARTS_SOON, _facts(hire, ", ".join(missing)))

    async def _tell(self, item: Item[CertificateItem], mail: Mail) -> None:
        """Mail is no decision: it says what has been decided, or what is missing."""
        await item.once("tell", mail, do=self._mailer.send, check=self._mailer.find, note=True)

    def _today(self) -> date:
        return self._config.today or self._clock().astimezone(self.settings.zone).date()

    def by_hand_file(self, group: str, intents: Sequence[Json]) -> HandFile:
        """What the person uploads in the portal, for one kind of certificate and one legal basis."""
        requests = [CertificateRequest.model_validate(it) for it in intents]
        return HandFile(name="anmodning.csv", media_type=upload.MEDIA_TYPE, content=upload.lines(requests))


async def _read(item: Item[CertificateItem], desk: Desk) -> tuple[Hire, list[Hire]]:
    """The hire as it stands now, and the person's others."""
    hire, *others = await asyncio.gather(*(desk[Personnel].hire(number) for number in item.payload.hires))
    return hire, [it for it in others if it.cpr == hire.cpr]


async def _delete(item: Item[CertificateItem], desk: Desk, message: ListedMessage) -> None:
    mailbox = desk[Mailbox]
    deletion = Deletion(message=message.number)
    await item.once("delete", deletion, do=mailbox.delete, check=mailbox.find_deletion, follows="file")


async def _hand_over(item: Item[CertificateItem], desk: Desk, hire: Hire, kind: Kind, problem: Problem) -> NoReturn:
    """A person at HR alone goes on with it; nobody else is told anything."""
    message = item.payload.message
    assert message is not None, "what has come stands in the item"
    await _set_state(item, desk, hire, kind.group, State.WITH_HR, message.received)
    found = {"message": message.number, "request": message.request}
    raise BusinessException(problem.reason, {**_facts(hire, kind.written), **found, **problem.facts})


async def _set_state(
    item: Item[CertificateItem], desk: Desk, hire: Hire, group: Group, state: State, since: date
) -> None:
    """What HR sees. A note: people overwrite it as they please."""
    if hire.standing(group).state is state and not await item.begun(_state_effect(group, state)):
        return
    new = NewState(hire=hire.number, group=group, state=state, since=since)
    personnel = desk[Personnel]
    await item.once(_state_effect(group, state), new, do=personnel.set_state, check=personnel.find_state, note=True)


def _state_effect(group: Group, state: State) -> str:
    return f"state/{group.name.lower()}#{state.name.lower()}"


def _facts(hire: Hire, kind: str) -> dict[str, str]:
    return {"hire": hire.number, "certificate": kind, "first": hire.first.isoformat()}
