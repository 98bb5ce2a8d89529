"""Work items: their states, the store that keeps them, and the ledger of effects."""

from bots_common.work.codec import Codec, load_key
from bots_common.work.patience import ask
from bots_common.work.records import Added, Claimed, ItemRow, ItemStory, LedgerRow, NewItem
from bots_common.work.states import State
from bots_common.work.store import Store

__all__ = [
    "Added",
    "Claimed",
    "Codec",
    "ItemRow",
    "ItemStory",
    "LedgerRow",
    "NewItem",
    "State",
    "Store",
    "ask",
    "load_key",
]
