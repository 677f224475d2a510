"""What is told of sessions and users: who is live, who ever was, and the numbers.

The numbers are for `read` too. Sessions, users and their data are for `runtime` only: they are about people.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response
from fastapi import Query as InQuery
from pydantic import Field

from reconciler.access import Role
from reconciler.render import active_json, dashboard_json, details_json, users_json
from reconciler.runtime.data import IDENTIFIER_LENGTH_MAX
from reconciler.runtime.protocol import PAGE_LIMIT, PAGE_LIMIT_MAX, SESSIONS_OF_USER, TIMELINE_DAYS
from reconciler.server.models import TEXT_PATTERN
from reconciler.server.openapi import described, success
from reconciler.server.problems import ProblemCode, Refusal
from reconciler.server.replies import NO_STORE, reply
from reconciler.server.routes.addressed import Address
from reconciler.server.routes.parameters import Query
from reconciler.server.session_forms import Identifier

router = APIRouter(prefix="/v1/products/{product}/envs/{env}/sessions/{tag}", tags=["sessions"])

# A database counts rows in 64 bits.
_PAGE_NUMBER_MAX = 2**50
_TIMELINE_DAYS_MAX = 366
_PRIVATE = {"Cache-Control": NO_STORE}

IdentifierPath = Annotated[
    str,
    Path(
        max_length=IDENTIFIER_LENGTH_MAX,
        pattern=TEXT_PATTERN,
        description="The user, percent-encoded; slashes may stand as they are.",
        json_schema_extra={"minLength": 1},
        examples=["user_123"],
    ),
]


class PageQuery(Query):
    """Which page."""

    page: Annotated[int, Field(ge=1, le=_PAGE_NUMBER_MAX, description="Counts from 1.")] = 1
    limit: Annotated[int, Field(ge=1, le=PAGE_LIMIT_MAX, description="How many at most.")] = PAGE_LIMIT


class ActiveQuery(PageQuery):
    """Which live sessions."""

    identifier: Annotated[Identifier | None, Field(description="Only of this user.")] = None


class UserQuery(Query):
    """How many sessions to tell of."""

    limit: Annotated[int, Field(ge=1, le=PAGE_LIMIT_MAX, description="How many sessions at most.")] = SESSIONS_OF_USER


class DashboardQuery(Query):
    """How long the timeline is."""

    days: Annotated[int, Field(ge=1, le=_TIMELINE_DAYS_MAX, description="Days of the timeline.")] = TIMELINE_DAYS


@router.get(
    "/active",
    **described(
        Role.RUNTIME,
        success(200, "ActiveAnswer", text="A page."),
        ProblemCode.SESSION_TYPE_NOT_FOUND,
        ProblemCode.INVALID_REQUEST,
    ),
)
def list_active_sessions(
    address: Address,
    query: Annotated[ActiveQuery, InQuery()],
) -> Response:
    """Give a page of the live sessions, with their data; of one user or of all."""
    page = address.sessions.active(address.tag, identifier=query.identifier, page=query.page, limit=query.limit)
    return reply(active_json(page), 200, _PRIVATE)


@router.get(
    "/users",
    **described(
        Role.RUNTIME,
        success(200, "UsersAnswer", text="A page."),
        ProblemCode.SESSION_TYPE_NOT_FOUND,
        ProblemCode.INVALID_REQUEST,
    ),
)
def list_session_users(
    address: Address,
    query: Annotated[PageQuery, InQuery()],
) -> Response:
    """Give a page of all users who ever had a session of the type, those seen last first."""
    page = address.sessions.users(address.tag, page=query.page, limit=query.limit)
    return reply(users_json(page, address.env), 200, _PRIVATE)


# An identifier may hold slashes, and no client can send them so that they are told from those of the path.
@router.get(
    "/users/{identifier:path}",
    **described(
        Role.RUNTIME,
        success(200, "UserDetailsAnswer", text="The user."),
        ProblemCode.USER_NOT_FOUND,
        ProblemCode.SESSION_TYPE_NOT_FOUND,
        ProblemCode.NOT_FOUND,
        ProblemCode.INVALID_REQUEST,
    ),
)
def get_session_user(
    address: Address,
    identifier: IdentifierPath,
    query: Annotated[UserQuery, InQuery()],
) -> Response:
    """Give a user with the newest sessions and their data."""
    if not identifier:
        raise Refusal(ProblemCode.NOT_FOUND, "There is nothing at this address.")
    found = address.sessions.user(address.tag, identifier, limit=query.limit)
    return reply(details_json(found, address.env), 200, _PRIVATE)


@router.get(
    "/dashboard",
    **described(
        (Role.READ, Role.RUNTIME),
        success(200, "DashboardAnswer", text="The numbers."),
        ProblemCode.SESSION_TYPE_NOT_FOUND,
        ProblemCode.INVALID_REQUEST,
    ),
)
def get_session_dashboard(
    address: Address,
    query: Annotated[DashboardQuery, InQuery()],
) -> Response:
    """Give the numbers of a session type, and a timeline. They name nobody."""
    numbers = address.sessions.dashboard(address.tag, days=query.days)
    return reply(dashboard_json(numbers), 200, _PRIVATE)
