"""Problems as values: what is wrong, where, and how to mend it. Collected over a whole run, rendered once."""

from reconciler.diagnostics.codes import Code
from reconciler.diagnostics.model import Diagnostic, InvalidInput, Location, Problem, Severity, in_order
from reconciler.diagnostics.validation import (
    described,
    missing_key,
    nearest_of,
    unknown_key,
    with_article,
    without_twins,
)

__all__ = [
    "Code",
    "Diagnostic",
    "InvalidInput",
    "Location",
    "Problem",
    "Severity",
    "described",
    "in_order",
    "missing_key",
    "nearest_of",
    "unknown_key",
    "with_article",
    "without_twins",
]
