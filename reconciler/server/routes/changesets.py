"""Changesets: several writes as one."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from reconciler.access import Role
from reconciler.port import Create, Delete, InvalidSessionType, Source, Update, Write
from reconciler.server.auth import Caller
from reconciler.server.bodies import JsonBytes, parse_object
from reconciler.server.forms import read_form, tag_errors
from reconciler.server.models import ChangesetForm, CreateForm, DeleteForm, SourceForm, UpdateForm
from reconciler.server.openapi import described, success
from reconciler.server.problems import InputError, ProblemCode, Refusal, invalid_session_type, summary
from reconciler.server.replies import reply
from reconciler.server.routes.parameters import ProductPath
from reconciler.server.services import services_of
from reconciler.session_type import check
from reconciler.values import Path

router = APIRouter(prefix="/v1/products/{product}/changesets", tags=["changesets"])


@router.post(
    "",
    **described(
        Role.WRITE,
        success(200, "CommitAnswer", text="All writes are in."),
        ProblemCode.TAG_EXISTS,
        ProblemCode.STALE_RECORD,
        ProblemCode.INVALID_SESSION_TYPE,
        body="ChangesetForm",
    ),
)
def commit_changeset(request: Request, product: ProductPath, caller: Caller, body: JsonBytes) -> Response:
    """Carry out all writes in their order, or none. A problem's `tag` says which write stood in the way."""
    writes = _writes(read_form(ChangesetForm, parse_object(body)))
    services = services_of(request)
    try:
        revision = services.store(product, caller).carry_out(writes)
    except InvalidSessionType as error:
        raise invalid_session_type(error.problems, under=_place(writes, error.tag), tag=error.tag) from error
    return reply({"revision": revision})


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
                    writes.append(Create(checked.session_type, _source(form.source)))
            case UpdateForm():
                errors += tag_errors(form.tag, form.fields, under=("writes", index, "fields"))
                writes.append(Update(form.tag, form.fields, form.revision, _source(form.source)))
            case DeleteForm():
                writes.append(Delete(form.tag, form.revision, _source(form.source)))
    if errors:
        raise Refusal(ProblemCode.INVALID_SESSION_TYPE, summary(errors), errors=errors)
    return writes


def _source(form: SourceForm | None) -> Source | None:
    return None if form is None else Source(form.project, form.file, form.commit, form.plan)


def _place(writes: Sequence[Write], tag: str | None) -> Path:
    """Return where in the body the one write to a tag has its fields; nowhere in particular if there are several."""
    found = [index for index, write in enumerate(writes) if write.tag == tag]
    return ("writes", found[0], "fields") if len(found) == 1 else ()
