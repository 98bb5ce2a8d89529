"""Coming in by the municipality's own login, against a real provider that does right and wrong."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import Response
from joserfc.jwk import ECKey, OctKey

from bots_common.errors import NotAdmitted, NotFound, SettingsError, StoreError
from bots_common.roles import Grant, Role
from bots_common.settings import GivenSettings
from bots_common.web_settings import OidcSettings, WebSettings
from bots_common.work import Codec, Store
from bots_common.work.audit import Asked
from reports import web
from tests.provider import CLIENT, SECRET, Provider, new_key, provider
from tests.visitors import Visitor, nobody

pytestmark = pytest.mark.usefixtures("prepared")

CASEWORKER = Grant(Role.CASEWORKER, "invoices")
ROLES = {"rpa-sager": ("caseworker:invoices",), "rpa-drift": ("operator", "auditor:invoices")}
ANNE: dict[str, Any] = {
    "preferred_username": "Anne.Berg@kommune.example",
    "name": "Anne Berg",
    "roles": ["rpa-sager"],
}
CPR = "0101901234"


class Town:
    """The pages, and a municipality whose login they take; its clock is turned on by the test."""

    def __init__(self, folder: Path, codec: Codec, at: Provider) -> None:
        self.now = datetime(2024, 11, 8, 12, tzinfo=UTC)
        self.at = at
        at.clock = lambda: self.now
        at.claims["anne"] = dict(ANNE)
        self.database = folder / "kollega.db"
        self.store = Store.open(f"sqlite:///{self.database.as_posix()}", codec, clock=lambda: self.now)
        self.app: FastAPI = web.create(self.store, codec, settings(folder, at.issuer), lambda: self.now)

    async def comes(self, user: str = "anne", next: str = "/items") -> tuple[Visitor, Response]:
        """Somebody logs in at the provider, and comes back."""
        somebody = nobody(self.app)
        back = await self.at.signs_in(await self.sent_away(somebody, next), user)
        return somebody, await somebody.get(back)

    async def sent_away(self, somebody: Visitor, next: str = "/items") -> str:
        answer = await somebody.get("/login/municipality", params={"next": next})
        assert answer.status_code == 303
        return answer.headers["location"]

    def names(self) -> list[str]:
        return [account.name for account in self.store.accounts.all()]


def settings(folder: Path, issuer: str, **changed: Any) -> GivenSettings:
    given = {"issuer": issuer, "client_id": CLIENT, "client_secret": SECRET, "roles": ROLES} | changed
    return GivenSettings(folder=folder, web=WebSettings(oidc=OidcSettings(**given)))


@pytest.fixture
def town(tmp_path: Path, codec: Codec) -> Iterator[Town]:
    with provider() as at:
        opened = Town(tmp_path, codec, at)
        yield opened
        opened.store.close()


def refused(answer: Response) -> None:
    assert answer.status_code == 401
    assert "Kommunens login gav ikke adgang her." in answer.text
    assert not re.search('kollega_session=[^;"]', answer.headers.get("set-cookie", ""))


async def test_somebody_with_a_role_is_let_in_and_led_to_where_they_wanted(town: Town) -> None:
    somebody, answer = await town.comes(next="/items?state=done")
    assert (answer.status_code, answer.headers["location"]) == (303, "/items?state=done")
    assert (await somebody.get("/items?state=done")).status_code == 200
    account = town.store.accounts.of("anne.berg")
    assert (account.display, account.grants, account.password) == ("Anne Berg", frozenset({CASEWORKER}), False)
    assert [row.act for row in town.store.audit.log(Asked(who="anne.berg"), limit=9)] == ["login"]
    page = (await nobody(town.app).get("/login?next=/items")).text
    assert 'href="/login/municipality?next=%2Fitems"' in page


async def test_the_same_person_is_known_again_and_the_roles_follow_the_directory(town: Town) -> None:
    await town.comes()
    town.store.accounts.grant("anne.berg", Grant(Role.LEADER), "admin")
    town.at.claims["anne"] = ANNE | {"preferred_username": "anne.holm", "roles": ["rpa-drift", "lunch"]}
    await town.comes()
    assert town.names() == ["anne.berg"]
    drift = {Grant(Role.OPERATOR), Grant(Role.AUDITOR, "invoices")}
    assert town.store.accounts.of("anne.berg").grants == drift | {Grant(Role.LEADER)}
    town.at.claims["anne"] = ANNE | {"roles": []}
    await town.comes()
    assert town.store.accounts.of("anne.berg").grants == {Grant(Role.LEADER)}, "what an administrator gave stays"


async def test_who_has_no_role_is_not_let_in_and_gets_no_account(town: Town) -> None:
    town.at.claims["bo"] = {"preferred_username": "bo"}
    _, answer = await town.comes("bo")
    refused(answer)
    assert town.names() == []
    assert [row.act for row in town.store.audit.log(Asked(), limit=9)] == ["login.refused"]


async def test_an_account_that_is_closed_stays_closed(town: Town) -> None:
    await town.comes()
    town.store.accounts.disable("anne.berg", "admin")
    _, answer = await town.comes()
    refused(answer)


@pytest.mark.parametrize(
    "spoilt",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another client"},
        {"aud": [CLIENT, "another client"]},
        {"azp": "another client"},
        {"iss": "https://evil.example"},
        {"exp": int(datetime(2024, 11, 8, 11, 50, tzinfo=UTC).timestamp())},
        {"iat": int(datetime(2024, 11, 8, 13, tzinfo=UTC).timestamp())},
        {"sub": None},
        {"sub": ""},
        {"at_hash": "bm90IGl0cyBoYXNo"},
    ],
    ids=str,
)
async def test_a_token_that_is_not_for_this_login_lets_nobody_in(town: Town, spoilt: dict[str, Any]) -> None:
    town.at.spoil = lambda claims: {k: v for k, v in (claims | spoilt).items() if v is not None}
    _, answer = await town.comes()
    refused(answer)
    assert town.names() == []


async def test_a_token_that_another_has_signed_lets_nobody_in(town: Town) -> None:
    for forged in (new_key(), ECKey.import_key(new_key().as_dict(private=True) | {"kid": town.at.key.kid})):
        town.at.signs_with = forged
        refused((await town.comes())[1])
    town.at.signs_with = OctKey.import_key(SECRET)
    town.at.algorithm = "HS256"
    refused((await town.comes())[1])


async def test_a_token_that_nobody_has_signed_lets_nobody_in(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    signed = town.at.token

    def unsigned(asked: dict[str, str]) -> str:
        header = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).decode().rstrip("=")
        return f"{header}.{signed(asked).split('.')[1]}."

    monkeypatch.setattr(town.at, "token", unsigned)
    refused((await town.comes())[1])


async def test_a_new_key_of_the_provider_is_taken_up_without_a_restart(town: Town) -> None:
    await town.comes()
    town.at.key = new_key()
    assert (await town.comes())[1].status_code == 303


async def test_only_the_browser_that_began_a_login_can_finish_it(town: Town) -> None:
    mine, thief = nobody(town.app), nobody(town.app)
    back = await town.at.signs_in(await town.sent_away(mine), "anne")
    refused(await thief.get(back))
    await town.sent_away(thief)
    refused(await thief.get(back))
    assert (await mine.get(back)).status_code == 303
    refused(await mine.get(back))


async def test_a_code_without_its_state_is_not_even_tried(town: Town) -> None:
    somebody = nobody(town.app)
    back = await town.at.signs_in(await town.sent_away(somebody), "anne")
    refused(await somebody.get(re.sub("state=[^&]+", "state=x", back)))
    assert len(town.at.codes) == 1, "the code was not spent"


async def test_a_login_that_took_too_long_begins_again(town: Town) -> None:
    somebody = nobody(town.app)
    back = await town.at.signs_in(await town.sent_away(somebody), "anne")
    town.now += timedelta(minutes=11)
    refused(await somebody.get(back))


async def test_who_says_no_at_the_provider_is_told_so(town: Town) -> None:
    somebody = nobody(town.app)
    await town.sent_away(somebody)
    refused(await somebody.get("/login/municipality/back?error=access_denied&state=x"))
    refused(await nobody(town.app).get("/login/municipality/back"))


async def test_a_provider_that_is_down_is_said_to_be_and_asked_again(town: Town) -> None:
    town.at.broken = True
    answer = await nobody(town.app).get("/login/municipality")
    assert answer.status_code == 503
    assert "Kommunens login svarer ikke." in answer.text
    town.at.broken = False
    assert (await town.comes())[1].status_code == 303


async def test_a_login_never_leads_to_another_site(town: Town) -> None:
    assert (await town.comes(next="https://evil.example/"))[1].headers["location"] == "/"


async def test_a_personal_number_as_subject_or_name_is_kept_nowhere(town: Town) -> None:
    town.at.claims[CPR] = {"preferred_username": CPR, "name": f"Anna {CPR}", "roles": ["rpa-sager"]}
    assert (await town.comes(CPR))[1].status_code == 303
    assert town.names() == ["person"]
    kept = b"".join(file.read_bytes() for file in town.database.parent.glob("kollega.db*"))
    assert b"person" in kept
    assert CPR.encode() not in kept


async def test_nobody_takes_over_an_account_by_being_called_like_it(town: Town) -> None:
    town.store.accounts.add("anne.berg", "Another Anne", "admin", grants=[Grant(Role.ADMINISTRATOR)])
    somebody, _ = await town.comes()
    assert town.names() == ["anne.berg", "anne.berg-2"]
    assert (await somebody.get("/accounts")).status_code == 403


async def test_who_comes_through_the_municipality_has_no_other_door(town: Town) -> None:
    somebody, _ = await town.comes()
    for answer in (
        await somebody.get("/password"),
        await somebody.send_form("/password", new="fire grønne biler", again="fire grønne biler"),
    ):
        assert answer.status_code == 403
    with pytest.raises(StoreError, match="municipality"):
        town.store.accounts.link("anne.berg")
    with pytest.raises(NotAdmitted):
        town.store.accounts.log_in("anne.berg", "fire grønne biler")


async def test_without_the_settings_there_is_no_such_login(tmp_path: Path, codec: Codec) -> None:
    store = Store.open(f"sqlite:///{(tmp_path / 'kollega.db').as_posix()}", codec)
    somebody = nobody(web.create(store, codec, GivenSettings(folder=tmp_path)))
    assert "/login/municipality" not in (await somebody.get("/login")).text
    assert (await somebody.get("/login/municipality")).status_code == 404
    with pytest.raises(NotFound):
        store.accounts.of("anne")
    store.close()


def test_a_role_that_there_is_not_is_told_at_the_start(tmp_path: Path, codec: Codec) -> None:
    store = Store.open(f"sqlite:///{(tmp_path / 'kollega.db').as_posix()}", codec)
    given = settings(tmp_path, "https://login.example", roles={"x": ("mayor",)})
    with pytest.raises(SettingsError, match=r"web\.oidc\.roles\.x: 'mayor'"):
        web.create(store, codec, given)
    store.close()


def test_a_provider_that_is_reached_without_tls_is_no_provider() -> None:
    with pytest.raises(ValueError, match="no https address"):
        OidcSettings(issuer="http://login.example", client_id="x", client_secret="x")  # type: ignore[arg-type]
