"""What requests and answers are made of. Texts that may hold a personal number are masked."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import Path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from bots_common.values import mask
from reports.showing import masked

LARGEST_KEY: Final = 2**63 - 1
LARGEST_PAGE: Final = 1_000_000
PAGE: Final = 50
LARGEST_SIZE: Final = 200

PLAIN: Final = r"^[^\x00]*$"
"""No database takes the null character."""
SOMETHING: Final = r"^[^\x00]*[^\s\x00][^\x00]*$"

Masked = Annotated[str, AfterValidator(mask)]
Facts = Annotated[dict[str, Any], AfterValidator(masked)]
Key = Annotated[int, Path(ge=1, le=LARGEST_KEY)]
RobotName = Annotated[str, Path(max_length=100, pattern=PLAIN)]
Name = Annotated[str, Field(max_length=100, pattern=PLAIN)]
Note = Annotated[str, Field(max_length=1000, pattern=PLAIN)]
Words = Annotated[str, Field(max_length=1000, pattern=SOMETHING)]
"""A text that others must be able to understand."""


class Model(BaseModel):
    """A field nobody declared is an error; what was given is not repeated in errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True, hide_input_in_errors=True)
