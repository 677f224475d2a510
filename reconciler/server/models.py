"""The forms of requests: they are checked with them, and the OpenAPI document describes them by them.

A session type's own fields are not checked here but by `reconciler.session_type.check`; what stands here for them is
as much of those rules as JSON Schema can say.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from reconciler.session_type.rules import TAG_PATTERN
from reconciler.values import canonical_value

REVISION_MAX = 2**63 - 1
WRITES_MAX = 1000
# No control characters. `\uXXXX` is read alike by pydantic and by JSON Schema.
LINE_PATTERN = r"^[^\u0000-\u001f\u007f-\u009f]+$"
PRODUCT_PATTERN = r"^[^\u0000-\u001f\u007f-\u009f/]+$"
TEXT_PATTERN = r"^[^\u0000]*$"

EXAMPLE: dict[str, Any] = {
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


def like(schema: str) -> WithJsonSchema:
    """Describe a value by a schema of the OpenAPI document."""
    return WithJsonSchema({"allOf": [{"$ref": f"#/components/schemas/{schema}"}]})


class Form(BaseModel):
    """A JSON object with just these fields, each of just this type."""

    model_config = ConfigDict(extra="forbid", strict=True)


class SourceForm(Form):
    """Where a write comes from, if from an apply."""

    model_config = ConfigDict(title="Source")

    project: Line
    file: Line | None = None
    commit: Line | None = None
    plan: Line | None = None


class CreateForm(Form):
    """Create a record."""

    model_config = ConfigDict(title="CreateWrite")

    action: Literal["create"]
    spec: Annotated[dict[str, Any], like("SessionType")]
    source: SourceForm | None = None


class UpdateForm(Form):
    """Replace fields of a record, each whole."""

    model_config = ConfigDict(title="UpdateWrite")

    action: Literal["update"]
    tag: Tag
    fields: Annotated[dict[str, Any], like("SessionTypeChange")]
    revision: Revision
    source: SourceForm | None = None


class DeleteForm(Form):
    """Delete a record."""

    model_config = ConfigDict(title="DeleteWrite")

    action: Literal["delete"]
    tag: Tag
    revision: Revision
    source: SourceForm | None = None


WriteForm = Annotated[CreateForm | UpdateForm | DeleteForm, Field(discriminator="action")]


class ChangesetForm(Form):
    """Writes that are carried out in this order, all or none."""

    model_config = ConfigDict(
        title="Changeset",
        json_schema_extra={"examples": [{"writes": [{"action": "create", "spec": EXAMPLE, "source": None}]}]},
    )

    writes: Annotated[list[WriteForm], Field(min_length=1, max_length=WRITES_MAX)]


class TokenForm(Form):
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
