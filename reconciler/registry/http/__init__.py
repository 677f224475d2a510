"""The adapter for a registry behind HTTP, `reconciler serve` or what speaks like it.

Importing this package loads the HTTP library, and no SQL library.
"""

from reconciler.registry.http.client import HttpRegistry
from reconciler.registry.http.encode import body as json_body
from reconciler.registry.http.fields import Malformed, json_object
from reconciler.registry.http.opening import Manner, open_http_reader, open_http_registry, open_link, open_registry_on
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
