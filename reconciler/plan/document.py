"""The plan document: Terraform's `show -json` shape, so that tools built for it read a plan unchanged.

It is the contract. Every renderer is a client of it, a saved plan is one, and sensitive values never enter it.
"""

from __future__ import annotations

import hashlib
from typing import Any, NotRequired, TypedDict, cast

from reconciler.values import JsonValue, canonical_json

FORMAT_VERSION = "1.2"
# The Terraform whose format 1.2 is. Tools for plans look for it, and for keys that have nothing to say here.
TERRAFORM_VERSION = "1.5.7"

# `class` and `type` are the contract's names, hence the functional form.
# `commit` and `author` are those of the line at `location`; null where git can't tell, or the line is not committed.
FieldEntry = TypedDict(
    "FieldEntry",
    {
        "path": str,
        "before": JsonValue,
        "after": JsonValue,
        "class": str,
        "origin": str,
        "risk": str,
        "sensitive": bool,
        "location": dict[str, Any] | None,
        "commit": NotRequired[str | None],
        "author": NotRequired[str | None],
    },
)


class ChangeBody(TypedDict):
    """Terraform's change: what is done, and both sides whole. Each `*_sensitive` is a shadow tree of `true`."""

    actions: list[str]
    before: JsonValue
    after: JsonValue
    after_unknown: dict[str, Any]
    before_sensitive: dict[str, Any]
    after_sensitive: dict[str, Any]


class Provenance(TypedDict):
    """Where in git a change comes from: the manifest's line, and the commit that made the change necessary."""

    file: str
    line: int
    commit: str | None
    author: str | None


class ChangeEntry(TypedDict):
    """One record's change, or its drift (then `changed_by` tells who and when)."""

    address: str
    mode: str
    type: str
    name: str
    provider_name: str
    change: ChangeBody
    fields: list[FieldEntry]
    risk: str
    live_sessions: int | None
    live_users: int | None
    fully_effective_at: str | None
    precondition: dict[str, int | None]
    provenance: Provenance | None
    sensitive_paths: list[str]
    ownership: NotRequired[str]
    owner: NotRequired[str | None]
    manifest: NotRequired[str | None]
    action_reason: NotRequired[str]
    protected: NotRequired[bool]
    unguarded: NotRequired[bool]
    unguarded_because: NotRequired[str]
    records_ownership: NotRequired[bool]
    changed_by: NotRequired[dict[str, str | None]]
    compared_with: NotRequired[str]


class RefusalEntry(TypedDict):
    """Why apply does not carry the plan out, and the option that lifts it."""

    guard: str
    tag: str | None
    reason: str
    lifted_by: str


class ForeignEntry(TypedDict):
    """A live record of another project; `wanted` tells that a manifest here asks for its tag too."""

    name: str
    project: str
    wanted: bool


class UnreadableEntry(TypedDict):
    """A live record that can't be read; `wanted` tells that a manifest here asks for its tag."""

    name: str
    reason: str
    wanted: bool


# A session type that looks like another one, whose manifest is gone, under another tag; `from` is no Python name.
RenameEntry = TypedDict("RenameEntry", {"from": str, "to": str})


class OutcomeEntry(TypedDict):
    """What became of one call."""

    name: str
    action: str
    status: str
    error: str | None


class DiagnosticEntry(TypedDict):
    """One diagnostic, or an error of the run without a place. `related` is there if a second place belongs to it."""

    severity: str
    code: str
    summary: str
    detail: str
    hint: str
    location: dict[str, Any] | None
    related: NotRequired[dict[str, Any]]


class PolicyWarning(TypedDict):
    """A change that breaks a policy which only warns."""

    rule: str
    tag: str
    message: str


class PlanDocument(TypedDict):
    """The whole document. One that tells of an error has `errored` set and `diagnostics`.

    One that tells of an apply has `outcomes`, and the digest of the saved plan that was carried out, if it was one.
    """

    format_version: str
    terraform_version: str
    reconciler_version: str
    timestamp: str
    errored: bool
    applyable: bool
    complete: bool
    target: dict[str, Any]
    source: dict[str, Any]
    planned_values: dict[str, Any]
    configuration: dict[str, Any]
    resource_changes: list[ChangeEntry]
    resource_drift: list[ChangeEntry]
    unmanaged: list[str]
    foreign: list[ForeignEntry]
    out_of_scope: list[str]
    summary: dict[str, int]
    refusals: list[RefusalEntry]
    keeps_applied: bool
    renames: NotRequired[list[RenameEntry]]
    unreadable: NotRequired[list[UnreadableEntry]]
    digest: NotRequired[str]
    outcomes: NotRequired[list[OutcomeEntry]]
    plan_digest: NotRequired[str | None]
    diagnostics: NotRequired[list[DiagnosticEntry]]
    policy_warnings: NotRequired[list[PolicyWarning]]
    policy_waived: NotRequired[list[dict[str, str]]]


def digest_of(document: PlanDocument) -> str:
    """Return the digest of a document, whatever digest it carries."""
    body = {key: value for key, value in document.items() if key != "digest"}
    return "sha256:" + hashlib.sha256(canonical_json(cast("JsonValue", body)).encode()).hexdigest()


def sealed(document: PlanDocument) -> PlanDocument:
    """Return the document with its digest, which tells later whether it was altered."""
    return {**document, "digest": digest_of(document)}
