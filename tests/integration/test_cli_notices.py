"""`kollega notices`: what staff type to see that notices arrive, and what has become of them."""

from __future__ import annotations

from datetime import UTC, datetime

from bots_common import settings
from bots_common.work.run_records import NewRun, Stop
from kollega.doctor import Grade, examine
from kollega.rooms import opened
from tests.integration.command_line import Office, words
from tests.mail_server import free_port, mail_server
from tests.webhook_server import channel

SETTINGS = """
language = "nb"
[mail]
host = "127.0.0.1"
port = {mail}
security = "none"
sender = "robot@kommune.example"
[[notices.routes]]
role = "operator"
mail = ["drift@kommune.example"]
webhook = "drift"
"""
HOOK = "KOLLEGA_NOTICES__WEBHOOKS__DRIFT"


def missed_run() -> None:
    with opened(settings.load()) as rooms:
        moment = datetime.now(UTC)
        rooms.store.runs.plan("mornings", "invoices", moment, [NewRun(moment, moment, left_out=Stop.MISSED)])


def test_a_test_reaches_everybody_and_what_waits_is_sent_and_listed(office: Office) -> None:
    with mail_server() as post, channel() as hook:
        office.monkeypatch.setenv(HOOK, hook.url)
        office.set(SETTINGS.format(mail=post.port))
        said = office.says("notices", "test")
        assert (said.code, words(said.out)) == (0, "✓ mail:drift@kommune.example ✓ webhook:drift")
        assert [str(message["Subject"]) for _, message in post.taken] == ["Kollega: Prøve av varsler"]
        missed_run()
        said = office.says("notices", "send")
        assert said.code == 0
        assert "2 new, 2 mails and cards sent, 0 notices wait." in said.out
        assert [str(message["Subject"]) for _, message in post.taken][1:] == [
            "Kollega: Kjøringer som ikke ble noe av"
        ]
        assert len(hook.raw) == 2
        assert "0 new, 0 mails" in office.says("notices", "send").out
    listed = words(office.says("notices", "list").out)
    assert "run_missed invoices, mornings, missed webhook:drift sent" in listed


def test_what_does_not_arrive_is_said_without_the_secret_address(office: Office) -> None:
    port = free_port()
    office.monkeypatch.setenv(HOOK, f"http://127.0.0.1:{port}/hook/secret-of-the-channel")
    office.set(SETTINGS.format(mail=port))
    said = office.says("notices", "test")
    assert said.code == 1
    assert "✗ webhook:drift: The webhook 'drift' does not answer (ConnectError)." in words(said.err)
    missed_run()
    said = office.says("notices", "send")
    assert said.code == 1
    assert "2 have not arrived" in words(said.err)
    listed = words(office.says("notices", "list").out)
    assert "tried 1 times" in listed
    assert "secret-of-the-channel" not in said.out + said.err + listed


def test_without_routes_it_says_what_to_write(office: Office) -> None:
    said = office.says("notices", "send")
    assert said.code == 2
    assert "[[notices.routes]]" in said.err


def test_a_route_to_a_webhook_without_an_address_is_a_sentence(office: Office) -> None:
    office.set(SETTINGS.format(mail=25))
    said = office.says("notices", "test")
    assert said.code == 2
    assert f"there is no webhook 'drift'; set {HOOK}" in words(said.err)


def test_a_wrong_key_of_a_route_is_named_with_the_nearest(office: Office) -> None:
    office.set('[[notices.routes]]\nrole = "operator"\nmails = ["a@b.example"]\n')
    said = office.says("notices", "test")
    assert said.code == 2
    assert "notices.routes.0.mails: there is no such setting; did you mean 'mail'?" in words(said.err)


def test_doctor_says_whether_notices_have_a_way(office: Office) -> None:
    with channel() as hook:
        office.monkeypatch.setenv(HOOK, hook.url)
        office.set(SETTINGS.format(mail=25).replace('mail = ["', 'robots = ["invoces"]\nmail = ["'))
        said = {it.what: it for it in examine(settings.load()) if it.what in ("notices", "webhook drift")}
        assert said["notices"].grade is Grade.ERROR
        assert said["notices"].says.startswith("Routes of notices name robots that are not here: invoces.")
        assert (said["webhook drift"].grade, said["webhook drift"].says) == (Grade.OK, "127.0.0.1 answers")
    office.set(SETTINGS.format(mail=25))
    said = {it.what: it for it in examine(settings.load()) if it.what in ("notices", "webhook drift")}
    assert said["notices"].grade is Grade.OK
    assert said["webhook drift"].grade is Grade.ERROR
    assert "secret-of-the-channel" not in said["webhook drift"].says
