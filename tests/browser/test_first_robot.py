"""Guide 1 word by word: whoever types it has a robot at work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.newcomer import ROOT, Newcomer, blocks


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[Newcomer]:
    """Somebody in Kollega's folder."""
    kollega = tmp_path / "kollega"
    kollega.mkdir()
    somebody = Newcomer(kollega)
    yield somebody
    somebody.leave()


def test_whoever_types_the_first_guide_has_a_robot_at_work(newcomer: Newcomer) -> None:
    for language, lines in blocks(ROOT / "docs" / "01-your-first-robot.md"):
        if language == "text":
            newcomer.expect(lines)
        for line in lines if language in ("sh", "toml") else ():
            (newcomer.type if language == "sh" else newcomer.set)(line)
            if line.startswith("kollega autonomy set"):
                register_a_request(newcomer.port)
    with at_the_office(newcomer.port) as browser:
        seen = browser.get("/requests").text
    assert seen.count("G-") == 2, "the new request and the one under the raised limit, and none of the watched"


def register_a_request(port: str) -> None:
    """What the guide has the newcomer do on the office's page."""
    with at_the_office(port) as browser:
        typed = {"citizen": "610190-1234", "purpose": "Bus pass", "amount": "400.00"}
        assert "R-1006" in browser.post("/requests", data=typed).text


@contextmanager
def at_the_office(port: str) -> Iterator[httpx.Client]:
    """A browser that has logged in."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", follow_redirects=True) as browser:
        browser.post("/login", data={"user": "robot", "password": "robot"})
        yield browser
