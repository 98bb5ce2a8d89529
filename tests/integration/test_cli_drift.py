"""`kollega drift` and the doctor's line, as operations staff meet them."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from bots_common import settings
from bots_common.work import Store
from bots_common.work.codec import codec_of
from bots_common.work.system_records import Expected, Landmark
from kollega import terminal
from tests.integration.command_line import Office, words

NEEDED = frozenset({Landmark("field", "CPR-nummer"), Landmark("button", "Vis [/red]")})
SEEN = frozenset({Landmark("field", "Personnummer"), Landmark("button", "Vis [/red]")})
PICTURE = b"a picture"


@pytest.fixture(autouse=True)
def wide(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal.console, "width", 160)


def drift(*, screen: str = "citizen search", exact: bool = False, picture: bool = False) -> None:
    given = settings.load()
    codec = codec_of(given)
    with closing(Store.open(given.database_url, codec)) as store:
        drift_id = store.drift.report("grants", screen, Expected(NEEDED, exact=exact), SEEN, "pc-1/7/ab")
        assert drift_id is not None
        if picture:
            file = given.folder / "evidence" / "ab" / "cd.sealed"
            file.parent.mkdir(parents=True)
            file.write_bytes(codec.seal(PICTURE))
            store.drift.keep_picture(drift_id, "ab/cd.sealed")


def test_drifts_are_listed_the_latest_first(office: Office) -> None:
    drift()
    office.says("drift", "accept", "1", "--why", "only the label", "--who", "anna")
    drift(screen="suppliers")
    shown = words(office.says("drift", "list").out)
    assert shown.index("2 grants suppliers") < shown.index("1 grants citizen search")
    assert "open: its robots stand still" in shown
    assert "accepted by anna" in shown
    assert "only the label" in shown
    assert "suppliers" not in office.says("drift", "list", "--limit", "1").out.replace("suppliers", "", 1)


@pytest.mark.parametrize(("exact", "mark"), [(False, "only seen"), (True, "new")])
def test_expected_and_seen_stand_side_by_side(office: Office, exact: bool, mark: str) -> None:
    drift(exact=exact)
    said = office.says("drift", "show", "1")
    rows = [words(line) for line in said.out.splitlines()]
    assert said.code == 0
    assert "field CPR-nummer missing" in rows
    assert f"field Personnummer {mark}" in rows
    assert "button Vis [/red] Vis [/red]" in rows
    assert "No picture could be taken." in said.out


def test_the_picture_is_unsealed_for_who_asks(office: Office) -> None:
    drift(picture=True)
    shown = words(office.says("drift", "show", "1").out)
    assert "Picture, sealed: var/evidence/ab/cd.sealed" in shown
    assert PICTURE not in Path("var/evidence/ab/cd.sealed").read_bytes()
    said = office.says("drift", "show", "1", "--picture", "seen.jpg")
    assert said.code == 0
    assert Path("seen.jpg").read_bytes() == PICTURE


def test_a_picture_that_was_never_taken(office: Office) -> None:
    drift()
    said = office.says("drift", "show", "1", "--picture", "seen.jpg")
    assert said.code == 1
    assert said.err.startswith("Of drift 1 there is no picture.")
    assert not Path("seen.jpg").exists()


def test_who_accepts_hears_what_the_robots_still_need(office: Office) -> None:
    drift()
    said = office.says("drift", "accept", "1", "--why", "only the label")
    assert said.code == 0
    assert "the robots that use grants go on within seconds" in words(said.out)
    assert "no longer there: field 'CPR-nummer'. Items that need it will fail." in words(said.out)
    assert "accepted by birgit" in words(office.says("drift", "show", "1").out)


def test_a_drift_is_accepted_once_and_with_a_reason(office: Office) -> None:
    drift()
    assert office.says("drift", "accept", "1").code == 2
    assert office.says("drift", "accept", "1", "--why", "seen", "--who", "anna").code == 0
    again = office.says("drift", "accept", "1", "--why", "seen")
    assert (again.code, again.err) == (1, "anna has accepted drift 1 before. There is nothing to do.\n")


@pytest.mark.parametrize("command", [["show", "9"], ["accept", "9", "--why", "seen"]])
def test_a_drift_that_is_not_there(office: Office, command: list[str]) -> None:
    said = office.says("drift", *command)
    assert said.code == 1
    assert said.err == "There is no drift 9. `kollega drift list` shows those there are.\n"


def test_the_doctor_has_a_red_line_until_it_is_accepted(office: Office) -> None:
    office.set('[browser]\nexecutable = "no-such-browser"')
    well = ("✓ ok", "no robot stands still before a changed one", "")
    assert office.examined()[1]["screens"] == well
    drift()
    code, found = office.examined()
    assert code == 1
    assert found["screens"][:2] == (
        "✗ error",
        "Changed, and their robots stand still: 'citizen search' of grants (drift 1).",
    )
    assert "`kollega drift show`" in found["screens"][2]
    office.says("drift", "accept", "1", "--why", "seen")
    assert office.examined()[1]["screens"] == well
