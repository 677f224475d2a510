"""The `policies` of a project file, as they are written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from reconciler.values import Path

_Text = Annotated[str, Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class WaiverFields(_Strict):
    """An exception to one rule for one session type, until a day."""

    tag: Annotated[_Text, Field(description="The session type that may break the rule.")]
    reason: Annotated[_Text, Field(description="Why, and who mends it.")]
    until: Annotated[Any, Field(description="The last day on which the waiver holds, such as 2027-01-31 (UTC).")]


class PolicyFields(_Strict):
    """One rule."""

    name: Annotated[_Text, Field(max_length=100, description="What people call the rule. Unique.")]
    on: Annotated[
        Literal["manifest", "change"],
        Field(description="What is judged: every manifest, or every change that a plan makes."),
    ]
    rule: Annotated[
        _Text,
        Field(
            description="An expression in CEL that must be true. On a manifest it reads `manifest` (the seven fields "
            "and `lifecycle`) and `lifetime_seconds`; on a change `change` (the entry of the plan document), `before` "
            "and `after` (null where there is none), `lifetime_seconds` and `lifetime_seconds_before`; on both "
            "`target`, the target's name or null. A lifetime in months or years counts as the longest that a calendar "
            "can make it: 31 days a month, 366 days a year. Sensitive values read `(sensitive)`."
        ),
    ]
    message: Annotated[_Text, Field(description="What to tell the person who broke the rule: one full sentence.")]
    severity: Annotated[
        Literal["error", "warning"], Field(description="An error stops the run, a warning is only told.")
    ] = "error"
    waivers: Annotated[list[WaiverFields], Field(description="Session types that may break the rule for a time.")] = []


def policy_keys(path: Path) -> Iterable[str]:
    """Return the keys that the mapping at a path below `policies` may have."""
    return WaiverFields.model_fields if "waivers" in path else PolicyFields.model_fields
