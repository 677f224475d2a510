"""What the session runtime refuses, as problems."""

from __future__ import annotations

from reconciler.port import RegistryError
from reconciler.runtime import InvalidSessionData, RefreshRefused, SessionError
from reconciler.runtime.keyring import MasterKeyError
from reconciler.server.problems import InputError, ProblemCode, Refusal

_CODES = {code.value: code for code in ProblemCode}


def session_refusal(error: RegistryError, detail: str) -> Refusal | None:
    """Return the problem that an error of the session runtime is; None for any other error."""
    match error:
        case MasterKeyError():
            detail = "This server can't unlock the session keys. Its log says why; whoever runs it can mend that."
            return Refusal(ProblemCode.KEYS_UNAVAILABLE, detail)
        case InvalidSessionData():
            errors = [InputError(each.pointer, each.message) for each in error.problems]
            return Refusal(ProblemCode.INVALID_SESSION_DATA, detail, errors=errors, tag=error.tag)
        case RefreshRefused():
            code = _CODES[f"refresh-token-{'reused' if error.reused else error.reason}"]
            return Refusal(code, detail, errors=[InputError("/refreshToken", detail)])
        case SessionError():
            return Refusal(_CODES[error.code.value], detail, tag=error.tag)
        case _:
            return None
