"""The JSON Schema of a manifest, for editors: from the same models that check it."""

from __future__ import annotations

from typing import Any

from reconciler.manifests.lifecycle import LifecycleFields
from reconciler.manifests.manifest import LIFECYCLE
from reconciler.session_type import Period
from reconciler.session_type.fields import SessionTypeFields

_REFERENCE = {"type": "string", "pattern": r"\$\{[A-Za-z_]"}  # takes the type of what it stands for
_ABOUT = ("description", "title", "default")
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def manifest_json_schema() -> dict[str, Any]:
    """Return the JSON Schema of one manifest document."""
    schema = SessionTypeFields.model_json_schema(by_alias=True)
    schema["properties"]["period"]["enum"] = Period.spellings()
    for field in ("tag", "selector", "expiry", "period"):
        schema["properties"][field] = _or_reference(schema["properties"][field])
    schema["properties"][LIFECYCLE] = LifecycleFields.model_json_schema()
    return {"$schema": _DIALECT, **schema, "title": "Session type manifest"}


def _or_reference(field: dict[str, Any]) -> dict[str, Any]:
    """Let a field be `${NAME}`, which an editor sees as it stands: what it stands for is for `validate`."""
    about = {key: value for key, value in field.items() if key in _ABOUT}
    rules = {key: value for key, value in field.items() if key not in _ABOUT}
    return {**about, "anyOf": [rules, _REFERENCE]}
