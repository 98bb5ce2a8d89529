"""The processes that this test run has started for its browsers, to be killed as a fault would."""

from __future__ import annotations

from contextlib import suppress

import psutil

from bots_common.desk.browser import MARK


def browsers() -> list[psutil.Process]:
    """The browser processes of this run, by the mark that a worker's browser carries."""
    return [process for process in _children() if any(word.startswith(MARK) for word in _command(process))]


def renderers() -> list[psutil.Process]:
    """The processes of this run's pages."""
    return [process for process in _children() if "--type=renderer" in _command(process)]


def drivers() -> list[psutil.Process]:
    """Playwright's drivers of this run."""
    return [process for process in _children() if "run-driver" in _command(process)]


def kill_browsers() -> None:
    for process in browsers():
        process.kill()


def kill_drivers() -> None:
    for process in drivers():
        process.kill()


def suspend_browsers() -> None:
    """Let them hang: alive, and deaf."""
    for process in browsers():
        process.suspend()


def alive(pids: list[int]) -> list[int]:
    """Those that run or hang; a process that is only waiting for its parent to notice is dead."""
    every = psutil.process_iter(["status"])
    dead = (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    return [one.pid for one in every if one.pid in pids and one.info["status"] not in dead]


def _children() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def _command(process: psutil.Process) -> list[str]:
    with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
        return process.cmdline()
    return []
