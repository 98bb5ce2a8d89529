"""Logging by loguru: lines for people on the terminal, JSON lines in a file, personal numbers masked in both.

Masking is the last thing before the bytes leave, so it also covers tracebacks, bound fields and what libraries log.

A JSON line is flat: `time`, `level`, `message`, `module`, `process`, whatever is bound (`worker`, `robot`, `item`,
`run`, `schedule`, `system`, where there is one), and an `error` with `type`, `text` and `trace`.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TextIO

from loguru import logger

from bots_common.values import mask

if TYPE_CHECKING:
    from loguru import Message, Record

MEGABYTE = 1024 * 1024
KNOWN_HERE: Final = frozenset({"worker"})
"""What is bound and not shown to people: whoever looks at a worker's terminal knows which one it is."""


class _FromLibraries(logging.Handler):
    """Sends what libraries log by the standard module the same way as our own lines."""

    def emit(self, record: logging.LogRecord) -> None:
        logger.opt(exception=record.exc_info).log(record.levelno, "{}: {}", record.name, record.getMessage())


_from_libraries = _FromLibraries(logging.WARNING)


def _mask_line(record: logging.LogRecord) -> bool:
    # A filter, not a formatter: should the write fail, Python prints the record itself.
    record.msg, record.exc_info, record.exc_text = mask(record.msg), None, None
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
    bound = "".join(f" {key}={{extra[{key}]}}" for key in record["extra"] if key not in KNOWN_HERE)
    return f"{{time:HH:mm:ss}} {{level: <7}} {{message}}{bound}\n{{exception}}"


class _Json:
    """A sink that writes each record as a line of JSON, by a handler that it closes in the end."""

    def __init__(self, handler: logging.Handler) -> None:
        self._handler = handler

    def write(self, message: Message) -> None:
        # Value by value, and the time as it is: there are days on which its digits look like a personal number.
        record = message.record
        fields = {"time": record["time"].isoformat(timespec="milliseconds"), **_masked(_fields(record))}
        line = json.dumps(fields, ensure_ascii=False)
        self._handler.handle(logging.makeLogRecord({"levelno": record["level"].no, "msg": f"{line}\n"}))

    def stop(self) -> None:
        """Called by loguru."""
        self._handler.close()


def _fields(record: Record) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "level": record["level"].name,
        "message": record["message"],
        "module": record["name"],
        "process": record["process"].id,
    }
    bound = {key: value for key, value in record["extra"].items() if key not in fields}
    if (error := record["exception"]) is not None:
        trace = "".join(traceback.format_exception(error.type, error.value, error.traceback))
        name = error.type.__name__ if error.type else ""
        fields["error"] = {"type": name, "text": str(error.value), "trace": trace}
    # Through JSON, so that masking sees every value as the text that it becomes.
    plain: dict[str, Any] = json.loads(json.dumps({**fields, **bound}, default=str))
    return plain


def configure(
    folder: Path, *, level: str = "INFO", terminal: TextIO | None = None, form: Literal["text", "json"] = "text"
) -> None:
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
    for handler in (screen, file):
        handler.terminator = ""
    logger.remove()
    if form == "json":
        logger.add(_Json(screen), level=level)
    else:
        screen.addFilter(_mask_line)
        logger.add(screen, level=level, format=_line, diagnose=False, backtrace=False)
    logger.add(_Json(file), level="INFO")
    logging.getLogger().addHandler(_from_libraries)
