"""The ledger: what was applied last and who owns it, for registries that remember neither.

One small JSON document for each target, in a local file or an object store. Every write of it is a compare-and-swap, so
runs on several machines can share one. It holds the applied specs whole, sensitive samples too, as a registry of ours
does; a local file is readable by its owner alone.
"""

from reconciler.registry.ledger.document import CorruptLedger
from reconciler.registry.ledger.entry import Entry, Intent, Standing
from reconciler.registry.ledger.ledger import Ledger
from reconciler.registry.ledger.place import Held, LedgerMoved, Place, open_place

__all__ = ["CorruptLedger", "Entry", "Held", "Intent", "Ledger", "LedgerMoved", "Place", "Standing", "open_place"]
