"""The planner: desired x live x last applied makes a plan, which is frozen data. Pure: no I/O, no clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.late import late

if TYPE_CHECKING:
    from reconciler.plan.authorship import Authors, LineCommit
    from reconciler.plan.describe import refusal_entry, to_document
    from reconciler.plan.desired import Desired, Former, Lifecycle
    from reconciler.plan.diagnosis import diagnostic_entry
    from reconciler.plan.differences import diff, sample_paths, schema_differences
    from reconciler.plan.document import (
        ChangeEntry,
        DiagnosticEntry,
        FieldEntry,
        OutcomeEntry,
        PlanDocument,
        PolicyWarning,
        RefusalEntry,
        sealed,
    )
    from reconciler.plan.guard import FAIL_ON, Guard, Refusal, check_guards, not_allowed, too_risky
    from reconciler.plan.header import Header, error_document, header_of
    from reconciler.plan.history import EntryDocument, HistoryDocument, HistoryField, history_document
    from reconciler.plan.impact import reached_tags, reaching_now, with_impacts
    from reconciler.plan.limits import Limits
    from reconciler.plan.mask import MASK, masked, secret_texts, without_secrets
    from reconciler.plan.model import (
        Action,
        Change,
        Drift,
        FieldChange,
        FieldClass,
        Missing,
        Origin,
        Ownership,
        Plan,
        Risk,
    )
    from reconciler.plan.planner import PlanOptions, emptied_records, gone_records, make_plan
    from reconciler.plan.renames import Rename, find_renames
    from reconciler.plan.saved import StalePlan, UnusablePlan, check_fresh, plan_of, read_plan, with_sensitive_values
    from reconciler.plan.selection import Selection
    from reconciler.plan.two_sides import two_way

__all__ = [
    "FAIL_ON",
    "MASK",
    "Action",
    "Authors",
    "Change",
    "ChangeEntry",
    "Desired",
    "DiagnosticEntry",
    "Drift",
    "EntryDocument",
    "FieldChange",
    "FieldClass",
    "FieldEntry",
    "Former",
    "Guard",
    "Header",
    "HistoryDocument",
    "HistoryField",
    "Lifecycle",
    "Limits",
    "LineCommit",
    "Missing",
    "Origin",
    "OutcomeEntry",
    "Ownership",
    "Plan",
    "PlanDocument",
    "PlanOptions",
    "PolicyWarning",
    "Refusal",
    "RefusalEntry",
    "Rename",
    "Risk",
    "Selection",
    "StalePlan",
    "UnusablePlan",
    "check_fresh",
    "check_guards",
    "diagnostic_entry",
    "diff",
    "emptied_records",
    "error_document",
    "find_renames",
    "gone_records",
    "header_of",
    "history_document",
    "make_plan",
    "masked",
    "not_allowed",
    "plan_of",
    "reached_tags",
    "reaching_now",
    "read_plan",
    "refusal_entry",
    "sample_paths",
    "schema_differences",
    "sealed",
    "secret_texts",
    "to_document",
    "too_risky",
    "two_way",
    "with_impacts",
    "with_sensitive_values",
    "without_secrets",
]

_LATE = {
    "Action": "model",
    "Authors": "authorship",
    "Change": "model",
    "ChangeEntry": "document",
    "Desired": "desired",
    "DiagnosticEntry": "document",
    "Drift": "model",
    "EntryDocument": "history",
    "FAIL_ON": "guard",
    "FieldChange": "model",
    "FieldClass": "model",
    "FieldEntry": "document",
    "Former": "desired",
    "Guard": "guard",
    "Header": "header",
    "HistoryDocument": "history",
    "HistoryField": "history",
    "Lifecycle": "desired",
    "Limits": "limits",
    "LineCommit": "authorship",
    "MASK": "mask",
    "Missing": "model",
    "Origin": "model",
    "OutcomeEntry": "document",
    "Ownership": "model",
    "Plan": "model",
    "PlanDocument": "document",
    "PlanOptions": "planner",
    "PolicyWarning": "document",
    "Refusal": "guard",
    "RefusalEntry": "document",
    "Rename": "renames",
    "Risk": "model",
    "Selection": "selection",
    "StalePlan": "saved",
    "UnusablePlan": "saved",
    "check_fresh": "saved",
    "check_guards": "guard",
    "diagnostic_entry": "diagnosis",
    "diff": "differences",
    "emptied_records": "planner",
    "error_document": "header",
    "find_renames": "renames",
    "gone_records": "planner",
    "header_of": "header",
    "history_document": "history",
    "make_plan": "planner",
    "masked": "mask",
    "not_allowed": "guard",
    "plan_of": "saved",
    "reached_tags": "impact",
    "reaching_now": "impact",
    "read_plan": "saved",
    "refusal_entry": "describe",
    "sample_paths": "differences",
    "schema_differences": "differences",
    "sealed": "document",
    "secret_texts": "mask",
    "to_document": "describe",
    "too_risky": "guard",
    "two_way": "two_sides",
    "with_impacts": "impact",
    "with_sensitive_values": "saved",
    "without_secrets": "mask",
}


def __getattr__(name: str) -> Any:
    """Import what a run needs, and no more."""
    return late(__name__, _LATE, name)
