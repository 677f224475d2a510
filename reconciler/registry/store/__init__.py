"""The embedded registry: a SQL database, SQLite for now, behind the `Registry` protocol.

The SQL is portable on purpose: natural keys, no sequences, no advisory locks. What is SQLite's own stands in `engine`
and, as error codes, in `border`.
"""

from reconciler.registry.store.database import Database
from reconciler.registry.store.opening import open_database, open_store_reader
from reconciler.registry.store.reader import StoreReader
from reconciler.registry.store.store import Store

__all__ = ["Database", "Store", "StoreReader", "open_database", "open_store_reader"]
