"""Renderers: a document (or diagnostics, or outcomes) to text, without I/O. One module per kind of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.late import late

if TYPE_CHECKING:
    from reconciler.render.apply_text import render_apply_summary, render_outcome
    from reconciler.render.diagnostics.text import render_diagnostics, render_error
    from reconciler.render.drift_text import render_drift
    from reconciler.render.formats import render_as
    from reconciler.render.github_output import render_github_output
    from reconciler.render.github_summary import render_github_summary
    from reconciler.render.history_text import render_history
    from reconciler.render.impact_text import impact_json, render_impact
    from reconciler.render.json_text import render_json, render_plan_json
    from reconciler.render.paint import Paint, plain
    from reconciler.render.plan_text import render_plan
    from reconciler.render.reading import FORMATS, View
    from reconciler.render.refusals_text import render_refusals
    from reconciler.render.sessions_json import (
        active_json,
        dashboard_json,
        details_json,
        key_json,
        pair_json,
        pruned_json,
        retired_key_json,
        revoked_json,
        users_json,
        verdict_json,
    )
    from reconciler.render.tokens_text import render_tokens, token_json

__all__ = [
    "FORMATS",
    "Paint",
    "View",
    "active_json",
    "dashboard_json",
    "details_json",
    "impact_json",
    "key_json",
    "pair_json",
    "plain",
    "pruned_json",
    "render_apply_summary",
    "render_as",
    "render_diagnostics",
    "render_drift",
    "render_error",
    "render_github_output",
    "render_github_summary",
    "render_history",
    "render_impact",
    "render_json",
    "render_outcome",
    "render_plan",
    "render_plan_json",
    "render_refusals",
    "render_tokens",
    "retired_key_json",
    "revoked_json",
    "token_json",
    "users_json",
    "verdict_json",
]

_LATE = {
    "FORMATS": "reading",
    "Paint": "paint",
    "View": "reading",
    "active_json": "sessions_json",
    "dashboard_json": "sessions_json",
    "details_json": "sessions_json",
    "impact_json": "impact_text",
    "key_json": "sessions_json",
    "pair_json": "sessions_json",
    "plain": "paint",
    "pruned_json": "sessions_json",
    "render_apply_summary": "apply_text",
    "render_as": "formats",
    "render_diagnostics": "diagnostics.text",
    "render_drift": "drift_text",
    "render_error": "diagnostics.text",
    "render_github_output": "github_output",
    "render_github_summary": "github_summary",
    "render_history": "history_text",
    "render_impact": "impact_text",
    "render_json": "json_text",
    "render_outcome": "apply_text",
    "render_plan": "plan_text",
    "render_plan_json": "json_text",
    "render_refusals": "refusals_text",
    "render_tokens": "tokens_text",
    "retired_key_json": "sessions_json",
    "revoked_json": "sessions_json",
    "token_json": "tokens_text",
    "users_json": "sessions_json",
    "verdict_json": "sessions_json",
}


def __getattr__(name: str) -> Any:
    """Import what a run needs, and no more."""
    return late(__name__, _LATE, name)
