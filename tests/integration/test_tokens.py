"""Keys of programs: what they open, for how long, and never more than the account's own roles; on both databases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from bots_common.errors import NotFound, StoreError
from bots_common.roles import Grant, Right, Role, Scope
from bots_common.settings import GivenSettings
from bots_common.work import Codec, Store
from bots_common.work.audit import Asked
from bots_common.work.people_tables import ApiToken
from reports import web
from tests.clocks import Clock
from tests.integration.command_line import Office
from tests.visitors import visitor

ANNE = "anne.berg"
DAY = timedelta(days=1)
CASES = Scope(Right.SEE_CASES, "invoices")
FIGURES = Scope(Right.SEE_FIGURES)


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2024, 11, 8, 12, tzinfo=UTC))


@pytest.fixture
def store(database_url: str, codec: Codec, clock: Clock) -> Iterator[Store]:
    opened = Store.open(database_url, codec, clock=clock)
    opened.accounts.add(ANNE, "Anne Berg", "admin", grants=[Grant(Role.CASEWORKER, "invoices")])
    yield opened
    opened.close()


def test_a_token_opens_what_its_scopes_and_the_roles_both_allow(store: Store) -> None:
    token = store.tokens.add(ANNE, "nightly  report", [CASES, FIGURES], DAY)
    bearer = store.tokens.of(token)
    assert bearer is not None
    assert (bearer.account.name, bearer.token.title) == (ANNE, "nightly report")
    may = bearer.person.may
    assert may(Right.SEE_CASES, "invoices")
    assert may(Right.SEE_FIGURES, "invoices")
    assert not may(Right.SEE_FIGURES, "flexwage"), "the account has no role there"
    assert not may(Right.DECIDE), "the account may, the token may not"
    assert bearer.person.robots(Right.SEE_FIGURES) == frozenset({"invoices"})
    store.accounts.revoke(ANNE, Grant(Role.CASEWORKER, "invoices"))
    later = store.tokens.of(token)
    assert later is not None
    assert not later.person.may(Right.SEE_CASES), "a role that is taken away is gone from the token too"


def test_only_a_hash_of_it_is_kept(store: Store) -> None:
    token = store.tokens.add(ANNE, "report", [CASES], DAY)
    with store._database.read() as tx:
        (row,) = tx.execute(select(ApiToken)).all()
    assert token.startswith("kollega_")
    assert token.encode() not in row.token
    assert token not in {str(value) for value in row}


def test_it_ends_by_itself_by_a_person_and_with_its_account(store: Store, clock: Clock) -> None:
    short, ended, closed = (store.tokens.add(ANNE, it, [CASES], DAY * 2) for it in ("short", "ended", "closed"))
    assert store.tokens.of("kollega_" + "x" * 43) is None
    numbers = {it.title: it.id for it in store.tokens.all_of(ANNE)}
    store.accounts.add("bo", "Bo", "admin")
    with pytest.raises(NotFound, match="no token"):
        store.tokens.end(numbers["ended"], "bo")
    assert store.tokens.end(numbers["ended"], ANNE).title == "ended"
    with pytest.raises(NotFound, match="no token"):
        store.tokens.end(numbers["ended"])
    assert [store.tokens.of(it) is None for it in (short, ended, closed)] == [False, True, False]
    store.accounts.disable(ANNE, "admin")
    assert store.tokens.of(closed) is None
    store.accounts.enable(ANNE)
    clock.now += DAY * 2
    assert store.tokens.of(short) is None
    assert store.tokens.all_of() == []


def test_when_it_was_used_last_is_told_to_the_minute(store: Store, clock: Clock) -> None:
    token = store.tokens.add(ANNE, "report", [CASES], DAY)
    used = []
    for seconds in (0, 30, 30):
        clock.now += timedelta(seconds=seconds)
        store.tokens.of(token)
        used += [it.used_at for it in store.tokens.all_of()]
    assert used == [clock.now - timedelta(minutes=1)] * 2 + [clock.now]


@pytest.mark.parametrize(
    ("scopes", "title", "length", "why"),
    [
        ([Scope(Right.OPERATE)], "x", DAY, "may not operate itself"),
        ([Scope(Right.SEE_CASES, "flexwage")], "x", DAY, "may not see_cases:flexwage itself"),
        ([Scope(Right.ADMIT)], "x", DAY, "for people alone"),
        ([], "x", DAY, "opens nothing"),
        ([CASES], "  ", DAY, "a name of its own"),
        ([CASES], "of 010190-1234", DAY, "a name of its own"),
        ([CASES], "x", timedelta(), "from one day to a year"),
        ([CASES], "x", DAY * 400, "from one day to a year"),
        ([CASES], "taken", DAY, "already"),
    ],
)
def test_what_makes_no_sense_is_refused(
    store: Store, scopes: list[Scope], title: str, length: timedelta, why: str
) -> None:
    store.tokens.add(ANNE, "taken", [CASES], DAY)
    with pytest.raises(StoreError, match=why):
        store.tokens.add(ANNE, title, scopes, length)
    assert len(store.tokens.all_of()) == 1


def test_the_command_line_makes_lists_and_ends_them(office: Office) -> None:
    office.says("accounts", "add", ANNE, "--role", "operator")
    made = office.says("accounts", "token", "add", ANNE, "monitoring", "--scope", "see_figures")
    (token,) = made.out.split()
    assert (made.code, token[:8]) == (0, "kollega_")
    listed = office.says("accounts", "token", "list").out
    assert "monitoring" in listed
    assert token not in listed
    wrong = office.says("accounts", "token", "add", ANNE, "x", "--scope", "everything")
    assert (wrong.code, "'everything' is no right" in wrong.err) == (1, True)
    assert office.says("accounts", "token", "end", "1").code == 0
    assert "monitoring" not in office.says("accounts", "token", "list", ANNE).out


# -- on the page ----------------------------------------------------------------------------------------------


@pytest.fixture
def app(store: Store, codec: Codec, tmp_path: Path) -> FastAPI:
    return web.create(store, codec, GivenSettings(folder=tmp_path))


async def test_people_make_and_end_their_own(store: Store, app: FastAPI) -> None:
    browser = visitor(app, store, ANNE)
    page = await browser.get("/me?lang=en")
    assert "Decide about cases" in page.text
    assert "Operate robots" not in page.text, "anne may not"
    form = {"csrf": browser.csrf, "title": "night job", "scope": ["see_cases", "decide"], "robot": "invoices"}
    made = await browser.post("/me/tokens", data=form)
    (token,) = re.findall(r"<code>(kollega_[\w-]+)</code>", made.text)
    bearer = store.tokens.of(token)
    assert bearer is not None
    assert bearer.token.scopes == {CASES, Scope(Right.DECIDE, "invoices")}
    assert token not in (await browser.get("/me")).text
    refused = await browser.post("/me/tokens", data=form)
    assert (refused.status_code, "No token was made" in refused.text) == (422, True)
    ended = await browser.send_form(f"/me/tokens/{bearer.token.id}/end")
    assert ended.status_code == 303
    assert store.tokens.of(token) is None
    log = store.audit.log(Asked(who=ANNE), limit=10)
    assert [(row.act, row.detail) for row in log] == [("token.ended", "night job"), ("token.made", "night job")]


async def test_nobody_ends_anothers(store: Store, app: FastAPI) -> None:
    store.tokens.add(ANNE, "night job", [CASES], DAY)
    (token,) = store.tokens.all_of()
    other = visitor(app, store, "bo", [Grant(Role.CASEWORKER)])
    assert (await other.send_form(f"/me/tokens/{token.id}/end")).status_code == 404
    assert store.tokens.all_of() == [token]
