"""Who calls the API: a program with a token, or somebody's browser that is logged in."""

from __future__ import annotations

import hmac
from typing import Final

from fastapi import Request

from bots_common.errors import Forbidden, NotAdmitted, TooManyTries
from bots_common.work import Store
from bots_common.work.database import Clock
from reports.acts import Act
from reports.web.access import READING, Doorkeeper, MustChange, Visitor
from reports.web.login import UNKNOWN, Tries

WORD: Final = "X-CSRF-Token"
"""The header in which a page of ours says its session's word; no other site can send it."""
SCHEME: Final = "bearer"


class Callers:
    """Finds out who calls. A token is enough by itself; a browser's cookie changes nothing without the word."""

    def __init__(self, store: Store, doorkeeper: Doorkeeper, clock: Clock) -> None:
        self._store = store
        self._doorkeeper = doorkeeper
        self._wrong = Tries(clock)

    def __call__(self, request: Request) -> None:
        """Before any route of the API. Raises what `of` raises."""
        request.state.visitor = self.of(request)

    def of(self, request: Request) -> Visitor:
        """Who calls. Raises NotAdmitted, TooManyTries, MustChange or Forbidden."""
        said = request.headers.get("authorization")
        if said is not None:
            return self._by_token(request, said)
        found = self._doorkeeper.recognise(request)
        if found is None:
            raise NotAdmitted("Nobody says who calls.", "Send Authorization: Bearer and a token; /me makes tokens.")
        if found.must_change:
            raise MustChange("The first password has not been changed.", "Log in to the pages, and choose your own.")
        if request.method not in READING:
            _require_word(request, found)
        return found

    def _by_token(self, request: Request, said: str) -> Visitor:
        machine = request.client.host if request.client else ""
        if self._wrong.spent(machine):
            raise TooManyTries("Too many wrong tokens from this machine.", "Wait some minutes.")
        scheme, _, token = said.partition(" ")
        bearer = self._store.tokens.of(token.strip()) if scheme.lower() == SCHEME else None
        if bearer is None:
            self._wrong.too_many(machine)
            self._store.audit.note(UNKNOWN, Act.TOKEN_REFUSED)
            raise NotAdmitted("This token opens nothing.", "It may have ended; /me shows yours and makes new ones.")
        account = bearer.account
        return Visitor(
            account_id=account.id,
            person=bearer.person,
            csrf="",
            language=account.language,
            must_change=False,
            token="",
            by=bearer.token.title,
        )


def _require_word(request: Request, found: Visitor) -> None:
    word = request.headers.get(WORD, "")
    if not hmac.compare_digest(word.encode(), found.csrf.encode()):
        raise Forbidden(
            "A browser that is logged in may read here; a change needs its session's word.",
            f"Send it as {WORD}, or call with a token.",
        )
