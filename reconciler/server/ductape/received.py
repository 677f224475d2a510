"""Requests of the platform's clients: bytes to a call. The body may be gzip, and the call in it encrypted."""

from __future__ import annotations

import zlib
from asyncio import timeout
from dataclasses import dataclass, field

from starlette.requests import Request

from reconciler.registry.ductape.envelope import BrokenEnvelope, decrypt
from reconciler.registry.ductape.extension import HEADER, is_named
from reconciler.server.bodies import BODY_SECONDS, parse_object
from reconciler.server.ductape.refusals import CallRefused, undecrypted
from reconciler.server.limits import too_large
from reconciler.server.problems import ProblemCode, Refusal
from reconciler.values import JsonObject, JsonValue

_GZIP = 31  # zlib's number for it
# What was base64 once shrinks to three quarters when it is packed; what shrinks more than this is meant to do harm.
_PACKED_TIMES = 2


@dataclass(frozen=True, slots=True)
class Call:
    """A call. `params` may hold data of people, and are in no repr."""

    module: str
    method: str
    params: tuple[JsonValue, ...] = field(repr=False)

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return f"{self.module}.{self.method}"


def is_extended(request: Request) -> bool:
    """Tell whether a request asks for the extension."""
    return is_named(request.headers.get(HEADER))


async def body_of(request: Request, limit: int) -> bytes:
    """Read a body that says it is JSON, unpacked if it is packed. Raises Refusal, CallRefused."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Refusal(ProblemCode.UNSUPPORTED_MEDIA_TYPE, "The body must be `application/json`.")
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding not in {"identity", "gzip"}:
        raise Refusal(ProblemCode.UNSUPPORTED_MEDIA_TYPE, "The body's Content-Encoding must be gzip, or none.")
    try:
        async with timeout(BODY_SECONDS):
            body = await request.body()
    except TimeoutError as error:
        raise Refusal(ProblemCode.REQUEST_TIMEOUT, f"The body did not arrive within {BODY_SECONDS} seconds.") from error
    return _unpacked(body, limit * _PACKED_TIMES) if coding == "gzip" else body


def _unpacked(packed: bytes, limit: int) -> bytes:
    unpacker = zlib.decompressobj(_GZIP)
    try:
        body = unpacker.decompress(packed, limit + 1)
    except zlib.error:
        raise CallRefused(400, "INVALID_REQUEST", "The body is not gzip, as its Content-Encoding says.") from None
    if len(body) > limit:
        raise too_large(limit)
    if not unpacker.eof or unpacker.unused_data:
        raise CallRefused(400, "INVALID_REQUEST", "The gzip body is cut off, or goes on after its end.")
    return body


def call_of(fields: JsonObject) -> Call:
    """Return the call in a body, whichever of the two forms it has. Raises Refusal, CallRefused."""
    envelope = fields.get("encrypted_payload")
    if envelope is None:
        return _call(fields)
    key = fields.get("public_key")
    if not isinstance(envelope, str) or not isinstance(key, str):
        raise CallRefused(400, "INVALID_REQUEST", "`encrypted_payload` and `public_key` must be strings")
    try:
        opened = parse_object(decrypt(envelope, key))
    except (BrokenEnvelope, Refusal, UnicodeEncodeError):
        # Of a wrong key it is some other text, that is no JSON.
        raise undecrypted() from None
    if opened.get("user_id") != fields.get("user_id"):
        raise CallRefused(400, "INVALID_REQUEST", "`user_id` in the payload is not the one beside it")
    return _call(opened)


def _call(fields: JsonObject) -> Call:
    match fields:
        case {"module": str(module), "method": str(method), "params": list(params)}:
            return Call(module, method, tuple(params))
        case {"module": str(), "method": str(), "params": _}:
            raise CallRefused(
                400, "INVALID_REQUEST", "`params` must be an array, in the order of the method's parameters"
            )
        case _:
            raise CallRefused(
                400, "INVALID_REQUEST", "A call has `module`, `method` and `params`, or is an `encrypted_payload`"
            )
