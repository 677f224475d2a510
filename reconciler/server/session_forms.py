"""The forms of session requests."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from reconciler.runtime.data import IDENTIFIER_LENGTH_MAX
from reconciler.server.models import REVISION_MAX, TEXT_PATTERN, Form
from reconciler.values import canonical_value

# Far more than a token has: what is longer is no token, and what is merely wrong gets a verdict.
TOKEN_LENGTH_MAX = 65_536

Identifier = Annotated[
    str,
    Field(
        min_length=1,
        max_length=IDENTIFIER_LENGTH_MAX,
        pattern=TEXT_PATTERN,
        description="The user, as the session type's selector finds it in the data; a number or boolean as text.",
        examples=["user_123"],
    ),
]
SessionId = Annotated[
    str,
    Field(
        min_length=1,
        max_length=100,
        pattern=TEXT_PATTERN,
        description="The session, as its start gave it.",
        examples=["5f0c2c1e-9d7b-4a6f-8e3d-2c1b0a998877"],
    ),
]


class _CamelForm(Form):
    """A form whose fields are spelled `likeThis`."""

    model_config = ConfigDict(alias_generator=to_camel)


class StartForm(Form):
    """Start a session. The data has the session type's fields, all of them and no others, with its JSON types."""

    model_config = ConfigDict(
        title="StartSession", json_schema_extra={"examples": [{"data": {"userId": "user_123"}, "expires_in": 3600}]}
    )

    data: Annotated[dict[str, Any], Field(description="At most 4,096 bytes as JSON.")]
    expires_in: Annotated[
        int | None,
        Field(ge=1, le=REVISION_MAX, description="Seconds; may only shorten the session type's lifetime."),
        BeforeValidator(canonical_value),
    ] = None


class VerifyForm(_CamelForm):
    """A token that is to be judged."""

    model_config = ConfigDict(title="VerifyToken", json_schema_extra={"examples": [{"token": "user-session:eyJhbGc…"}]})

    token: Annotated[str, Field(max_length=TOKEN_LENGTH_MAX)]


class RefreshForm(_CamelForm):
    """A refresh token that is to be exchanged for a new pair. It can be used once."""

    model_config = ConfigDict(
        title="RefreshSession", json_schema_extra={"examples": [{"refreshToken": "rcr_0123456789abcdef_…"}]}
    )

    refresh_token: Annotated[str, Field(max_length=TOKEN_LENGTH_MAX)]


def _either(schema: dict[str, Any]) -> None:
    """Say that it is one of the two, which a model of two optional fields does not."""
    for form in schema["properties"].values():
        form.pop("default")
    schema["oneOf"] = [{"required": ["sessionId"]}, {"required": ["identifier"]}]
    schema["examples"] = [{"sessionId": "5f0c2c1e-9d7b-4a6f-8e3d-2c1b0a998877"}, {"identifier": "user_123"}]


class RevokeForm(_CamelForm):
    """End one session, or all of a user: `sessionId` or `identifier`, and not both."""

    model_config = ConfigDict(title="RevokeSession", json_schema_extra=_either)

    session_id: SessionId = ""
    identifier: Identifier = ""


class RevokeAllForm(_CamelForm):
    """End all sessions of a user."""

    model_config = ConfigDict(title="RevokeAllSessions", json_schema_extra={"examples": [{"identifier": "user_123"}]})

    identifier: Identifier


class PruneForm(Form):
    """Remove the sessions that were over before a moment. Totals, users and the timeline keep counting them."""

    model_config = ConfigDict(
        title="PruneSessions", json_schema_extra={"examples": [{"before": "2026-08-24T12:00:00Z"}]}
    )

    before: Annotated[str, Field(description="RFC 3339 with an offset.", json_schema_extra={"format": "date-time"})]
