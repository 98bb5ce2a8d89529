"""What the tables of the settings file are made of: the strict section, and values checked as they are read."""

from __future__ import annotations

import re
from typing import Annotated, Final
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict

from bots_common.hours import window


class Section(BaseModel):
    """A table of the settings file: a key that it does not know is an error, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is no time zone; an example is 'Europe/Copenhagen'")
    return name


def _known_window(text: str) -> str:
    window(text)
    return text


Zone = Annotated[str, AfterValidator(_known_zone)]
Window = Annotated[str, AfterValidator(_known_window)]

_ADDRESS: Final = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", re.ASCII)


def mail_address(text: str) -> str:
    """The text, if it is a mail address. Raises ValueError."""
    if not _ADDRESS.fullmatch(text):
        raise ValueError(f"{text!r} is no mail address; an example is 'hr@kommune.example'")
    return text
