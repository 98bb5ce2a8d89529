"""The base of page objects: everything about driving a web system that is the same for each of them.

A page object says what its screens are called; this base logs in, notices an expired session, answers native
dialogs, retries what is safe to retry, and makes the one click that is not.
"""

from __future__ import annotations

import asyncio
import re
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import ClassVar, Final, TypeVar
from urllib.parse import urljoin

import stamina
from loguru import logger
from playwright.async_api import APIResponse, BrowserContext, Dialog, Locator, Page, Request, Response
from playwright.async_api import Error as PlaywrightError

from bots_common.desk import forms
from bots_common.desk.guard import Guard
from bots_common.desk.screens import Screen
from bots_common.desk.trouble import classified, out_of_service
from bots_common.errors import (
    BrowserGone,
    LoginRefused,
    OutcomeUnknown,
    ScreenChanged,
    SessionExpired,
    SystemUnavailable,
)
from bots_common.settings import SystemSettings

T = TypeVar("T")

READ_ATTEMPTS: Final = 4
LOGIN_ATTEMPTS: Final = 3
FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 2.0
HTTP_ERROR: Final = 400
EVALUATE_SECONDS: Final = 5.0


class System(ABC):
    """One web system as a desk has it: a logged-in page, and requests that share its session."""

    name: ClassVar[str]
    home: ClassVar[str]
    screens: ClassVar[tuple[Screen, ...]] = ()

    def __init__(self, context: BrowserContext, settings: SystemSettings, guard: Guard) -> None:
        self.settings = settings
        self._context = context
        self._guard = guard
        self._page: Page | None = None
        self._renewing = asyncio.Lock()
        self._expected_question: re.Pattern[str] | None = None
        self._view_states: dict[str, str] = {}
        self._refused = 0
        self._log = logger.bind(system=self.name)

    # -- what a page object says ----------------------------------------------------------------------------

    @abstractmethod
    def login_form(self, page: Page) -> Locator:
        """Something that is on the page exactly when the system asks who we are."""

    @abstractmethod
    def is_login_page(self, html: str) -> bool:
        """The same question for a page that was fetched without the browser."""

    @abstractmethod
    async def fill_login(self, page: Page) -> None:
        """Fill in and send the login form that `page` shows."""

    async def log_in_with(self, page: Page, *, user: str, password: str, button: str) -> None:
        """Fill in and send an ordinary login form, by the labels of its two fields and its button."""
        await page.get_by_label(user, exact=True).fill(self.settings.username)
        await page.get_by_label(password, exact=True).fill(self.settings.password.get_secret_value())
        await page.get_by_role("button", name=button, exact=True).click()

    # -- pages ----------------------------------------------------------------------------------------------

    @property
    def settle_seconds(self) -> float:
        """How long an unanswered request may still be on its way to this system."""
        return self.settings.settle_seconds

    def url(self, path: str) -> str:
        return urljoin(self.settings.url, path)

    @property
    def shown(self) -> Page | None:
        """The page that this system has open now, for evidence."""
        return None if self._page is None or self._page.is_closed() else self._page

    async def page(self) -> Page:
        """The one page of this system, a new one where the old has died."""
        if self._page is None or self._page.is_closed():
            with _driving(self):
                page = await self._context.new_page()
            page.set_default_timeout(self.settings.timeout_seconds * 1000)
            page.on("dialog", self._answer)
            page.on("crash", self._crashed)
            self._page = page
        return self._page

    async def _crashed(self, page: Page) -> None:
        self._log.warning("A page of {} crashed.", self.name)
        if page is self._page:
            await self.drop_page()

    async def drop_page(self) -> None:
        """Close the page; the next step opens a new one with the same login."""
        page, self._page = self._page, None
        if page is not None and not page.is_closed():
            try:
                await asyncio.wait_for(page.close(), EVALUATE_SECONDS)
            except (PlaywrightError, TimeoutError):
                self._log.debug("A page of {} did not close.", self.name)

    async def goto(self, path: str) -> Page:
        """Open a page, logging in where the system asks for it.

        Raises SystemUnavailable after some attempts, ScreenChanged where the page does not exist, LoginRefused where
        the login is refused, SystemClosed where the system takes no calls now; so does every other call.
        """
        return await self._patiently(lambda: self._goto_once(path))

    async def _goto_once(self, path: str) -> Page:
        self._guard.progress(self)
        page = await self.page()
        try:
            with _driving(self):
                if await self._asks_who_we_are(page, path):
                    await self._log_in(page)
                    if await self._asks_who_we_are(page, path):
                        raise SessionExpired(f"{self.name} forgot the login at once.", "It is logged in again.")
        except SystemUnavailable:
            await self.drop_page()  # a page whose navigation failed refuses the next one too
            raise
        return page

    async def _asks_who_we_are(self, page: Page, path: str) -> bool:
        """Open the path; whether the login form is there instead."""
        async with self._guard.manners.call(self):
            response = await page.goto(self.url(path), wait_until="domcontentloaded")
        self._guard.in_front = self
        if response is not None:
            self._check_status(response.status, path)
        return bool(await self.login_form(page).count())

    async def _log_in(self, page: Page) -> None:
        async with self._guard.manners.call(self), page.expect_navigation(wait_until="domcontentloaded"):
            await self.fill_login(page)
        if not await self.login_form(page).count():
            self._refused = 0
            self._log.info("Logged in to {}.", self.name)
            return
        self._refused += 1
        if self._refused >= LOGIN_ATTEMPTS:  # systems lock an account that goes on trying
            raise LoginRefused(
                f"{self.name} does not accept the robot's login.",
                f"Check systems.{self.name}.username and password.",
            )
        raise SystemUnavailable(f"{self.name} asks for the login again.", "It is tried again by itself.")

    # -- reading without the browser's screen ---------------------------------------------------------------

    async def fetch(self, path: str, form: Mapping[str, str] | None = None) -> bytes:
        """Read a page or file with the page's own session, many times faster than by screen.

        `form` makes it a POST, which must be a search: it is repeated when the answer does not come.
        Raises SystemUnavailable after some attempts, ScreenChanged where the address does not exist.
        """
        return await self._patiently(lambda: self._fetch_once(path, form))

    async def _fetch_once(self, path: str, form: Mapping[str, str] | None) -> bytes:
        self._guard.progress(self)
        with _driving(self):
            body = await self._answered(path, form)
        if body is not None:
            return body
        async with self._renewing:  # fetches run side by side, and the login has one page
            await self._goto_once(self.home)
        with _driving(self):
            body = await self._answered(path, form)
        if body is None:
            raise SessionExpired(f"{self.name} forgot the login at once.", "It is logged in again by itself.")
        return body

    async def _answered(self, path: str, form: Mapping[str, str] | None) -> bytes | None:
        """The answer to one request; None where the system asks who we are instead."""
        async with self._guard.manners.call(self):
            response = await self._request(path, form)
            body = await response.body()
        self._check_status(response.status, path)
        await response.dispose()
        return None if _is_html(response) and self.is_login_page(body.decode("utf-8", "replace")) else body

    async def _request(self, path: str, form: Mapping[str, str] | None) -> APIResponse:
        timeout = self.settings.timeout_seconds * 1000
        if form is None:
            return await self._context.request.get(self.url(path), timeout=timeout)
        return await self._context.request.post(self.url(path), form=dict(form), timeout=timeout)

    async def search(self, path: str, fields: Mapping[str, str]) -> bytes:
        """Send a search form without the browser's screen: it is read once for its view state, then reused.

        Raises ScreenChanged where the form is not there or does not take a fresh view state.
        """
        for attempt in range(READ_ATTEMPTS):
            if path not in self._view_states:
                self._view_states[path] = forms.hidden_state(await self.fetch(path))
            try:
                return await self.fetch(path, {**fields, forms.VIEW_STATE: self._view_states[path]})
            except ScreenChanged:
                self._view_states.pop(path, None)  # the form had expired, with its session or by itself
                if attempt == READ_ATTEMPTS - 1:
                    raise
        raise AssertionError("the last attempt returns or raises")

    async def fill(self, page: Page, fields: Mapping[str, str]) -> None:
        """Fill a form by its labels in one step, and read back that every field holds what was meant.

        Raises ScreenChanged where a label names no single field that a person could fill in, or one does not keep
        its value; then nothing may be sent.
        """
        self._guard.progress(self)
        with _driving(self):
            async with asyncio.timeout(EVALUATE_SECONDS):
                wrong = await forms.fill(page, fields)
        if wrong:
            raise ScreenChanged(
                f"{self.name} has no field {', '.join(wrong)} that takes its value.",
                "Look whether the screen has changed.",
            )

    # -- the click that cannot be undone --------------------------------------------------------------------

    async def commit(
        self,
        button: Locator,
        *,
        receipt: Locator,
        refusal: Locator,
        fields: tuple[str, ...],
        question: str | None = None,
    ) -> dict[str, str]:
        """Make the click that changes the world, wait for `receipt`, and return the texts of its `fields` (CSS).

        The native question is accepted only where its text matches `question` (a regular expression); every other
        one is dismissed. `refusal` is where the system says that it did not do it.

        Raises ScreenChanged where the button is not there (nothing has happened), SystemUnavailable where the
        system refused, SessionExpired where it asked for a login instead, LeaseLost, and OutcomeUnknown or
        BrowserGone where no answer came.
        """
        with _driving(self):
            if await button.count() != 1:
                raise ScreenChanged(f"{self.name} has no single {button}.", "Look whether the screen has changed.")
            if await receipt.count():  # else the receipt of an earlier act would pass for this one's
                raise ScreenChanged(f"{self.name} shows a receipt before the click.", "Look at the page object.")
        async with self._guard.manners.step(self, counts=OutcomeUnknown), self._guard.manners.call(self):
            await self._guard.still_ours()
            return await self._act(button, receipt, refusal, fields, question)

    async def _act(
        self, button: Locator, receipt: Locator, refusal: Locator, fields: tuple[str, ...], question: str | None
    ) -> dict[str, str]:
        page = button.page
        self._expected_question = re.compile(question) if question else None
        try:
            await self._click(button, receipt.or_(refusal).or_(self.login_form(page)).first)
            if await receipt.count():
                self._guard.progress(self)
                return {field: (await page.locator(field).inner_text()).strip() for field in fields}
            refused = await refusal.first.inner_text() if await refusal.count() else ""
        except PlaywrightError as error:
            failure = classified(self.name, error)
            if isinstance(failure, BrowserGone):
                raise failure from error
            raise OutcomeUnknown(
                f"{self.name} gave no answer to the click that submits.",
                "The next attempt looks whether it happened.",
            ) from error
        finally:
            self._expected_question = None
        if refused:
            raise SystemUnavailable(f"{self.name} refused: {refused.strip()}", "Look at the page kept as evidence.")
        raise SessionExpired(f"The session with {self.name} expired before the click.", "It is logged in again.")

    async def _click(self, button: Locator, answer: Locator) -> None:
        """Click and wait for the answer; a broken connection or an error page ends the wait at once.

        Raises PlaywrightError where no answer comes.
        """
        page = button.page
        broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def fail(request: Request) -> None:
            if request.is_navigation_request() and not broken.done():
                broken.set_exception(PlaywrightError("the connection broke"))

        def refuse(response: Response) -> None:
            if out_of_service(response.status) and response.request.is_navigation_request() and not broken.done():
                broken.set_exception(PlaywrightError(f"the system answered {response.status}"))

        page.on("requestfailed", fail)
        page.on("response", refuse)
        try:
            await button.click()
            waiting = asyncio.ensure_future(answer.wait_for())
            await asyncio.wait({waiting, broken}, return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():
                waiting.cancel()
                await broken
            await waiting
        finally:
            page.remove_listener("requestfailed", fail)
            page.remove_listener("response", refuse)
            if not broken.cancel():
                broken.exception()  # seen: the answer came all the same

    async def _answer(self, dialog: Dialog) -> None:
        """The dialog policy: only the expected question gets a yes."""
        expected = self._expected_question
        wanted = expected is not None and dialog.type == "confirm" and expected.search(dialog.message)
        try:
            if wanted or dialog.type == "beforeunload":  # who leaves a page by address means to leave it
                await dialog.accept()
            else:
                self._log.info("{} opened an unexpected {} dialog; it was dismissed.", self.name, dialog.type)
                await dialog.dismiss()
        except PlaywrightError:
            self._log.debug("A dialog of {} was gone before it was answered.", self.name)

    # -- shared ---------------------------------------------------------------------------------------------

    async def _patiently(self, step: Callable[[], Awaitable[T]]) -> T:
        """Repeat a step that changes nothing until it succeeds or the attempts are spent."""
        async with self._guard.manners.step(self, counts=SystemUnavailable):
            async for attempt in stamina.retry_context(
                on=(SystemUnavailable, SessionExpired),
                attempts=READ_ATTEMPTS,
                wait_initial=FIRST_PAUSE,
                wait_max=LONGEST_PAUSE,
                wait_jitter=FIRST_PAUSE,
                timeout=None,
            ):
                with attempt:
                    return await step()
        raise AssertionError("a retry context ends by a return or a raise")

    def waiting(self) -> None:
        """Told while a call waits for its turn: waiting is no hanging."""
        self._guard.progress(self)

    async def answers(self) -> bytes:
        """One call that shows whether the system answers; it leaves the page as it is where the login is good."""
        return await self._fetch_once(self.home, None)

    def _check_status(self, status: int, path: str) -> None:
        if out_of_service(status):
            raise SystemUnavailable(f"{self.name} answered {status}.", "It is tried again by itself.")
        if status >= HTTP_ERROR:
            raise ScreenChanged(f"{self.name} has no page {path} ({status}).", "Look whether it has moved.")


@contextmanager
def _driving(system: System) -> Iterator[None]:
    try:
        yield
    except PlaywrightError as error:
        raise classified(system.name, error) from error
    except TimeoutError as error:
        raise SystemUnavailable(f"{system.name} did not answer in time.", "It is tried again by itself.") from error


def _is_html(response: APIResponse) -> bool:
    return "html" in response.headers.get("content-type", "")
