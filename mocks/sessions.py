"""Who is logged in, and the view state that ties each form to one login, one address and one use."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

_HEAD = 32  # characters of the nonce
_NONCE = _HEAD // 4 * 3
_STATE = 4200  # bytes, 5.6 KB as text: what old systems carry


@dataclass(slots=True)
class Session:
    """A user's login to one system.

    `spent` are the `form_key`s of forms that have written, `cut` those of forms that got a broken connection.
    """

    key: str
    user: str
    seen: float
    spent: set[str] = field(default_factory=set)
    cut: set[str] = field(default_factory=set)


def form_key(view_state: str) -> str:
    """The nonce at the head of a view state: enough to know the form again."""
    return view_state[:_HEAD]


class Sessions:
    """The logins of one system, each valid until `seconds` after its last request."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._open: dict[str, Session] = {}

    def begin(self, user: str) -> Session:
        """A new login; those that have timed out are forgotten."""
        now = self._clock()
        self._open = {key: it for key, it in self._open.items() if self._alive(it, now)}
        session = Session(secrets.token_hex(16), user, now)
        self._open[session.key] = session
        return session

    def find(self, key: str) -> Session | None:
        """The login of this cookie, whose time starts over; None where there is none or it has timed out."""
        now = self._clock()
        session = self._open.get(key)
        if session is None or not self._alive(session, now):
            return None
        session.seen = now
        return session

    def end(self, key: str) -> None:
        """Log off; unknown keys are fine."""
        self._open.pop(key, None)

    def _alive(self, session: Session, now: float) -> bool:
        return now - session.seen < self._seconds


class ViewStates:
    """Opaque texts for forms. Each is a nonce and what the server alone can derive from it, so any change shows."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)

    def issue(self, session_key: str, action: str) -> str:
        """A view state for a form that this login posts to `action`."""
        return self._text(secrets.token_bytes(_NONCE), session_key, action)

    def genuine(self, text: str, session_key: str, action: str) -> bool:
        """Whether `issue` gave this text to this login for this address."""
        try:
            nonce = base64.b64decode(form_key(text))
        except ValueError:
            return False
        return secrets.compare_digest(text.encode(errors="replace"), self._text(nonce, session_key, action).encode())

    def _text(self, nonce: bytes, session_key: str, action: str) -> str:
        seed = b"\0".join((self._secret, nonce, session_key.encode(), action.encode()))
        return base64.b64encode(nonce + hashlib.shake_256(seed).digest(_STATE)).decode()
