"""What the screens of the municipality's systems share: the login form, and how they refuse a form; in Danish."""

from __future__ import annotations

from playwright.async_api import Locator, Page

from bots_common.desk import System


class DanishLogin(System):
    """Base of page objects whose system shows that form."""

    def login_form(self, page: Page) -> Locator:
        return page.get_by_label("Adgangskode")

    def is_login_page(self, html: str) -> bool:
        return 'name="adgangskode"' in html

    async def fill_login(self, page: Page) -> None:
        await self.log_in_with(page, user="Brugernavn", password="Adgangskode", button="Log på")  # noqa: S106


def expired(page: Page) -> Locator:
    """Shown instead of an answer to a form that was sent already, or too late."""
    return page.get_by_role("heading", name="Siden er udløbet")


def refused(page: Page) -> Locator:
    """Where the systems say that they did not do what a form asked for."""
    return page.get_by_role("alert").or_(expired(page))
