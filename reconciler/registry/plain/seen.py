"""One tag as it is now: live beside the ledger's entry, and the record that both make.

The revision is a digest of what a plan is made from: the live session type, its owner and what was applied last. So it
moves whenever one of them does, and goes back when all of them do; then there is nothing that a write could overwrite
unseen. It has 52 bits, which every JSON reader keeps.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from reconciler.port import ManagedBy, Record, RegistryRejected, StaleRecord, TagExists, Unreadable
from reconciler.registry.ledger.entry import Entry, Standing
from reconciler.registry.plain.live import Found, Live
from reconciler.registry.stale import HINT
from reconciler.session_type import SessionType
from reconciler.values import canonical_json, rfc3339

_DIGITS = 13  # of a hexadecimal digest: 52 bits


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is of a tag."""

    tag: str
    found: Found | None
    entry: Entry | None = None

    @property
    def spec(self) -> SessionType | None:
        """The live session type."""
        return self.found.spec if isinstance(self.found, Live) else None

    @property
    def standing(self) -> Standing:
        """Who owns it, and what was applied last."""
        return self.entry.standing(self.spec) if self.entry else Standing()

    @property
    def revision(self) -> int:
        """The revision of its record."""
        return revision_of(self.spec, self.standing)

    def record(self) -> Record | None:
        """Return the record, which may be a tombstone; None where there is neither live nor applied."""
        standing = self.standing
        if self.spec is None and standing.applied is None:
            return None
        live = self.found if isinstance(self.found, Live) else None
        by, at = self._last_write(standing)
        return Record(
            tag=self.tag,
            spec=self.spec,
            revision=self.revision,
            managed_by=standing.owner,
            applied=standing.applied,
            created_at=live.created_at if live else None,
            updated_at=at,
            updated_by=by,
        )

    def check_absent(self) -> None:
        """Raise TagExists where there is something live."""
        if self.found is not None:
            raise TagExists(f"`{self.tag}` exists already{self._last_told()}", hint=HINT, tag=self.tag)

    def live_at(self, revision: int) -> SessionType:
        """Return the live session type if it is the one that the caller saw. Raises StaleRecord."""
        if self.found is None:
            raise StaleRecord(f"`{self.tag}` does not exist any more", hint=HINT, tag=self.tag)
        if isinstance(self.found, Unreadable):
            raise RegistryRejected(f"What is live of `{self.tag}` can't be read: {self.found.reason}", tag=self.tag)
        self.check_revision(revision)
        return self.found.spec

    def check_revision(self, revision: int) -> None:
        """Raise StaleRecord where it is not as the caller saw it."""
        if self.revision != revision:
            text = f"`{self.tag}` is not as it was when it was read{self._last_told()}"
            raise StaleRecord(text, hint=HINT, tag=self.tag)

    def _last_write(self, standing: Standing) -> tuple[str, datetime | None]:
        """Return who wrote last and when: the ledger knows it of an apply, and nobody of another hand."""
        applied = standing.applied
        if self.entry and self.spec and applied and applied.same_as(self.spec):
            return self.entry.by, self.entry.at
        return "", self.found.updated_at if isinstance(self.found, Live) else None

    def _last_told(self) -> str:
        by, at = self._last_write(self.standing)
        when = f" at {rfc3339(at)}" if at else ""
        return f": last written{f' by {by}' if by else ''}{when}" if by or when else ""


def revision_of(spec: SessionType | None, standing: Standing) -> int:
    """Return the revision of a record: at least 1."""
    parts = [_form(spec), _project(standing.owner), _form(standing.applied)]
    return int(hashlib.sha256(canonical_json([*parts]).encode()).hexdigest()[:_DIGITS], 16) or 1


def _form(spec: SessionType | None) -> str | None:
    return spec.canonical() if spec else None


def _project(owner: ManagedBy | None) -> str | None:
    return owner.project if owner else None
