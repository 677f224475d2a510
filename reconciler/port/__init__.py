"""What the planner and apply know of a registry. Adapters (`reconciler.registry`) implement it.

A registry is bound to one product. Reading and writing are separate protocols, so that `plan` and `drift` hold nothing
that could write; so is writing several records at once, which not every registry can.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.late import late

if TYPE_CHECKING:
    from reconciler.port.errors import (
        IdempotencyConflict,
        InvalidSessionType,
        RegistryDenied,
        RegistryError,
        RegistryRejected,
        RegistryUnavailable,
        RequestError,
        StaleRecord,
        TagExists,
    )
    from reconciler.port.impact import EnvironmentImpact, Impact
    from reconciler.port.protocols import ChangesetRegistry, ImpactReader, Reader, Registry
    from reconciler.port.records import HistoryEntry, ManagedBy, Record, Snapshot, Source, Unreadable, mark_of
    from reconciler.port.writes import Create, Delete, Update, Write

__all__ = [
    "ChangesetRegistry",
    "Create",
    "Delete",
    "EnvironmentImpact",
    "HistoryEntry",
    "IdempotencyConflict",
    "Impact",
    "ImpactReader",
    "InvalidSessionType",
    "ManagedBy",
    "Reader",
    "Record",
    "Registry",
    "RegistryDenied",
    "RegistryError",
    "RegistryRejected",
    "RegistryUnavailable",
    "RequestError",
    "Snapshot",
    "Source",
    "StaleRecord",
    "TagExists",
    "Unreadable",
    "Update",
    "Write",
    "mark_of",
]

_LATE = {
    "ChangesetRegistry": "protocols",
    "Create": "writes",
    "Delete": "writes",
    "EnvironmentImpact": "impact",
    "HistoryEntry": "records",
    "IdempotencyConflict": "errors",
    "Impact": "impact",
    "ImpactReader": "protocols",
    "InvalidSessionType": "errors",
    "ManagedBy": "records",
    "Reader": "protocols",
    "Record": "records",
    "Registry": "protocols",
    "RegistryDenied": "errors",
    "RegistryError": "errors",
    "RegistryRejected": "errors",
    "RegistryUnavailable": "errors",
    "RequestError": "errors",
    "Snapshot": "records",
    "Source": "records",
    "StaleRecord": "errors",
    "TagExists": "errors",
    "Unreadable": "records",
    "Update": "writes",
    "Write": "writes",
    "mark_of": "records",
}


def __getattr__(name: str) -> Any:
    """Import what a run needs, and no more."""
    return late(__name__, _LATE, name)
