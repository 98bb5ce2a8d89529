"""The command line as people use it: what it prints, its exit codes, and that no personal number comes out of it."""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from bots_common import settings
from bots_common.work import NewItem
from kollega import cli
from kollega.rooms import opened
from tests.integration.command_line import ANNA, MINUTE, Office, words
from tests.integration.conftest import MockServer

# -- looking at items -----------------------------------------------------------------------------------------


def test_items_are_listed_the_latest_change_first(office: Office) -> None:
    office.has()
    said = office.says("items", "list")
    assert said.code == 0
    assert [said.out.index(reference) for reference in ("[/red]", "B2", "B1")] == sorted(
        said.out.index(reference) for reference in ("[/red]", "B2", "B1")
    )


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        (["--state", "exception"], ["B1"]),
        (["--state", "done"], ["B2"]),
        (["--reason", "amount_differs"], ["B1"]),
        (["--robot", "[invoices]"], ["[/red]"]),
        (["--robot", "nobody"], []),
        (["--limit", "1"], ["[/red]"]),
    ],
)
def test_only_the_items_that_are_asked_for(office: Office, options: list[str], shown: list[str]) -> None:
    office.has()
    said = office.says("items", "list", *options)
    assert said.code == 0
    assert [reference for reference in ("B1", "B2", "[/red]") if reference in said.out] == shown


def test_the_whole_story_of_an_item_is_shown_and_masked(office: Office) -> None:
    office.has()
    said = office.says("items", "show", "1")
    assert said.code == 0
    shown = words(said.out)
    assert "invoices B1 item 1" in shown
    assert "State: exception, reason: amount_differs" in shown
    assert '"cpr": "******-****"' in shown
    assert '"note": "CPR ******-**** [/red] [systems.finance]"' in shown
    assert "remark/amount_differs" in shown
    assert "N7" in shown
    assert "ab/cd.sealed" in shown
    assert [step for step in ("found", "amount_differs") if step in shown] == ["found", "amount_differs"]


def test_amounts_and_receipts_of_a_done_item_are_shown(office: Office) -> None:
    office.has()
    said = office.says("items", "show", "2")
    assert "5100000123" in said.out
    assert "38750.00" in said.out


def test_brackets_in_errors_are_shown_as_they_are(office: Office) -> None:
    office.has()
    said = office.says("items", "show", "3")
    assert said.code == 0
    assert "[/red]" in said.out
    assert "[name=x]" in said.out
    assert "[/sag/******-****]" in words(said.out)


def test_an_item_whose_effect_nobody_saw_answered_says_so(office: Office) -> None:
    with opened(settings.load()) as rooms:
        rooms.store.add("invoices", [NewItem("B1", {})])
        (claimed,) = rooms.store.claim(["invoices"], "desk", MINUTE)
        rooms.store.ledger.intend(claimed.lease, "post", {})
    assert "nobody has seen an answer" in words(office.says("items", "show", "1").out)


# -- sending them back ----------------------------------------------------------------------------------------


def test_an_exception_is_sent_to_the_robot_again(office: Office) -> None:
    office.has()
    said = office.says("items", "retry", "1", "--why", f"rettet for {ANNA}", "--who", "anna")
    assert (said.code, said.err) == (0, "")
    assert "Item 1 is new again" in said.out
    shown = words(office.says("items", "show", "1").out)
    assert "State: new" in shown
    assert "anna" in shown
    assert "rettet for ******-****" in shown


def test_who_sends_it_back_is_the_one_who_is_logged_in(office: Office) -> None:
    office.has()
    assert office.says("items", "retry", "1", "--why", "rettet").code == 0
    assert "birgit" in office.says("items", "show", "1").out


def test_what_is_done_cannot_be_sent_back(office: Office) -> None:
    office.has()
    said = office.says("items", "retry", "2", "--why", "igen")
    assert said.code == 1
    assert said.err == "An item that is 'done' cannot take the step 'retry'. Possible now: nothing.\n"


# -- systems ---------------------------------------------------------------------------------------------------

TREATED = """
[systems.finance]
url = "http://127.0.0.1:9/"
username = "robot"
password = "robot"
concurrency = 2
calls_per_minute = 90
closed = ["2026-12-24 12:00 - 2026-12-27 06:00"]
"""


def test_systems_are_listed_with_their_limits(office: Office) -> None:
    office.set(TREATED)
    said = office.says("systems")
    assert said.code == 0
    shown = words(said.out)
    assert "finance open" in shown
    assert "2 at a time; 90 a minute; closed 2026-12-24 12:00 - 2026-12-27 06:00" in shown


def test_a_paused_system_says_who_why_and_since_when_until_it_is_resumed(office: Office) -> None:
    office.set(TREATED)
    assert office.says("systems", "pause", "finance", "--why", f"[month]-end of {ANNA}").code == 0
    shown = words(office.says("systems").out)
    assert "finance paused since" in shown
    assert "birgit: [month]-end of ******-****" in shown
    assert office.says("systems", "resume", "finance").code == 0
    assert "finance open" in words(office.says("systems").out)


def test_a_system_that_is_out_of_order_says_why_and_until_when(office: Office) -> None:
    office.set(TREATED)
    with opened(settings.load()) as rooms:
        rooms.store.systems.failed("finance", "finance answered 500.", limit=1, length=MINUTE)
    shown = words(office.says("systems").out)
    assert "finance out of order until" in shown
    assert "finance answered 500." in shown


@pytest.mark.parametrize("command", [["pause", "--why", "x"], ["resume"]])
def test_a_system_without_settings_cannot_be_paused(office: Office, command: list[str]) -> None:
    office.set(TREATED)
    said = office.says("systems", command[0], "archive", *command[1:])
    assert said.code == 2
    assert "No address is set for the system 'archive'." in said.err


ROBOT = "[robots.invoices]\nour_eans = []\naccounts = 'x.xlsx'\n"
IS_PAUSED = "finance is paused: birgit: month-end. `kollega systems resume finance` ends the pause."


def test_finding_at_a_paused_system_says_so(office: Office) -> None:
    office.set(TREATED + TREATED.replace("finance", "grants") + ROBOT)
    office.says("systems", "pause", "finance", "--why", "month-end")
    said = office.says("find", "invoices")
    assert said.code == 1
    assert IS_PAUSED in said.err


@pytest.mark.parametrize("left", [0, 2])
def test_a_run_at_a_paused_system_says_what_waits_for_it_and_is_code_3(office: Office, left: int) -> None:
    office.set(TREATED + TREATED.replace("finance", "grants") + ROBOT)
    office.says("systems", "pause", "finance", "--why", "month-end")
    with opened(settings.load()) as rooms:
        rooms.store.add("invoices", [NewItem(f"B{number}", {}) for number in range(left)])
    said = office.says("run", "invoices")
    assert said.code == 3
    assert "invoices: 0 done, 0 with a person." in said.out
    assert IS_PAUSED in said.err
    assert ("invoices has 2 left to handle" in said.err) is bool(left)


# -- what goes wrong ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [["items", "show", "99"], ["items", "retry", "99", "--why", "x"]])
def test_an_item_that_is_not_there(office: Office, command: list[str]) -> None:
    said = office.says(*command)
    assert (said.code, said.out) == (1, "")
    assert said.err == "There is no item 99. `kollega items list` shows those there are.\n"


def test_another_key_says_which_setting_is_wrong(office: Office) -> None:
    office.has()
    office.monkeypatch.setenv("KOLLEGA_KEY", base64.urlsafe_b64encode(bytes(32)).decode())
    said = office.says("items", "show", "1")
    assert said.code == 1
    assert "cannot be read with this key. Set KOLLEGA_KEY" in said.err


def test_a_database_that_does_not_answer_is_one_sentence_without_its_password(office: Office) -> None:
    office.monkeypatch.setenv("KOLLEGA_DATABASE", "postgresql://robot:hemmeligt@127.0.0.1:1/kollega")
    said = office.says("items", "list")
    assert said.code == 1
    assert said.err.startswith("The database did not answer: ")
    assert "hemmeligt" not in said.err + said.out
    assert len(said.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[worker]\ndesk = 4", "worker.desk: there is no such setting; did you mean 'desks'?"),
        ("[worker\n", "kollega.toml is not valid TOML"),
        ("timezone = 'Mars'", "timezone: 'Mars' is no time zone"),
        ("database = 'mysql://db/x'", "'mysql' is not a database that Kollega knows."),
        ("database = 'what'", "The database setting is not a database URL."),
        ("key = 'short'", "Make one with `kollega key`."),
    ],
)
def test_wrong_settings_are_one_sentence_and_code_2(office: Office, text: str, sentence: str) -> None:
    office.set(text)
    said = office.says("items", "list")
    assert (said.code, said.out) == (2, "")
    assert sentence in said.err
    assert "Traceback" not in said.err


def test_a_settings_file_that_is_not_there(office: Office) -> None:
    said = office.says("items", "list", "--settings", "gone.toml")
    assert (said.code, said.err) == (
        2,
        "The settings file gone.toml does not exist. Create it or correct the path.\n",
    )


def test_a_robot_without_its_settings_says_where_they_belong(office: Office) -> None:
    login = "url = 'http://127.0.0.1:1/'\nusername = 'robot'\npassword = 'hemmeligt'\n"
    office.set(f"[systems.finance]\n{login}[systems.grants]\n{login}")
    said = office.says("find", "invoices")
    assert said.code == 2
    assert "robots.invoices.our_eans: Field required." in said.err
    assert said.err.endswith("Correct it under [robots.invoices].\n"), "brackets are no markup"


@pytest.mark.parametrize("command", ["find", "run", "work"])
def test_a_robot_that_is_not_installed(office: Office, command: str) -> None:
    said = office.says(command, "nobody")
    assert said.code == 2
    assert "There is no robot 'nobody'. Installed here: certificates, flexwage, invoices" in said.err


@pytest.mark.parametrize(
    "command",
    [["fly"], ["items", "list", "--state", "lost"], ["items", "show", "x"], ["items", "retry", "1"], ["find"]],
)
def test_wrong_usage_is_code_2(office: Office, command: list[str]) -> None:
    said = office.says(*command)
    assert (said.code, said.out) == (2, "")
    assert "Usage: " in said.err


def test_a_bug_is_told_with_its_traceback_and_masked(office: Office) -> None:
    Path(ANNA).write_text("not a folder")
    office.set(f"folder = '{ANNA}/var'")
    said = office.says("items", "list")
    assert said.code == 1
    assert "Traceback (most recent call last)" in said.err
    assert "******-****" in said.err


# -- the rest -------------------------------------------------------------------------------------------------


def test_a_key_is_new_every_time(office: Office) -> None:
    keys = {office.says("key").out.strip() for _ in range(2)}
    assert [len(base64.urlsafe_b64decode(key)) for key in keys] == [32, 32]


def test_the_doctor_tells_what_is_well_and_what_mends_the_rest(office: Office, mock_town: MockServer) -> None:
    office.set(
        f"""
        [browser]
        executable = "no-such-browser"
        [systems.finance]
        url = "{mock_town.base}/opus/"
        username = "robot"
        password = "hemmeligt"
        [systems.grants]
        url = "http://127.0.0.1:1/"
        username = "robot"
        password = "hemmeligt"
        """
    )
    code, found = office.examined()
    assert code == 1
    assert found["key"][:2] == ("✓ ok", f"in {Path('var') / 'kollega.key'}")
    assert found["database"][:2] == ("✓ ok", "SQLite, schema up to date")
    assert found["browser"][:2] == ("✗ error", "The browser no-such-browser does not start.")
    assert found["browser"][2].startswith("Correct browser.executable")
    assert found["robot invoices"][0] == "✗ error"
    assert "robots.invoices.our_eans: Field required." in found["robot invoices"][1]
    assert "Correct it under [robots.invoices]." in found["robot invoices"][2]
    assert found["system finance"] == ("✓ ok", f"{mock_town.base}/opus/ answers (200)", "")
    assert found["system grants"][0] == "✗ error"
    assert "http://127.0.0.1:1/ does not answer:" in found["system grants"][1]
    assert "Check systems.grants.url, the network" in found["system grants"][2]
    assert found["backup"] == (
        "! warning",
        "there has never been one",
        "Run `kollega backup FOLDER` every night, see docs/operations.md.",
    )
    assert "hemmeligt" not in str(found)


@pytest.mark.parametrize("url", ["nonsense", "http://127.0.0.1:port/", "http://[::1", "http://a b/"])
def test_the_doctor_takes_any_address_that_is_none(office: Office, url: str) -> None:
    office.set(
        f"""
        [browser]
        executable = "no-such-browser"
        [systems.finance]
        url = "{url}"
        username = "robot"
        password = "hemmeligt"
        """
    )
    code, found = office.examined()
    assert code == 1
    grade, _, step = found["system finance"]
    assert grade == "✗ error"
    assert "Check systems.finance.url" in step


def _commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, below in getattr(command, "commands", {}).items():
        yield from _commands(below, (*path, name))


COMMANDS = list(_commands(typer.main.get_command(cli.app)))


def test_the_commands_are_these() -> None:
    assert {" ".join(path) for path in COMMANDS} >= {"find", "work", "run", "doctor", "key", "web", "demo"}
    assert {("items", name) for name in ("list", "show", "retry")} <= set(COMMANDS)


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(office: Office, path: tuple[str, ...]) -> None:
    said = office.says(*path, "--help")
    assert (said.code, said.err) == (0, "")
    assert f"{' '.join(('kollega', *path))} " in words(said.out).partition("Usage: ")[2]
    assert list(office.folder.iterdir()) == [], "asking for help writes nothing"


def test_it_runs_as_a_module(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "kollega", "items", "show", "7"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "There is no item 7." in ran.stderr


# -- rates and the month's report -------------------------------------------------------------------------------


def test_the_rates_of_a_month_are_told_with_their_sources(office: Office) -> None:
    said = office.says("rates", "check", "--month", "2024-11")
    assert said.code == 0
    assert "2024-11: the base is 19952 kroner" in said.out
    assert "2024-11: the threshold is" in said.out


def test_a_rate_that_is_not_known_must_be_found_and_the_command_fails(office: Office) -> None:
    said = office.says("rates", "check", "--month", "2026-12")
    assert said.code == 1
    assert "2026-12: the threshold is not known. Find it" in words(said.out)


def test_the_months_report_is_written_where_it_is_wanted(office: Office) -> None:
    said = office.says("report", "flexwage", "--month", "2024-11", "--to", "reports/november.xlsx")
    assert (said.code, said.out) == (0, "Written: reports/november.xlsx\n")
    assert (office.folder / "reports" / "november.xlsx").stat().st_size > 0
    office.says("report", "invoices", "--month", "2024-11")
    assert (office.folder / "invoices-2024-11.xlsx").exists()


def test_there_is_no_report_of_a_robot_that_is_none(office: Office) -> None:
    said = office.says("report", "flexwag", "--month", "2024-11")
    assert said.code == 2
    assert "There is no robot 'flexwag'." in said.err


# -- retention ------------------------------------------------------------------------------------------------


def test_retention_is_counted_first_and_done_then(office: Office) -> None:
    office.set("[retention]\npayload = 0\nevidence = 0\nreference = 0\nrow = 30")
    office.has()
    foreseen = words(office.says("retention", "run", "--dry-run").out)
    assert "Payload, facts and fields emptied 0 1 items" in foreseen
    assert "Deleted altogether 30 0 items" in foreseen
    done = words(office.says("retention", "run").out)
    assert done == foreseen.replace("Would be now", "This time")
    assert "Payload, facts and fields emptied 0 0 items" in words(office.says("retention", "run").out)

    said = words(office.says("items", "show", "2").out)
    assert "Retention has taken all that it was about" in said
    assert "5100000123 38750.00" in said
    assert "invoices B2" not in said
    assert '"note"' in office.says("items", "show", "1").out, "what is with a person stays"


def test_a_report_goes_when_its_run_has_gone(office: Office) -> None:
    file = office.folder / "var" / "reports" / "invoices" / "77.xlsx"
    file.parent.mkdir(parents=True)
    file.touch()
    assert "Reports of runs that are gone 1825 1 files" in words(office.says("retention", "run", "--dry-run").out)
    assert file.exists()
    assert "Reports of runs that are gone 1825 1 files" in words(office.says("retention", "run").out)
    assert not file.exists()


def test_retention_in_the_wrong_order_is_a_wrong_setting(office: Office) -> None:
    office.set("[retention]\npayload = 20\nreference = 10")
    said = office.says("retention", "run")
    assert said.code == cli.WRONG
    assert "retention: payload must go no later than reference" in words(said.err)


# -- backup -----------------------------------------------------------------------------------------------------


def test_a_backup_is_made_and_restored_into_an_empty_place(office: Office) -> None:
    office.has()
    said = office.says("backup", "copy")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Backed up: 3 items and 0 pieces of evidence, ")
    assert "keep a copy of the key elsewhere" in words(said.out)
    again = office.says("backup", "copy")
    assert (again.code, again.err) == (1, "copy is not empty. Name a new folder for each backup.\n")

    assert "There is a database already" in office.says("restore", "copy").err
    office.set("folder = 'new'")
    missing = office.says("restore", "copy")
    assert missing.code == 2
    assert missing.err.startswith("The key that the backup was sealed with is missing: it is in no backup.")
    Path("new", "kollega.key").write_bytes(Path("var", "kollega.key").read_bytes())
    said = office.says("restore", "copy")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Restored: 3 items and 0 pieces of evidence, ")
    assert "B1" in office.says("items", "list").out
