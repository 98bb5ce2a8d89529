"""Logging by loguru: lines for people on the terminal, JSON lines in a file, personal numbers masked in both.

Masking is the last thing before the bytes leave, so it also covers tracebacks, bound fields and what libraries log.
"""

from __future__ import annotations

import json
import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import stamina
from loguru import logger

from bots_common.values import mask

if TYPE_CHECKING:
    from loguru import Record

MEGABYTE = 1024 * 1024


class _FromLibraries(logging.Handler):
    """Sends what libraries log by the standard module the same way as our own lines."""

    def emit(self, record: logging.LogRecord) -> None:
        logger.opt(exception=record.exc_info).log(record.levelno, "{}: {}", record.name, record.getMessage())


_from_libraries = _FromLibraries(logging.WARNING)


def _mask_line(record: logging.LogRecord) -> bool:
    # A filter, not a formatter: should the write fail, Python prints the record itself.
    record.msg, record.exc_info, record.exc_text = mask(record.msg), None, None
    return True


def _mask_json(record: logging.LogRecord) -> bool:
    # Value by value: from January to June 2027 the text of a timestamp looks like a personal number.
    masked = json.dumps(_masked(json.loads(record.msg)), ensure_ascii=False)
    record.msg, record.exc_info, record.exc_text = f"{masked}\n", None, None
    return True


def _masked(value: Any) -> Any:
    match value:
        case dict():
            return {mask(key): _masked(inner) for key, inner in value.items()}
        case list():
            return [_masked(inner) for inner in value]
        case str():
            return mask(value)
        case int():
            shown = mask(str(value))
            return value if shown == str(value) else shown
        case _:
            return value


def _line(record: Record) -> str:
    bound = "".join(f" {key}={{extra[{key}]}}" for key in record["extra"])
    return f"{{time:HH:mm:ss}} {{level: <7}} {{message}}{bound}\n{{exception}}"


def configure(folder: Path, *, level: str = "INFO", terminal: TextIO | None = None) -> None:
    """Send log lines of `level` and up to the terminal, and all from INFO up to `folder`/kollega.jsonl.

    Values of variables are never added to tracebacks: they could be anybody's personal data.
    """
    folder.mkdir(parents=True, exist_ok=True)
    screen = logging.StreamHandler(terminal or sys.stderr)
    file = RotatingFileHandler(
        folder / "kollega.jsonl",
        maxBytes=20 * MEGABYTE,
        backupCount=10,
        encoding="utf-8",
        delay=True,
        errors="backslashreplace",
    )
    screen.addFilter(_mask_line)
    file.addFilter(_mask_json)
    for handler in (screen, file):
        handler.terminator = ""
    stamina.instrumentation.set_on_retry_hooks(())  # a retry that helps is no news; what fails in the end is told
    logger.remove()
    logger.add(screen, level=level, format=_line, diagnose=False, backtrace=False)
    logger.add(file, level="INFO", serialize=True, diagnose=False, backtrace=False)
    logging.getLogger().addHandler(_from_libraries)
