"""`kollega up`: pages, scheduler and workers of one PC are started and ended together."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil
import stamina

from bots_common.work import State
from tests.browser.processes import alive
from tests.killing import settings_file
from tests.town_at_work import KEY, TownAtWork, town_at_work

ROOT = Path(__file__).parents[2]


def test_an_item_is_handled_the_page_answers_and_nobody_is_left(tmp_path: Path) -> None:
    with town_at_work(tmp_path, seed=1, size=20) as town:
        asyncio.run(town.worker().find())
        settings = settings_file(town)
        schedules = tmp_path / "schedules.toml"
        schedules.write_text('[schedules.mornings]\nrobot = "invoices"\nwhen = "cron 30 6 * * *"', encoding="utf-8")
        settings.write_text(f"schedules = '{schedules.as_posix()}'\n" + settings.read_text(), encoding="utf-8")
        port = _free_port()
        command = [sys.executable, "-m", "kollega", "up", "--workers", "1", "--port", str(port)]
        told = tmp_path / "told.txt"
        with told.open("wb") as file:
            up = subprocess.Popen(
                [*command, "--settings", str(settings)],
                stdout=file,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                env={**os.environ, "KOLLEGA_KEY": KEY},
            )
        try:
            _until(lambda: _answers(port) and bool(_done(town)) and town.store.runs.leader("scheduler") is not None)
            started = [process.pid for process in psutil.Process(up.pid).children(recursive=True)]
            assert len(started) > 3, "web, scheduler, worker, and its browser"
            up.send_signal(signal.SIGTERM)
            assert up.wait(90) == 0, told.read_text(encoding="utf-8")
        finally:
            up.kill()
        assert alive(started) == []
        said = told.read_text(encoding="utf-8")
        assert f"The pages are at http://127.0.0.1:{port}/" in said
        for part in ("web", "scheduler", "worker-1"):
            assert f"{part:9} │ " in said
        assert town.store.reading.by_state("invoices").get(State.WORKING, 0) == 0, "items in hand were finished"
        assert town.store.fleet.workers() == []
        assert town.store.runs.leader("scheduler") is None


def _done(town: TownAtWork) -> int:
    return town.store.reading.by_state("invoices").get(State.DONE, 0)


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/", follow_redirects=True).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _until(true: Callable[[], bool]) -> None:
    for attempt in stamina.retry_context(on=AssertionError, attempts=None, timeout=120, wait_max=0.3):
        with attempt:
            assert true()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
