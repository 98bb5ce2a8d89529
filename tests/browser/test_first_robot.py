"""Guide 1 word by word: whoever types it has a robot at work."""

from __future__ import annotations

from pathlib import Path

import httpx

from tests.newcomer import ROOT, Newcomer, blocks, folded

OFFICE = "http://127.0.0.1:8790"


def register_a_request() -> None:
    """What the guide has the newcomer do on the office's page."""
    with httpx.Client(base_url=OFFICE, follow_redirects=True) as browser:
        browser.post("/login", data={"user": "robot", "password": "robot"})
        typed = {"citizen": "610190-1234", "purpose": "Bus pass", "amount": "400.00"}
        assert "R-1006" in browser.post("/requests", data=typed).text


def test_whoever_types_the_first_guide_has_a_robot_at_work(tmp_path: Path) -> None:
    kollega = tmp_path / "kollega"
    kollega.mkdir()
    newcomer = Newcomer(kollega)
    try:
        for language, lines in blocks(ROOT / "docs" / "01-your-first-robot.md"):
            if language == "text":
                printed = folded(newcomer.said)
                assert [line for line in lines if line not in printed] == [], printed
                newcomer.said = ""
            for line in lines if language in ("sh", "toml") else ():
                (newcomer.type if language == "sh" else newcomer.set)(line)
                if line.startswith("kollega autonomy set"):
                    register_a_request()
        with httpx.Client(base_url=OFFICE, follow_redirects=True) as browser:
            seen = browser.post("/login", data={"user": "robot", "password": "robot"}).text
        assert seen.count("G-") == 2, "the new request and the one under the raised limit, and none of the watched"
    finally:
        newcomer.leave()
