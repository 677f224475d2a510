"""What each key of the plan document means, where its name does not say all. A test holds the keys against the code."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


def _frozen(meanings: dict[str, dict[str, str]]) -> Mapping[str, Mapping[str, str]]:
    return MappingProxyType({name: MappingProxyType(fields) for name, fields in meanings.items()})


MEANINGS = _frozen(
    {
        "FieldEntry": {
            "path": "Where in the session type: `expiry`, `schema.details.email`, `schema.items[0]`.",
            "before": "The live value; null also where there is none.",
            "after": "The manifest's value; null also where there is none.",
            "class": "What kind of change it is; see [values](#values).",
            "origin": "Who moved; see [values](#values).",
            "risk": "What the change does to people; see [values](#values).",
            "sensitive": "True where `before` and `after` are masked.",
            "location": "`file`, `line` and `column` of the value in the manifest.",
            "commit": "The commit that the line is from; null where it is not committed, or git was not asked.",
            "author": "Its author.",
        },
        "ChangeBody": {
            "actions": 'One of `["no-op"]`, `["create"]`, `["update"]`, `["delete"]`.',
            "before": "The live session type, sensitive values masked. Null for a create.",
            "after": "The session type as the manifest wants it, sensitive values masked. Null for a delete.",
            "after_unknown": "Always empty: a session type holds nothing that only the registry knows.",
            "before_sensitive": "The shape of `before`, with `true` where a value is masked.",
            "after_sensitive": "The shape of `after`, with `true` where a value is masked.",
        },
        "Provenance": {
            "file": "The manifest's file, relative to the working directory.",
            "line": "The line of the manifest.",
            "commit": "The commit that the line is from, where git was asked.",
            "author": "Its author, where git was asked.",
        },
        "ChangeEntry": {
            "address": "`session_type.` and the tag.",
            "mode": "Always `managed`.",
            "type": "Always `session_type`.",
            "name": "The tag.",
            "provider_name": "Always `reconciler`.",
            "change": "A [ChangeBody](#changebody).",
            "fields": "Each value that differs, a [FieldEntry](#fieldentry).",
            "risk": "The worst risk of its fields. A delete is `disruptive`.",
            "live_sessions": "Live sessions of the type: their token is valid. Null where the registry can't tell, "
            "which is not 0.",
            "live_users": "Users who have one. Null where the registry can't tell.",
            "fully_effective_at": "When the last token from before the change has run out, counted with the live "
            "lifetime. Null where the change is nothing to live sessions.",
            "precondition": "`revision`: the record's, which the write names. Null where no record was there.",
            "provenance": "A [Provenance](#provenance). Null where no manifest has the tag.",
            "sensitive_paths": "The paths that are masked.",
            "ownership": "Whose the record is; see [values](#values).",
            "owner": "The other project, for a foreign record.",
            "manifest": "The manifest's file as the registry records it, relative to the project.",
            "action_reason": "`delete_because_no_manifest`, or `delete_withheld` (the action is then `no-op`).",
            "protected": "True where `prevent_destroy` stands against it.",
            "unguarded": "True for a deletion of which git can't tell whether the former manifest forbids it.",
            "unguarded_because": "Why git can't tell, where the record names a commit that can't be read here, as in a "
            "shallow clone. The guard `prevent-destroy` then refuses the deletion.",
            "records_ownership": "True where the call changes no field and records who owns the record.",
            "changed_by": "In `resource_drift`: `actor` and `at` of the last write; null where the registry does not "
            "tell.",
            "compared_with": "`manifest` in the drift of a registry that does not keep what was applied: `before` is "
            "then what the manifest says.",
        },
        "RefusalEntry": {
            "guard": "The [guard](../errors.md#guards).",
            "tag": "The session type, where it is about one.",
            "reason": "A sentence with the numbers.",
            "lifted_by": "The option that lifts it for one run.",
        },
        "ForeignEntry": {
            "name": "The tag.",
            "project": "The project that owns the record.",
            "wanted": "True where a manifest here asks for the tag too.",
        },
        "UnreadableEntry": {
            "name": "The tag.",
            "reason": "What is wrong with it.",
            "wanted": "True where a manifest here asks for the tag.",
        },
        "PolicyWarning": {
            "rule": "The policy's name.",
            "tag": "The session type.",
            "message": "The policy's message.",
        },
        "RenameEntry": {
            "from": "The tag of a record whose manifest is gone.",
            "to": "The tag of a new session type that is the same but for its tag.",
        },
        "OutcomeEntry": {
            "name": "The tag.",
            "action": "`create`, `update`, `delete`, or `no-op` where ownership was recorded.",
            "status": "`done`, `failed` or `not-tried`.",
            "error": "Why it failed.",
        },
        "DiagnosticEntry": {
            "severity": "`error` or `warning`.",
            "code": "A [code](../errors.md).",
            "summary": "The code's constant words.",
            "detail": "What is wrong here.",
            "hint": "The way out; may be empty.",
            "location": "`file`, `line` and `column`. Null where it is about no file.",
            "related": "A second place that belongs to it.",
        },
        "PlanDocument": {
            "terraform_version": "The Terraform whose `format_version` this is: tools for its plans ask for it.",
            "planned_values": "Always without content: what is planned stands in `resource_changes`.",
            "configuration": "Always without content: tools for Terraform's plans ask for it.",
            "plan_digest": "Of an apply: the digest of the saved plan that was carried out; null where it was none.",
            "format_version": "The version of this shape. Read documents of this version only.",
            "reconciler_version": "What made it.",
            "timestamp": "When, RFC 3339, UTC.",
            "errored": "True where the run came to no plan; `diagnostics` says why.",
            "applyable": "True where `apply` would make a call.",
            "complete": "False where `--only`, `--skip` or PATHS left part of the project out.",
            "target": "Where to; see [target](#target).",
            "source": "From what; see [source](#source).",
            "resource_changes": "A [ChangeEntry](#changeentry) for each session type, the unchanged ones included.",
            "resource_drift": "A [ChangeEntry](#changeentry) for each record that is not as it was last applied; "
            "`before` is what was applied, `after` what is live.",
            "unmanaged": "Tags of live records that no manifest asks for and this project does not own.",
            "foreign": "Each record of another project, a [ForeignEntry](#foreignentry).",
            "out_of_scope": "Tags of this project's records that were applied from files outside this run's PATHS.",
            "summary": "How many; see [summary](#summary).",
            "refusals": "What stands against it, each a [RefusalEntry](#refusalentry).",
            "keeps_applied": "False where the registry does not keep what was applied: drift then can't be told from "
            "a pending change.",
            "digest": "Of a saved plan: tells later whether it was altered.",
            "outcomes": "Of an apply: what became of each call, an [OutcomeEntry](#outcomeentry).",
            "policy_warnings": "Changes that break a [policy](../policies.md) which only warns, each a "
            "[PolicyWarning](#policywarning).",
            "policy_waived": "What waivers let through: `rule`, `tag`, `reason` and `until`.",
            "unreadable": "Live records that can't be read, each an [UnreadableEntry](#unreadableentry).",
            "renames": "What looks like a renamed tag, each a [RenameEntry](#renameentry).",
            "diagnostics": "Why a run failed, each a [DiagnosticEntry](#diagnosticentry).",
        },
        "target": {
            "name": "The target's name in the project file.",
            "product": "The product.",
            "project": "The owner that an apply records.",
            "registry": "The registry's URL, without credentials.",
            "revision": "The product's revision that was read.",
            "mark": "Tells that revision from one of the same number in a restored database.",
            "exists": "False where the registry is not there yet, and apply would make it.",
        },
        "source": {
            "git_commit": "The commit of the work tree.",
            "against": "How `--against` named the commit of the manifests; then `git_commit` is that one.",
            "git_dirty": "True where the work tree differs from it.",
            "manifest_digest": "Of what the manifests want, however they are laid out.",
            "manifest_paths": "Where they were looked for.",
            "manifests": "How many were found.",
            "only": "The `--only` patterns.",
            "skip": "The `--skip` patterns.",
        },
        "summary": {
            "create": "To create.",
            "update": "To update.",
            "delete": "To delete.",
            "no_op": "Unchanged, or without a changed field.",
            "withheld": "Deletes that wait for `--prune`.",
        },
        "HistoryField": {
            "path": "Where in the session type.",
            "before": "The value before; absent where there was none.",
            "after": "The value after; absent where there is none.",
        },
        "EntryDocument": {
            "revision": "The product's revision after the write.",
            "tag": "The session type.",
            "action": "`create`, `update`, `delete`, or `adopt` (ownership recorded, nothing changed).",
            "at": "When, RFC 3339, UTC.",
            "actor": "Who: the token's name, or `user@machine` on an embedded registry.",
            "source": "`project`, `file` and `commit` of an apply. Null for a write by another hand.",
            "changes": "The top-level fields that changed, whole, each with `before` and `after`.",
            "fields": "Each value that differs, a [HistoryField](#historyfield).",
        },
        "HistoryDocument": {
            "format_version": "The version of this shape.",
            "omitted": "How many earlier writes `--limit` left out.",
            "history": "Each write, oldest first, an [EntryDocument](#entrydocument).",
        },
    }
)
