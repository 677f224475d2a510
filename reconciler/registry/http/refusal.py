"""What it means when a registry answers a request with anything but what was asked for.

Every status has a meaning here. What the other side says is shown only in part and only its printable letters, since
it may be a proxy's page, and may repeat the token.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from reconciler.port import (
    IdempotencyConflict,
    InvalidSessionType,
    RegistryDenied,
    RegistryError,
    RegistryRejected,
    RegistryUnavailable,
    RequestError,
    StaleRecord,
    TagExists,
)
from reconciler.project import Secret
from reconciler.registry.http.fields import problem
from reconciler.registry.http.pointed import PointedError, pointed_errors
from reconciler.registry.http.retry import Fate, NoAnswer
from reconciler.registry.http.session_refusal import session_error
from reconciler.registry.http.transport import Answer, Request

_NOT_FOUND = 404
_EXCERPT = 200
_DETAIL = 2000
_UNPRINTABLE = "\N{REPLACEMENT CHARACTER}"
_PLAN_AGAIN = "Plan again to see the registry as it is now."
_IS_IT = "Is the registry URL right, and is it a reconciler registry that answers there?"
_DENIED_HINTS = {
    "token-missing": "Set RECONCILER_TOKEN, or RECONCILER_TOKEN_<TARGET> for one target.",
    "token-unknown": "Check RECONCILER_TOKEN: the registry has no such token.",
    "token-expired": "Have a new one made with `reconciler token create`.",
    "token-revoked": "Have a new one made with `reconciler token create`.",
    "role-forbidden": (
        "Use a token with the role that this needs: `read` to plan, `write` to apply, `runtime` for sessions, "
        "`admin` for their keys."
    ),
    "product-forbidden": "Use a token for this product, or check --product.",
}
# Statuses of which a repetition may be spared. A gateway's own say nothing of what happened behind it, and a registry
# whose database went away may have lost it after the commit.
TRANSIENT = {
    408: (Fate.UNKNOWN, "waited too long for the request"),
    425: (Fate.UNSENT, "does not take requests yet"),
    429: (Fate.UNSENT, "gets more requests than it allows"),
    502: (Fate.UNKNOWN, "is not reached by the gateway before it"),
    503: (Fate.UNKNOWN, "can't work at the moment"),
    504: (Fate.UNKNOWN, "did not answer the gateway before it in time"),
}


@dataclass(frozen=True, slots=True)
class Refusals:
    """Translates answers of the registry at `place`.

    Where answers may hold what no message should, as those about sessions do, `quotes` is False.
    """

    place: str
    token: Secret | None = field(default=None, repr=False)
    quotes: bool = True

    def error(self, request: Request, answer: Answer) -> RegistryError | NoAnswer:
        """Return the error for an answer with a status that is not the one asked for."""
        said = problem(answer.body)
        found = self._error(request, answer, said)
        error = found.error if isinstance(found, NoAnswer) else found
        error.status = answer.status
        if said:
            error.code = self.safe(str(said["code"]))
            error.errors = tuple(RequestError(e.pointer, e.message, e.hint, e.code) for e in self._errors(said))
        return found

    def _error(self, request: Request, answer: Answer, said: dict[str, Any] | None) -> RegistryError | NoAnswer:
        code = str(said["code"]) if said else ""
        detail = self._detail(said) or self.excerpt(answer)
        if said and (refused := session_error(code, detail, self._errors(said), self._tag(said, request))):
            return refused
        return self._of_status(request, answer, said, detail)

    def _of_status(
        self, request: Request, answer: Answer, said: dict[str, Any] | None, detail: str
    ) -> RegistryError | NoAnswer:
        code = str(said["code"]) if said else ""
        match answer.status:
            case status if status in TRANSIENT:
                return self.transient(answer, detail)
            case 401 | 403:
                return self._denied(answer.status, code, detail)
            case 409 if code == "tag-exists":
                return TagExists(detail, hint=_PLAN_AGAIN, tag=self._tag(said, request))
            case 412:
                moved = detail if said else f"`{request.tag}` is not at the expected revision: the answer is {detail}"
                return StaleRecord(moved, hint=_PLAN_AGAIN, tag=self._tag(said, request))
            case 404 | 410 if said and request.method != "GET" and request.tag is None:
                return RegistryRejected(detail)
            case 404 | 410 if said and request.method in {"PATCH", "DELETE"}:
                return StaleRecord(f"`{request.tag}` does not exist any more", hint=_PLAN_AGAIN, tag=request.tag)
            case 400 | 413 | 415 | 422 | 428 if not said:
                return RegistryRejected(
                    f"The registry {self.place} answered {answer.status}: {detail}", tag=request.tag
                )
            case status if 400 <= status < 500 and said and status not in {404, 410}:  # noqa: PLR2004 - client errors
                return self._rejected(said, code, detail, request)
            case status if 300 <= status < 400:  # noqa: PLR2004 - redirects
                return self.redirected(answer)
            case status:
                hint = "" if said else _IS_IT
                return RegistryUnavailable(f"The registry {self.place} answered {status}: {detail}", hint=hint)

    def unreadable(self, answer: Answer, why: str) -> RegistryUnavailable:
        """Return the error for an answer of the right status and with a wrong body."""
        return RegistryUnavailable(
            f"The registry {self.place} gave an answer that can't be understood: {why}; it is {self.excerpt(answer)}",
            hint=_IS_IT,
        )

    def transient(self, answer: Answer, detail: str) -> NoAnswer:
        """Return the error for a status of which a repetition may be spared."""
        fate, predicate = TRANSIENT[answer.status]
        wait = retry_after(answer.headers.get("retry-after"), datetime.now(UTC))
        later = f"; it asks to come back in {wait:.0f} s" if wait else ""
        message = f"The registry {self.place} {predicate} (it answered {answer.status}: {detail}{later})"
        return NoAnswer(RegistryUnavailable(message), fate, wait)

    def _denied(self, status: int, code: str, detail: str) -> RegistryDenied:
        what = "did not accept the token" if status == 401 else "does not permit this"  # noqa: PLR2004
        if status == 401 and self.token is None:  # noqa: PLR2004
            what, code = "needs a token", "token-missing"
        hint = _DENIED_HINTS.get(code, "" if code else _IS_IT)
        return RegistryDenied(f"The registry {self.place} {what}: {detail}", hint=hint)

    def _rejected(self, said: dict[str, Any], code: str, detail: str, request: Request) -> RegistryRejected:
        errors = self._errors(said)
        tag = self._tag(said, request) or next(filter(None, (each.tag_among(request.tags) for each in errors)), None)
        message = f"{_subject(tag)} not be valid: {'; '.join(map(_at_place, errors))}" if errors else detail
        hint = " ".join(dict.fromkeys(error.hint for error in errors if error.hint))
        match code:
            case "invalid-session-type":
                problems = tuple(filter(None, (error.problem() for error in errors)))
                return InvalidSessionType(message, hint=hint, tag=tag, problems=problems)
            case "idempotency-conflict":
                return IdempotencyConflict(message, hint=hint, tag=tag)
            case _:
                return RegistryRejected(message, hint=hint, tag=tag)

    def _errors(self, said: dict[str, Any]) -> list[PointedError]:
        return [self._cleaned(error) for error in pointed_errors(said)]

    def _cleaned(self, error: PointedError) -> PointedError:
        return PointedError(*(self.safe(text) for text in (error.pointer, error.message, error.hint, error.code)))

    def redirected(self, answer: Answer) -> RegistryUnavailable:
        """Return the error for an answer that leads elsewhere."""
        # Not followed: the token is for this address and no other.
        location = self.safe(answer.headers.get("location", "nowhere"), _EXCERPT)
        return RegistryUnavailable(
            f"The registry {self.place} answered {answer.status}, which leads to {location}",
            hint="Name the address where the registry itself answers in the registry URL.",
        )

    def _tag(self, said: dict[str, Any] | None, request: Request) -> str | None:
        named = said.get("tag") if said else None
        return self.safe(named) if isinstance(named, str) else request.tag

    def _detail(self, said: dict[str, Any] | None) -> str:
        """Return what a problem says, without the hint that we give anyway."""
        texts = [said.get(name) for name in ("detail", "title", "code")] if said else []
        found = next((text for text in texts if isinstance(text, str) and text.strip()), "")
        return self.safe(found).removesuffix(_PLAN_AGAIN).rstrip().removesuffix(".")

    def excerpt(self, answer: Answer) -> str:
        """Return how an answer begins, for one that was not expected."""
        kind = self.safe(answer.headers.get("content-type", "").partition(";")[0]) or "of no named type"
        if not self.quotes:
            return f"{kind}, {len(answer.body)} bytes long"
        if b'"schema"' in answer.body:
            return f"{kind} and holds session types"  # and with them what may be sensitive
        begins = self.safe(answer.body[: _EXCERPT * 4].decode(errors="replace"), _EXCERPT)
        return f"{kind} and begins with: {begins}" if begins else "empty"

    def safe(self, text: str, limit: int = _DETAIL) -> str:
        """Return a foreign text as one line that does nothing to a terminal, without the token, and not too long."""
        masked = self.token.masked_in(text) if self.token else text
        line = "".join(letter if letter.isprintable() else _UNPRINTABLE for letter in " ".join(masked.split()))
        return line if len(line) <= limit else f"{line[:limit]}…"


def _subject(tag: str | None) -> str:
    return f"`{tag}` would" if tag else "The request would"


def _at_place(error: PointedError) -> str:
    message = error.message.rstrip(".")
    return f"{message} (at {error.pointer})" if error.pointer else message


def is_missing(answer: Answer) -> bool:
    """Tell whether it is the registry itself that has no such thing, and no proxy before it that knows no such path."""
    return answer.status == _NOT_FOUND and problem(answer.body) is not None


def retry_after(header: str | None, now: datetime) -> float | None:
    """Read `Retry-After`, which is a number of seconds or a date; None where it is neither."""
    if header is None:
        return None
    if header.strip().isdecimal():
        return float(header.strip()[:9])
    try:
        at = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())
