"""Changesets as they are sent: read, checked, carried out."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.port import Create, Delete, InvalidSessionType, Source, Update, Write
from reconciler.registry.store import Store
from reconciler.server.forms import read_form, tag_errors
from reconciler.server.models import ChangesetForm, CreateForm, DeleteForm, SourceForm, UpdateForm
from reconciler.server.problems import InputError, ProblemCode, Refusal, invalid_session_type, summary
from reconciler.session_type import check
from reconciler.values import JsonObject, Path


def commit(store: Store, body: JsonObject) -> JsonObject:
    """Carry out all writes in their order, or none, and return the answer. Raises Refusal, RegistryError."""
    writes = _writes(read_form(ChangesetForm, body))
    try:
        revision = store.carry_out(writes)
    except InvalidSessionType as error:
        raise invalid_session_type(error.problems, under=_place(writes, error.tag), tag=error.tag) from error
    return {"revision": revision}


def source_named(form: SourceForm | None) -> Source | None:
    """Return where a write comes from; None for another hand's."""
    return None if form is None else Source(form.project, form.file, form.commit, form.plan)


def _writes(changeset: ChangesetForm) -> list[Write]:
    """Return the writes. Raises Refusal with the problems of all new session types at once."""
    errors: list[InputError] = []
    writes: list[Write] = []
    for index, form in enumerate(changeset.writes):
        match form:
            case CreateForm():
                checked = check(form.spec)
                errors += (InputError.of(problem, under=("writes", index, "spec")) for problem in checked.problems)
                if checked.session_type:
                    writes.append(Create(checked.session_type, source_named(form.source)))
            case UpdateForm():
                errors += tag_errors(form.tag, form.fields, under=("writes", index, "fields"))
                writes.append(Update(form.tag, form.fields, form.revision, source_named(form.source)))
            case DeleteForm():
                writes.append(Delete(form.tag, form.revision, source_named(form.source)))
    if errors:
        raise Refusal(ProblemCode.INVALID_SESSION_TYPE, summary(errors), errors=errors)
    return writes


def _place(writes: Sequence[Write], tag: str | None) -> Path:
    """Return where in the body the one write to a tag has its fields; nowhere in particular if there are several."""
    found = [index for index, write in enumerate(writes) if write.tag == tag]
    return ("writes", found[0], "fields") if len(found) == 1 else ()
