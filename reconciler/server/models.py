"""The forms of requests and answers: requests are checked with them, and the OpenAPI document describes both by them.

A session type's own fields are not checked here but by `reconciler.session_type.check`; what stands here for them is
as much of those rules as JSON Schema can say.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from reconciler.session_type import FIELDS, Period, SessionTypeFields
from reconciler.session_type.rules import TAG_PATTERN
from reconciler.values import canonical_value

REVISION_MAX = 2**63 - 1
WRITES_MAX = 1000
# No control characters. `\uXXXX` is read alike by pydantic and by JSON Schema.
LINE_PATTERN = r"^[^\u0000-\u001f\u007f-\u009f]+$"
PRODUCT_PATTERN = r"^[^\u0000-\u001f\u007f-\u009f/]+$"
_TEXT_PATTERN = r"^[^\u0000]*$"

_EXAMPLE: dict[str, Any] = {
    "name": "User session",
    "tag": "user-session",
    "description": "Signed-in customers",
    "schema": {"userId": "user_123", "details": {"email": "ada@example.com"}},
    "selector": "$Session{userId}",
    "expiry": 7,
    "period": "days",
}
_MOMENT = "2026-11-24T12:00:00.000000Z"

Tag = Annotated[str, Field(pattern=TAG_PATTERN, description="A session type's identity within its product.")]
# To JSON `1` and `1.0` are one number, so they are to us.
Revision = Annotated[int, Field(ge=0, le=REVISION_MAX), BeforeValidator(canonical_value)]
Line = Annotated[str, Field(min_length=1, max_length=1000, pattern=LINE_PATTERN)]
Product = Annotated[str, Field(min_length=1, max_length=200, pattern=PRODUCT_PATTERN)]
Moment = Annotated[
    str, Field(description="RFC 3339, UTC, with microseconds.", json_schema_extra={"format": "date-time"})
]
RoleName = Literal["read", "write", "runtime", "admin"]


def _like(schema: str) -> WithJsonSchema:
    return WithJsonSchema({"allOf": [{"$ref": f"#/components/schemas/{schema}"}]})


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


# Requests


class SourceForm(_Form):
    """Where a write comes from, if from an apply."""

    model_config = ConfigDict(title="Source")

    project: Line
    file: Line | None = None
    commit: Line | None = None
    plan: Line | None = None


class CreateForm(_Form):
    """Create a record."""

    model_config = ConfigDict(title="CreateWrite")

    action: Literal["create"]
    spec: Annotated[dict[str, Any], _like("SessionType")]
    source: SourceForm | None = None


class UpdateForm(_Form):
    """Replace fields of a record, each whole."""

    model_config = ConfigDict(title="UpdateWrite")

    action: Literal["update"]
    tag: Tag
    fields: Annotated[dict[str, Any], _like("SessionTypeChange")]
    revision: Revision
    source: SourceForm | None = None


class DeleteForm(_Form):
    """Delete a record."""

    model_config = ConfigDict(title="DeleteWrite")

    action: Literal["delete"]
    tag: Tag
    revision: Revision
    source: SourceForm | None = None


WriteForm = Annotated[CreateForm | UpdateForm | DeleteForm, Field(discriminator="action")]


class ChangesetForm(_Form):
    """Writes that are carried out in this order, all or none."""

    model_config = ConfigDict(
        title="Changeset",
        json_schema_extra={"examples": [{"writes": [{"action": "create", "spec": _EXAMPLE, "source": None}]}]},
    )

    writes: Annotated[list[WriteForm], Field(min_length=1, max_length=WRITES_MAX)]


class TokenForm(_Form):
    """A token to be made. Without a product it is for all of them; without an expiry it never expires."""

    model_config = ConfigDict(
        title="NewToken",
        json_schema_extra={
            "examples": [{"name": "ci", "role": "write", "product": "storefront", "expires_at": _MOMENT}]
        },
    )

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=LINE_PATTERN)]
    role: RoleName
    product: Product | None = None
    expires_at: Annotated[
        str | None,
        Field(
            description="RFC 3339 with an offset; later than now.",
            json_schema_extra={"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
        ),
    ] = None


# Answers: only ever described, never built.

_Spec = Annotated[dict[str, Any], _like("SessionType")]


class OwnerAnswer(_Form):
    """The project that a record was last applied from."""

    model_config = ConfigDict(title="Owner")

    project: str
    file: str | None
    commit: str | None


class RecordAnswer(_Form):
    """A session type as the registry keeps it. `spec` is null for a tombstone, `applied` where no apply ever wrote."""

    model_config = ConfigDict(title="Record")

    tag: Tag
    spec: _Spec | None
    revision: Revision
    managed_by: OwnerAnswer | None
    applied: _Spec | None
    created_at: Moment
    updated_at: Moment
    updated_by: str


class RecordsAnswer(_Form):
    """A page of records, sorted by tag. `next` is the cursor of the page that follows, null after the last."""

    model_config = ConfigDict(title="RecordPage")

    items: list[RecordAnswer]
    revision: Annotated[int, Field(ge=0, description="The product's revision at the moment of this page.")]
    next: str | None


class ChangeAnswer(_Form):
    """A field's value before and after; null stands for no value."""

    model_config = ConfigDict(title="FieldChange")

    before: Any
    after: Any


class EntryAnswer(_Form):
    """One write."""

    model_config = ConfigDict(title="HistoryEntry")

    revision: Revision
    tag: Tag
    action: Literal["create", "update", "delete", "adopt"]
    at: Moment
    actor: str
    source: SourceForm | None
    changes: dict[Literal[FIELDS], ChangeAnswer]  # type: ignore[valid-type]


class HistoryAnswer(_Form):
    """Entries, oldest first. `next_after` is the `after` of the page that follows, null after the last."""

    model_config = ConfigDict(title="HistoryPage")

    items: list[EntryAnswer]
    next_after: int | None


class CommitAnswer(_Form):
    """The product's revision once the changeset was in."""

    model_config = ConfigDict(title="Committed")

    revision: Revision


class ImpactAnswer(_Form):
    """The live sessions and users of a type. Null: this server can't tell, which is not the same as none."""

    model_config = ConfigDict(title="Impact")

    tag: Tag
    live_sessions: int | None
    live_users: int | None
    environments: list[dict[str, Any]]


class TokenAnswer(_Form):
    """A token, its secret apart."""

    model_config = ConfigDict(title="Token")

    id: str
    name: str
    role: RoleName
    product: str | None
    created_at: Moment
    expires_at: Moment | None
    revoked_at: Moment | None
    last_used_at: Moment | None


class NewTokenAnswer(TokenAnswer):
    """A token with its secret, which is shown this once."""

    model_config = ConfigDict(title="CreatedToken")

    secret: Annotated[str, Field(pattern="^rct_", description="What goes into the Authorization header.")]


class TokensAnswer(_Form):
    """All tokens, the revoked ones too."""

    model_config = ConfigDict(title="Tokens")

    items: list[TokenAnswer]


class HealthAnswer(_Form):
    """The process answers, or is ready."""

    model_config = ConfigDict(title="Health")

    status: Literal["ok", "ready"]


class ErrorAnswer(_Form):
    """One thing that is wrong with a request. `code` is a diagnostic's, as `reconciler validate` gives it."""

    model_config = ConfigDict(title="InputError")

    in_: Annotated[Literal["body", "query", "path", "header"], Field(alias="in")]
    pointer: Annotated[str, Field(description="RFC 6901, into the part of the request that `in` names.")]
    message: str
    hint: str = ""
    code: str = ""


class ProblemAnswer(BaseModel):
    """RFC 9457. Programs branch on `code`."""

    model_config = ConfigDict(title="Problem")

    type: str
    title: str
    status: int
    code: str
    detail: str
    tag: Annotated[str, Field(description="The session type that it is about, where it is about one.")] = ""
    errors: list[ErrorAnswer] = []
    errors_omitted: int = 0
    request_id: str


ANSWERS: tuple[type[BaseModel], ...] = (
    ChangesetForm,
    TokenForm,
    RecordAnswer,
    RecordsAnswer,
    HistoryAnswer,
    CommitAnswer,
    ImpactAnswer,
    NewTokenAnswer,
    TokenAnswer,
    TokensAnswer,
    HealthAnswer,
    ProblemAnswer,
)


def session_type_schemas() -> dict[str, Any]:
    """Return the JSON Schemas of a session type, of a change to one, and of sample data."""
    whole = SessionTypeFields.model_json_schema(by_alias=True)
    properties = whole["properties"]
    properties["period"]["enum"] = Period.spellings()
    for name in ("name", "description"):
        properties[name]["pattern"] = _TEXT_PATTERN
    properties["schema"] |= _mapping()
    changed = {name: {k: v for k, v in form.items() if k != "default"} for name, form in properties.items()}
    return {
        "SessionType": {**whole, "title": "SessionType", "examples": [_EXAMPLE]},
        "SessionTypeChange": {
            "title": "SessionTypeChange",
            "description": "The fields to replace, each whole. None: with a source, take ownership only.",
            "type": "object",
            "properties": changed,
            "additionalProperties": False,
            "examples": [{"expiry": 14}],
        },
        "Sample": _sample(),
    }


def _mapping() -> dict[str, Any]:
    keys = {"minLength": 1, "pattern": _TEXT_PATTERN}
    return {"type": "object", "propertyNames": keys, "additionalProperties": {"$ref": "#/components/schemas/Sample"}}


def _sample() -> dict[str, Any]:
    return {
        "title": "Sample",
        "description": "Sample data, nested 32 levels deep at most.",
        "anyOf": [
            {"type": "null"},
            {"type": "boolean"},
            {"type": "integer", "minimum": -REVISION_MAX, "maximum": REVISION_MAX},
            {"type": "number"},
            {"type": "string", "pattern": _TEXT_PATTERN},
            {"type": "array", "items": {"$ref": "#/components/schemas/Sample"}},
            _mapping(),
        ],
    }
