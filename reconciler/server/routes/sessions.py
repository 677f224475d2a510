"""Sessions: start, refresh, revoke. No cache may keep what they answer."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from reconciler.access import Role
from reconciler.render import pair_json, revoked_json
from reconciler.runtime import RefreshRefused, Revoked, SessionError
from reconciler.server.bodies import JsonBytes, parse_object
from reconciler.server.forms import read_form
from reconciler.server.idempotency import idempotency_key
from reconciler.server.openapi import IDEMPOTENCY_KEY, REFRESH_KEY, described, success
from reconciler.server.problems import InputError, ProblemCode, invalid
from reconciler.server.replies import NO_STORE, reply
from reconciler.server.routes.addressed import Address
from reconciler.server.services import services_of
from reconciler.server.session_forms import RefreshForm, RevokeAllForm, RevokeForm, StartForm

router = APIRouter(prefix="/v1/products/{product}/envs/{env}/sessions/{tag}", tags=["sessions"])

_PRIVATE = {"Cache-Control": NO_STORE}
_ONE_OF_TWO = "Give either `sessionId`, to end one session, or `identifier`, to end all of a user."


@router.post(
    "/start",
    status_code=201,
    **described(
        Role.RUNTIME,
        success(201, "PairAnswer", text="The session's tokens."),
        ProblemCode.SESSION_TYPE_NOT_FOUND,
        ProblemCode.INVALID_SESSION_DATA,
        ProblemCode.IDEMPOTENCY_CONFLICT,
        ProblemCode.KEYS_UNAVAILABLE,
        body="StartForm",
        parameters=[IDEMPOTENCY_KEY],
    ),
)
def start_session(request: Request, address: Address, body: JsonBytes) -> Response:
    """Start a session. With an Idempotency-Key the request may be repeated and still starts one."""
    metrics, key = services_of(request).metrics, idempotency_key(request)
    form = read_form(StartForm, parse_object(body))
    try:
        pair = address.sessions.start(address.tag, form.data, expires_in=form.expires_in, idempotency_key=key)
    except SessionError:
        metrics.session("start", "refused")
        raise
    metrics.session("start", "ok")
    return reply(pair_json(pair), 201, _PRIVATE)


@router.post(
    "/refresh",
    **described(
        Role.RUNTIME,
        success(200, "PairAnswer", text="The next pair of tokens."),
        ProblemCode.SESSION_TYPE_NOT_FOUND,
        ProblemCode.REFRESH_TOKEN_INVALID,
        ProblemCode.REFRESH_TOKEN_EXPIRED,
        ProblemCode.REFRESH_TOKEN_REVOKED,
        ProblemCode.REFRESH_TOKEN_REUSED,
        ProblemCode.KEYS_UNAVAILABLE,
        body="RefreshForm",
        parameters=[REFRESH_KEY],
    ),
)
def refresh_session(request: Request, address: Address, body: JsonBytes) -> Response:
    """Exchange a refresh token, once. Using it again revokes the session, for whoever holds any of its tokens."""
    metrics, key = services_of(request).metrics, idempotency_key(request)
    form = read_form(RefreshForm, parse_object(body))
    try:
        pair = address.sessions.refresh(address.tag, form.refresh_token, client_key=key)
    except RefreshRefused as refused:
        metrics.session("refresh", "reused" if refused.reused else refused.reason)
        raise
    metrics.session("refresh", "ok")
    return reply(pair_json(pair), 200, _PRIVATE)


@router.post(
    "/revoke",
    **described(
        Role.RUNTIME,
        success(200, "RevokedAnswer", text="How many sessions were ended."),
        ProblemCode.SESSION_NOT_FOUND,
        body="RevokeForm",
    ),
)
def revoke_session(request: Request, address: Address, body: JsonBytes) -> Response:
    """End a session by its id, or all sessions of a user. Within a second every server process refuses the tokens."""
    form = read_form(RevokeForm, parse_object(body))
    if bool(form.session_id) is bool(form.identifier):
        raise invalid(InputError("", _ONE_OF_TWO))
    if form.session_id:
        return _ended(request, address.sessions.revoke(address.tag, form.session_id))
    return _ended(request, address.sessions.revoke_all(address.tag, form.identifier))


@router.post(
    "/revoke-all",
    **described(
        Role.RUNTIME, success(200, "RevokedAnswer", text="How many sessions were ended."), body="RevokeAllForm"
    ),
)
def revoke_all_sessions(request: Request, address: Address, body: JsonBytes) -> Response:
    """End all sessions of a user; none is a fine number."""
    form = read_form(RevokeAllForm, parse_object(body))
    return _ended(request, address.sessions.revoke_all(address.tag, form.identifier))


def _ended(request: Request, revoked: Revoked) -> Response:
    services_of(request).metrics.session("revoke", "ok", revoked.sessions)
    return reply(revoked_json(revoked), 200, _PRIVATE)
