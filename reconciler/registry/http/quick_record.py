"""The quick way from a record as JSON to a record: for one in which everything is as the agreement says.

Nearly every record is, and there may be a hundred thousand. For any other it gives up: the careful way in `decode`, to
which both must agree, tells what is wrong or missing, and where.
"""

from __future__ import annotations

from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

from reconciler.port import ManagedBy, Record
from reconciler.session_type import FIELDS, Period, SessionType
from reconciler.values import same_value

_RECORD = itemgetter("tag", "revision", "updated_by", "spec", "applied", "managed_by", "created_at", "updated_at")
_SPEC = itemgetter(*FIELDS)
_SPEC_TYPES = (str, str, str, dict, str, int, str)
_PERIODS = {period.value: period for period in Period}


def quick_record(item: Any) -> Record | None:
    """Return a record that has all it should, of the kinds that it should; None for any other."""
    try:
        tag, revision, author, spec, applied, owner, created, updated = _RECORD(item)
        name, own_tag, description, schema, selector, expiry, period = fields = _SPEC(spec)
        wanted = SessionType(name, own_tag, description, schema, selector, expiry, _PERIODS[period])
        created_at = datetime.fromisoformat(created)
        updated_at = created_at if updated == created else datetime.fromisoformat(updated)
        if type(tag) is not str or type(revision) is not int or type(author) is not str:
            return None
        if tuple(map(type, fields)) != _SPEC_TYPES or not _same(applied, spec):
            return None
        if created_at.tzinfo is not UTC or updated_at.tzinfo is not UTC:
            return None
        managed_by = None if owner is None else _managed_by(owner)
    except (KeyError, TypeError, ValueError):
        return None
    return Record(
        tag, wanted, revision, managed_by, None if applied is None else wanted, created_at, updated_at, author
    )


def _same(applied: Any, spec: Any) -> bool:
    return applied is spec or applied is None or same_value(applied, spec)


def _managed_by(owner: dict[str, Any]) -> ManagedBy:
    """Return the owner. Raises TypeError for one that has not the form of one that an apply records."""
    project, file, commit = owner["project"], owner["file"], owner["commit"]
    if type(project) is not str or type(file) is not str or not (commit is None or type(commit) is str):
        raise TypeError
    return ManagedBy(project, file, commit)
