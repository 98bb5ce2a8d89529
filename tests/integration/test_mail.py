"""Mail to a real server: that it arrives once and whole, and what is told where it does not."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path

import pytest
from pydantic import SecretStr

from bots_common.autonomy import Level
from bots_common.effects import Effects
from bots_common.errors import (
    AddressRefused,
    Failure,
    LoginRefused,
    PersonalNumberInMail,
    SettingsError,
    SystemUnavailable,
)
from bots_common.mail import Mail, Mailer
from bots_common.settings import AutonomySettings, GivenSettings, MailSettings
from bots_common.testing import memory_store
from bots_common.values import Receipt
from bots_common.work import NewItem
from kollega.doctor import Finding, Grade, examine
from mocks import ledger, post_office, state
from mocks.serve import SMTP, STATE
from tests.integration.conftest import MockServer
from tests.mail_server import HOST, LOGIN, Server, free_port, mail_server, make_certificate
from tests.small_town import small_town

LEADER, HR = "leder@kommune.example", "hr@kommune.example"
TOLD = Mail(to=(LEADER, HR), subject="Børneattest på plads", text="Ansættelse ANS000001.\n.\nMan kan begynde æøå.")
NOON = datetime(2024, 11, 11, 11, 0, tzinfo=UTC)
NOBODY = "550 No such user here"


@pytest.fixture
def server() -> Iterator[Server]:
    with mail_server() as running:
        yield running


def mailer(port: int, key: str = "A" * 43 + "=", host: str = HOST, **rules: object) -> Mailer:
    given = {"security": "none", "sender": "robot@kommune.example", "timeout_seconds": 5} | rules
    mail = MailSettings(host=host, port=port, **given)  # type: ignore[arg-type]
    return Mailer(GivenSettings(mail=mail, key=SecretStr(key)), clock=lambda: NOON)


def with_login(port: int, security: str, password: bytes = LOGIN.password) -> Mailer:
    return mailer(port, security=security, username=LOGIN.login.decode(), password=SecretStr(password.decode()))


# -- what arrives ---------------------------------------------------------------------------------------------


async def test_a_mail_arrives_whole_and_once_at_everybody(server: Server) -> None:
    receipt = await mailer(server.port).send(TOLD)
    ((to, message),) = server.taken
    assert to == [LEADER, HR]
    assert (message["From"], message["To"]) == ("robot@kommune.example", f"{LEADER}, {HR}")
    assert message["Subject"] == TOLD.subject
    assert message.get_content().rstrip("\r\n").replace("\r\n", "\n") == TOLD.text
    assert (message["Message-ID"], message["Date"].datetime) == (receipt.number, NOON)
    assert message["Auto-Submitted"] == "auto-generated"


async def test_the_same_mail_has_the_same_id_and_no_other_has(server: Server) -> None:
    others = [TOLD.model_copy(update=it) for it in ({"to": (HR,)}, {"subject": "Andet"}, {"text": "Andet"})]
    ids = [(await mailer(server.port).send(mail)).number for mail in (TOLD, TOLD, *others)]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 4
    assert ids[0].endswith("@kommune.example>")
    stranger = mailer(server.port, key="B" * 43 + "=")
    assert stranger.message_id(TOLD) != ids[0], "nobody guesses from an id what a mail said"


async def test_a_line_break_in_a_subject_adds_no_header(server: Server) -> None:
    await mailer(server.port).send(TOLD.model_copy(update={"subject": "Hej\r\nBcc: alle@example.dk"}))
    ((to, message),) = server.taken
    assert (to, message["Bcc"], message["Subject"]) == ([LEADER, HR], None, "Hej Bcc: alle@example.dk")


async def test_a_server_that_does_not_say_good_bye_has_the_mail_all_the_same(server: Server) -> None:
    server.bye = "421 Too busy"
    receipt = await mailer(server.port).send(TOLD)
    assert [message["Message-ID"] for _, message in server.taken] == [receipt.number]


# -- what does not leave --------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["subject", "text"])
@pytest.mark.parametrize("number", ["610190-1234", "6101901234", "610190 1234", "61019012345"])
def test_no_mail_holds_a_personal_number(field: str, number: str) -> None:
    fields = {"to": (HR,), "subject": "Attest", "text": "Kom"} | {field: f"Attest for {number}."}
    with pytest.raises(PersonalNumberInMail) as caught:
        Mail.model_validate(fields)
    assert number not in f"{caught.value}{caught.value.facts}"
    assert caught.value.code == "cpr_in_mail"


@pytest.mark.parametrize("address", ["", "leder", "leder@", "a b@kommune.example", "a@b.dk, c@d.dk", "æ@b.dk"])
def test_what_is_no_address_is_for_a_person(address: str) -> None:
    with pytest.raises(AddressRefused) as caught:
        Mail(to=(HR, address), subject="Attest", text="Kom")
    assert caught.value.facts["address"] == address


def test_a_mail_to_nobody_is_for_a_person() -> None:
    with pytest.raises(AddressRefused):
        Mail(to=(), subject="Attest", text="Kom")


async def test_where_one_address_is_refused_nobody_is_told_and_a_person_hears_which(server: Server) -> None:
    server.addresses = {HR: NOBODY}
    with pytest.raises(AddressRefused) as caught:
        await mailer(server.port).send(TOLD)
    assert (caught.value.code, caught.value.facts) == ("address_refused", {"address": HR, "why": NOBODY})
    assert server.taken == []


# -- servers that will not ------------------------------------------------------------------------------------


async def test_a_server_that_is_away_is_tried_again() -> None:
    with pytest.raises(SystemUnavailable, match="does not answer as it should"):
        await mailer(free_port()).send(TOLD)


async def test_a_server_that_says_nothing_is_left_after_a_while() -> None:
    with (
        socket.create_server((HOST, 0)) as silent,
        pytest.raises(SystemUnavailable, match="does not answer as it should"),
    ):
        await mailer(silent.getsockname()[1], timeout_seconds=0.1).send(TOLD)


@pytest.mark.parametrize(
    ("answers", "error", "sentence"),
    [
        ({"addresses": {LEADER: "451 Greylisted, come again"}}, SystemUnavailable, "Greylisted"),
        ({"text": "452 Disk full"}, SystemUnavailable, "Disk full"),
        ({"text": "554 Looks like spam"}, Failure, "does not want the mail (554 Looks like spam)"),
        ({"sender": "553 Not yours"}, SettingsError, "Correct mail.sender."),
        ({"sender": "530 Log in first"}, LoginRefused, "Set mail.username and mail.password."),
        ({"addresses": {LEADER: "530 Log in first"}}, LoginRefused, "Set mail.username and mail.password."),
    ],
)
async def test_what_the_server_answers_is_told_with_the_next_step(
    server: Server, answers: dict[str, object], error: type[Exception], sentence: str
) -> None:
    for answer, text in answers.items():
        setattr(server, answer, text)
    with pytest.raises(error) as caught:
        await mailer(server.port).send(TOLD)
    assert type(caught.value) is error
    assert sentence in str(caught.value)
    assert server.taken == []


# -- security -------------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # the server means STARTTLS by it
@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_robots_log_in_behind_a_certificate_that_this_machine_trusts(
    security: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = make_certificate(tmp_path / "mail.pem")
    with mail_server(certificate, tls=security == "tls") as server:
        with pytest.raises(SystemUnavailable, match="certificate verify failed"):
            await with_login(server.port, security).send(TOLD)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        await with_login(server.port, security).send(TOLD)
        assert [to for to, _ in server.taken] == [[LEADER, HR]]
        with pytest.raises(LoginRefused, match="does not accept the login") as caught:
            await with_login(server.port, security, b"wrong horse").send(TOLD)
    assert "wrong horse" not in repr((caught.value, caught.value.__cause__))


async def test_a_server_without_starttls_is_not_told_anything(server: Server) -> None:
    with pytest.raises(SettingsError, match="STARTTLS"):
        await mailer(server.port, security="starttls").send(TOLD)
    assert server.taken == []


# -- as an effect ---------------------------------------------------------------------------------------------


async def test_sent_once_more_after_a_crash_it_is_known_by_its_id(tmp_path: Path) -> None:
    state.open_or_create(tmp_path / STATE, small_town).close()
    with post_office.opened(tmp_path / STATE) as address, closing(memory_store()) as store:
        store.levels.set("certificates", Level.AUTO, "anna", "for this test")
        store.add("certificates", [NewItem("ANS000001", {})])
        post = mailer(int(address.rpartition(":")[2]))

        async def dies(mail: Mail) -> Receipt:
            await post.send(mail)
            raise ConnectionError

        def attempt() -> Effects:
            store.take_over_expired(max_takeovers=100)
            (claimed,) = store.claim(["certificates"], "w", timedelta(seconds=-1))
            return Effects(store, claimed, "w", AutonomySettings(), settle_seconds=0, witness=_nothing)

        with pytest.raises(ConnectionError):
            await attempt().once("tell", TOLD, do=dies, check=post.find)
        receipt = await attempt().once("tell", TOLD, do=post.send, check=post.find)
        assert await attempt().once("tell", TOLD, do=post.send, check=post.find) == receipt
    first, second = ledger.read(tmp_path / STATE)
    assert (first.system, first.act, first.user) == ("post_office", "mail", "robot@kommune.example")
    whole = {"to": [LEADER, HR], "subject": TOLD.subject, "message_id": receipt.number}
    assert {**whole, "again": False}.items() <= first.fields.items()
    assert {**whole, "again": True}.items() <= second.fields.items()
    assert first.fields["text"].split() == TOLD.text.split()


async def _nothing(about: str) -> None:
    return


# -- the town, and the doctor ---------------------------------------------------------------------------------


async def test_the_towns_post_office_says_where_it_is_and_keeps_what_comes(server_of_town: MockServer) -> None:
    host, _, port = (server_of_town.path.parent / SMTP).read_text(encoding="utf-8").partition(":")
    await mailer(int(port), host=host).send(TOLD)
    (act,) = server_of_town.acts()
    assert (act.system, act.act, act.fields["to"]) == ("post_office", "mail", [LEADER, HR])


@pytest.fixture
def server_of_town(mock_town: MockServer) -> MockServer:
    return MockServer(mock_town.base, mock_town.path, seen=len(mock_town.acts()))


def test_the_doctor_looks_at_the_mail_server_where_one_is_set(server: Server, tmp_path: Path) -> None:
    def looked(port: int) -> Finding:
        mail = MailSettings(host=HOST, port=port, security="none", sender="robot@kommune.example")
        return next(it for it in examine(GivenSettings(folder=tmp_path, mail=mail)) if it.what == "mail")

    assert looked(server.port) == Finding("mail", Grade.OK, f"127.0.0.1:{server.port} answers")
    found = looked(free_port())
    assert found.grade is Grade.ERROR
    assert "check [mail] and the network" in found.mend
    before_the_pages = takewhile(lambda it: it.what != "web pages", examine(GivenSettings(folder=tmp_path)))
    assert [it.what for it in before_the_pages][-1] == "evidence", "no mail server is set, and none is looked at"


def test_a_robot_that_writes_mail_wants_a_server() -> None:
    with pytest.raises(SettingsError, match=r"Add \[mail\]"):
        Mailer(GivenSettings())
