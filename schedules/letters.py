"""Notices in words: what a mail, its page and a card in a channel say. The texts are msgids of this room."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from jinja2 import Environment, FileSystemLoader

from bots_common.notice_settings import Kind
from bots_common.notices import Notice
from bots_common.robot import Robot
from bots_common.texts import Language
from bots_common.work.run_records import Stop
from schedules.telling import STOPS, texts

TEMPLATES: Final = Path(__file__).parent / "templates"
EXPIRING: Final = "expiring"
UNCONFIRMED: Final = "unconfirmed"
MOST_LINES: Final = 20
"""A channel takes no card of any size, and nobody reads more."""


@dataclass(frozen=True, slots=True)
class Words:
    """The msgids of a kind: its heading, what to do, a line for one and for several. `path` is its page, if any."""

    title: str
    advice: str
    one: str
    many: str
    path: str = ""
    query: Mapping[str, str] | None = None

    def msgids(self) -> tuple[str, ...]:
        return self.title, self.advice, self.one, self.many


_ENDED: Final = ("{robot}, {what}: {stop} ({when})", "{robot}, {what}: {stop} ({count} times, the last one {when})")
_WAITS: Final = ("{robot}: 1 case, since {since}", "{robot}: {count} cases, the oldest since {since}")
_CASES: Final = (
    "{robot}: 1 case, to be done by {until} ({reason})",
    "{robot}: {count} cases, the first to be done by {until} ({reason})",
)
_SCREEN: Final = "{what}: the screen “{code}”, since {since}. These robots stand still: {robots}"
_SYSTEM: Final = "{what}, since {since}. These robots wait for it: {robots}"
_WORKER: Final = "{what}, since {since}. It worked for: {robots}"
_STALLED: Final = "{robot}, {what}: no progress since {since}"
OBS_LINES: Final[Mapping[str, tuple[str, str]]] = {
    EXPIRING: ("{robot}: 1 entry ends within two weeks", "{robot}: {count} entries end within two weeks"),
    UNCONFIRMED: (
        "{robot}: 1 entry that nobody has confirmed for three months",
        "{robot}: {count} entries that nobody has confirmed for three months",
    ),
}

KINDS: Final[Mapping[Kind, Words]] = {
    Kind.UNCERTAIN: Words(
        "Nobody knows whether it was done",
        "Look in the system before anything is done again, and say on the case what you have found.",
        *_WAITS,
        "/worklist",
        {"reason": "uncertain"},
    ),
    Kind.RUN_FAILED: Words(
        "Runs that failed", "The log of the runs says why. The schedule goes on with its next run.", *_ENDED, "/runs"
    ),
    Kind.SCREEN_CHANGED: Words(
        "Screens that have changed",
        "Look at the screen: accept it if the robot can go on as before, else let its developers adapt the robot.",
        _SCREEN,
        _SCREEN,
        "/systems",
    ),
    Kind.SYSTEM_BROKEN: Words(
        "Systems that do not answer",
        "The robots try again by themselves. If it lasts, ask those who run the system.",
        _SYSTEM,
        _SYSTEM,
        "/systems",
    ),
    Kind.WORKER_SILENT: Words(
        "Machines that are not heard of",
        "Other machines take over the cases. See whether this one is on and has its network.",
        _WORKER,
        _WORKER,
        "/robots",
    ),
    Kind.RUN_STALLED: Words(
        "Runs without progress",
        "See on the machine what the robot waits for, or end its worker.",
        _STALLED,
        _STALLED,
        "/runs",
    ),
    Kind.RUN_MISSED: Words(
        "Runs that were missed",
        "No scheduler was running at the time. See that one runs on at least one machine.",
        "{robot}, {what}: should have run {since}",
        "{robot}, {what}: {count} runs, the last one {when}",
        "/runs",
    ),
    Kind.RUN_STOPPED: Words("Runs that ended early", "What is left waits for the next run.", *_ENDED, "/runs"),
    Kind.ESCALATED: Words(
        "Still nobody has taken these cases",
        "The caseworkers have been told before. Give the cases to somebody.",
        *_CASES,
        "/worklist",
        {"whose": "nobody"},
    ),
    Kind.DEADLINE: Words(
        "The deadline is near, and nobody has taken the case",
        "Take the cases in the worklist: then your colleagues see that somebody has them.",
        *_CASES,
        "/worklist",
        {"whose": "nobody"},
    ),
    Kind.APPROVAL: Words(
        "Waiting long for approval",
        "The robot does nothing about these cases before somebody has approved or rejected.",
        *_WAITS,
        "/approvals",
    ),
    Kind.OBS_LIST: Words(
        "The obs-list wants a look",
        "Confirm what is still right, and end what is not.",
        *OBS_LINES[EXPIRING],
        "/obs",
    ),
}

ALL_ROBOTS: Final = "All robots"
PAGES: Final[Mapping[str, str]] = {
    "/worklist": "Open the worklist",
    "/approvals": "Open the approvals",
    "/obs": "Open the obs-list",
    "/runs": "See the runs",
    "/robots": "See the robots",
    "/systems": "See the systems",
}
OPEN_KOLLEGA: Final = "Open Kollega"
AND_ONE: Final = "{title}, and one more matter"
AND_MORE: Final = "{title}, and {count} more matters"
URGENT: Final = "Urgent: {subject}"
MORE_LINES: Final = "… and {count} more"
FOOTER: Final = "Kollega has sent this by itself. It names no citizen and no case: those are seen by whoever logs in."
TEST_SUBJECT: Final = "A test of the notices"
TEST_TEXT: Final = "Whoever reads this gets the notices that the settings send here. There is nothing to do."
OTHERS: Final = (
    *(text for pair in OBS_LINES.values() for text in pair),
    *PAGES.values(),
    *(ALL_ROBOTS, OPEN_KOLLEGA, AND_ONE, AND_MORE, URGENT, MORE_LINES, FOOTER),
    *(TEST_SUBJECT, TEST_TEXT),
)


@dataclass(frozen=True, slots=True)
class Part:
    """What one kind of notice tells: the lines, and the page that shows more where there is one."""

    title: str
    advice: str
    lines: tuple[str, ...] = ()
    label: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """All that a target is told at once. `href` leads to the first page; empty where pages are not reached."""

    language: Language
    subject: str
    urgent: bool
    parts: tuple[Part, ...]
    footer: str
    label: str
    href: str

    @property
    def text(self) -> str:
        """As a plain mail has it."""
        way = [f"{self.label}: {self.href}"] if self.href else []
        return "\n\n".join([*map(_plain, self.parts), *way, f"-- \n{self.footer}"]) + "\n"

    @property
    def html(self) -> str:
        """As a page that mail programs show: styles stand at each element, since many drop all others."""
        return _pages().get_template("notice.html").render(letter=self)

    @property
    def card(self) -> dict[str, Any]:
        """What a Teams channel takes: a message with one adaptive card."""
        content = {
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "type": "AdaptiveCard",
            "version": "1.4",
            "body": [
                _block(self.subject, size="Large", weight="Bolder", color="Attention" if self.urgent else "Default"),
                *(block for part in self.parts for block in _blocks(part)),
                _block(self.footer, size="Small", isSubtle=True, separator=True),
            ],
            "actions": [{"type": "Action.OpenUrl", "title": title, "url": href} for title, href in self._ways()],
            "msteams": {"width": "Full"},
        }
        kind = "application/vnd.microsoft.card.adaptive"
        return {"type": "message", "attachments": [{"contentType": kind, "contentUrl": None, "content": content}]}

    def _ways(self) -> list[tuple[str, str]]:
        several = len(self.parts) > 1
        ways = [(part.title if several else part.label, part.href) for part in self.parts]
        return [(title, href) for title, href in (*ways, (self.label, self.href)) if href]


@dataclass(frozen=True, slots=True)
class Writer:
    """Puts notices into words; times are in `zone`. `url` is where pages are reached, empty where they are not."""

    language: Language
    zone: ZoneInfo
    robots: Mapping[str, type[Robot[Any]]]
    url: str

    def letter(self, notices: Sequence[Notice], *, urgent: bool) -> Letter:
        """What is told of these notices, each kind by itself."""
        kinds = [kind for kind in Kind if any(it.kind is kind for it in notices)]
        parts = tuple(self._part(kind, [it for it in notices if it.kind is kind]) for kind in kinds)
        subject, more = parts[0].title, len(parts) - 1
        if more:
            subject = self._say(AND_ONE if more == 1 else AND_MORE, title=subject, count=more)
        return self._letter(subject, urgent, parts)

    def test(self) -> Letter:
        """What tells that mails and cards arrive."""
        subject = self._say(TEST_SUBJECT)
        return self._letter(subject, False, (Part(subject, self._say(TEST_TEXT)),))

    def _letter(self, subject: str, urgent: bool, parts: tuple[Part, ...]) -> Letter:
        told = self._say(URGENT, subject=subject) if urgent else subject
        home = self.url and f"{self.url}/"
        footer, label = self._say(FOOTER), self._say(OPEN_KOLLEGA)
        return Letter(self.language, f"Kollega: {told}", urgent, parts, footer, label, home)

    def _part(self, kind: Kind, notices: list[Notice]) -> Part:
        words = KINDS[kind]
        lines = [self._line(words, its) for its in _alike(notices)]
        if len(lines) > MOST_LINES:
            lines[MOST_LINES:] = [self._say(MORE_LINES, count=len(lines) - MOST_LINES)]
        title, advice = self._say(words.title), self._say(words.advice)
        if not (self.url and words.path):
            return Part(title, advice, tuple(lines))
        return Part(title, advice, tuple(lines), self._say(PAGES[words.path]), self._way(words, notices))

    def _line(self, words: Words, alike: list[Notice]) -> str:
        first, count = alike[0], sum(it.count for it in alike)
        one, many = OBS_LINES.get(first.code, (words.one, words.many))
        robots = sorted(self._robot(name) for name in first.robots)
        ends = [it.until for it in alike if it.until is not None]
        return self._say(
            one if count == 1 else many,
            robot=", ".join(robots) or self._say(ALL_ROBOTS),
            robots=", ".join(robots) or "–",
            what=first.what,
            code=first.code,
            stop=self._stop(first),
            reason=self._reason(first),
            count=count,
            since=self._when(min(it.since for it in alike)),
            when=self._when(max(it.since for it in alike)),
            until=self._when(min(ends)) if ends else None,
        )

    def _way(self, words: Words, notices: list[Notice]) -> str:
        robots = {name for it in notices for name in it.robots}
        asked = dict(words.query or {})
        if words.query and len(robots) == 1:
            asked["robot"] = robots.pop()
        return f"{self.url}{words.path}" + (f"?{urlencode(asked)}" if asked else "")

    def _say(self, msgid: str, /, **facts: Any) -> str:
        return texts().text(msgid, self.language, **facts)

    def _robot(self, name: str) -> str:
        robot = self.robots.get(name)
        return robot.texts().text(robot.title or name, self.language) if robot else name

    def _stop(self, notice: Notice) -> str:
        return self._say(STOPS[Stop(notice.code)]) if notice.code in set(Stop) else notice.code

    def _reason(self, notice: Notice) -> str:
        robot = next((self.robots[name] for name in notice.robots if name in self.robots), None)
        return robot.reason_title(notice.code, self.language) if robot else notice.code

    def _when(self, moment: datetime) -> str:
        wall = moment.astimezone(self.zone)
        return " ".join(format_skeleton(skeleton, wall, locale=self.language.locale) for skeleton in ("MMMEd", "Hm"))


def _alike(notices: Iterable[Notice]) -> Iterator[list[Notice]]:
    """Those that one line tells."""
    found: dict[object, list[Notice]] = {}
    for notice in notices:
        found.setdefault((notice.robots, notice.what, notice.code), []).append(notice)
    yield from found.values()


def _plain(part: Part) -> str:
    way = [f"{part.label}: {part.href}"] if part.href else []
    return "\n".join([part.title.upper(), *(f"- {line}" for line in part.lines), part.advice, *way])


def _blocks(part: Part) -> Iterator[dict[str, Any]]:
    yield _block(part.title, weight="Bolder", spacing="Large")
    for line in part.lines:
        yield _block(f"- {line}", spacing="Small")
    yield _block(part.advice, isSubtle=True, spacing="Small")


def _block(text: str, **looks: object) -> dict[str, Any]:
    return {"type": "TextBlock", "text": text, "wrap": True, **looks}


@cache
def _pages() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True)
