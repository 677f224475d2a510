"""Where session types live: the adapters of `reconciler.port`, and `open_reader` and `open_registry` to get at one.

Importing this package loads no SQL library: that happens when a database is opened, and not before.
"""

from reconciler.registry.connect import bring_up_to_date, open_reader, open_registry
from reconciler.registry.url import UnsupportedRegistry, is_behind_http

__all__ = ["UnsupportedRegistry", "bring_up_to_date", "is_behind_http", "open_reader", "open_registry"]
