"""Where session types live: the adapters of `reconciler.port`, and `open_reader` and `open_registry` to get at one.

Importing this package loads no SQL library: that happens when a database is opened, and not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.late import late

if TYPE_CHECKING:
    from reconciler.registry.connect import bring_up_to_date, open_reader, open_registry
    from reconciler.registry.url import UnsupportedRegistry, is_behind_http

__all__ = ["UnsupportedRegistry", "bring_up_to_date", "is_behind_http", "open_reader", "open_registry"]

_LATE = {
    "UnsupportedRegistry": "url",
    "bring_up_to_date": "connect",
    "is_behind_http": "url",
    "open_reader": "connect",
    "open_registry": "connect",
}


def __getattr__(name: str) -> Any:
    """Import what a run needs, and no more."""
    return late(__name__, _LATE, name)
