"""Forms of web pages: filled in by their labels in one step, and the view state that old systems hide in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lxml import html
from playwright.async_api import Page

VIEW_STATE: Final = "__VIEWSTATE"

# One call for the whole form. Playwright's own `fill` types into whatever has the focus, so two at once on a page
# can swap values; here each value goes to its own field, and what the fields then hold comes back. Only what a person
# could type into is a field: shown, enabled, and long enough for the value.
_FILL: Final = """fields => {
  const typed = "textarea, select, input:not([type=checkbox], [type=radio], [type=file])";
  const textOf = label => {
    const copy = label.cloneNode(true);
    copy.querySelectorAll("select, textarea").forEach(inside => inside.remove());
    return copy.textContent.trim().replace(/\\s+/g, " ");
  };
  const labels = [...document.querySelectorAll("label")].map(label => [textOf(label), label.control]);
  const takes = (field, value) => field.matches(typed) && !field.matches(":disabled") && !field.readOnly
    && field.checkVisibility({visibilityProperty: true}) && !(field.maxLength >= 0 && value.length > field.maxLength);
  const fieldOf = (text, value) => {
    const named = labels.filter(([name, field]) => name === text && field);
    return named.length === 1 && takes(named[0][1], value) ? named[0][1] : null;
  };
  const found = Object.entries(fields).map(([text, value]) => [text, fieldOf(text, value)]);
  for (const [text, field] of found.filter(([_, field]) => field)) {
    const setter = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value").set;
    setter.call(field, fields[text]);
    field.dispatchEvent(new Event("input", {bubbles: true}));
    field.dispatchEvent(new Event("change", {bubbles: true}));
  }
  return Object.fromEntries(found.map(([text, field]) => [text, field ? field.value : null]));
}"""


async def fill(page: Page, fields: Mapping[str, str]) -> list[str]:
    """Fill in the fields by their labels; returns the labels that name no single field, or whose field holds
    something else afterwards."""
    kept: dict[str, str | None] = await page.evaluate(_FILL, dict(fields))
    return [label for label, value in fields.items() if _plain(kept[label]) != _plain(value)]


def hidden_state(page: bytes) -> str:
    """The view state of the page's form, empty where it has none."""
    return str(html.fromstring(page.strip() or b"<html/>").xpath(f"string(//input[@name='{VIEW_STATE}']/@value)"))


def _plain(value: str | None) -> str | None:
    """A text area turns line ends into its own."""
    return None if value is None else value.replace("\r\n", "\n")
