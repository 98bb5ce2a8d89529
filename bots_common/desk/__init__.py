"""What a robot sits at: the browser, page objects on one base, and desks."""

from bots_common.desk.browser import Browser
from bots_common.desk.desk import BrowserDesk, Desk
from bots_common.desk.guard import Guard
from bots_common.desk.screens import Screen
from bots_common.desk.system import System

__all__ = ["Browser", "BrowserDesk", "Desk", "Guard", "Screen", "System"]
