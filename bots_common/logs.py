"""Logging by loguru: lines for people on the terminal, JSON lines in a file, personal numbers masked in both.

Masking sits in the last formatter before the bytes leave, so it also covers tracebacks and bound fields.
"""

from __future__ import annotations

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import stamina
from loguru import logger

from bots_common.values import mask

if TYPE_CHECKING:
    from loguru import Record

MEGABYTE = 1024 * 1024


class _Masking(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))


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
        folder / "kollega.jsonl", maxBytes=20 * MEGABYTE, backupCount=10, encoding="utf-8", delay=True
    )
    for handler in (screen, file):
        handler.setFormatter(_Masking())
        handler.terminator = ""
    stamina.instrumentation.set_on_retry_hooks(())  # a retry that helps is no news; what fails in the end is told
    logger.remove()
    logger.add(screen, level=level, format=_line, diagnose=False, backtrace=False)
    logger.add(file, level="INFO", serialize=True, diagnose=False, backtrace=False)
