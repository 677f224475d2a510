"""Verifying a token: the hot path. It stays on the event loop, and as a rule touches no database.

FastAPI knows the route for the OpenAPI document. What serves it is `reconciler.server.hot_path`, in front of all other
routes, which calls the same function without all that FastAPI does for a request.
"""

from __future__ import annotations

import re

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool

from reconciler.access import Role
from reconciler.render import verdict_json
from reconciler.server.auth import Needs
from reconciler.server.bodies import json_bytes, parse_object
from reconciler.server.forms import read_form
from reconciler.server.models import PRODUCT_PATTERN
from reconciler.server.openapi import described, success
from reconciler.server.problems import InputError, ProblemCode, invalid
from reconciler.server.replies import NO_STORE, reply
from reconciler.server.routes.addressed import addressed
from reconciler.server.routes.parameters import ENV_PATTERN, PRODUCT_LENGTH_MAX
from reconciler.server.services import services_of
from reconciler.server.session_forms import TOKEN_LENGTH_MAX, VerifyForm
from reconciler.session_type.rules import TAG_PATTERN

VERIFY_PATH = "/v1/products/{product}/envs/{env}/sessions/{tag}/verify"
_PRIVATE = {"Cache-Control": NO_STORE}
_NAMES = {
    "product": re.compile(PRODUCT_PATTERN),
    "env": re.compile(ENV_PATTERN),
    "tag": re.compile(TAG_PATTERN),
}
_NEEDS = Needs(Role.RUNTIME)

router = APIRouter(tags=["sessions"])


@router.post(
    VERIFY_PATH,
    **described(
        Role.RUNTIME,
        success(200, "VerdictAnswer", text="What the token is worth: a bad one is no error."),
        ProblemCode.KEYS_UNAVAILABLE,
        body="VerifyForm",
        also=[Depends(addressed)],
    ),
)
async def verify_session(request: Request) -> Response:
    """Tell whether a token is good, and what it holds. One of another product, environment or type is not."""
    token = await _NEEDS.from_memory(request)
    body = await json_bytes(request)
    product, env, tag = _place(request.path_params)
    asked = _asked(body)
    services = services_of(request)
    verdict = services.session_service.verify_at_once(product, env, tag, asked)
    if verdict is None:
        verdict = await run_in_threadpool(services.sessions(product, env, token).verify, tag, asked)
    services.metrics.session("verify", verdict.reason or "ok")
    return reply(verdict_json(verdict), 200, _PRIVATE)


def _place(given: dict[str, str]) -> tuple[str, str, str]:
    """Return the three names of the path. Raises Refusal, as FastAPI would for the other routes."""
    wrong = [name for name, form in _NAMES.items() if not form.fullmatch(given[name])]
    if len(given["product"]) > PRODUCT_LENGTH_MAX:
        wrong.append("product")
    if wrong:
        raise invalid(*(InputError(f"/{name}", f"`{name}` can't be that.", place="path") for name in wrong))
    return given["product"], given["env"], given["tag"]


def _asked(body: bytes) -> str:
    asked = parse_object(body)
    token = asked.get("token")
    # What comes nearly always needs no form to be checked by.
    if isinstance(token, str) and len(asked) == 1 and token.isascii() and len(token) <= TOKEN_LENGTH_MAX:
        return token
    return read_form(VerifyForm, asked).token
