"""The menu: what each role finds in it, and where it says that one is."""

from __future__ import annotations

import pytest

from bots_common.roles import Grant, Person, Right, Role
from reports.web.menu import Menu, menu


class Somebody:
    def __init__(self, *roles: Role) -> None:
        self._person = Person("x", "X", frozenset(map(Grant, roles)))

    def may(self, right: str, robot: str | None = None) -> bool:
        return self._person.may(Right(right), robot)


def here(shown: Menu) -> list[str]:
    return [it.href for it in shown.pages if it.here]


@pytest.mark.parametrize(
    ("path", "entry"),
    [("/", "/"), ("/worklist", "/worklist"), ("/items", "/items"), ("/items/12", "/items"), ("/mine", "/mine")],
)
def test_a_page_and_what_lies_below_it_stand_at_their_entry(path: str, entry: str) -> None:
    assert here(menu(Somebody(Role.CASEWORKER), path)) == [entry]


def test_a_page_of_nobodys_group_shows_the_groups_alone() -> None:
    shown = menu(Somebody(Role.CASEWORKER), "/me")
    assert shown.groups
    assert not any(it.here for it in shown.groups)
    assert shown.pages == ()


def test_a_group_leads_to_the_first_page_that_its_reader_may_open() -> None:
    assert menu(Somebody(Role.ADMINISTRATOR), "/accounts").groups[0].href == "/accounts"
    assert [it.href for it in menu(Somebody(Role.AUDITOR), "/audit").groups] == [
        "/",
        "/worklist",
        "/robots",
        "/audit",
    ]


def test_nobody_sees_what_is_not_for_them() -> None:
    leader = menu(Somebody(Role.LEADER), "/")
    assert {"/worklist", "/audit", "/accounts"}.isdisjoint(it.href for it in leader.groups)
