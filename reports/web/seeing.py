"""Cases as somebody may see them, on a page or by a program; who has looked is written down."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from bots_common.errors import NotFound
from bots_common.roles import Right
from bots_common.work import ItemStory, Store
from bots_common.work.database import Clock
from reports.acts import Act
from reports.web.access import Visitor

SEEN_ONCE: Final = timedelta(hours=1)


class Seeing:
    """What is with people and robots, for the visitor who asks."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def story(self, who: Visitor, item_id: int) -> ItemStory:
        """The whole story of a case. Raises NotFound, also where it is another's."""
        story = self._store.reading.story(item_id)
        if not who.person.may(Right.SEE_CASES, story.item.robot):
            raise not_theirs(item_id)
        return story

    def look(self, who: Visitor, item_id: int) -> ItemStory:
        """The story, shown to somebody, which is written down: who reads it again after each step adds nothing new.

        Raises what `story` raises.
        """
        story = self.story(who, item_id)
        note_seen(self._store, who.name, story.item.robot, item_id, self._clock(), who.by_token(""))
        return story


def note_seen(store: Store, who: str, robot: str, item_id: int, now: datetime, detail: str = "") -> None:
    """Write down that somebody looks at a case, once an hour."""
    if not store.audit.noted_since(who, Act.ITEM_SEEN, item_id, now - SEEN_ONCE):
        store.audit.note(who, Act.ITEM_SEEN, robot=robot, item_id=item_id, detail=detail)


def not_theirs(item_id: int) -> NotFound:
    """Whoever may not see a case is not told that it is there."""
    return NotFound(f"There is no item {item_id} for this person.", "It may be another robot's.")
