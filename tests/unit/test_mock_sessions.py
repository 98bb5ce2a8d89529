"""How long a login to a mock system lasts, and what its view states are good for."""

from __future__ import annotations

from mocks.sessions import Sessions, ViewStates


def test_a_login_lasts_from_request_to_request_and_then_no_longer() -> None:
    now = 0.0
    sessions = Sessions(seconds=10, clock=lambda: now)
    session = sessions.begin("robot")
    now = 9.0
    assert sessions.find(session.key) is session
    now = 18.0
    assert sessions.find(session.key) is session
    now = 28.0
    assert sessions.find(session.key) is None


def test_a_view_state_is_good_for_one_login_and_one_address_and_unchanged() -> None:
    states = ViewStates()
    text = states.issue("login", "/a")
    assert 4000 < len(text) < 8000
    assert states.genuine(text, "login", "/a")
    assert not states.genuine(text, "other", "/a")
    assert not states.genuine(text, "login", "/b")
    assert not states.genuine(text[:-8] + "AAAAAAA=", "login", "/a")
    assert not states.genuine("æ" * 64, "login", "/a")
    assert not states.genuine("", "login", "/a")
