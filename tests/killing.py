"""Worker processes that are started as an operator starts them, and killed without warning."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.town_at_work import KEY, TownAtWork

PATIENCE = 240
"""Seconds until a worker's first act: on a busy machine it takes a minute to start and look at the screens."""


def kill_again_and_again(town: TownAtWork, *, kills: int, seed: int) -> int:
    """Start a worker process, kill it after a while with no warning, and so on; says how often it was still busy."""
    chance = random.Random(seed)
    settings = settings_file(town)
    killed = 0
    while killed < kills and town.store.open_count([town.robot]):
        worker = subprocess.Popen(
            [sys.executable, "-m", "kollega", "work", town.robot, "--settings", str(settings)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "KOLLEGA_KEY": KEY},
        )
        try:
            wait_for_an_act(town, worker)
            time.sleep(chance.uniform(0, 2))  # anywhere in the handling of an item
            killed += worker.poll() is None
        finally:
            worker.kill()
            worker.wait()
    return killed


def wait_for_an_act(town: TownAtWork, worker: subprocess.Popen[bytes]) -> None:
    """Until the systems have seen the worker do something, or it has nothing left to do."""
    before = len(town.acts())
    deadline = time.monotonic() + PATIENCE
    while len(town.acts()) == before and worker.poll() is None and town.store.open_count([town.robot]):
        assert time.monotonic() < deadline, "the worker does nothing"
        time.sleep(0.05)


def settings_file(town: TownAtWork) -> Path:
    """The town's settings as an operator would write them."""
    rules = town.settings.worker
    lines = [
        f"folder = '{town.settings.folder.as_posix()}'",
        f"database = '{town.settings.database_url}'",
        "[worker]",
        f"lease_seconds = {rules.lease_seconds}",
        f"retry_seconds = {rules.retry_seconds}",
        f"poll_seconds = {rules.poll_seconds}",
        f"max_attempts = {rules.max_attempts}",
    ]
    for name, system in town.settings.systems.items():
        lines += [
            f"[systems.{name}]",
            f"url = '{system.url}'",
            "username = 'robot'",
            "password = 'robot'",
            f"settle_seconds = {system.settle_seconds}",
            *([f"concurrency = {system.concurrency}"] if system.concurrency else []),
            *([f"calls_per_minute = {system.calls_per_minute}"] if system.calls_per_minute else []),
        ]
    if mail := town.settings.mail:
        said = {"host": mail.host, "port": mail.port, "security": mail.security, "sender": mail.sender}
        lines += _table("mail", said)
    for name, robot in town.settings.robots.items():
        lines += _table(f"robots.{name}", robot)
    file = town.folder / "kollega.toml"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def _table(name: str, values: Mapping[str, Any]) -> list[str]:
    """A table of TOML with the tables in it; lists, texts, numbers and switches are written as in JSON."""
    tables = {key: value for key, value in values.items() if isinstance(value, Mapping)}
    lines = [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items() if key not in tables)]
    return lines + [line for key, value in tables.items() for line in _table(f"{name}.{key}", value)]
