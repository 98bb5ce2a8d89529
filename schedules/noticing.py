"""Telling people: what stands is looked at, what is new is written down, and parcels leave by mail and webhook.

Writing down and sending are two things: what is written once is told once, however many processes look, and a server
that is away delays a parcel and nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
from loguru import logger

from bots_common import obslist
from bots_common.errors import Failure, KollegaError, StoreUnavailable, SystemUnavailable
from bots_common.mail import Mailer, PageMail
from bots_common.notice_settings import HOOK, MAIL, Kind, NoticeSettings
from bots_common.notices import ABOUT_RUNS, Notice, again_after, due, escalated, parcels, targets, week_of
from bots_common.robot import Robot
from bots_common.settings import Settings
from bots_common.texts import Language
from bots_common.values import mask
from bots_common.work import Store
from bots_common.work.notices import Claim
from bots_common.work.records import ObsRow
from schedules.letters import EXPIRING, UNCONFIRMED, Letter, Writer
from schedules.plan import Schedule

LEASE: Final = timedelta(minutes=5)
"""No mail and no call takes as long; a process that dies gives its parcel back after it."""
EVERY: Final = timedelta(seconds=20)
REACH_SECONDS: Final = 10
_ENDING_SECONDS: Final = 30

Robots = Mapping[str, type[Robot[Any]]]


@dataclass(frozen=True, slots=True)
class Told:
    """What a round has done: notices written down, parcels sent, and parcels that did not arrive."""

    new: int = 0
    sent: int = 0
    failed: int = 0


class Noticing:
    """One process that tells people. `robots` are those installed."""

    def __init__(self, store: Store, settings: Settings, robots: Robots, holder: str) -> None:
        self._store = store
        self._rules = settings.notices
        self._hours = settings.notices.hours(settings.timezone)
        self._robots = robots
        self._holder = holder
        self._post = Post(settings, robots)
        self._week = ""
        self._round: asyncio.Task[None] | None = None
        self._begun: datetime | None = None
        self._ending = False

    # -- beside a scheduler -------------------------------------------------------------------------------

    def begin(self, schedules: Sequence[Schedule], now: datetime) -> None:
        """Begin a round, if it is time for one and none is under way; nobody waits for it."""
        if not self._rules.routes and not any(it.rules.notify for it in schedules):
            return
        under_way = self._round is not None and not self._round.done()
        if under_way or (self._begun is not None and now - self._begun < EVERY):
            return
        self._begun = now
        self._round = asyncio.create_task(self._watched(schedules))

    async def end(self) -> None:
        """Finish the parcel in hand; the others stay for the next process."""
        self._ending = True
        if self._round is not None:
            await asyncio.wait({self._round}, timeout=_ENDING_SECONDS)
            self._round.cancel()

    async def _watched(self, schedules: Sequence[Schedule]) -> None:
        try:
            await self.round(schedules)
        except StoreUnavailable as error:
            logger.warning("{}", error)
        except Exception as error:  # noqa: BLE001 - robots go on working when nobody can be told of it
            logger.opt(exception=error).error("Notices could not be seen to.")

    # -- a round ------------------------------------------------------------------------------------------

    async def round(self, schedules: Sequence[Schedule] = (), *, at_once: bool = False) -> Told:
        """Look, write down and send; `at_once` without waiting for more that could go along."""
        new = await asyncio.to_thread(self._look, schedules)
        rules = self._rules.model_copy(update={"grouping_minutes": 0}) if at_once else self._rules
        await asyncio.to_thread(self._pack, rules)
        sent = failed = 0
        while not self._ending and (claim := await asyncio.to_thread(self._claim)):
            if await self._send(claim):
                sent += 1
            else:
                failed += 1
        return Told(new, sent, failed)

    def _look(self, schedules: Sequence[Schedule]) -> int:
        notices = self._store.notices
        now = self._store.moment()
        week = week_of(now, self._hours)
        weekly = [] if week == self._week else self._obs(week, now)
        seen = [*map(self._with_robots, self._store.matters.seen(self._rules)), *weekly]
        keys = {it.key for notice in seen for it in (notice, escalated(notice))}
        fresh = due(seen, notices.told(keys), now, self._rules, self._hours)
        also = {schedule.name: schedule.rules.notify for schedule in schedules}
        addressed = [(it, targets(it, self._rules.routes, _also(it, also))) for it in fresh]
        new = notices.write(addressed) if addressed else 0
        self._week = week
        return new

    def _pack(self, rules: NoticeSettings) -> None:
        waiting, under_way = self._store.notices.waiting()
        if waiting:
            now = self._store.moment()
            for parcel in parcels(waiting, under_way, now, rules, self._hours):
                self._store.notices.pack(parcel)

    def _claim(self) -> Claim | None:
        quiet = not self._hours.open_at(self._store.moment())
        return self._store.notices.claim(self._holder, LEASE, urgent_only=quiet)

    async def _send(self, claim: Claim) -> bool:
        try:
            await self._post.send(claim)
        except KollegaError as error:
            given_up = await asyncio.to_thread(
                self._store.notices.failed, claim, str(error), again_after(claim.tries)
            )
            log = logger.error if given_up else logger.warning
            ending = "and nobody tries it any more" if given_up else "and will be tried again"
            log("Notices to {} have not arrived, {}: {}", mask(claim.target), ending, error)
            return False
        await asyncio.to_thread(self._store.notices.sent, claim)
        return True

    # -- what stands --------------------------------------------------------------------------------------

    def _with_robots(self, notice: Notice) -> Notice:
        if notice.kind not in (Kind.SYSTEM_BROKEN, Kind.SCREEN_CHANGED):
            return notice
        using = (name for name, robot in self._robots.items() if notice.what in {it.name for it in robot.systems})
        return replace(notice, robots=frozenset(using))

    def _obs(self, week: str, now: datetime) -> list[Notice]:
        """What of the obs-list wants a look this week."""
        entries, today = self._store.obs.entries(), now.astimezone(self._hours.zone).date()
        expiring, old = obslist.expiring(entries, today), obslist.still_right(entries, now)
        return [
            *_of_obs_list(week, EXPIRING, expiring, now),
            *_of_obs_list(week, UNCONFIRMED, [it for it in old if it not in expiring], now),
        ]


def _also(notice: Notice, notify: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return notify.get(notice.what, ()) if notice.kind in ABOUT_RUNS else ()


def _of_obs_list(week: str, code: str, entries: Sequence[ObsRow], now: datetime) -> Iterator[Notice]:
    for robot in dict.fromkeys(it.robot for it in entries):
        robots = frozenset() if robot is None else frozenset({robot})
        count = sum(it.robot == robot for it in entries)
        key = f"obs:{week}:{code}:{robot or '*'}"
        yield Notice(key, Kind.OBS_LIST, now.astimezone(UTC), robots, code=code, count=count)


class Post:
    """Takes letters to where they go."""

    def __init__(self, settings: Settings, robots: Robots) -> None:
        self._settings = settings
        zone = settings.notices.hours(settings.timezone).zone
        self.writer = Writer(Language(settings.language), zone, robots, settings.web.public_url or "")

    async def send(self, claim: Claim) -> None:
        """Raises KollegaError where it has not arrived, or nobody can tell."""
        letter = self.writer.letter(claim.notices, urgent=claim.urgent)
        await self.deliver(claim.target, letter, f"parcel {claim.id} {claim.target}")

    async def deliver(self, target: str, letter: Letter, once: str) -> None:
        """Send a letter; `once` is what the receiving side knows it by. Raises what `send` raises."""
        if target.startswith(MAIL):
            await self._mail(target.removeprefix(MAIL), letter, once)
        else:
            await self._call(target.removeprefix(HOOK), letter, once)

    async def _mail(self, address: str, letter: Letter, once: str) -> None:
        mail = PageMail(to=(address,), subject=letter.subject, text=letter.text, html=letter.html, once=once)
        await Mailer(self._settings).send(mail)

    async def _call(self, name: str, letter: Letter, once: str) -> None:
        if mask(letter.text) != letter.text:
            raise Failure(
                "The card would hold what may be a personal number, and has not been sent.",
                "See which schedule, system or machine has such a name.",
            )
        secret = self._settings.notices.webhooks.get(name)
        if secret is None:
            raise Failure(f"There is no webhook {name!r} any more.", "Set its address again, or let it be given up.")
        async with httpx.AsyncClient(timeout=REACH_SECONDS) as client:
            try:
                headers = {"Idempotency-Key": once}
                answer = await client.post(secret.get_secret_value(), json=letter.card, headers=headers)
            except httpx.HTTPError as error:  # its text may hold the address, which is a secret
                raise SystemUnavailable(
                    f"The webhook {name!r} does not answer ({type(error).__name__}).", "It is tried again."
                ) from None
        if not answer.is_success:
            raise Failure(
                f"The webhook {name!r} does not take the card ({answer.status_code}).",
                "Copy the channel's address again if it stays so.",
            )
