"""What sticks out of a page that is too narrow for it."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Page

STICKING_OUT: Final = """() => {
  const scrolls = element => ["auto", "scroll", "hidden"].includes(getComputedStyle(element).overflowX);
  const held = element => element && (scrolls(element) || held(element.parentElement));
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.body.querySelectorAll("*")]
    .filter(it => it.getBoundingClientRect().right > width + 0.5 && !held(it.parentElement))
    .map(it => `${it.tagName} ${it.className} ${it.textContent.trim().slice(0, 40)}`);
}"""


def sticking_out(page: Page, width: int) -> list[str]:
    """The elements by which the page would have to be scrolled sideways in a window of that width."""
    page.set_viewport_size({"width": width, "height": 800})
    found: list[str] = page.evaluate(STICKING_OUT)
    return found
