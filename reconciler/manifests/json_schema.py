"""The JSON Schema of a manifest, for editors: from the same models that check it."""

from __future__ import annotations

from typing import Any

from reconciler.manifests.manifest import LIFECYCLE, LifecycleFields
from reconciler.session_type import Period, SessionTypeFields

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def manifest_json_schema() -> dict[str, Any]:
    """Return the JSON Schema of one manifest document."""
    schema = SessionTypeFields.model_json_schema(by_alias=True)
    schema["properties"]["period"]["enum"] = Period.spellings()
    schema["properties"][LIFECYCLE] = LifecycleFields.model_json_schema()
    return {"$schema": _DIALECT, **schema, "title": "Session type manifest"}
