"""Judge: applies compiled rules to manifests and changes, and tells what comes of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from reconciler.diagnostics import Code, Diagnostic, Location, Severity
from reconciler.nodes import key_location
from reconciler.plan import ChangeEntry, Desired, Guard, PolicyWarning, Refusal
from reconciler.policy.compiled import Compiled, Given, Undecided
from reconciler.policy.model import Rule, Subject, Waived
from reconciler.policy.variables import change_variables, manifest_variables, planned_manifest_variables

_Subject = TypeVar("_Subject")


@dataclass(slots=True)
class Verdict:
    """What the rules say. Diagnostics are of manifests, and of rules that could not be decided."""

    diagnostics: list[Diagnostic] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    warnings: list[PolicyWarning] = field(default_factory=list)
    waived: list[Waived] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Judge:
    """The rules of a project on a day, over what a target has."""

    rules: tuple[Compiled, ...]
    today: date
    target: str | None = None

    def manifests(self, desired: Iterable[Desired]) -> Verdict:
        """Judge manifests, overlays included."""
        verdict = Verdict()
        rules = self._on(Subject.MANIFEST)
        if not rules:
            return verdict
        subjects = [(each.session_type.tag, each, Given(manifest_variables(each, self.target))) for each in desired]
        for compiled in rules:
            broken = self._breaking(compiled, subjects, verdict)
            verdict.diagnostics += (_of_manifest(compiled.rule, _place(compiled, each)) for _, each in broken)
        return verdict

    def planned_manifests(self, entries: Iterable[ChangeEntry]) -> Verdict:
        """Judge what a saved plan writes, by those rules on manifests that need not know a lifecycle."""
        wanted = [each for each in entries if each["change"]["after"]]
        subjects = [(each["name"], each, Given(planned_manifest_variables(each, self.target))) for each in wanted]
        verdict = Verdict()
        for compiled in self._on(Subject.MANIFEST):
            if "lifecycle" in compiled.shape.members_of("manifest"):
                continue
            broken = self._breaking(compiled, subjects, verdict)
            verdict.diagnostics += (_of_manifest(compiled.rule, _provenance(each)) for _, each in broken)
        return verdict

    def changes(self, entries: Iterable[ChangeEntry]) -> Verdict:
        """Judge changes: an error refuses the plan, a warning is only told."""
        verdict = Verdict()
        rules = self._on(Subject.CHANGE)
        if not rules:
            return verdict
        subjects = [(each["name"], each, Given(change_variables(each, self.target))) for each in entries]
        for compiled in rules:
            rule = compiled.rule
            for tag, _ in self._breaking(compiled, subjects, verdict):
                if rule.severity is Severity.ERROR:
                    reason = f"`{tag}` breaks the policy `{rule.name}`: {rule.message}"
                    verdict.refusals.append(Refusal(Guard.POLICY, reason, tag))
                else:
                    verdict.warnings.append({"rule": rule.name, "tag": tag, "message": rule.message})
        return verdict

    def _on(self, subject: Subject) -> list[Compiled]:
        return [each for each in self.rules if each.rule.subject is subject]

    def _breaking(
        self, compiled: Compiled, subjects: Iterable[tuple[str, _Subject, Given]], verdict: Verdict
    ) -> list[tuple[str, _Subject]]:
        """Return the subjects that break a rule unwaived; the others that it has something to say of are noted."""
        broken: list[tuple[str, _Subject]] = []
        undecided: list[tuple[str, Undecided]] = []
        for tag, subject, given in subjects:
            decided = compiled.decide(given)
            if isinstance(decided, Undecided):
                undecided.append((tag, decided))
            elif not decided:
                waiver = compiled.rule.waiver_for(tag, self.today)
                if waiver is None:
                    broken.append((tag, subject))
                else:
                    verdict.waived.append(Waived(compiled.rule.name, tag, waiver.reason, waiver.until))
        if undecided:
            verdict.diagnostics.append(_of_rule(compiled.rule, undecided))
        return broken


def _of_manifest(rule: Rule, location: Location | None) -> Diagnostic:
    detail = f"{rule.message} (policy `{rule.name}`)"
    return Diagnostic(Code.POLICY, detail, location, severity=rule.severity, related=rule.location)


def _of_rule(rule: Rule, undecided: list[tuple[str, Undecided]]) -> Diagnostic:
    """Make one diagnostic of all that a rule could not be decided for: it is the rule that is to be mended."""
    (tag, first), *others = undecided
    more = f" and {len(others)} more" if others else ""
    detail = f"`{rule.name}` can't be decided for `{tag}`{more}. {first.reason}"
    return Diagnostic(Code.POLICY_UNDECIDED, detail, rule.location, first.hint)


def _place(compiled: Compiled, desired: Desired) -> Location:
    """Return the line of the one field that a rule is about, or the manifest's first.

    A rule that reads the tag and another field is about the other: the tag says for whom it holds.
    """
    fields = set(compiled.shape.members_of("manifest"))
    if compiled.shape.reads("lifetime_seconds"):
        fields.add("expiry")
    if len(fields) > 1:
        fields.discard("tag")
    if len(fields) != 1:
        return desired.location
    path = (fields.pop(),)
    key, value = key_location(desired.marks, path), desired.locate(path)
    return key if key and key.line != value.line else value  # a block begins below the field's line


def _provenance(entry: ChangeEntry) -> Location | None:
    source = entry["provenance"]
    return Location(source["file"], source["line"]) if source else None
