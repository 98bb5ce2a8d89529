"""`kollega robots`, as operations staff meet it."""

from __future__ import annotations

from contextlib import closing

from bots_common import settings
from bots_common.work import Store
from bots_common.work.audit import Asked
from bots_common.work.codec import codec_of
from bots_common.work.system_records import Order
from tests.integration.command_line import Office, words


def kept() -> tuple[dict[str, Order], list[tuple[str, str, str]]]:
    """The robots that are stopped, and what was written down, the latest first."""
    given = settings.load()
    with closing(Store.open(given.database_url, codec_of(given))) as store:
        acts = [(row.who, row.act, row.detail) for row in store.audit.log(Asked(), limit=9)]
        return {name: said.order for name, said in store.stops.all().items()}, acts


def test_a_robot_is_stopped_and_let_work_again(office: Office) -> None:
    said = office.says("robots", "stop", "invoices", "--why", "wrong account", "--who", "anna")
    assert "invoices is stopped" in words(said.out)
    assert kept() == ({"invoices": Order.FINISH}, [("anna", "robot.stopped", "finish: wrong account")])
    office.says("robots", "stop", "invoices", "--now", "--why", "it goes on", "--who", "anna")
    assert kept()[0] == {"invoices": Order.NOW}
    assert "invoices works again" in words(office.says("robots", "resume", "invoices", "--who", "bo").out)
    assert "invoices was not stopped" in words(office.says("robots", "resume", "invoices", "--who", "bo").out)
    stopped, acts = kept()
    assert stopped == {}
    assert [act for _, act, _ in acts] == ["robot.resumed", "robot.stopped", "robot.stopped"]


def test_a_robot_that_is_not_there(office: Office) -> None:
    assert office.says("robots", "stop", "nobody", "--why", "x").code == 2
