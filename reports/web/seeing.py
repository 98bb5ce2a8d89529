"""Cases as somebody may see them, on a page or by a program; who has looked is written down."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
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
        self.note(who, story.item.robot, [item_id])
        return story

    def note(self, who: Visitor, robot: str, item_ids: Collection[int]) -> None:
        """Write down that somebody looks at cases of a robot, of each once an hour."""
        since = self._clock() - SEEN_ONCE
        self._store.audit.note_anew(who.name, Act.ITEM_SEEN, robot, item_ids, since, detail=who.by_token(""))


def not_theirs(item_id: int) -> NotFound:
    """Whoever may not see a case is not told that it is there."""
    return NotFound(f"There is no item {item_id} for this person.", "It may be another robot's.")
