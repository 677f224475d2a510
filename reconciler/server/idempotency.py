"""The Idempotency-Key header."""

from __future__ import annotations

import re

from starlette.requests import Request

from reconciler.server.problems import InputError, invalid

KEY_PATTERN = "^[!-~]{1,200}$"
_KEY = re.compile("[!-~]{1,200}")


def idempotency_key(request: Request) -> str | None:
    """Return the request's key, if it has one. Raises Refusal for what can't be one."""
    key = request.headers.get("idempotency-key")
    if key is not None and not _KEY.fullmatch(key):
        message = "`Idempotency-Key` has 1 to 200 visible ASCII characters."
        raise invalid(InputError("/Idempotency-Key", message, place="header"))
    return key
