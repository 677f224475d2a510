"""JSON: the document itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any


def render_plan_json(document: Mapping[str, Any]) -> str:
    """Return a plan document on one line, as `terraform show -json` does: some tools for plans read no second one."""
    return json.dumps(document, ensure_ascii=True)


def render_json(document: Mapping[str, Any] | Sequence[Any]) -> str:
    """Return a document as indented JSON text in ASCII, which survives every terminal and log."""
    return json.dumps(document, indent=2, ensure_ascii=True)
