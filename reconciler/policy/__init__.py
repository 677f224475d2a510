"""Policy: a project's own rules in CEL (the Common Expression Language) over manifests and planned changes.

The rules stand in the project file under `policies`. They are data until a command judges by them: then they are
compiled, and every mistake in them is a diagnostic. No clock is read here; today comes in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.late import late

if TYPE_CHECKING:
    from reconciler.policy.compiled import Compiled, Given, Undecided, compile_rules
    from reconciler.policy.fields import PolicyFields, WaiverFields, policy_keys
    from reconciler.policy.judge import Judge, Verdict
    from reconciler.policy.model import Rule, Subject, Waived, Waiver
    from reconciler.policy.read import read_rules
    from reconciler.policy.waivers import unmatched_waivers, waiver_diagnostics

__all__ = [
    "Compiled",
    "Given",
    "Judge",
    "PolicyFields",
    "Rule",
    "Subject",
    "Undecided",
    "Verdict",
    "Waived",
    "Waiver",
    "WaiverFields",
    "compile_rules",
    "policy_keys",
    "read_rules",
    "unmatched_waivers",
    "waiver_diagnostics",
]

_LATE = {
    "Compiled": "compiled",
    "Given": "compiled",
    "Judge": "judge",
    "PolicyFields": "fields",
    "Rule": "model",
    "Subject": "model",
    "Undecided": "compiled",
    "Verdict": "judge",
    "Waived": "model",
    "Waiver": "model",
    "WaiverFields": "fields",
    "compile_rules": "compiled",
    "policy_keys": "fields",
    "read_rules": "read",
    "unmatched_waivers": "waivers",
    "waiver_diagnostics": "waivers",
}


def __getattr__(name: str) -> Any:
    """Import what a run needs, and no more."""
    return late(__name__, _LATE, name)
