"""The obs-list in Excel: the template and the list to take home, and a sheet that is read into it.

Where cells of a sheet are wrong nothing is loaded; the person is shown which they are, and may load the good rows.
Those wait in the page, sealed, so that no file with personal numbers lies about.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile

from bots_common import obslist
from bots_common.errors import SettingsError, StoreError
from bots_common.obslist import Sheet
from bots_common.robot import spellings
from bots_common.roles import EVERY_ROBOT, Right
from bots_common.work import Codec, Store
from bots_common.work.records import NewObs, ObsRow
from reports.acts import Act
from reports.web.access import Visitor, needs, visitor
from reports.web.obs import sees, theirs, told_of
from reports.web.pages import EXCEL
from reports.web.rendering import Renderer, language_param

LARGEST: Final = 2_000_000
NO_FILE: Final = "Choose a file first. Nothing was loaded."
NO_SHEET: Final = (
    "This is not an Excel file of the list, or one of its columns is missing. Take the template, and copy the rows "
    "into it. Nothing was loaded."
)
TOO_LARGE: Final = "The file is too large for a list. Nothing was loaded."
LOAD_AGAIN: Final = "The rows cannot be read any more. Load the file again; nothing was loaded."
SAYINGS: Final = (NO_FILE, NO_SHEET, TOO_LARGE, LOAD_AGAIN)


class ObsSheetPages:
    """The routes of the sheets."""

    def __init__(self, store: Store, codec: Codec, renderer: Renderer) -> None:
        self._store = store
        self._codec = codec
        self._renderer = renderer

    def router(self) -> APIRouter:
        router = APIRouter(dependencies=[Depends(language_param), needs(Right.OBS)])
        routes: tuple[tuple[str, str, Callable[..., Response]], ...] = (
            ("GET", "/obs/template.xlsx", self.template),
            ("POST", "/obs/list.xlsx", self.take),
            ("POST", "/obs/sheet", self.read),
            ("POST", "/obs/sheet/load", self.load),
        )
        for method, path, page in routes:
            router.add_api_route(path, page, methods=[method], response_model=None)
        return router

    def template(self, request: Request) -> Response:
        """The sheet to be filled in."""
        return self._book(request, [], "kollega-obs.xlsx")

    def take(self, request: Request) -> Response:
        """The list that the visitor sees, with personal numbers in full; it is written down about each citizen."""
        who = visitor(request)
        entries = [it for it in self._store.obs.entries() if sees(who, it)]
        self._store.audit.note_citizens(who.name, Act.OBS_TAKEN, [(it.subject, it.robot) for it in entries])
        return self._book(request, entries, f"kollega-obs-{self._store.stats.today()}.xlsx")

    def read(self, request: Request, sheet: Annotated[UploadFile | None, File()] = None) -> Response:
        """Load a sheet whose rows are all good; else show what is wrong, and load nothing."""
        if sheet is None or not sheet.size:
            return self._refused(request, NO_FILE)
        if sheet.size > LARGEST:
            return self._refused(request, TOO_LARGE)
        who = visitor(request)
        known = spellings()
        try:
            found = obslist.read(
                sheet.file.read(),
                {name: known[name] for name in theirs(who)},
                self._store.stats.today(),
                for_all=who.robots(Right.OBS) is None,
            )
        except SettingsError:
            return self._refused(request, NO_SHEET)
        if found.wrong:
            return self._wrong(request, found)
        return self._load(request, found.entries)

    def load(self, request: Request, rows: Annotated[str, Form(max_length=LARGEST)] = "") -> Response:
        """Load the good rows of a sheet that was shown before."""
        who = visitor(request)
        try:
            entries = self._unseal(rows, who)
        except (StoreError, binascii.Error, ValueError, TypeError):
            return self._refused(request, LOAD_AGAIN)
        for entry in entries:  # roles may have been taken since
            who.require(Right.OBS, entry.robot or EVERY_ROBOT)
        return self._load(request, entries)

    def _load(self, request: Request, entries: Sequence[NewObs]) -> Response:
        who, teller = visitor(request), self._renderer.teller(request)
        added = self._store.obs.add(entries, who.name)
        self._store.audit.note_citizens(who.name, Act.OBS_ADDED, [(it.subject, it.robot) for it in entries])
        return self._renderer.back("/obs", told_of(teller, added))

    def _wrong(self, request: Request, found: Sheet) -> Response:
        language = self._renderer.teller(request).language
        return self._renderer.page(
            request,
            "obs_sheet.html",
            HTTPStatus.UNPROCESSABLE_ENTITY,
            refused=None,
            faults=[(fault.cell, fault.told(language)) for fault in found.wrong],
            good=len(found.entries),
            rows=self._seal(found.entries, visitor(request)),
        )

    def _refused(self, request: Request, msgid: str) -> Response:
        said = self._renderer.teller(request).say(msgid)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return self._renderer.page(request, "obs_sheet.html", status, refused=said, faults=[], good=0, rows="")

    def _book(self, request: Request, entries: Sequence[ObsRow], name: str) -> Response:
        teller = self._renderer.teller(request)
        titles = {it: teller.robot(it) for it in theirs(visitor(request))}
        book = obslist.write(entries, titles, teller.language)
        return Response(book, media_type=EXCEL, headers={"Content-Disposition": f'attachment; filename="{name}"'})

    def _seal(self, entries: Sequence[NewObs], who: Visitor) -> str:
        rows = [[it.subject, it.reason, f"{it.first}", it.last and f"{it.last}", it.robot] for it in entries]
        return base64.urlsafe_b64encode(self._codec.seal_json({"who": who.name, "rows": rows})).decode()

    def _unseal(self, text: str, who: Visitor) -> list[NewObs]:
        """Raises StoreError and ValueError for what we have not sealed for this person."""
        sealed: Any = self._codec.unseal_json(base64.urlsafe_b64decode(text.encode()))
        if not isinstance(sealed, dict) or sealed.get("who") != who.name:
            raise ValueError("Not sealed for this person.")
        return [
            NewObs(subject, reason, date.fromisoformat(first), last and date.fromisoformat(last), robot)
            for subject, reason, first, last, robot in sealed["rows"]
        ]
