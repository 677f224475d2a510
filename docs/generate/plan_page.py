"""The page of the plan document: its shapes from the TypedDicts, and an example that the planner makes."""

from __future__ import annotations

import enum
import importlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from docs.generate.markdown import code, docstring, fence, page, table
from docs.generate.plan_fields import MEANINGS
from docs.generate.typed_dicts import Shape, shapes_of
from reconciler.manifests import ManifestPath, load_manifests
from reconciler.plan import (
    Action,
    FieldClass,
    Header,
    Origin,
    Ownership,
    PlanOptions,
    Risk,
    make_plan,
    to_document,
)
from reconciler.plan.header import empty_document
from reconciler.port import ManagedBy, Record, Snapshot

_MOMENT = datetime(2026, 11, 24, 9, tzinfo=UTC)
_HEADER = Header("0.1.0", _MOMENT, "storefront", "storefront-sessions", "https://registry.example.com", "production")
_MANIFEST = b"""\
name: User session
tag: user-session
schema: {userId: user_123}
selector: $Session{userId}
expiry: 14
period: days
"""
_INTRODUCTION = """\
`plan --format json`, `drift --format json`, `apply --format json` and `plan --out FILE` write this document. It has the
shape of Terraform's `show -json`, so that policy engines and summary tools built for that read it unchanged. Sensitive
values never enter it. Keys are added without a new `format_version`: read what you know, and pass over the rest."""
# As modules: the names of the keys are read from their code.
_DOCUMENT = importlib.import_module("reconciler.plan.document")
_HISTORY = importlib.import_module("reconciler.plan.history")
_LITERALS: tuple[type[enum.Enum], ...] = (Action, Risk, Origin, FieldClass, Ownership)


def plan_page() -> str:
    """Return the page."""
    shapes = list(shapes_of(_DOCUMENT))
    return page(
        "Plan document",
        _INTRODUCTION,
        "A changed lifetime, as `plan --format json` has it:",
        fence("json", json.dumps(example(), indent=2)),
        *_sections(reversed(shapes), "##"),
        *(_keys(name) for name in ("target", "source", "summary")),
        "## Values",
        *map(_values, _LITERALS),
        "## The history document",
        "`history --format json` writes this one.",
        *_sections(reversed(list(shapes_of(_HISTORY))), "###"),
    )


def example() -> object:
    """Return the document of a plan with one update, made by the planner."""
    here = Path()
    file = ManifestPath(Path("sessions/user.yaml"), "sessions/user.yaml", _MANIFEST)
    loaded = load_manifests([file], root=here, environment={})
    (desired,) = loaded.desired
    live = replace(desired.session_type, expiry=7)
    owner = ManagedBy("storefront-sessions", "sessions/user.yaml")
    record = Record("user-session", live, 3, owner, live, _MOMENT, _MOMENT, "ci")
    plan = make_plan([desired], Snapshot((record,), 42, mark="42-5e1"), PlanOptions("storefront-sessions"))
    header = replace(_HEADER, manifests=1, manifest_paths=("sessions",), manifest_digest=loaded.digest())
    return to_document(plan, header)


def undescribed() -> list[str]:
    """Return the keys that the page says nothing of, and the descriptions of keys that are not there."""
    shapes = [*shapes_of(_DOCUMENT), *shapes_of(_HISTORY)]
    there = {(shape.name, field.name) for shape in shapes for field in shape.fields}
    there |= {(name, key) for name in ("target", "source", "summary") for key in _empty(name)}
    told = {(name, key) for name, fields in MEANINGS.items() for key in fields}
    return sorted(f"{name}.{key}" for name, key in there ^ told)


def _sections(shapes: Iterable[Shape], level: str) -> Iterator[str]:
    for shape in shapes:
        yield f"{level} {shape.name}"
        yield shape.text or "One value that differs."
        told = MEANINGS.get(shape.name, {})
        yield table(
            ("key", "type", "meaning"),
            (
                (
                    code(field.name),
                    field.type + ("" if field.required else ", optional"),
                    told.get(field.name, ""),
                )
                for field in shape.fields
            ),
        )


def _keys(name: str) -> str:
    told = MEANINGS.get(name, {})
    rows = table(("key", "meaning"), ((code(key), told.get(key, "")) for key in _empty(name)))
    return f"## {name}\n\n{rows}"


def _empty(name: str) -> Mapping[str, object]:
    found = {**empty_document(_HEADER)}[name]
    return found if isinstance(found, dict) else {}


def _values(values: type[enum.Enum]) -> str:
    listed = ", ".join(code(each.value) for each in values)
    return f"**{values.__name__}.** {docstring(values)} {listed}."
