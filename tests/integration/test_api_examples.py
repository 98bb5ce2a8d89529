"""The examples of docs/api.md, run as they are printed against pages that are served."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn

from bots_common.settings import GivenSettings
from bots_common.work import Codec, State, Store
from reports import web
from tests.handled import NO_CPR, day_of_work
from tests.programs import token

pytestmark = pytest.mark.usefixtures("prepared")

PAPER = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


def examples(language: str, begins: str) -> list[str]:
    blocks: list[str] = re.findall(rf"```{language}\n(.*?)```", PAPER, re.DOTALL)
    return [block for block in blocks if block.startswith(begins)]


@dataclass
class Served:
    store: Store
    ids: dict[str, int]
    said: dict[str, str]

    def run(self, *command: str) -> str:
        told = subprocess.run(command, env=os.environ | self.said, capture_output=True, text=True, timeout=300)
        assert told.returncode == 0, told.stderr
        return told.stdout


@pytest.fixture
def served(tmp_path: Path, codec: Codec) -> Iterator[Served]:
    store = Store.open(f"sqlite:///{(tmp_path / 'kollega.db').as_posix()}", codec)
    ids = day_of_work(store)
    app = web.create(store, codec, GivenSettings(folder=tmp_path))
    server = uvicorn.Server(uvicorn.Config(app, ws="none", lifespan="off", log_level="error"))
    socket = server.config.bind_socket()  # from here on who calls waits, and is not refused
    socket.listen()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
    thread.start()
    address = f"http://127.0.0.1:{socket.getsockname()[1]}"
    yield Served(store, ids, {"KOLLEGA_URL": address, "KOLLEGA_TOKEN": token(store)})
    server.should_exit = True
    thread.join()
    socket.close()
    store.close()


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("sh")), reason="curl is not installed here")
def test_curl_asks_for_the_worklist_and_for_figures(served: Served) -> None:
    worklist, figures = (json.loads(served.run("sh", "-c", it)) for it in examples("sh", "curl"))
    assert [it["reference"] for it in worklist["items"]] == [NO_CPR]
    assert [it["robot"] for it in figures["robots"]] == ["invoices"]


def test_a_program_sends_cases_to_the_robot_again(served: Served) -> None:
    (program,) = examples("python", "import os")
    assert served.run(sys.executable, "-c", program).strip() == f"{NO_CPR} goes to the robot again"
    assert served.store.reading.story(served.ids[NO_CPR]).item.state is State.NEW
