"""The registry's own store: a SQL database, SQLite or PostgreSQL, behind the `Registry` protocol.

One code path for both, in portable SQL: natural keys, ids made here, no sequences, no advisory locks, no notifications.
What tells the databases apart stands in `engine` and, as error codes, in `border` and `causes`.
"""

from reconciler.registry.store.database import Database
from reconciler.registry.store.listing import KeptRecord, Listing
from reconciler.registry.store.migrate import require_current_schema
from reconciler.registry.store.opening import open_database, open_store_reader
from reconciler.registry.store.reader import HistoryPage, StoreReader
from reconciler.registry.store.store import Store
from reconciler.registry.store.tokens import TokenStore

__all__ = [
    "Database",
    "HistoryPage",
    "KeptRecord",
    "Listing",
    "Store",
    "StoreReader",
    "TokenStore",
    "open_database",
    "open_store_reader",
    "require_current_schema",
]
