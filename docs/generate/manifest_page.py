"""The page of the manifest's JSON Schema, and the schema itself."""

from __future__ import annotations

import json
from typing import Any

from docs.generate.markdown import code, page, table
from reconciler.manifests import manifest_json_schema

_INTRODUCTION = """\
[manifest.schema.json](manifest.schema.json) is what `reconciler schema` prints. It says as much of the rules as JSON
Schema can; [Manifests](../manifests.md) says all of them. Editors with a YAML language server complete and check with
it: put this into a manifest's first line.

```yaml
# yaml-language-server: $schema=session-type.schema.json
```"""


def manifest_schema() -> str:
    """Return the JSON Schema of a manifest."""
    return json.dumps(manifest_json_schema(), indent=2, ensure_ascii=False) + "\n"


def manifest_page() -> str:
    """Return the page."""
    schema = manifest_json_schema()
    lifecycle = schema["properties"]["lifecycle"]
    return page(
        "Manifest schema",
        _INTRODUCTION,
        "## Fields",
        _table(schema),
        "## lifecycle",
        lifecycle.get("description", ""),
        _table(lifecycle),
    )


def _table(schema: dict[str, Any]) -> str:
    required = schema.get("required", [])
    rows = (
        (code(name), _type(form), "yes" if name in required else "", form.get("description", ""))
        for name, form in schema["properties"].items()
    )
    return table(("field", "form", "required", "meaning"), rows)


def _type(form: dict[str, Any]) -> str:
    limits = [
        f"{word} {form[key]:,}"
        for key, word in (("minLength", "length from"), ("maxLength", "to"), ("minimum", "from"), ("maximum", "to"))
        if key in form
    ]
    if "enum" in form:
        return ", ".join(map(code, form["enum"]))
    pattern = [f"matches {code(form['pattern'])}"] if "pattern" in form else []
    listed = f" of {form['items']['type']}" if "items" in form else ""
    return ", ".join([form.get("type", "any") + listed, " ".join(limits), *pattern]).replace(", ,", ",").rstrip(", ")
