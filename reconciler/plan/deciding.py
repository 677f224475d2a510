"""Decides what is to be done with a tag for which something is to be decided: in most runs there are few, or none.

Policy is in what is compared (ignored fields take their live value before the diff), not in the comparison.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from reconciler.plan.desired import Desired, Former
from reconciler.plan.differences import sample_paths
from reconciler.plan.model import Action, Change, Drift, FieldChange, Foreign, Origin, Ownership, Plan
from reconciler.plan.planner import PlanOptions
from reconciler.plan.three_way import create_fields, delete_fields, drift_fields, update_fields
from reconciler.port import Record
from reconciler.session_type import SessionType
from reconciler.values import Path


@dataclass(frozen=True, slots=True)
class Decisions:
    """What is decided for one tag. `protected_files` hold a manifest that forbids deletion."""

    options: PlanOptions
    protected_files: frozenset[str]
    keeps_owners: bool

    def completed(self, plan: Plan, wanted: Mapping[str, Desired], records: Mapping[str, Record]) -> Plan:
        """Return the plan with what is to be done, and said, of the records and of the wanted tags that have none.

        What is settled is among `wanted`, and not among `records`; the plan tells already that it is unchanged.
        """
        settled = {each.session_type.tag for each in plan.unchanged}
        changes: dict[str, Change] = {}
        for tag in sorted((wanted.keys() | records.keys()) - settled):
            if change := self.decide(wanted.get(tag), records.get(tag)):
                changes[tag] = change
        strays = [each for each in records.values() if each.tag not in wanted]
        return replace(
            plan,
            changes=tuple(changes.values()),
            unchanged=tuple(wanted[tag] for tag in sorted(wanted.keys() - changes.keys())),
            drift=tuple(self.find_drift(wanted, records.values())),
            unmanaged=tuple(each.tag for each in strays if self.is_unmanaged(each)),
            foreign=tuple(self.find_foreign(wanted, records.values())),
            out_of_scope=tuple(each.tag for each in strays if self.is_elsewhere(each)),
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
        return self.options.ownership(record, keeps_owners=self.keeps_owners)

    def is_unmanaged(self, record: Record) -> bool:
        """Tell whether a live record is none of this project's."""
        return record.spec is not None and self.ownership(record) is not Ownership.OWN

    def is_elsewhere(self, record: Record) -> bool:
        """Tell whether a record of this project was applied from where this run does not look."""
        owner = record.managed_by
        return owner is not None and owner.project == self.options.project and not self.options.covers(owner.file)

    def find_foreign(self, wanted: Mapping[str, Desired], records: Iterable[Record]) -> Iterator[Foreign]:
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
        former = self._former(record.tag)
        forbidden = file in self.protected_files or former.prevent_destroy
        return replace(
            self._change(None, record, Action.DELETE),
            fields=delete_fields(record.spec),
            withheld=not self.options.prune,
            protected=bool(forbidden),
            unguarded=forbidden is None,
            unguarded_because=former.unread if forbidden is None else None,
        )

    def find_drift(self, wanted: Mapping[str, Desired], records: Iterable[Record]) -> Iterator[Drift]:
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
