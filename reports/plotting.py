"""pygal without its import hook.

It leaves a finder for plug-ins with maps in `sys.meta_path`, of a kind that Python 3.11 warns of and 3.12 ignores. We
have no maps; it goes before anything else is imported.
"""

from __future__ import annotations

import sys

import pygal
from pygal.style import Style

sys.meta_path[:] = [it for it in sys.meta_path if not isinstance(it, pygal.PluginImportFixer)]

StackedBar = pygal.StackedBar

__all__ = ["StackedBar", "Style"]
