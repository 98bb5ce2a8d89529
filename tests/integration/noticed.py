"""A store whose notices go to a mail server and a channel of the test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from pydantic import SecretStr

from bots_common.notice_settings import NoticeSettings, Route
from bots_common.robot import registry
from bots_common.settings import GivenSettings, MailSettings
from bots_common.web_settings import WebSettings
from bots_common.work import Codec, Store
from bots_common.work.run_records import NewRun, Stop, Tally
from schedules.noticing import Noticing, Told
from tests.mail_server import HOST, Server, mail_server
from tests.webhook_server import Channel, channel

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
START = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
"""A Wednesday, ten o'clock in Copenhagen."""
OPERATORS, TEAM, LEADER = "drift@kommune.example", "team@kommune.example", "leder@kommune.example"
ROUTES = (
    Route(role="operator", mail=(OPERATORS,), webhook="drift"),
    Route(role="caseworker", mail=(TEAM,)),
    Route(role="leader", mail=(LEADER,)),
)
LEASE = timedelta(seconds=10)


class House:
    """A clock that the test turns, a store, and servers that take mails and cards."""

    def __init__(self, url: str, codec: Codec, post: Server, hook: Channel, **rules: Any) -> None:
        self.now = START
        self.url, self.codec, self.post, self.hook = url, codec, post, hook
        self.store = Store.open(url, codec, clock=lambda: self.now)
        self.mail_port = post.port
        self.rules = {"routes": ROUTES, "webhooks": {"drift": SecretStr(hook.url)}} | rules

    def settings(self, **more: Any) -> GivenSettings:
        mail = MailSettings(
            host=HOST, port=self.mail_port, security="none", sender="robot@k.example", timeout_seconds=60
        )
        key, pages = SecretStr("A" * 43 + "="), WebSettings(public_url="https://kollega.kommune.example")
        return GivenSettings(mail=mail, key=key, web=pages, notices=NoticeSettings(**self.rules), **more)

    def process(self, name: str = "a", store: Store | None = None) -> Noticing:
        return Noticing(store or self.store, self.settings(language="en"), registry(), name)

    async def told(self, after: timedelta = timedelta()) -> Told:
        """The clock goes on, and a process that was just started sees to notices."""
        self.now += after
        return await self.process().round()

    async def grouped(self) -> Told:
        """What stands is written down, and leaves when its grouping is over."""
        written, sent = await self.told(), await self.told(10 * MINUTE)
        return Told(written.new + sent.new, written.sent + sent.sent, written.failed + sent.failed)

    def run(self, stop: Stop, schedule: str = "mornings", detail: str = "") -> None:
        """A run that begins and ends in this moment."""
        runs = self.store.runs
        runs.plan(schedule, "invoices", self.now, [NewRun(self.now, self.now, left_out=None)])
        row = runs.begin("a", ["invoices"], LEASE, "1")
        assert row is not None
        runs.finish(row, Tally(), stop, detail)
        self.now += timedelta(seconds=1)

    def mails(self, to: str = OPERATORS) -> list[EmailMessage]:
        return [message for addresses, message in self.post.taken if addresses == [to]]

    def lines(self, to: str = OPERATORS) -> list[list[str]]:
        """What each mail tells, without headings and advice."""
        return [[line[2:] for line in plain(mail).splitlines() if line.startswith("- ")] for mail in self.mails(to)]


def plain(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def page(mail: EmailMessage) -> str:
    body = mail.get_body(("html",))
    assert body is not None
    return str(body.get_content())


@pytest.fixture
def post() -> Iterator[Server]:
    with mail_server() as running:
        yield running


@pytest.fixture
def hook() -> Iterator[Channel]:
    with channel() as running:
        yield running


@pytest.fixture
def house(database_url: str, codec: Codec, post: Server, hook: Channel) -> Iterator[House]:
    made = House(database_url, codec, post, hook)
    with closing(made.store):
        yield made
