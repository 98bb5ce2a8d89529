"""How each fault of the mock systems shows to a client, and what it leaves in the ledger."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.clerk import DOCUMENT, GRANT, PAYMENT, Clerk, heading, shows_login
from tests.integration.conftest import MockServer


def test_latency_waits_before_it_answers(clerk: Clerk) -> None:
    clerk.faults(kind="latency", ms=300, path="/opus/indbakke")
    begun = time.monotonic()
    clerk.get("/opus/indbakke")
    assert time.monotonic() - begun >= 0.3


def test_a_slow_answer_has_written_long_before_it_is_complete(clerk: Clerk, server: MockServer) -> None:
    form = clerk.form(GRANT) | PAYMENT
    clerk.faults(kind="http_slow_answer", ms=60_000, system="grants")
    with pytest.raises(httpx.ReadTimeout):
        clerk.http.post(f"{GRANT}/betalt", data=form, timeout=0.5)
    assert len(server.acts()) == 1


def test_error_500_strikes_by_count_and_writes_nothing(clerk: Clerk, server: MockServer) -> None:
    form = clerk.form(GRANT) | PAYMENT
    clerk.faults(kind="error500", count=1, system="grants")
    assert clerk.http.get(DOCUMENT).status_code == 200
    assert clerk.http.post(f"{GRANT}/betalt", data=form).status_code == 500
    assert server.acts() == []
    assert heading(clerk.send(f"{GRANT}/betalt", form)) == "Betaling registreret"
    assert clerk.http.get("/_faults").json()[0]["times"] == 1


@pytest.mark.parametrize(("kind", "written"), [("cut_before_write", 0), ("cut_after_write", 1)])
def test_a_cut_connection_gives_no_byte_before_or_after_the_write(
    clerk: Clerk, server: MockServer, kind: str, written: int
) -> None:
    form = clerk.form(GRANT) | PAYMENT
    clerk.faults(kind=kind, count=1)
    clerk.get("/sensum/leverandoerer")
    for _ in ("sent by the clerk", "sent again by the browser itself"):
        with pytest.raises(httpx.ReadError):
            clerk.http.post(f"{GRANT}/betalt", data=form)
    assert len(server.acts()) == written
    assert heading(clerk.pay()) == "Betaling registreret"


@pytest.mark.parametrize(("path", "sent"), [(GRANT, "/betalt"), (DOCUMENT, "/bemaerkning")])
def test_an_expired_session_loses_what_was_posted(clerk: Clerk, server: MockServer, path: str, sent: str) -> None:
    form = clerk.form(path) | PAYMENT | {"bemaerkning": "hej"}
    clerk.faults(kind="expired_session", count=1)
    assert shows_login(clerk.send(path + sent, form))
    assert server.acts() == []
    clerk.log_in(path[: path.index("/", 1)])
    assert clerk.http.post(path + sent, data=form).status_code == 409


def test_the_faults_of_pages_show_on_pages(clerk: Clerk) -> None:
    address = f"{DOCUMENT}/kontering"

    def button() -> str:
        return str(clerk.get(address).xpath("//button[@type='submit']")[0].text)

    assert button() == "Bogfør"
    clerk.faults(kind="renamed_label", count=1)
    assert (button(), button()) == ("Bogfør nu", "Bogfør")
    clerk.faults(kind="unexpected_dialog", path=DOCUMENT)
    assert "window.addEventListener" in clerk.http.get(address).text
    assert "window.addEventListener" not in clerk.http.get("/opus/indbakke").text


def test_faults_of_a_rate_repeat_with_their_seed(clerk: Clerk) -> None:
    def run(seed: int) -> list[int]:
        plan = {"faults": [{"kind": "error500", "rate": 0.5}], "seed": seed}
        clerk.http.post("/_faults", json=plan)
        return [clerk.http.get("/opus/soeg").status_code for _ in range(20)]

    assert run(7) == run(7) != run(8)
    assert set(run(7)) == {200, 500}


def test_unknown_faults_are_refused(clerk: Clerk) -> None:
    for wrong in ({"kind": "earthquake"}, {"kind": "latency", "often": True}, {"kind": "error500", "rate": 2}):
        assert clerk.http.post("/_faults", json={"faults": [wrong]}).status_code == 422


def test_a_user_who_calls_too_often_is_locked_out_for_a_while(clerk: Clerk) -> None:
    clerk.faults(kind="locked_out", calls=3, seconds=60, ms=300, system="finance")
    statuses = [clerk.http.get("/opus/indbakke").status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert heading(clerk.get("/opus/indbakke")) == "Din adgang er spærret"
    assert clerk.http.get(GRANT).status_code == 200
    time.sleep(0.3)
    assert clerk.http.get("/opus/indbakke").status_code == 200
    assert clerk.http.get("/_faults").json()[0]["times"] == 1


def test_a_user_who_calls_too_many_times_at_once_is_locked_out(clerk: Clerk) -> None:
    late = {"kind": "latency", "ms": 500}
    clerk.http.post("/_faults", json={"faults": [late, {"kind": "locked_out", "at_once": 2, "ms": 60_000}]})
    with ThreadPoolExecutor(3) as pool:
        statuses = list(pool.map(lambda _: clerk.http.get("/opus/indbakke").status_code, range(3)))
    assert sorted(statuses) == [200, 200, 429]
