"""The kinds of registry that the contract is held against."""

from __future__ import annotations

KINDS = [
    "sqlite",
    "postgresql",
    "fake-server",
    "server-on-sqlite",
    "server-on-postgresql",
    "our-ductape-on-sqlite",
    "our-ductape-on-postgresql",
]
# These count no revisions and keep no history; what they record beside the session types is a ledger's.
PLAIN_KINDS = ["ductape-with-ledger", "odd-ductape-with-ledger"]
