"""What policies say of a plan beside refusals: warnings, and how much is waived."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.plan import PlanDocument
from reconciler.render.values import counted, safe

_MOST = 20  # the JSON document has them all


def policy_notes(document: PlanDocument) -> Iterator[str]:
    """Yield a line for each warning, and one for all that is waived."""
    warnings = document.get("policy_warnings", ())
    for each in warnings[:_MOST]:
        yield f"Policy warning: `{safe(each['tag'])}` breaks `{safe(each['rule'])}`: {safe(each['message'])}"
    if len(warnings) > _MOST:
        yield f"{counted(len(warnings) - _MOST, 'more policy warning')}."
    if waived := document.get("policy_waived", ()):
        yield f"{counted(len(waived), 'policy finding')} waived."
