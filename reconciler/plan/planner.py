"""Makes the plan: what is as it should be is told at once, and what is not is decided tag by tag (`Decisions`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reconciler.plan.desired import Desired, Former
from reconciler.plan.model import Ownership, Plan
from reconciler.plan.selection import Selection
from reconciler.port import Record, Snapshot


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """Whose manifests these are and what may be done: delete what is gone from them, record ownership.

    `scope` are the files and folders that the manifests were read from, relative to the project; None stands for all of
    it. A record that was applied from elsewhere is not gone because its manifest was not read.
    `former` is what git says, by tag, of the manifests that are gone: see `gone_records`.
    """

    project: str
    selection: Selection = Selection()
    prune: bool = False
    adopt: bool = False
    scope: tuple[str, ...] | None = None
    former: Mapping[str, Former] = field(default_factory=dict)

    def covers(self, file: str | None) -> bool:
        """Tell whether a manifest at `file`, if it were there, would have been read."""
        if self.scope is None or file is None:
            return True
        return any(path in {".", file} or file.startswith(f"{path}/") for path in self.scope)

    def ownership(self, record: Record | None, *, keeps_owners: bool) -> Ownership:
        """Tell whose a record is, in a registry that keeps owners or not."""
        if record is None:
            return Ownership.NONE
        if record.managed_by is None:
            return Ownership.UNOWNED if keeps_owners else Ownership.NONE
        return Ownership.OWN if record.managed_by.project == self.project else Ownership.FOREIGN


def make_plan(desired: Iterable[Desired], snapshot: Snapshot, options: PlanOptions) -> Plan:
    """Compare the manifests with a registry's snapshot. Tags in `desired` are unique."""
    manifests = tuple(desired)
    wanted = {each.session_type.tag: each for each in manifests if options.selection.includes(each.session_type.tag)}
    unreadable = tuple(each for each in snapshot.unreadable if options.selection.includes(each.tag))
    lost = frozenset(tag for each in unreadable if wanted.pop(tag := each.tag, None))
    records = {record.tag: record for record in snapshot.records if options.selection.includes(record.tag)}
    keeps = snapshot.keeps_applied
    both = wanted.keys() & records.keys()
    settled = {tag for tag in both if _is_settled(wanted[tag], records[tag], options, keeps_owners=keeps)}
    plan = Plan(
        changes=(),
        unchanged=tuple(wanted[tag] for tag in sorted(settled)),
        selection=options.selection,
        revision=snapshot.revision,
        mark=snapshot.mark,
        keeps_applied=keeps,
        registry_exists=snapshot.exists,
        emptied=emptied_records(snapshot),
        is_plain=snapshot.is_plain,
        missing_ledger=snapshot.missing_ledger,
        unreadable=unreadable,
        wanted_unreadable=lost,
    )
    open_records = {tag: record for tag, record in records.items() if tag not in settled}
    if not open_records and len(settled) == len(wanted):
        return plan
    from reconciler.plan.deciding import Decisions  # noqa: PLC0415 - most runs have nothing to decide

    protected = frozenset(each.file for each in manifests if each.lifecycle.prevent_destroy)
    return Decisions(options, protected, keeps).completed(plan, wanted, open_records)


def emptied_records(snapshot: Snapshot) -> int:
    """Count the records that were applied, where not a single one is live; 0 where one is."""
    return 0 if snapshot.unreadable or any(record.spec for record in snapshot.records) else len(snapshot.records)


def gone_records(desired: Iterable[Desired], snapshot: Snapshot, options: PlanOptions) -> tuple[Record, ...]:
    """Return the records of this project that no manifest asks for any more, where this run would have read it."""
    wanted = {each.session_type.tag for each in desired}
    return tuple(
        record
        for record in snapshot.records
        if record.tag not in wanted
        and record.managed_by is not None
        and record.managed_by.project == options.project
        and options.covers(record.managed_by.file)
        and options.selection.includes(record.tag)
    )


def _is_settled(desired: Desired, record: Record, options: PlanOptions, *, keeps_owners: bool) -> bool:
    """Tell at once, as for nearly every tag, that there is nothing to decide and nothing to say of one."""
    live, applied = record.spec, record.applied
    return (
        live is not None
        and applied is not None
        and options.ownership(record, keeps_owners=keeps_owners) is Ownership.OWN
        and not desired.lifecycle.ignore_changes
        and (applied is live or applied.same_as(live))
        and desired.session_type.same_as(live)
    )
