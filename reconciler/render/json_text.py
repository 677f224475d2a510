"""JSON: the document itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any


def render_json(document: Mapping[str, Any] | Sequence[Any]) -> str:
    """Return a document as indented JSON text in ASCII, which survives every terminal and log."""
    return json.dumps(document, indent=2, ensure_ascii=True)
