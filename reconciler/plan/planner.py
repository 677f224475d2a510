"""Makes the plan: one decision per tag, then the drift beside it.

Policy is in what is compared (ignored fields take their live value before the diff), not in the comparison.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from reconciler.plan.desired import Desired, Former
from reconciler.plan.differences import sample_paths
from reconciler.plan.model import Action, Change, Drift, FieldChange, Foreign, Origin, Ownership, Plan
from reconciler.plan.selection import Selection
from reconciler.plan.three_way import create_fields, delete_fields, drift_fields, update_fields
from reconciler.port import Record, Snapshot
from reconciler.session_type import SessionType
from reconciler.values import Path


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


def make_plan(desired: Iterable[Desired], snapshot: Snapshot, options: PlanOptions) -> Plan:
    """Compare the manifests with a registry's snapshot. Tags in `desired` are unique."""
    manifests = tuple(desired)
    planner = _Planner(options, _protected_files(manifests), snapshot.keeps_applied)
    wanted = {each.session_type.tag: each for each in manifests if options.selection.includes(each.session_type.tag)}
    unreadable = tuple(each for each in snapshot.unreadable if options.selection.includes(each.tag))
    lost = frozenset(tag for each in unreadable if wanted.pop(tag := each.tag, None))
    records = {record.tag: record for record in snapshot.records if options.selection.includes(record.tag)}
    settled = {tag for tag in wanted.keys() & records.keys() if planner.is_settled(wanted[tag], records[tag])}
    open_records = [record for tag, record in records.items() if tag not in settled]
    changes: list[Change] = []
    unchanged: list[Desired] = []
    for tag in sorted(wanted.keys() | records.keys()):
        change = None if tag in settled else planner.decide(wanted.get(tag), records.get(tag))
        if change is not None:
            changes.append(change)
        elif tag in wanted:
            unchanged.append(wanted[tag])
    return Plan(
        changes=tuple(changes),
        unchanged=tuple(unchanged),
        drift=tuple(planner.find_drift(wanted, open_records)),
        unmanaged=tuple(each.tag for each in open_records if each.tag not in wanted and planner.is_unmanaged(each)),
        selection=options.selection,
        revision=snapshot.revision,
        mark=snapshot.mark,
        keeps_applied=snapshot.keeps_applied,
        registry_exists=snapshot.exists,
        foreign=tuple(planner.find_foreign(wanted, open_records)),
        out_of_scope=tuple(each.tag for each in open_records if each.tag not in wanted and planner.is_elsewhere(each)),
        emptied=emptied_records(snapshot),
        is_plain=snapshot.is_plain,
        missing_ledger=snapshot.missing_ledger,
        unreadable=unreadable,
        wanted_unreadable=lost,
    )


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


def _protected_files(desired: Iterable[Desired]) -> frozenset[str]:
    return frozenset(each.file for each in desired if each.lifecycle.prevent_destroy)


@dataclass(frozen=True, slots=True)
class _Planner:
    """The decisions for one tag. `protected_files` hold a manifest that forbids deletion."""

    options: PlanOptions
    protected_files: frozenset[str]
    keeps_owners: bool

    def is_settled(self, desired: Desired, record: Record) -> bool:
        """Tell at once, as for nearly every tag, that there is nothing to decide and nothing to say of one."""
        live, applied = record.spec, record.applied
        return (
            live is not None
            and applied is not None
            and self.ownership(record) is Ownership.OWN
            and not desired.lifecycle.ignore_changes
            and desired.session_type.same_as(live)
            and applied.same_as(live)
        )

    def decide(self, desired: Desired | None, record: Record | None) -> Change | None:
        """Return what is to be done with a tag; None where nothing is."""
        match desired, record:
            case Desired(), Record(spec=SessionType() as live):
                return self._compare(desired.ignoring(live), live, record)
            case Desired(), _:
                return self._create(desired, record)
            case None, Record() if self.ownership(record) is Ownership.OWN and not self.is_elsewhere(record):
                return self._remove(record)
        return None

    def _former(self, tag: str) -> Former:
        return self.options.former.get(tag, Former())

    def _sensitive(self, desired: Desired | None, record: Record | None) -> tuple[Path, ...]:
        """Return the paths to mask: what the manifest says, or said; all samples where nobody can tell."""
        if desired is not None:
            return desired.lifecycle.sensitive
        if record is None:
            return ()
        known = self._former(record.tag).sensitive
        return sample_paths(record.spec, record.applied) if known is None else known

    def ownership(self, record: Record | None) -> Ownership:
        """Tell whose a record is."""
        if record is None:
            return Ownership.NONE
        if record.managed_by is None:
            return Ownership.UNOWNED if self.keeps_owners else Ownership.NONE
        return Ownership.OWN if record.managed_by.project == self.options.project else Ownership.FOREIGN

    def is_unmanaged(self, record: Record) -> bool:
        """Tell whether a live record is none of this project's."""
        return record.spec is not None and self.ownership(record) is not Ownership.OWN

    def is_elsewhere(self, record: Record) -> bool:
        """Tell whether a record of this project was applied from where this run does not look."""
        owner = record.managed_by
        return owner is not None and owner.project == self.options.project and not self.options.covers(owner.file)

    def find_foreign(self, wanted: dict[str, Desired], records: Iterable[Record]) -> Iterator[Foreign]:
        """Yield the live records of other projects."""
        for record in records:
            if record.spec and record.managed_by and self.ownership(record) is Ownership.FOREIGN:
                yield Foreign(record.tag, record.managed_by.project, record.tag in wanted)

    def _change(self, desired: Desired | None, record: Record | None, action: Action) -> Change:
        ownership = self.ownership(record)
        foreign = record.managed_by if record and ownership is Ownership.FOREIGN else None
        return Change(
            tag=desired.session_type.tag if desired else record.tag if record else "",
            action=action,
            before=record.spec if record else None,
            after=desired.session_type if desired else None,
            revision=record.revision if record else None,
            ownership=ownership,
            owner=foreign.project if foreign else None,
            location=desired.location if desired else None,
            file=desired.file if desired else None,
            sensitive=self._sensitive(desired, record),
            applied_commit=record.managed_by.commit if record and record.managed_by else None,
        )

    def _create(self, desired: Desired, record: Record | None) -> Change:
        origin = Origin.DRIFT if self.ownership(record) is Ownership.OWN else Origin.PENDING
        return replace(self._change(desired, record, Action.CREATE), fields=create_fields(desired, origin))

    def _compare(self, desired: Desired, live: SessionType, record: Record) -> Change | None:
        own = self.ownership(record) is Ownership.OWN
        if not desired.session_type.same_as(live):
            fields = update_fields(desired, live, record.applied if own else None)
            return replace(self._change(desired, record, Action.UPDATE), fields=fields)
        if not self.options.adopt or (own and record.applied is not None and record.applied.same_as(live)):
            return None
        return replace(self._change(desired, record, Action.NO_OP), records_ownership=True)

    def _remove(self, record: Record) -> Change | None:
        """Decide for a record of ours whose manifest is gone: nothing is deleted because it is absent."""
        if record.spec is None:
            settle = self.options.adopt or self.options.prune
            return replace(self._change(None, record, Action.NO_OP), records_ownership=True) if settle else None
        file = record.managed_by.file if record.managed_by else None
        forbidden = file in self.protected_files or self._former(record.tag).prevent_destroy
        return replace(
            self._change(None, record, Action.DELETE),
            fields=delete_fields(record.spec),
            withheld=not self.options.prune,
            protected=bool(forbidden),
            unguarded=forbidden is None,
        )

    def find_drift(self, wanted: dict[str, Desired], records: Iterable[Record]) -> Iterator[Drift]:
        """Yield every record of ours that is not as it was last applied."""
        for record in records:
            if record.applied is None or self.ownership(record) is not Ownership.OWN:
                continue
            desired = wanted.get(record.tag)
            fields = self._drifted_fields(desired, record.spec, record.applied)
            if fields:
                yield Drift(
                    tag=record.tag,
                    applied=record.applied,
                    live=record.spec,
                    fields=fields,
                    by=record.updated_by,
                    at=record.updated_at,
                    revision=record.revision,
                    location=desired.location if desired else None,
                    sensitive=self._sensitive(desired, record),
                )

    def _drifted_fields(
        self, desired: Desired | None, live: SessionType | None, applied: SessionType
    ) -> tuple[FieldChange, ...]:
        if live is None:
            return tuple(replace(field, origin=Origin.DRIFT) for field in delete_fields(applied))
        if applied.same_as(live):
            return ()
        if desired is None:
            return drift_fields(None, live, applied)
        ignoring = replace(desired, session_type=applied).ignoring(live).session_type
        return drift_fields(desired.ignoring(live), live, ignoring)
