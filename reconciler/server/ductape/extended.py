"""Session types for those who know this registry: whole records, conditional writes, changesets, the history.

The forms are those of the HTTP API. A write that names its source is an apply's, and takes ownership.
"""

from __future__ import annotations

from typing import Any

from reconciler.server.changesets import commit as commit_changeset
from reconciler.server.changesets import source_named
from reconciler.server.ductape.callers import Caller
from reconciler.server.ductape.extended_forms import (
    CommitForm,
    ExtendedCreateForm,
    ExtendedDeleteForm,
    ExtendedUpdateForm,
    HistoryForm,
)
from reconciler.server.ductape.forms import OfProduct, TagForm
from reconciler.server.ductape.session_types import checked_fields, checked_new, missing
from reconciler.server.replies import record_json
from reconciler.server.reports import history_json, impact_json, impacts_json


def create(caller: Caller, form: ExtendedCreateForm) -> dict[str, Any]:
    """Create a record. With a key the call may be repeated."""
    session_type, source = checked_new(form), source_named(form.options.source)
    store = caller.services.store(form.product, caller.token)
    if form.options.key is None:
        return record_json(store.create(session_type, source))
    record, _ = store.create_once(form.options.key, session_type, source)
    return record_json(record)


def update(caller: Caller, form: ExtendedUpdateForm) -> dict[str, Any]:
    """Replace the given fields, each whole; none with a source takes ownership only."""
    fields, given = checked_fields(form), form.options
    store = caller.services.store(form.product, caller.token)
    return record_json(store.update(form.tag, fields, revision=given.revision, source=source_named(given.source)))


def delete(caller: Caller, form: ExtendedDeleteForm) -> None:
    """Delete a record; with a source also the tombstone."""
    given = form.options
    store = caller.services.store(form.product, caller.token)
    store.delete(form.tag, revision=given.revision, source=source_named(given.source))


def commit(caller: Caller, form: CommitForm) -> dict[str, Any]:
    """Carry out several writes in their order, or none."""
    return commit_changeset(caller.services.store(form.product, caller.token), form.changeset)


def list_all(caller: Caller, form: OfProduct) -> dict[str, Any]:
    """Return all records, tombstones included, as one page: the platform's list has no others."""
    snapshot = caller.services.reader(form.product).fetch()
    return {
        "items": [record_json(record) for record in snapshot.records],
        "revision": snapshot.revision,
        "mark": snapshot.mark,
        "next": None,
    }


def fetch(caller: Caller, form: TagForm) -> dict[str, Any]:
    """Return a record, which may be a tombstone."""
    record = caller.services.reader(form.product).record(form.tag)
    if record is None:
        raise missing(form.tag)
    return record_json(record)


def history(caller: Caller, form: HistoryForm) -> dict[str, Any]:
    """Return a page of the history, oldest first."""
    asked = form.options
    return history_json(caller.services.reader(form.product), tag=asked.tag, after=asked.after, limit=asked.limit)


def impact(caller: Caller, form: TagForm) -> dict[str, Any]:
    """Return the live sessions and users of a session type."""
    found = caller.services.reader(form.product).impact(form.tag)
    if found is None:
        raise missing(form.tag)
    return impact_json(form.tag, found)


def impacts(caller: Caller, form: OfProduct) -> dict[str, Any]:
    """Return the live sessions and users of each session type."""
    return impacts_json(caller.services.reader(form.product))
