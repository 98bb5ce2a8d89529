"""`kollega autonomy`, and `kollega items approve` and `reject`, as people type them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bots_common import settings
from bots_common.autonomy import Level
from bots_common.settings import AutonomySettings
from bots_common.work import NewItem
from bots_common.work.records import Wish
from kollega.rooms import opened
from tests.integration.command_line import ANNA, Office, words

ROBOT = "invoices"
WISH = Wish(ROBOT, "B1", "post", {"borger": ANNA, "amount": "38750.00"}, check="finance.find_posting")


def parked() -> None:
    """Item 1 waits until a person has decided on its posting."""
    with opened(settings.load()) as rooms:
        store = rooms.store
        store.levels.set(ROBOT, Level.APPROVE, "anna", "begins")
        store.add(ROBOT, [NewItem("B1", {})])
        (claimed,) = store.claim([ROBOT], "desk", timedelta(minutes=1))
        store.approvals.permit(claimed.lease, WISH, AutonomySettings())
        store.park(claimed.lease, "desk", "approval", {"effect": "post"})


def test_a_robot_is_raised_by_somebody_for_a_reason(office: Office) -> None:
    assert "shadow nobody has raised it" in words(office.says("autonomy", "list").out)
    said = office.says("autonomy", "set", ROBOT, "sample", "--why", "60 of 60 right", "--who", "anna")
    assert (said.code, words(said.out)) == (0, "invoices: shadow → sample, from the next effect on.")
    assert office.says("autonomy", "set", ROBOT, "approve", "--why", "holidays").code == 0
    listed = words(office.says("autonomy", "list").out)
    assert "birgit holidays 0 of 0 0 100.0% too little seen to say" in listed
    log = words(office.says("autonomy", "log", "--robot", ROBOT).out)
    assert log.index("birgit holidays") < log.index("anna 60 of 60 right")


def test_the_ramps_number_and_what_people_have_found_are_listed(office: Office) -> None:
    office.set("[autonomy.invoices]\nramp = [10, 20]\nerror_limit = 0.2")
    parked()
    office.says("items", "reject", "1", "--why", "wrong account")
    listed = words(office.says("autonomy", "list").out)
    assert "1 of 1 1 100.0% over the limit: lower it" in listed
    office.says("autonomy", "set", ROBOT, "auto", "--why", "begins")
    assert "auto, 10 a day" in words(office.says("autonomy", "list").out)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["nobody", "auto", "--why", "x"],
            "There is no robot 'nobody'. Installed here: certificates, flexwage, invoices",
        ),
        ([ROBOT, "free", "--why", "x"], "'free' is not one of"),
        ([ROBOT, "auto"], "Missing option '--why'"),
    ],
)
def test_a_robot_is_not_raised_by_mistake(office: Office, arguments: list[str], sentence: str) -> None:
    said = office.says("autonomy", "set", *arguments)
    assert said.code == 2
    assert sentence in words(said.err)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[autonomy.invoices]\nshares = 0.1", "did you mean 'share'?"),
        ("[autonomy.invoices]\nramp = [0]", "autonomy.invoices.ramp.0: Input should be greater than or equal to 1."),
        ("[autonomy.invoices]\nerror_limit = 1", "autonomy.invoices.error_limit: Input should be less than 1."),
    ],
)
def test_wrong_settings_are_told(office: Office, text: str, sentence: str) -> None:
    office.set(text)
    said = office.says("autonomy", "list")
    assert said.code == 2
    assert sentence in said.err


def test_what_waits_is_shown_and_approved(office: Office) -> None:
    parked()
    assert "B1" in office.says("items", "list", "--state", "waiting").out
    shown = words(office.says("items", "show", "1").out)
    assert "Proposed: post (approve) not decided" in shown
    assert '"borger": "******-****", "amount": "38750.00"' in shown
    said = office.says("items", "approve", "1", "--why", "looked at it")
    assert said.code == 0
    assert '"amount": "38750.00"' in said.out, "what is approved is printed"
    shown = words(office.says("items", "show", "1").out)
    assert "State: new" in shown
    assert "approved by birgit" in shown
    again = office.says("items", "approve", "1", "--why", "once more")
    assert (again.code, again.err) == (
        1,
        "Nothing is proposed for item 1. See `kollega items show 1`.\n",
    )


def test_what_waits_is_rejected_with_a_reason(office: Office) -> None:
    parked()
    assert office.says("items", "reject", "1").code == 2, "whoever takes the case must know why"
    said = office.says("items", "reject", "1", "--why", f"konto for {ANNA}", "--who", "anna")
    assert said.code == 0
    shown = words(office.says("items", "show", "1").out)
    assert "State: exception, reason: rejected" in shown
    assert "rejected by anna" in shown
    assert "konto for ******-****" in shown
