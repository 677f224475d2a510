"""The counts that GitLab's `terraform` report reads: these three keys and no other."""

from __future__ import annotations

import json

from reconciler.plan import PlanDocument
from reconciler.render.reading import View

_ACTIONS = ("create", "update", "delete")


def render_gitlab(document: PlanDocument, view: View = View()) -> str:
    """Return how many records are created, updated and deleted; of drift, how many were."""
    counts = {action: document["summary"][action] for action in _ACTIONS}
    if view.drift:
        actions = [entry["change"]["actions"][0] for entry in document["resource_drift"]]
        counts = {action: actions.count(action) for action in _ACTIONS}
    return json.dumps(counts, separators=(",", ":"))
