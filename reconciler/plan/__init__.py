"""The planner: desired x live x last applied makes a plan, which is frozen data. Pure: no I/O, no clock."""

from reconciler.plan.describe import diagnostic_entry, refusal_entry, to_document
from reconciler.plan.desired import Desired, Lifecycle
from reconciler.plan.diff import diff, schema_differences
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
from reconciler.plan.guard import Guard, Limits, Refusal, check_guards, not_allowed
from reconciler.plan.header import Header, error_document, header_of
from reconciler.plan.history_document import EntryDocument, HistoryDocument, HistoryField, history_document
from reconciler.plan.mask import MASK, masked
from reconciler.plan.model import Action, Change, Drift, FieldChange, FieldClass, Missing, Origin, Ownership, Plan, Risk
from reconciler.plan.planner import PlanOptions, emptied_records, make_plan
from reconciler.plan.renames import Rename, find_renames
from reconciler.plan.saved import StalePlan, UnusablePlan, check_fresh, plan_of, read_plan, with_sensitive_values
from reconciler.plan.selection import Selection
from reconciler.plan.two_way import two_way

__all__ = [
    "MASK",
    "Action",
    "Change",
    "ChangeEntry",
    "Desired",
    "DiagnosticEntry",
    "Drift",
    "EntryDocument",
    "FieldChange",
    "FieldClass",
    "FieldEntry",
    "Guard",
    "Header",
    "HistoryDocument",
    "HistoryField",
    "Lifecycle",
    "Limits",
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
    "header_of",
    "history_document",
    "make_plan",
    "masked",
    "not_allowed",
    "plan_of",
    "read_plan",
    "refusal_entry",
    "schema_differences",
    "sealed",
    "to_document",
    "two_way",
    "with_sensitive_values",
]
