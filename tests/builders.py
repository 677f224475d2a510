"""Short ways to the values that tests are about; each argument changes one thing of a valid default."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from reconciler.diagnostics import Location
from reconciler.plan import Desired, Header, Lifecycle, Plan, PlanOptions, Selection, make_plan
from reconciler.port import ManagedBy, Record, Snapshot
from reconciler.session_type import SessionType, check
from reconciler.values import JsonObject, parse_path

NOW = datetime(2026, 11, 24, 9, 0, 0, tzinfo=UTC)
PROJECT = "shop"
SCHEMA: JsonObject = {"userId": "user_123", "details": {"email": "ade@example.com", "cart": [1, 2]}}


def session_type(tag: str = "user", **fields: Any) -> SessionType:
    """Return a session type; it must be valid."""
    defaults: JsonObject = {
        "name": "User",
        "tag": tag,
        "description": "Signed in",
        "schema": SCHEMA,
        "selector": "$Session{userId}",
        "expiry": 7,
        "period": "days",
    }
    checked = check({**defaults, **fields})
    assert checked.session_type, checked.problems
    return checked.session_type


def desired(wanted: SessionType, *, line: int = 1, file: str = "sessions/user.yaml", **lifecycle: Any) -> Desired:
    """Return a session type as a manifest wants it. Lifecycle paths are spelled."""
    rules = Lifecycle(
        prevent_destroy=lifecycle.get("prevent_destroy", False),
        ignore_changes=tuple(filter(None, map(parse_path, lifecycle.get("ignore_changes", ())))),
        sensitive=tuple(filter(None, map(parse_path, lifecycle.get("sensitive", ())))),
    )
    return Desired(wanted, Location(file, line, 1), file, {}, rules)


def record(live: SessionType | None, *, applied: SessionType | None = None, **fields: Any) -> Record:
    """Return a record; it is this project's where `applied` is given, unless `project` says whose it is."""
    owner = fields.pop("project", PROJECT if applied else None)
    file = fields.pop("file", "sessions/user.yaml")
    known = live or applied
    assert known
    values: dict[str, Any] = {
        "tag": known.tag,
        "spec": live,
        "revision": 3,
        "managed_by": ManagedBy(owner, file) if owner else None,
        "applied": applied,
        "created_at": NOW,
        "updated_at": NOW,
        "updated_by": "alice",
    }
    return Record(**{**values, **fields})


def plan_of(wanted: Iterable[Desired] = (), live: Iterable[Record] = (), **options: Any) -> Plan:
    """Plan manifests against records."""
    selection = Selection(tuple(options.pop("only", ())), tuple(options.pop("skip", ())))
    return make_plan(wanted, Snapshot(tuple(live), 42), PlanOptions(PROJECT, selection, **options))


def header(**fields: Any) -> Header:
    """Return a document's head."""
    values: dict[str, Any] = {
        "reconciler_version": "0.1.0",
        "timestamp": NOW,
        "product": "storefront",
        "project": PROJECT,
        "registry": "sqlite:///.reconciler/registry.db",
        "manifests": 3,
        "manifest_paths": ("sessions",),
        "manifest_digest": "sha256:0",
    }
    return Header(**{**values, **fields})


def secret_part(token: str) -> str:
    """Return what nobody may guess of an API, refresh or session token: the rest tells its kind, its id or its key."""
    if token.startswith(("rct_", "rcr_")):
        _, _, secret = token.split("_", 2)  # the secret is base64url, so it may hold underscores of its own
        return secret
    _, _, _, ciphertext, _ = token.split(".")
    return ciphertext
