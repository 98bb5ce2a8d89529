"""Log lines: people read the terminal, machines the file, and neither ever holds a personal number."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from loguru import logger

from bots_common import logs
from bots_common.errors import StoreUnavailable
from bots_common.work import ask

ANNA = "6101901234"
WRITTEN = [ANNA, "610190-1234", "610190 1234", "610190\n1234", "610190 – 1234"]


@dataclass
class Written:
    """Where the log went."""

    terminal: io.StringIO
    file: Path

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.file.read_text(encoding="utf-8").removesuffix("\n").split("\n")]

    def all(self) -> str:
        return self.terminal.getvalue() + self.file.read_text(encoding="utf-8")


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Written]:
    terminal = io.StringIO()
    logs.configure(tmp_path / "logs", terminal=terminal)
    yield Written(terminal, tmp_path / "logs" / "kollega.jsonl")
    logger.remove()


@pytest.mark.parametrize("number", WRITTEN)
def test_a_number_in_a_message_is_masked_in_both(written: Written, number: str) -> None:
    logger.info("No row for {}.", number)
    assert written.terminal.getvalue().endswith("INFO    No row for ******-****.\n")
    (line,) = written.lines()
    assert line["message"] == "No row for ******-****."
    assert number not in written.all()


@pytest.mark.parametrize("number", [*WRITTEN, int(ANNA)])
def test_a_number_in_a_bound_field_is_masked_in_both(written: Written, number: object) -> None:
    logger.bind(citizen=number, searched={f"{number}": [f"CPR {number}"]}).warning("Not found.")
    assert "Not found. citizen=******-**** searched={'" in written.terminal.getvalue()
    (line,) = written.lines()
    assert (line["citizen"], line["searched"]) == ("******-****", {"******-****": ["CPR ******-****"]})
    assert str(number) not in written.all()


def look_up(citizen: str) -> None:
    try:
        {}[citizen]
    except KeyError as error:
        raise ValueError(f"no case of {citizen}") from error


@pytest.mark.parametrize("number", WRITTEN)
def test_a_number_in_an_error_is_masked_in_text_and_traceback(written: Written, number: str) -> None:
    try:
        look_up(number)
    except ValueError:
        logger.exception("The look-up failed.")
    (line,) = written.lines()
    for shown in (written.terminal.getvalue(), line["error"]["trace"]):
        assert "in look_up" in shown
        assert "ValueError: no case of ******-****" in shown
        assert "KeyError: '" in shown
    assert line["error"]["text"] == "no case of ******-****"
    assert number not in written.all()
    assert repr(number) not in written.all()


def test_a_traceback_has_nothing_of_the_variables(written: Written) -> None:
    name, amount = "Gurli Holm", 471100

    def book(citizen: str, amounts: list[int]) -> int:
        return amounts[len(citizen)]

    try:
        book(name, [amount])
    except IndexError:
        logger.exception("A bug.")
    assert "return amounts[len(citizen)]" in written.terminal.getvalue()
    assert "Gurli" not in written.all()
    assert "471100" not in written.all()


def test_what_libraries_log_is_masked_too(written: Written) -> None:
    logging.getLogger("asyncio").error("Task exception was never retrieved: %s", ANNA)
    logging.getLogger("sqlalchemy").info("a chatty line")
    assert "asyncio: Task exception was never retrieved: ******-****" in written.terminal.getvalue()
    assert len(written.lines()) == 1


def test_the_file_is_json_even_when_the_clock_looks_like_a_personal_number(written: Written) -> None:
    """From 26 January 2027 the seconds since 1970 begin with 1801: the eighteenth of January."""
    later = logger.patch(lambda record: record.update(time=record["time"].replace(year=2027, month=2, day=1)))
    later.info("A line of February 2027.")
    (line,) = written.lines()
    assert line["time"].startswith("2027-02-01T")


def test_the_terminal_is_as_quiet_as_asked_for_and_the_file_is_not(tmp_path: Path) -> None:
    terminal = io.StringIO()
    logs.configure(tmp_path, level="ERROR", terminal=terminal)
    logger.info("found")
    logger.debug("detail")
    logger.remove()
    assert terminal.getvalue() == ""
    assert "found" in (tmp_path / "kollega.jsonl").read_text(encoding="utf-8")
    assert "detail" not in (tmp_path / "kollega.jsonl").read_text(encoding="utf-8")


def test_configuring_again_writes_each_line_once(written: Written, tmp_path: Path) -> None:
    logs.configure(tmp_path / "logs", terminal=written.terminal)
    logging.getLogger("library").warning("once")
    assert written.terminal.getvalue().count("once") == 1
    assert len(written.lines()) == 1


def test_a_write_that_fails_does_not_tell_the_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    class FullDisk(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError("No space left on device")

    logs.configure(tmp_path, terminal=FullDisk())
    number = ANNA
    logger.info("No row for {}.", number)
    logger.remove()
    said = capsys.readouterr()
    assert "No space left on device" in said.err
    assert number not in said.err + said.out


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(before=st.text(max_size=20), after=st.text(max_size=20))
@example(before="\x01", after="\n")
@example(before="\ud800", after="")
def test_no_text_around_a_number_lets_it_through(written: Written, before: str, after: str) -> None:
    if before[-1:].isdigit() or after[:1].isdigit():
        before, after = f"{before} ", f" {after}"
    logger.bind(near=f"{before}610190-1234{after}").info("{}", f"{before}{ANNA}{after}")
    assert ANNA not in written.all()
    assert "610190-1234" not in written.all()
    assert all(line["message"] for line in written.lines())


async def test_a_retry_that_helps_is_no_news(capsys: pytest.CaptureFixture[str]) -> None:
    failures = [StoreUnavailable(f"No answer about {ANNA}.")]

    def question() -> int:
        if failures:
            raise failures.pop()
        return 7

    assert await ask(question) == 7
    assert capsys.readouterr() == ("", "")
