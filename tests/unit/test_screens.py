"""How a screen is told from one that has changed, and that nothing of a case gets into what is kept of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots_common.desk import Screen
from bots_common.desk.screens import Kind, Sighting, plain
from bots_common.work.system_records import Expected, Landmark, Signature

SEARCH = Screen("search", "search", fields=("Number",), buttons=("Find",))
POSTING = Screen(
    "posting", "document/*/posting", fields=("Account 1", "Text 1"), buttons=("Post",), columns=("Period",)
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
sightings = st.lists(st.builds(Sighting, kind=st.sampled_from(Kind), text=texts, in_rows=st.booleans()))
signatures = st.frozensets(
    st.builds(Landmark, kind=st.sampled_from(Kind), text=st.sampled_from(["Number", "Find", "Text", "Post"]))
)


def as_seen(screen: Screen) -> list[Sighting]:
    return [Sighting(kind, text, in_rows=False) for kind, text in screen.landmarks]


@given(sightings)
def test_more_than_is_declared_is_no_drift(more: list[Sighting]) -> None:
    seen = SEARCH.signature([*as_seen(SEARCH), *more])
    assert not Expected(SEARCH.landmarks).differs(seen)


@given(st.sampled_from(sorted(SEARCH.landmarks)), sightings)
def test_a_landmark_that_is_not_there_is_a_drift(lost: Landmark, others: list[Sighting]) -> None:
    left = [it for it in [*as_seen(SEARCH), *others] if Landmark(it.kind, plain(it.text)) != lost]
    assert Expected(SEARCH.landmarks).differs(SEARCH.signature(left))


@given(signatures, signatures)
def test_what_a_person_has_accepted_is_expected_exactly(accepted: Signature, seen: Signature) -> None:
    assert Expected(accepted, exact=True).differs(seen) == (accepted != seen)


def test_a_new_field_on_an_accepted_form_is_a_drift() -> None:
    accepted = SEARCH.signature(as_seen(SEARCH))
    seen = SEARCH.signature([*as_seen(SEARCH), Sighting(Kind.FIELD, "Department", in_rows=False)])
    assert Expected(accepted, exact=True).differs(seen)


@given(sightings)
def test_neither_order_nor_repetition_matters(seen: list[Sighting]) -> None:
    assert POSTING.signature([*reversed(seen), *seen]) == POSTING.signature(seen)


@given(sightings)
def test_no_digit_is_kept(seen: list[Sighting]) -> None:
    for screen in (SEARCH, POSTING):
        assert not any(letter.isdecimal() for _, text in screen.signature(seen) for letter in text)


@given(sightings)
def test_only_what_is_declared_is_kept_of_headings_and_rows(seen: list[Sighting]) -> None:
    kept = SEARCH.signature([it for it in seen if it.in_rows or it.kind == Kind.HEADING])
    assert kept <= SEARCH.landmarks


@pytest.mark.parametrize(
    ("screen", "seen", "kept"),
    [
        (POSTING, Sighting(Kind.FIELD, "Account 7", in_rows=False), "Account #"),
        (POSTING, Sighting(Kind.FIELD, "Account 7", in_rows=True), "Account #"),
        (POSTING, Sighting(Kind.FIELD, "Choice of Anna", in_rows=True), None),
        (POSTING, Sighting(Kind.BUTTON, "Delete Anna", in_rows=True), None),
        (POSTING, Sighting(Kind.BUTTON, "Post now", in_rows=False), "Post now"),
        (POSTING, Sighting(Kind.HEADING, "Anna Hansen", in_rows=False), None),
        (POSTING, Sighting(Kind.COLUMN, "Amount for Anna", in_rows=False), None),
        (POSTING, Sighting(Kind.COLUMN, "Period ▼", in_rows=False), "Period"),
        (SEARCH, Sighting(Kind.COLUMN, "Amount", in_rows=False), "Amount"),
        (SEARCH, Sighting(Kind.BUTTON, "Find (12 open)", in_rows=False), "Find (# open)"),
    ],
)
def test_what_is_kept_of_a_page(screen: Screen, seen: Sighting, kept: str | None) -> None:
    assert [text for _, text in screen.signature([seen])] == ([] if kept is None else [kept])


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("document/B2024-000001/posting", True),
        ("document/B2024-000001", False),
        ("document//posting", False),
        ("document/a/b/posting", False),
        ("document/a/posting/", False),
    ],
)
def test_a_screen_is_known_by_its_address(path: str, there: bool) -> None:
    assert POSTING.is_at(path) is there
    assert POSTING.needs_case
    assert not SEARCH.needs_case
