"""Renderers: a document (or diagnostics, or outcomes) to text, without I/O. One module per kind of text."""

from reconciler.render.apply_text import render_apply_summary, render_outcome
from reconciler.render.diagnostics.text import render_diagnostics, render_error
from reconciler.render.drift_text import render_drift
from reconciler.render.formats import FORMATS, render_as
from reconciler.render.github_output import render_github_output
from reconciler.render.github_summary import render_github_summary
from reconciler.render.history_text import render_history
from reconciler.render.impact_text import impact_json, render_impact
from reconciler.render.json_text import render_json, render_plan_json
from reconciler.render.paint import Paint, plain
from reconciler.render.plan_text import render_plan
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
from reconciler.render.view import View

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
