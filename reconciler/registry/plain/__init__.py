"""Registries that keep session types and nothing beside: no revisions, no owners, no history, no conditional writes.

What they lack is made up for as far as that is honest: a record is read again just before it is written, and a ledger
(`reconciler.registry.ledger`) remembers owners and applied specs. What is left over is refused in so many words.
"""

from reconciler.registry.plain.live import Found, Live, LiveSessions
from reconciler.registry.plain.reader import PlainReader
from reconciler.registry.plain.registry import Author, PlainRegistry

__all__ = ["Author", "Found", "Live", "LiveSessions", "PlainReader", "PlainRegistry"]
