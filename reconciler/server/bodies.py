"""Request bodies: bytes to JSON, with every way in which that can fail told apart.

FastAPI would read the body before it knows who sends it, and answers in its own terms. Here authorisation comes first,
the bytes are only counted on the event loop, and parsing happens in the route's own thread.
"""

from __future__ import annotations

import json
from asyncio import timeout
from collections import Counter
from collections.abc import Mapping
from time import monotonic
from typing import Annotated, Any, NoReturn

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from reconciler.diagnostics import with_article
from reconciler.server.auth import authenticated
from reconciler.server.problems import InputError, ProblemCode, Refusal, invalid
from reconciler.values import JsonObject, JsonValue, json_type

# Sample data may be 32 levels deep, and stands at most four levels down in a body. Beyond this nothing can be right.
DEPTH_MAX = 100
FIELDS_MAX = 100
BODY_SECONDS = 30
RECHECK_SECONDS = 0.5


class _Ambiguous(ValueError):
    pass


async def json_bytes(request: Request) -> bytes:
    """Read the body of a request that says it sends JSON."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        given = f"not `{media_type}`" if media_type else "and the request names no Content-Type"
        raise Refusal(ProblemCode.UNSUPPORTED_MEDIA_TYPE, f"The body must be `application/json`, {given}.")
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise Refusal(ProblemCode.UNSUPPORTED_MEDIA_TYPE, "The body must come without a Content-Encoding.")
    return await _received(request)


async def _received(request: Request) -> bytes:
    """Read the body in time, and look at the token again: it may have been revoked while the body trickled in."""
    began = monotonic()
    try:
        async with timeout(BODY_SECONDS):
            body = await request.body()
    except TimeoutError as error:
        raise Refusal(ProblemCode.REQUEST_TIMEOUT, f"The body did not arrive within {BODY_SECONDS} seconds.") from error
    if monotonic() - began > RECHECK_SECONDS:
        await run_in_threadpool(authenticated, request)
    return body


JsonBytes = Annotated[bytes, Depends(json_bytes)]


def parse_object(body: bytes) -> JsonObject:
    """Parse a body that must hold a JSON object. Raises Refusal."""
    value = _parsed(body)
    if not isinstance(value, dict):
        raise invalid(InputError("", f"The body must be a JSON object, not {with_article(json_type(value))}."))
    if len(value) > FIELDS_MAX:
        raise invalid(InputError("", f"The object has {len(value)} fields, which no request has."))
    return value


def _parsed(body: bytes) -> JsonValue:
    try:
        value: JsonValue = _DECODER.decode(body.decode("utf-8"))
    except RecursionError as error:
        raise _too_deep() from error
    except UnicodeDecodeError as error:
        raise invalid(InputError("", f"The body is not UTF-8 text: byte {error.start}.")) from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise invalid(InputError("", f"The body is not JSON: {error.msg}, {place}.")) from error
    except _Ambiguous as error:
        raise invalid(InputError("", f"{error}.")) from error
    except ValueError as error:
        raise invalid(InputError("", "The body holds a number that is too long to be read.")) from error
    if _is_deeper(value, DEPTH_MAX):
        raise _too_deep()
    return value


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        keys = Counter(key for key, _ in pairs)
        raise _Ambiguous(
            f"The body is not unambiguous: the key `{keys.most_common(1)[0][0]}` occurs twice in one object"
        )
    return made


def _no_constant(name: str) -> NoReturn:
    raise _Ambiguous(f"The body is not JSON: it has no number `{name}`")


# Made once: `json.loads` with hooks makes one each time.
_DECODER = json.JSONDecoder(object_pairs_hook=_without_duplicates, parse_constant=_no_constant)


def _is_deeper(value: JsonValue, most: int) -> bool:
    level: list[Any] = [value]
    for _ in range(most):
        nested = (each for each in level if isinstance(each, (dict, list)))
        level = [item for each in nested for item in (each.values() if isinstance(each, Mapping) else each)]
        if not level:
            return False
    return True


def _too_deep() -> Refusal:
    return invalid(InputError("", f"The body is nested more than {DEPTH_MAX} levels deep."))
