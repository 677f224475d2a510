"""Parameters that several routes take from path and query."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from reconciler.server.models import PRODUCT_PATTERN
from reconciler.session_type.rules import TAG_PATTERN

PAGE = 1000
PAGE_MAX = 10_000
PRODUCT_LENGTH_MAX = 200
ENV_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"

ProductPath = Annotated[
    str,
    Path(
        min_length=1,
        max_length=PRODUCT_LENGTH_MAX,
        pattern=PRODUCT_PATTERN,
        description="The product.",
        examples=["storefront"],
    ),
]
TagPath = Annotated[str, Path(pattern=TAG_PATTERN, description="The session type's tag.", examples=["user-session"])]
EnvPath = Annotated[str, Path(pattern=ENV_PATTERN, description="The environment.", examples=["prd"])]
Limit = Annotated[int, Field(ge=1, le=PAGE_MAX, description="How many at most.")]


class Query(BaseModel):
    """Query parameters. One that does not exist is refused: a misspelled filter must not widen the answer."""

    model_config = ConfigDict(extra="forbid")
