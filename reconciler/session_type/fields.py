"""The seven fields as a pydantic model: for the JSON Schemas, of manifests for editors and of the server's API.

`check` does without it, because importing pydantic takes longer than checking a thousand manifests.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from reconciler.session_type.rules import EXPIRY_MAX, NAME_LENGTH, SELECTOR_PATTERN, TAG_PATTERN


class SessionTypeFields(BaseModel):
    """A session type: what a user session holds, whom it belongs to and how long it lives."""

    model_config = ConfigDict(extra="forbid", strict=True, title="Session type")

    name: Annotated[str, Field(min_length=1, max_length=NAME_LENGTH, description="Display name.")]
    tag: Annotated[
        str,
        Field(
            pattern=TAG_PATTERN,
            description="Identity: changing it makes another session type. Letters, digits, `_`, `.` and `-`.",
        ),
    ]
    description: Annotated[str, Field(description="What this session is for.")] = ""
    session_schema: Annotated[
        dict[str, Any],
        Field(alias="schema", min_length=1, description="Sample data: what a session of this type holds."),
    ]
    selector: Annotated[
        str,
        Field(
            pattern=SELECTOR_PATTERN,
            description="Path to the user's identifier in `schema`, such as `$Session{userId}`.",
        ),
    ]
    expiry: Annotated[int, Field(ge=1, le=EXPIRY_MAX, description="How many periods a session lives.")]
    period: Annotated[str, Field(description="The unit of `expiry`.")]
