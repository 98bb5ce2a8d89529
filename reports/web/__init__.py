"""The web pages: what the robots did today, what a person must take, and the whole story of each item.

Server-rendered, without scripts, for this machine alone as long as there is no login.
"""

from reports.web.app import create
from reports.web.guard import serve

__all__ = ["create", "serve"]
