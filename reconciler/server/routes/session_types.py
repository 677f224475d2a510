"""Session types: page, read, create, change, delete."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi import Query as InQuery
from pydantic import Field

from reconciler.access import Role
from reconciler.port import Record
from reconciler.server.auth import Caller
from reconciler.server.bodies import JsonBytes, parse_object
from reconciler.server.conditional import at_matching_revision, existing
from reconciler.server.conditions import etag, is_conditional, is_known, required_match
from reconciler.server.cursors import tag_before
from reconciler.server.forms import tag_errors
from reconciler.server.idempotency import idempotency_key
from reconciler.server.openapi import IDEMPOTENCY_KEY, IF_MATCH, IF_NONE_MATCH, PROVENANCE, described, success
from reconciler.server.problems import ProblemCode, Refusal, invalid_session_type, summary
from reconciler.server.provenance import source_of
from reconciler.server.record_page import record_page
from reconciler.server.replies import REVALIDATE, record_json, reply
from reconciler.server.reports import impact_json
from reconciler.server.routes.parameters import PAGE, Limit, ProductPath, Query, TagPath
from reconciler.server.services import services_of
from reconciler.session_type import check

router = APIRouter(prefix="/v1/products/{product}/session-types", tags=["session types"])

_NOT_MODIFIED = success(304, None, "ETag", text="The client has it already.")
_WRITE_PROBLEMS = (
    ProblemCode.NOT_FOUND,
    ProblemCode.STALE_RECORD,
    ProblemCode.PRECONDITION_REQUIRED,
    ProblemCode.INVALID_REQUEST,
)


class PageQuery(Query):
    """Which page."""

    limit: Limit = PAGE
    cursor: Annotated[str | None, Field(description="`next` of the page before.", max_length=200)] = None


@router.get(
    "",
    **described(
        Role.READ,
        success(200, "RecordsAnswer", "ETag", text="A page.") | _NOT_MODIFIED,
        ProblemCode.INVALID_REQUEST,
        parameters=[IF_NONE_MATCH],
    ),
)
def list_session_types(request: Request, product: ProductPath, query: Annotated[PageQuery, InQuery()]) -> Response:
    """Give a page of records, tombstones included. A product that nobody wrote to is empty."""
    after = tag_before(query.cursor)
    reader = services_of(request).reader(product)
    if is_conditional(request) and is_known(request, mark := reader.product_mark()):
        return _not_modified(mark)
    with reader.listing(after, query.limit) as listing:
        return record_page(listing)


@router.get(
    "/{tag}",
    **described(
        Role.READ,
        success(200, "RecordAnswer", "ETag", text="The record.") | _NOT_MODIFIED,
        ProblemCode.NOT_FOUND,
        ProblemCode.INVALID_REQUEST,
        parameters=[IF_NONE_MATCH],
    ),
)
def get_session_type(request: Request, product: ProductPath, tag: TagPath) -> Response:
    """Give a record, which may be a tombstone."""
    record = existing(services_of(request).reader(product).record(tag), tag)
    return _not_modified(record.revision) if is_known(request, record.revision) else _record(record)


@router.post(
    "",
    status_code=201,
    **described(
        Role.WRITE,
        success(201, "RecordAnswer", "ETag", "Location", "Idempotency-Replayed", text="The record as it was created."),
        ProblemCode.TAG_EXISTS,
        ProblemCode.INVALID_SESSION_TYPE,
        ProblemCode.IDEMPOTENCY_CONFLICT,
        body="SessionType",
        parameters=[IDEMPOTENCY_KEY, *PROVENANCE],
    ),
)
def create_session_type(request: Request, product: ProductPath, caller: Caller, body: JsonBytes) -> Response:
    """Create a record. With an Idempotency-Key the request may be repeated."""
    key, source = idempotency_key(request), source_of(request)
    checked = check(parse_object(body))
    if checked.session_type is None:
        raise invalid_session_type(checked.problems)
    store = services_of(request).store(product, caller)
    headers = {"Location": f"/v1/products/{quote(product, safe='')}/session-types/{checked.session_type.tag}"}
    if key is None:
        return _record(store.create(checked.session_type, source), 201, headers)
    record, replayed = store.create_once(key, checked.session_type, source)
    return _record(record, 201, headers | ({"Idempotency-Replayed": "true"} if replayed else {}))


@router.patch(
    "/{tag}",
    **described(
        Role.WRITE,
        success(200, "RecordAnswer", "ETag", text="The record as it is now."),
        *_WRITE_PROBLEMS,
        ProblemCode.INVALID_SESSION_TYPE,
        body="SessionTypeChange",
        parameters=[IF_MATCH, *PROVENANCE],
    ),
)
def update_session_type(
    request: Request, product: ProductPath, tag: TagPath, caller: Caller, body: JsonBytes
) -> Response:
    """Replace the given fields, each whole. None given: with a Reconciler-Project, take ownership only."""
    condition, source = required_match(request), source_of(request)
    fields = parse_object(body)
    if errors := tag_errors(tag, fields):
        raise Refusal(ProblemCode.INVALID_SESSION_TYPE, summary(errors), errors=errors, tag=tag)
    services = services_of(request)
    store = services.store(product, caller)

    def update(revision: int) -> Record:
        return store.update(tag, fields, revision=revision, source=source)

    return _record(at_matching_revision(condition, services.reader(product), tag, update))


@router.delete(
    "/{tag}",
    status_code=204,
    **described(Role.WRITE, success(204, None, text="Deleted."), *_WRITE_PROBLEMS, parameters=[IF_MATCH, *PROVENANCE]),
)
def delete_session_type(request: Request, product: ProductPath, tag: TagPath, caller: Caller) -> Response:
    """Delete a record; an apply's deletion also takes the tombstone away, another hand's leaves one."""
    condition, source = required_match(request), source_of(request)
    services = services_of(request)
    store = services.store(product, caller)

    def delete(revision: int) -> None:
        store.delete(tag, revision=revision, source=source)

    at_matching_revision(condition, services.reader(product), tag, delete)
    return Response(status_code=204)


@router.get(
    "/{tag}/impact",
    **described(
        Role.READ, success(200, "ImpactAnswer", text="The impact."), ProblemCode.NOT_FOUND, ProblemCode.INVALID_REQUEST
    ),
)
def get_impact(request: Request, product: ProductPath, tag: TagPath) -> Response:
    """Tell how many live sessions and users a type has; null where that is not known."""
    return reply(impact_json(tag, existing(services_of(request).reader(product).impact(tag), tag)))


def _record(record: Record, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return reply(record_json(record), status, {"ETag": etag(record.revision), **(headers or {})})


def _not_modified(value: int | str) -> Response:
    return Response(status_code=304, headers={"ETag": etag(value), "Cache-Control": REVALIDATE})
