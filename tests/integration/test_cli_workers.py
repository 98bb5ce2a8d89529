"""`kollega workers` and `kollega upgrade`, as operations staff type them."""

from __future__ import annotations

from contextlib import closing

from bots_common import settings
from bots_common.work import Store
from bots_common.work.codec import codec_of
from bots_common.work.system_records import Health
from kollega.rooms import opened
from tests.integration.command_line import Office, words

HEALTH = Health("pc-1/7/ab", "pc-1", "0.1.0", ("invoices",), in_hand=2, handled=5, idle_seconds=3)


def store() -> Store:
    given = settings.load()
    return Store.open(given.database_url, codec_of(given))


def test_the_workers_are_listed_with_what_they_do(office: Office) -> None:
    with closing(store()) as shared:
        shared.fleet.report(HEALTH)
        shared.fleet.report(Health("pc-2/8/cd", "pc-2", "0.1.0", ("flexwage",), 0, 0, None))
    shown = words(office.says("workers", "list").out)
    assert "pc-1/7/ab 0.1.0 invoices 2 5" in shown
    assert shown.count("at work") == 1
    assert shown.count("waiting for work") == 1


def test_a_worker_is_told_to_stop(office: Office) -> None:
    with closing(store()) as shared:
        shared.fleet.report(HEALTH)
        said = office.says("workers", "stop", "pc-1/7/ab")
        assert (said.code, words(said.out)) == (0, "1 told; each hears it within 5 seconds.")
        assert "told to stop (finish)" in words(office.says("workers", "list").out)
        office.says("workers", "stop", "--now")
        assert shared.fleet.report(HEALTH) == "now"


def test_a_worker_that_is_not_there(office: Office) -> None:
    said = office.says("workers", "stop", "pc-9")
    assert said.code == 1
    assert "There is no worker 'pc-9'. `kollega workers list` shows those there are." in words(said.err)


def test_an_upgrade_that_is_finished_says_so(office: Office) -> None:
    with opened(settings.load()):
        pass
    assert "Nothing is left to do" in office.says("upgrade").out


def test_a_robot_out_of_reach_says_what_to_do(office: Office) -> None:
    office.set(
        """
        [worker]
        systems = ["grants"]
        [systems.finance]
        url = "http://127.0.0.1:1/"
        username = "robot"
        password = "robot"
        [systems.grants]
        url = "http://127.0.0.1:1/"
        username = "robot"
        password = "robot"
        [robots.invoices]
        our_eans = ["5790626108048"]
        accounts = "konti.xlsx"
        """
    )
    said = office.says("work", "invoices")
    assert said.code == 2
    assert "The robot invoices uses the system finance, which this machine does not reach." in words(said.err)
    assert "No robot can work here" in words(office.says("work").err)
