"""The adapter for a registry behind HTTP, `reconciler serve` or what speaks like it.

What is imported from this package loads the HTTP library, and no SQL library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.late import late

if TYPE_CHECKING:
    from reconciler.registry.http.client import HttpRegistry
    from reconciler.registry.http.encode import json_body
    from reconciler.registry.http.fields import Malformed, json_object
    from reconciler.registry.http.opening import (
        Manner,
        open_http_reader,
        open_http_registry,
        open_link,
        open_registry_on,
    )
    from reconciler.registry.http.reader import HttpReader
    from reconciler.registry.http.retry import Patience
    from reconciler.registry.http.sessions import HttpRuntime, HttpSessions
    from reconciler.registry.http.settings import Settings
    from reconciler.registry.http.transport import Request, Timeouts

__all__ = [
    "HttpReader",
    "HttpRegistry",
    "HttpRuntime",
    "HttpSessions",
    "Malformed",
    "Manner",
    "Patience",
    "Request",
    "Settings",
    "Timeouts",
    "json_body",
    "json_object",
    "open_http_reader",
    "open_http_registry",
    "open_link",
    "open_registry_on",
]

_LATE = {
    "HttpReader": "reader",
    "HttpRegistry": "client",
    "HttpRuntime": "sessions",
    "HttpSessions": "sessions",
    "Malformed": "fields",
    "Manner": "opening",
    "Patience": "retry",
    "Request": "transport",
    "Settings": "settings",
    "Timeouts": "transport",
    "json_body": "encode",
    "json_object": "fields",
    "open_http_reader": "opening",
    "open_http_registry": "opening",
    "open_link": "opening",
    "open_registry_on": "opening",
}


def __getattr__(name: str) -> Any:
    """Import what a run needs, and no more."""
    return late(__name__, _LATE, name)
