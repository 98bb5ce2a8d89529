"""Who may log in: passwords, locks, links, sessions and the audit log, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bots_common.errors import LockedOut, NotAdmitted, NotFound, StoreError, WeakPassword
from bots_common.roles import Grant, Person, Right, Role
from bots_common.work import Codec, NewItem, Store
from bots_common.work.accounts import TRIES
from bots_common.work.audit import Asked
from bots_common.work.people_tables import Account, Entrance, WebSession
from tests.clocks import Clock

ANNE = "anne.berg"
GOOD = "tre blå cykler i regn"
HOUR = timedelta(hours=1)
CASEWORKER = Grant(Role.CASEWORKER, "invoices")


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2024, 11, 8, 12, tzinfo=UTC))


@pytest.fixture
def store(database_url: str, codec: Codec, clock: Clock) -> Iterator[Store]:
    opened = Store.open(database_url, codec, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def anne(store: Store) -> int:
    account = store.accounts.add(ANNE, "Anne Berg", "admin", grants=[CASEWORKER])
    store.accounts.set_password(ANNE, GOOD)
    return account.id


def refused(store: Store, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(NotAdmitted, match="wrong"):
            store.accounts.log_in(ANNE, "en helt anden adgangskode")


@pytest.mark.usefixtures("anne")
def test_a_name_and_its_password_let_in_and_nothing_else_does(store: Store) -> None:
    assert store.accounts.log_in(" Anne.Berg ", GOOD).person == Person(ANNE, "Anne Berg", frozenset({CASEWORKER}))
    refused(store)
    for name, password in (("nobody", GOOD), ("", ""), (ANNE, ""), (ANNE, GOOD * 100)):
        with pytest.raises(NotAdmitted):
            store.accounts.log_in(name, password)


@pytest.mark.usefixtures("anne")
def test_wrong_passwords_in_a_row_lock_the_account_longer_and_longer(store: Store, clock: Clock) -> None:
    refused(store, TRIES)
    with pytest.raises(LockedOut) as locked:
        store.accounts.log_in(ANNE, GOOD)
    assert locked.value.until == clock() + timedelta(minutes=1)
    clock.later(minutes=1)
    refused(store)
    clock.later(minutes=1)
    with pytest.raises(LockedOut):
        store.accounts.log_in(ANNE, GOOD)
    clock.later(minutes=1)
    store.accounts.log_in(ANNE, GOOD)
    refused(store, TRIES - 1)
    store.accounts.log_in(ANNE, GOOD)


@pytest.mark.usefixtures("anne")
def test_an_administrator_opens_a_locked_account(store: Store) -> None:
    refused(store, TRIES)
    store.accounts.enable(ANNE)
    assert store.accounts.log_in(ANNE, GOOD).name == ANNE


@pytest.mark.usefixtures("anne")
def test_many_tries_at_once_are_no_more_tries_than_one_by_one(store: Store) -> None:
    looked_at: list[bool] = []

    def attempt() -> None:
        try:
            store.accounts.log_in(ANNE, "en helt anden adgangskode")
        except LockedOut:
            looked_at.append(False)
        except NotAdmitted:
            looked_at.append(True)

    threads = [threading.Thread(target=attempt) for _ in range(3 * TRIES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert looked_at.count(True) == TRIES
    assert len(looked_at) == 3 * TRIES


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("kort", "12 to 200"),
        ("x" * 201, "12 to 200"),
        ("ababababababab", "few characters"),
        ("her er anne.berg selv", "own name"),
        ("Password1234", "guessed"),
        ("sommer2026!!", "guessed"),
    ],
)
def test_a_password_that_would_be_guessed_is_refused(store: Store, anne: int, password: str, why: str) -> None:
    with pytest.raises(WeakPassword, match=why):
        store.accounts.set_password(ANNE, password)
    assert store.accounts.log_in(ANNE, GOOD).id == anne


@pytest.mark.parametrize("name", ["", "a", "anne berg", "-anne", "1anne", "010190-1234", "x" * 41, "anne.berg"])
@pytest.mark.usefixtures("anne")
def test_a_name_that_is_none_or_taken_is_refused(store: Store, name: str) -> None:
    with pytest.raises(StoreError):
        store.accounts.add(name, "", "admin")


def test_a_link_lets_in_once_and_not_for_long(store: Store, anne: int, clock: Clock) -> None:
    token = store.accounts.link(ANNE)
    assert store.accounts.enter(token).id == anne
    with pytest.raises(NotAdmitted):
        store.accounts.enter(token)
    late = store.accounts.link(ANNE)
    clock.later(minutes=11)
    with pytest.raises(NotAdmitted):
        store.accounts.enter(late)
    with pytest.raises(NotFound):
        store.accounts.link("nobody")


def test_a_session_ends_by_itself_when_nobody_clicks_and_at_the_end_of_the_day(
    store: Store, anne: int, clock: Clock
) -> None:
    token = store.sessions.begin(anne, 10 * HOUR)
    for _ in range(20):
        clock.later(minutes=29)
        assert store.sessions.of(token, HOUR / 2) is not None
    clock.later(minutes=31)
    assert store.sessions.of(token, HOUR / 2) is None
    another = store.sessions.begin(anne, 10 * HOUR)
    for _ in range(20):
        clock.later(minutes=29)
        store.sessions.of(another, HOUR / 2)
    clock.later(minutes=21)
    assert store.sessions.of(another, HOUR / 2) is None, "after ten hours, whatever was clicked"


def test_what_is_taken_from_a_person_counts_from_the_next_click(store: Store, anne: int) -> None:
    token = store.sessions.begin(anne, HOUR)
    store.accounts.grant(ANNE, Grant(Role.AUDITOR), "admin")
    store.accounts.revoke(ANNE, CASEWORKER)
    account = store.sessions.of(token, HOUR)
    assert account is not None
    assert account.grants == {Grant(Role.AUDITOR)}
    store.accounts.disable(ANNE, "admin")
    assert store.sessions.of(token, HOUR) is None
    with pytest.raises(NotAdmitted):
        store.accounts.log_in(ANNE, GOOD)


def test_a_new_password_ends_every_session(store: Store, anne: int) -> None:
    token = store.sessions.begin(anne, HOUR)
    store.accounts.set_password(ANNE, "fire grønne biler", must_change=True)
    assert store.sessions.of(token, HOUR) is None
    assert store.accounts.log_in(ANNE, "fire grønne biler").must_change


def test_no_token_and_no_password_can_be_read_from_the_database(store: Store, anne: int, database_url: str) -> None:
    secrets = [store.sessions.begin(anne, HOUR), store.accounts.link(ANNE), GOOD]
    written = str(_everything(store))
    assert ANNE in written
    assert not [secret for secret in secrets if secret in written]


def test_a_role_is_for_one_robot_or_for_every_robot(store: Store, anne: int) -> None:
    person = store.accounts.of(ANNE).person
    assert person.may(Right.DECIDE, "invoices")
    assert not person.may(Right.DECIDE, "flexwage")
    assert not person.may(Right.AUDIT)
    assert person.robots(Right.DECIDE) == {"invoices"}
    assert person.robots(Right.AUDIT) == frozenset()
    store.accounts.grant(ANNE, Grant(Role.CASEWORKER), "admin")
    person = store.accounts.of(ANNE).person
    assert person.may(Right.DECIDE, "flexwage")
    assert person.robots(Right.DECIDE) is None
    assert anne == store.accounts.of(ANNE).id


def test_the_log_knows_who_did_what_to_a_citizen_s_cases_and_no_personal_number(store: Store) -> None:
    store.add("invoices", [NewItem("B1", {}, subjects=("0101901234",)), NewItem("B2", {}, subjects=("0202902345",))])
    first, second = (claimed.lease.item_id for claimed in store.claim(["invoices"], "w", HOUR, 2))
    store.audit.note(ANNE, "item.seen", robot="invoices", item_id=first)
    store.audit.note("bent", "item.seen", robot="invoices", item_id=second)
    store.audit.note("bent", "obs.added", subject="0101901234", detail="ring til 010190-1234 først")
    found = store.audit.of_citizen("0101901234")
    assert [case.id for case in found.cases] == [first]
    assert [(row.who, row.act) for row in found.acts] == [(ANNE, "item.seen"), ("bent", "obs.added")]
    assert [row.item_id for row in store.audit.log(Asked(who="bent"), limit=10)] == [None, second]
    assert store.audit.count(Asked(act="item.seen")) == 2
    assert "1234" not in str(store.audit.log(Asked(), limit=10))


def _everything(store: Store) -> list[object]:
    with store._database.read() as tx:
        return [tuple(row) for table in (Account, Entrance, WebSession) for row in tx.execute(select(table)).all()]
