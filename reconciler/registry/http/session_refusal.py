"""What a registry's session runtime refuses, as the errors that the runtime itself raises."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, cast

from reconciler.port import RegistryError, RegistryUnavailable
from reconciler.registry.http.pointed import PointedError
from reconciler.runtime.errors import (
    DataProblem,
    InvalidSessionData,
    RefreshRefused,
    UnknownKey,
    UnknownSession,
    UnknownSessionType,
    UnknownUser,
)

_UNKNOWN = {kind.code.value: kind for kind in (UnknownSessionType, UnknownSession, UnknownUser, UnknownKey)}
_REFRESH = "refresh-token-"
_REASONS = ("invalid", "expired", "revoked", "reused")


def session_error(code: str, detail: str, errors: Iterable[PointedError], tag: str | None) -> RegistryError | None:
    """Return the error for a problem's code; None for one that is not about sessions."""
    if code in _UNKNOWN:
        return _UNKNOWN[code](detail, tag=tag)
    if code == InvalidSessionData.code.value:
        problems = tuple(DataProblem(each.pointer, each.message) for each in errors)
        return InvalidSessionData(detail, tag=tag, problems=problems)
    if code == "keys-unavailable":
        # Not worth another try, unlike what else has its status: somebody must mend the server first.
        return RegistryUnavailable(detail)
    reason = code.removeprefix(_REFRESH)
    if not code.startswith(_REFRESH) or reason not in _REASONS:
        return None
    reused = reason == "reused"
    known = cast("Literal['invalid', 'expired', 'revoked']", "revoked" if reused else reason)
    return RefreshRefused(detail, reason=known, reused=reused)
