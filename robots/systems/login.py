"""The login form that the municipality's systems share: a user name, a password and one button, in Danish."""

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
