"""Session types as the platform's clients write and read them.

A write here is another hand's: it leaves owner and applied spec alone, so a drift shows it, with the token's name.
"""

from __future__ import annotations

import hashlib
from typing import Any

from reconciler.port import Record
from reconciler.registry.ductape.encode import created
from reconciler.server.conditional import at_matching_revision
from reconciler.server.conditions import Condition
from reconciler.server.ductape.callers import Caller
from reconciler.server.ductape.forms import CreateForm, OfProduct, TagForm, UpdateForm
from reconciler.server.ductape.refusals import CallRefused
from reconciler.server.forms import tag_errors
from reconciler.server.problems import ProblemCode, Refusal, invalid_session_type, summary
from reconciler.session_type import SessionType, check
from reconciler.values import JsonObject, exact_rfc3339

_ANY = Condition(any=True)


def create(caller: Caller, form: CreateForm) -> None:
    """Create a session type. As on the platform, nothing is returned."""
    caller.services.store(form.product, caller.token).create(checked_new(form))


def update(caller: Caller, form: UpdateForm) -> None:
    """Replace the given fields, each whole."""
    fields, store = checked_fields(form), caller.services.store(form.product, caller.token)
    _written(caller, form, lambda revision: store.update(form.tag, fields, revision=revision))


def delete(caller: Caller, form: TagForm) -> None:
    """Delete a session type."""
    store = caller.services.store(form.product, caller.token)
    _written(caller, form, lambda revision: store.delete(form.tag, revision=revision))


def list_all(caller: Caller, form: OfProduct) -> list[dict[str, Any]]:
    """Return all session types of a product, in the order of their tags; none where nobody wrote to it."""
    records = caller.services.reader(form.product).fetch().records
    return [record_json(form.product, record) for record in records if record.spec is not None]


def fetch(caller: Caller, form: TagForm) -> dict[str, Any]:
    """Return a session type."""
    return record_json(form.product, _existing(caller, form))


def record_json(product: str, record: Record) -> dict[str, Any]:
    """Return a live record as the platform has it."""
    if record.spec is None:
        raise missing(record.tag)
    return {
        "_id": identity(product, record.tag),
        **created(record.spec),
        "createdAt": exact_rfc3339(record.created_at),
        "updatedAt": exact_rfc3339(record.updated_at),
    }


def identity(*names: str) -> str:
    """Return an id in the form that the platform's have, the same for the same names."""
    return hashlib.sha256("\0".join(names).encode(errors="replace")).hexdigest()[:24]


def checked_new(form: CreateForm) -> SessionType:
    """Return the session type that is to be created. Raises Refusal."""
    checked = check(form.data)
    if checked.session_type is None:
        raise invalid_session_type(checked.problems)
    return checked.session_type


def checked_fields(form: UpdateForm) -> JsonObject:
    """Return the fields that are to be replaced. Raises Refusal where they would make another session type."""
    if errors := tag_errors(form.tag, form.data):
        raise Refusal(ProblemCode.INVALID_SESSION_TYPE, summary(errors), errors=errors, tag=form.tag)
    return form.data


def missing(tag: str) -> CallRefused:
    """Return the refusal of a tag that no session type has."""
    return CallRefused(404, "SESSION_NOT_FOUND", f"Session with tag {tag} not found")


def _existing(caller: Caller, form: TagForm) -> Record:
    record = caller.services.reader(form.product).record(form.tag)
    if record is None or record.spec is None:
        raise missing(form.tag)
    return record


def _written(caller: Caller, form: TagForm, write: Any) -> None:
    """Write over whatever is there: the platform's calls name no revision."""
    _existing(caller, form)
    at_matching_revision(_ANY, caller.services.reader(form.product), form.tag, write)
