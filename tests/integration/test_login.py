"""Coming in, one's own account, those of others, and what is written down. What each role reaches: test_matrix."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from bots_common.roles import Grant, Role
from bots_common.settings import GivenSettings
from bots_common.web_settings import WebSettings
from bots_common.work import Codec, Store
from bots_common.work.audit import Asked
from reports import web
from reports.web.access import SESSION
from tests.handled import DIFFERS, day_of_work, keep_evidence
from tests.visitors import EVERY_ROLE, Visitor, nobody, visitor

pytestmark = pytest.mark.usefixtures("prepared")

GOOD = "tre blå cykler i regn"
ANNE = "anne.berg"
NOON = datetime(2024, 11, 8, 12, tzinfo=UTC)


class House:
    """The pages over a store with a day's work, and a clock that a test turns on."""

    def __init__(self, folder: Path, codec: Codec, **rules: Any) -> None:
        self.now = NOON
        url = f"sqlite:///{(folder / 'kollega.db').as_posix()}"
        self.store = Store.open(url, codec, clock=lambda: self.now)
        self.item_id = day_of_work(self.store)[DIFFERS]
        keep_evidence(self.store, codec, folder, self.item_id, "amount_differs", "page", b"<p>")
        self.evidence_id = self.store.reading.story(self.item_id).evidence[0].id
        settings = GivenSettings(folder=folder, web=WebSettings(**rules))
        self.app: FastAPI = web.create(self.store, codec, settings, lambda: self.now)

    def with_password(self, *grants: Grant, must_change: bool = False) -> None:
        self.store.accounts.add(ANNE, "Anne Berg", "test", grants=grants or EVERY_ROLE)
        self.store.accounts.set_password(ANNE, GOOD, must_change=must_change)

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def house(tmp_path: Path, codec: Codec) -> Iterator[House]:
    opened = House(tmp_path, codec)
    yield opened
    opened.store.close()


async def logged_in(house: House, password: str = GOOD, next: str = "/") -> tuple[Visitor, HTTPStatus, str]:
    somebody = nobody(house.app)
    answer = await somebody.send_form("/login", name=ANNE, password=password, next=next)
    return somebody, HTTPStatus(answer.status_code), answer.headers.get("location", answer.text)


# -- coming in --------------------------------------------------------------------------------------------------


async def test_who_is_not_logged_in_is_led_to_the_login_and_on_to_where_they_wanted(house: House) -> None:
    house.with_password()
    asked = await nobody(house.app).get("/items?state=done")
    assert (asked.status_code, asked.headers["location"]) == (303, "/login?next=%2Fitems%3Fstate%3Ddone")
    somebody, status, location = await logged_in(house, next="/items?state=done")
    assert (status, location) == (303, "/items?state=done")
    assert (await somebody.get(location)).status_code == 200


@pytest.mark.parametrize(
    "away", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
async def test_a_login_never_leads_to_another_site(house: House, away: str) -> None:
    house.with_password()
    _, _, location = await logged_in(house, next=away)
    assert location == "/"


async def test_a_wrong_password_is_told_and_tries_in_a_row_lock(house: House) -> None:
    house.with_password()
    for _ in range(5):
        _, status, page = await logged_in(house, "forkert forkert")
        assert (status, "Navnet eller adgangskoden er forkert." in page) == (401, True)
        assert "forkert forkert" not in page
    _, status, page = await logged_in(house)
    assert status == 401
    assert "For mange forkerte adgangskoder i træk" in page
    house.later(minutes=2)
    assert (await logged_in(house))[1] == 303


async def test_one_machine_cannot_try_all_day(house: House) -> None:
    statuses = [
        (await nobody(house.app).send_form("/login", name=f"n{n}", password="x")).status_code for n in range(31)
    ]
    assert statuses == [401] * 30 + [429]
    house.later(minutes=6)
    assert (await nobody(house.app).send_form("/login", name="n", password="x")).status_code == 401


async def test_the_session_s_cookie_is_out_of_reach_and_the_login_ends_it(house: House) -> None:
    house.with_password()
    somebody = nobody(house.app)
    cookie = (await somebody.send_form("/login", name=ANNE, password=GOOD)).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    copy = dict(somebody.cookies)
    assert (await somebody.get("/")).status_code == 200
    assert (await somebody.send_form("/logout")).headers["location"] == "/login"
    stolen = nobody(house.app)
    stolen.cookies.update(copy)
    assert (await stolen.get("/")).status_code == 303, "the token itself has ended, not the cookie alone"


async def test_over_https_the_cookie_is_secure_and_the_name_known(tmp_path: Path, codec: Codec) -> None:
    house = House(tmp_path, codec, public_url="https://kollega.kommune.example")
    house.with_password()
    host = {"host": "kollega.kommune.example", "origin": "https://kollega.kommune.example"}
    answer = await nobody(house.app).post("/login", data={"name": ANNE, "password": GOOD}, headers=host)
    assert answer.headers["set-cookie"].startswith(f"__Host-{SESSION}=")
    assert "Secure" in answer.headers["set-cookie"]
    assert answer.headers["strict-transport-security"]
    house.store.close()


async def test_what_is_typed_as_a_name_is_written_down_only_where_it_is_one(house: House) -> None:
    house.with_password()
    for name in (ANNE, GOOD):
        await nobody(house.app).send_form("/login", name=name, password="x")
    assert [row.who for row in house.store.audit.log(Asked(act="login.refused"), limit=9)] == ["?", ANNE]


async def test_a_session_ends_after_half_an_hour_without_a_click(house: House) -> None:
    somebody = visitor(house.app, house.store)
    house.later(minutes=29)
    assert (await somebody.get("/")).status_code == 200
    house.later(minutes=31)
    assert (await somebody.get("/")).status_code == 303


async def test_a_link_is_not_used_up_by_a_look_and_lets_in_once(house: House) -> None:
    house.with_password()
    link = f"/enter/{house.store.accounts.link(ANNE)}"
    for _ in range(3):
        assert (await nobody(house.app).get(link)).status_code == 200
    somebody = nobody(house.app)
    assert (await somebody.send_form(link)).headers["location"] == "/"
    assert (await somebody.get("/me")).status_code == 200
    assert (await nobody(house.app).send_form(link)).status_code == 401


async def test_a_first_password_has_to_be_changed_before_anything_else(house: House) -> None:
    house.with_password(must_change=True)
    somebody, _, _ = await logged_in(house)
    assert (await somebody.get("/")).headers["location"] == "/password"
    wrong = await somebody.send_form("/password", present=GOOD, new="fire grønne biler", again="fem grønne biler")
    assert "De to nye adgangskoder er ikke ens." in wrong.text
    weak = await somebody.send_form("/password", present=GOOD, new="kort", again="kort")
    assert "En adgangskode er på 12 til 200 tegn." in weak.text
    other = await somebody.send_form("/password", present="x", new="fire grønne biler", again="fire grønne biler")
    assert "Din nuværende adgangskode er en anden." in other.text
    done = await somebody.send_form("/password", present=GOOD, new="fire grønne biler", again="fire grønne biler")
    assert done.headers["location"] == "/me"
    assert (await somebody.get("/")).status_code == 200


async def test_the_language_goes_with_the_person(house: House) -> None:
    house.with_password()
    somebody, _, _ = await logged_in(house)
    await somebody.send_form("/me/language", language="nb")
    again, _, _ = await logged_in(house)
    assert 'lang="nb"' in (await again.get("/")).text


# -- forms ------------------------------------------------------------------------------------------------------


async def test_a_form_of_another_site_or_session_changes_nothing(house: House) -> None:
    somebody = visitor(house.app, house.store)
    fields = {"name": "eva.dahl", "display": "Eva"}
    foreign = await somebody.send_form("/accounts", **fields, csrf="0" * 64)
    assert foreign.status_code == 403
    unsaid = await somebody.post("/accounts", data=fields)
    assert unsaid.status_code == 403
    for origin in ("https://evil.example", "null", "http://localhost.evil.example"):
        somebody.headers["origin"] = origin
        assert (await somebody.send_form("/accounts", **fields)).status_code == 403
    del somebody.headers["origin"]
    assert (await somebody.send_form("/accounts", **fields)).status_code == 403
    assert [account.name for account in house.store.accounts.all()] == [ANNE]


# -- accounts ---------------------------------------------------------------------------------------------------


async def test_an_administrator_makes_an_account_gives_it_a_role_and_hands_over_a_link(house: House) -> None:
    admin = visitor(house.app, house.store, grants=[Grant(Role.ADMINISTRATOR)])
    made = await admin.send_form("/accounts", name="Eva.Dahl", display="Eva Dahl")
    assert made.headers["location"] == "/accounts/eva.dahl"
    await admin.send_form("/accounts/eva.dahl/give", role="caseworker", robot="invoices")
    shown = (await admin.send_form("/accounts/eva.dahl/link")).text
    token = shown.split("/enter/")[1].split("<")[0]
    eva = nobody(house.app)
    entered = await eva.send_form(f"/enter/{token}")
    assert entered.headers["location"] == "/password", "without a password she could not come back"
    assert "Du har ingen adgangskode endnu." in (await eva.get("/password")).text
    assert (await eva.get(f"/items/{house.item_id}")).status_code == 200
    await admin.send_form("/accounts/eva.dahl/take", role="caseworker", robot="invoices")
    assert (await eva.get(f"/items/{house.item_id}")).status_code == 403
    await admin.send_form("/accounts/eva.dahl/close")
    assert (await eva.get("/me")).status_code == 303
    taken = await admin.send_form("/accounts", name="eva.dahl")
    assert "Navnet er optaget" in taken.text


async def test_a_forgotten_password_is_taken_away_and_another_chosen(house: House) -> None:
    house.with_password()
    admin = visitor(house.app, house.store, "admin", grants=[Grant(Role.ADMINISTRATOR)])
    await admin.send_form(f"/accounts/{ANNE}/forget")
    assert (await logged_in(house))[1] == 401
    token = (await admin.send_form(f"/accounts/{ANNE}/link")).text.split("/enter/")[1].split("<")[0]
    anne = nobody(house.app)
    await anne.send_form(f"/enter/{token}")
    assert "Nuværende adgangskode" not in (await anne.get("/password")).text
    await anne.send_form("/password", new="fire grønne biler", again="fire grønne biler")
    assert (await logged_in(house, "fire grønne biler"))[1] == 303
    acts = [row.act for row in house.store.audit.log(Asked(who="admin"), limit=9)]
    assert acts == ["account.link", "password.taken"]


# -- cases -----------------------------------------------------------------------------------------------------


async def test_a_caseworker_of_another_robot_does_not_even_learn_that_a_case_is_there(house: House) -> None:
    other = visitor(house.app, house.store, grants=[Grant(Role.CASEWORKER, "flexwage")])
    for address in (f"/items/{house.item_id}", f"/evidence/{house.evidence_id}"):
        assert (await other.get(address)).status_code == 404
    for address in ("/items", "/worklist", "/items?robot=invoices", "/worklist?robot=invoices"):
        assert DIFFERS not in (await other.get(address)).text
    mine = visitor(house.app, house.store, "bent", [Grant(Role.CASEWORKER, "invoices")])
    for address in ("/items", "/worklist"):
        assert DIFFERS in (await mine.get(address)).text


async def test_who_looked_at_a_case_and_its_evidence_is_written_down(house: House) -> None:
    somebody = visitor(house.app, house.store)
    for _ in range(3):
        await somebody.get(f"/items/{house.item_id}")
    await somebody.get(f"/evidence/{house.evidence_id}")
    await somebody.get(f"/evidence/{house.evidence_id}")
    acts = [row.act for row in house.store.audit.log(Asked(who=ANNE, item_id=house.item_id), limit=10)]
    assert acts == ["evidence.seen", "evidence.seen", "item.seen"]
    house.later(minutes=20)
    await somebody.get(f"/items/{house.item_id}")
    house.later(minutes=29)
    await somebody.get("/me")
    house.later(minutes=20)
    await somebody.get(f"/items/{house.item_id}")
    assert house.store.audit.count(Asked(act="item.seen")) == 2, "once an hour"
