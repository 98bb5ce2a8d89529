"""The mock town as a process of its own: `python -m mocks.serve --dir DIR --seed 1 --size 60 --port 8700`.

DIR then holds `town.db` (the state; a second start goes on where the first ended), `konteringsark.xlsx` (the accounts
sheet), `obsliste.xlsx` (the obs-list), `attesttabel.xlsx` (the table of posts), `truth.json`, `flex-truth.json` and
`hires-truth.json` (what must become of each invoice, each flex case and each hire; their owner's alone), `smtp.txt`
and `address.txt` (where its post office and its systems answer).
`running` does the same from tests and demonstrations.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import uvicorn

from mocks import app, post_office
from mocks.screens import Settings
from mocks.state import Filling
from mocks.town import accounts, generate, truth
from mocks.town.flex import obs
from mocks.town.flex import truth as flex_truth
from mocks.town.generate import FLEX_CASES, HIRES
from mocks.town.hires import table
from mocks.town.hires import truth as hires_truth
from mocks.town.model import Town
from mocks.wire import AbortableProtocol

STATE = "town.db"
ACCOUNTS = "konteringsark.xlsx"
OBS_LIST = "obsliste.xlsx"
POSTS = "attesttabel.xlsx"
TRUTH = "truth.json"
FLEX_TRUTH = "flex-truth.json"
HIRES_TRUTH = "hires-truth.json"
ADDRESS = "address.txt"
SMTP = "smtp.txt"

_HOST = "127.0.0.1"
_MAIL_BESIDE = 25  # so much higher is the port of the post office, where that of the town is given
_PATIENCE = 300  # seconds for a large town to be made
_REPOSITORY = Path(__file__).resolve().parents[1]


def serve(directory: Path, town: Filling, *, port: int = 0, settings: Settings | None = None) -> None:
    """Serve the town in `directory` until the process is told to stop; `town` makes it on the first start.

    Port 0 takes a free one; the addresses that came of it stand in address.txt and smtp.txt.
    """
    directory.mkdir(parents=True, exist_ok=True)

    def filled() -> Town:
        made = town()
        accounts.write(directory / ACCOUNTS, made.accounts)
        truth.write(directory / TRUTH, made.truth)
        obs.write(directory / OBS_LIST, made.flex.obs)
        flex_truth.write(directory / FLEX_TRUTH, made.flex.truth)
        table.write(directory / POSTS, made.hires.posts)
        hires_truth.write(directory / HIRES_TRUTH, made.hires.truth)
        return made

    served = app.create(directory / STATE, filled, settings)
    config = uvicorn.Config(
        served,
        http=AbortableProtocol,
        ws="none",
        lifespan="off",
        access_log=False,  # what citizens' pages were opened is nobody's log line
        log_level="warning",
        timeout_graceful_shutdown=1,  # a late answer is a fault here, and no reason to stay
        timeout_keep_alive=60,  # longer than clients keep theirs, so that only faults break a connection
    )
    with (
        socket.create_server((_HOST, port)) as listening,
        post_office.opened(directory / STATE, port and port + _MAIL_BESIDE) as mail,
    ):
        _announce(directory / SMTP, mail)
        _announce(directory / ADDRESS, f"http://{_HOST}:{listening.getsockname()[1]}")
        uvicorn.Server(config).run(sockets=[listening])


@contextmanager
def running(
    directory: Path,
    seed: int = 1,
    size: int = 60,
    *,
    flex: int = FLEX_CASES,
    hires: int = HIRES,
    port: int = 0,
    session_seconds: float = 20 * 60,
    archive_calls: int = Settings.archive_calls,
) -> Iterator[str]:
    """The base URL of a mock town that runs as a process of its own until the block ends.

    Raises:
        RuntimeError: it did not start; its own words are in DIR/server.log.
    """
    directory.mkdir(parents=True, exist_ok=True)
    (directory / ADDRESS).unlink(missing_ok=True)
    given = {"dir": directory.resolve(), "seed": seed, "size": size, "flex": flex, "hires": hires, "port": port}
    arguments = [f"--{name}={value}" for name, value in given.items()]
    arguments += [f"--session-seconds={session_seconds}", f"--archive-calls={archive_calls}"]
    with (directory / "server.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  our own module
            [sys.executable, "-m", "mocks.serve", *arguments],
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=_REPOSITORY,
        )
        try:
            yield _address(process, directory)
        finally:
            _stop(process)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m mocks.serve", description="Serve the mock town.")
    parser.add_argument("--dir", type=Path, required=True, help="where its files lie")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", type=int, default=60, help="invoices of a new town")
    parser.add_argument("--flex", type=int, default=FLEX_CASES, help="flex cases of a new town")
    parser.add_argument("--hires", type=int, default=HIRES, help="hires of a new town")
    parser.add_argument("--port", type=int, default=8700, help="0 takes a free one")
    parser.add_argument("--session-seconds", type=float, default=20 * 60, help="how long an idle login lasts")
    parser.add_argument(
        "--archive-calls", type=int, default=Settings.archive_calls, help="a minute, before it locks out"
    )
    given = parser.parse_args()

    def town() -> Town:
        return generate(given.seed, given.size, flex=given.flex, hires=given.hires)

    settings = Settings(session_seconds=given.session_seconds, archive_calls=given.archive_calls)
    serve(given.dir, town, port=given.port, settings=settings)


def _announce(path: Path, address: str) -> None:
    """Atomically, so that a reader finds either nothing or the whole address."""
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_text(address, encoding="utf-8")
    draft.replace(path)


def _address(process: subprocess.Popen[bytes], directory: Path) -> str:
    """The address that the process announces, once it answers there."""
    announced = directory / ADDRESS
    deadline = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        if announced.exists() and _answers(address := announced.read_text(encoding="utf-8")):
            return address
        time.sleep(0.02)
    raise RuntimeError(f"The mock town did not start. Read {directory / 'server.log'}.")


def _answers(address: str) -> bool:
    try:
        with urlopen(f"{address}/_health", timeout=5) as answer:  # noqa: S310  our own loopback address
            return bool(answer.status == 200)
    except (URLError, ConnectionError, TimeoutError):
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    main()
