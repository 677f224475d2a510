"""The OpenAPI document: FastAPI's account of the routes, with what it can't know put in.

Bodies are read by hand (see `reconciler.server.bodies`) and answers built by hand, so each route states them here.
Everything stated is held against the running server by the tests.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import Depends, FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from reconciler import __version__
from reconciler.access import Role
from reconciler.server.answers import DESCRIBED
from reconciler.server.auth import Needs
from reconciler.server.problems import MEDIA_TYPE, ProblemCode
from reconciler.server.provenance import ENCODED_TEXT, LENGTH_MAX
from reconciler.server.schemas import session_type_schemas
from reconciler.server.session_answers import SESSIONS_DESCRIBED

_REF = "#/components/schemas/{model}"
_DESCRIPTION = """\
Session types live here, with their owners, what was last applied, and every write there ever was.

Every answer but a success is a problem document (RFC 9457) whose `code` is stable. Each write is conditional: an
update or a deletion names in `If-Match` the revision that it was made from.

Pages of a list begin after a tag: a record that is there all the while is seen exactly once, whatever is written in
between. Each page says the product's revision; where two pages differ in it, something was written between them."""

_EVERYWHERE = (ProblemCode.PAYLOAD_TOO_LARGE, ProblemCode.INTERNAL_ERROR)
_WITH_TOKEN = (
    ProblemCode.TOKEN_MISSING,
    ProblemCode.TOKEN_UNKNOWN,
    ProblemCode.TOKEN_EXPIRED,
    ProblemCode.TOKEN_REVOKED,
    ProblemCode.ROLE_FORBIDDEN,
    ProblemCode.PRODUCT_FORBIDDEN,
    ProblemCode.DATABASE_UNAVAILABLE,
)
_OF_CODE = {
    ProblemCode.TOKEN_MISSING: "WWW-Authenticate",
    ProblemCode.TOKEN_UNKNOWN: "WWW-Authenticate",
    ProblemCode.TOKEN_EXPIRED: "WWW-Authenticate",
    ProblemCode.TOKEN_REVOKED: "WWW-Authenticate",
    ProblemCode.DATABASE_UNAVAILABLE: "Retry-After",
}
_HEADERS = {
    "X-Request-Id": "The request's id, as the log has it; taken over from the request where it looks sane.",
    "ETag": "The revision of a record, or the mark of a list, in quotes.",
    "Location": "The address of what was created.",
    "Idempotency-Replayed": "`true` where the key was used before and this is the answer of then.",
    "WWW-Authenticate": "The challenge of RFC 6750.",
    "Retry-After": "Seconds after which to try again.",
}


def success(status: int, model: str | None, *headers: str, text: str = "Done.") -> dict[int | str, dict[str, Any]]:
    """Describe an answer that is no problem."""
    content = {"content": {"application/json": {"schema": _ref(model)}}} if model else {}
    return {status: {"description": text, "headers": _headers(("X-Request-Id", *headers)), **content}}


def described(
    role: Role | tuple[Role, ...] | None,
    ok: Mapping[int | str, dict[str, Any]],
    *problems: ProblemCode,
    body: str | None = None,
    parameters: Iterable[dict[str, Any]] = (),
    also: Iterable[Any] = (),
) -> dict[str, Any]:
    """Return what a route's decorator takes: the role that is needed, and everything that can be answered.

    Of several roles any one will do. A route without a role is public. What every route can answer need not be named.
    `also` are further dependencies.
    """
    extra: dict[str, Any] = {"parameters": list(parameters)}
    roles = role if isinstance(role, tuple) else (role,) if role else ()
    if roles:
        extra |= {"security": [{"token": []}], "x-required-roles": [each.value for each in roles]}
    if body:
        extra["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(body)}}}
        problems = (
            *problems,
            ProblemCode.REQUEST_TIMEOUT,
            ProblemCode.UNSUPPORTED_MEDIA_TYPE,
            ProblemCode.INVALID_REQUEST,
        )
    codes = dict.fromkeys((*(_WITH_TOKEN if roles else ()), *problems, *_EVERYWHERE))
    return {
        "dependencies": [*([Depends(Needs(*roles))] if roles else []), *also],
        "responses": {**ok, **_refusals(codes)},
        "openapi_extra": extra,
        "response_model": None,
    }


def header(name: str, description: str, *, required: bool = False, **schema: Any) -> dict[str, Any]:
    """Describe a request header."""
    form = {"type": "string", **schema}
    return {"name": name, "in": "header", "required": required, "description": description, "schema": form}


_ETAGS = r'^(\*|(W/)?"[!#-~]*"(, *(W/)?"[!#-~]*")*)$'
IF_MATCH = header("If-Match", "The ETag of the revision that this is meant for, several, or `*`.", pattern=_ETAGS)
IF_NONE_MATCH = header("If-None-Match", "The ETag that the client has: 304 where it is still right.", pattern=_ETAGS)
IDEMPOTENCY_KEY = header(
    "Idempotency-Key",
    "Makes the request safe to repeat for 24 hours: the same key and body give the answer of the first time.",
    pattern="^[!-~]{1,200}$",
)
REFRESH_KEY = header(
    "Idempotency-Key",
    "Makes the request safe to repeat for 10 seconds: the same key and refresh token give the same pair again.",
    pattern="^[!-~]{1,200}$",
)
PROVENANCE = (
    header("Reconciler-Project", "Percent-encoded. Makes this the write of an apply by the project."),
    header("Reconciler-File", "Percent-encoded. The manifest; counts only beside a project."),
    header("Reconciler-Commit", "Percent-encoded. The git commit; counts only beside a project."),
    header("Reconciler-Plan", "Percent-encoded. The plan's digest; counts only beside a project."),
)
for _each in PROVENANCE:
    _each["schema"] |= {"pattern": ENCODED_TEXT, "minLength": 1, "maxLength": LENGTH_MAX}


def use_document(app: FastAPI) -> None:
    """Make the application give our document, made once."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    made = get_openapi(
        title="reconciler registry",
        version=__version__,
        openapi_version="3.1.0",
        description=_DESCRIPTION,
        routes=app.routes,
    )
    components = made.setdefault("components", {})
    _, schemas = models_json_schema(
        [(model, "serialization") for model in (*DESCRIBED, *SESSIONS_DESCRIBED)], ref_template=_REF
    )
    components["schemas"] = {**components.get("schemas", {}), **schemas["$defs"], **session_type_schemas()}
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "bearerFormat": "rct_…", "description": "A registry token."}
    }
    return _named_by_title(made)


def _named_by_title(document: dict[str, Any]) -> dict[str, Any]:
    """Name the schemas by their titles: the names of our classes are nobody else's business."""
    schemas = document["components"]["schemas"]
    text = json.dumps(document)
    for name, schema in schemas.items():
        text = text.replace(f'"#/components/schemas/{name}"', f'"#/components/schemas/{schema["title"]}"')
    renamed: dict[str, Any] = json.loads(text)
    renamed["components"]["schemas"] = {each["title"]: each for each in renamed["components"]["schemas"].values()}
    return renamed


def _refusals(codes: Iterable[ProblemCode]) -> dict[int | str, dict[str, Any]]:
    by_status: dict[int, list[ProblemCode]] = {}
    for code in codes:
        by_status.setdefault(code.status, []).append(code)
    return {status: _refusal(of_status) for status, of_status in sorted(by_status.items())}


def _refusal(codes: list[ProblemCode]) -> dict[str, Any]:
    extra = dict.fromkeys(_OF_CODE[code] for code in codes if code in _OF_CODE)
    return {
        "description": "; ".join(f"`{code.value}`: {code.title}" for code in codes) + ".",
        "headers": _headers(("X-Request-Id", *extra)),
        "content": {MEDIA_TYPE: {"schema": _ref("ProblemAnswer"), "examples": {c.value: _example(c) for c in codes}}},
    }


def _example(code: ProblemCode) -> dict[str, Any]:
    document = {
        "type": f"urn:reconciler:problem:{code.value}",
        "title": code.title,
        "status": code.status,
        "code": code.value,
        "detail": f"{code.title}.",
        "request_id": "5f0c2c1e9d7b4a6f8e3d2c1b0a998877",
    }
    return {"value": document}


def _headers(names: Iterable[str]) -> dict[str, Any]:
    return {name: {"description": _HEADERS[name], "schema": {"type": "string"}} for name in names}


def _ref(model: str | None) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{model}"}
