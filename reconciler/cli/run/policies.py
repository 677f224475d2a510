"""A project's policies in a run: over the manifests as a target has them, then over the plan's changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from reconciler import policy, render
from reconciler.cli.output.console import Console
from reconciler.cli.run.inputs import Run, usable
from reconciler.diagnostics import Code, Diagnostic, InvalidInput, Severity, in_order
from reconciler.manifests import Loaded
from reconciler.project import Target

if TYPE_CHECKING:
    from reconciler.cli.run.planning import Planned
    from reconciler.plan import ChangeEntry

_OURS = {Code.POLICY, Code.POLICY_RULE, Code.POLICY_UNDECIDED, Code.WAIVER_ENDED}


class Policies:
    """One command's judging. The rules are compiled once; without any, nothing happens and nothing is imported."""

    def __init__(self, run: Run, console: Console) -> None:
        self._run = run
        self._console = console
        self._today = datetime.now(UTC).date()
        self._rules: tuple[policy.Compiled, ...] = ()
        self._tags: frozenset[str] = frozenset()
        self._is_whole = False
        self._of_project: tuple[Diagnostic, ...] = ()
        self._waived: dict[tuple[str, str], policy.Waived] = {}
        if run.project.policies:
            self._rules, broken = policy.compile_rules(run.project.policies)
            self._of_project = (*broken, *policy.waiver_diagnostics(run.project.policies, self._today))

    @property
    def waived(self) -> tuple[policy.Waived, ...]:
        """What waivers let through so far."""
        return tuple(self._waived.values())

    def load(self, paths: Sequence[str], *, command: str) -> Loaded:
        """Load the manifests of the run's target and judge them. Raises as `Run.load` does."""
        found = self._run.require_paths(paths, command=command)
        return self.checked(self._run.load_for(self._run.target, found), paths)

    def checked(self, loaded: Loaded, paths: Sequence[str]) -> Loaded:
        """Judge the manifests that were loaded for `paths`. Raises InvalidInput for what is wrong in them."""
        loaded = self.judged(loaded)
        loaded = usable(self._with(loaded, self.unmatched(paths, [loaded])))
        self._tags = frozenset(each.session_type.tag for each in loaded.desired)
        self._is_whole = self._run.scope(paths) is None
        return loaded

    def judged(self, loaded: Loaded, target: Target | None = None) -> Loaded:
        """Return manifests with what the policies say of them as that target has them."""
        if not self._run.project.policies:
            return loaded
        verdict = self._judge((target or self._run.target).name).manifests(loaded.desired)
        self._note(verdict)
        return self._with(loaded, [*self._of_project, *verdict.diagnostics])

    def unmatched(self, paths: Sequence[str], results: Iterable[Loaded]) -> list[Diagnostic]:
        """Return what there is to say of waivers for tags that no manifest has, where all manifests were read.

        A waiver of a rule on changes may be for the deletion of what has no manifest any more.
        """
        if not self._run.project.policies or self._run.scope(paths) is not None:
            return []
        loaded = list(results)
        if any(map(_lacks_manifests, loaded)):
            return []
        tags = {desired.session_type.tag for each in loaded for desired in each.desired}
        rules = (each for each in self._run.project.policies if each.subject is policy.Subject.MANIFEST)
        return list(policy.unmatched_waivers(rules, tags))

    def over(self, planned: Planned) -> Planned:
        """Return a plan with what the policies say of its changes. Raises InvalidInput where one can't be decided.

        Of a saved plan they are judged anew, by the project file as it is now, and so is what it writes.
        """
        if not self._run.project.policies:
            return planned
        judge = self._judge(planned.header.target)
        entries = _called(planned)
        verdict = judge.changes(entries)
        found = list(verdict.diagnostics)
        if planned.saved:
            anew = judge.planned_manifests(entries)
            self._note(anew)
            found += [*self._of_project, *anew.diagnostics]
        elif self._is_whole:
            known = self._tags | {change.tag for change in planned.plan.changes}
            rules = (each for each in self._run.project.policies if each.subject is policy.Subject.CHANGE)
            found += policy.unmatched_waivers(rules, known)
        self._note(verdict)
        self._say(found)
        from reconciler.cli.run.policy_notes import PolicyNotes  # noqa: PLC0415 - few runs have policies

        notes = PolicyNotes(tuple(verdict.warnings), self.waived)
        return replace(planned, refusals=(*planned.refusals, *verdict.refusals), policies=notes)

    def _judge(self, target: str | None) -> policy.Judge:
        return policy.Judge(self._rules, self._today, target)

    def _note(self, verdict: policy.Verdict) -> None:
        self._waived |= {(each.rule, each.tag): each for each in verdict.waived}

    def _with(self, loaded: Loaded, found: Iterable[Diagnostic]) -> Loaded:
        diagnostics = in_order([*loaded.diagnostics, *found])
        return replace(loaded, diagnostics=diagnostics, sources=loaded.sources.beside(self._sources()))

    def _say(self, found: Iterable[Diagnostic]) -> None:
        diagnostics = in_order(found)
        if any(each.severity is Severity.ERROR for each in diagnostics):
            raise InvalidInput(diagnostics, self._sources())
        if diagnostics:
            self._console.err(render.render_diagnostics(diagnostics, self._sources(), self._console.err_paint))

    def _sources(self) -> dict[str, str]:
        project = self._run.project
        return {project.file: project.text} if project.file else {}


def _lacks_manifests(loaded: Loaded) -> bool:
    """Tell whether a manifest, and its tag, is missing because it is not valid."""
    return any(each.severity is Severity.ERROR and each.code not in _OURS for each in loaded.diagnostics)


def _called(planned: Planned) -> list[ChangeEntry]:
    """Return the document's entries of the changes that need a call."""
    tags = {change.tag for change in planned.plan.calls}
    return [entry for entry in planned.document()["resource_changes"] if entry["name"] in tags]
