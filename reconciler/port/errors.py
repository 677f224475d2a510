"""Why a registry did not do what it was asked."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.diagnostics import Problem
from reconciler.errors import ReconcilerError


@dataclass(frozen=True, slots=True)
class RequestError:
    """One thing that a registry found wrong with a request: a JSON pointer into what was sent, and why."""

    pointer: str
    message: str
    hint: str = ""
    code: str = ""


class RegistryError(ReconcilerError):
    """A registry did not do what it was asked. `tag` is the session type that it is about, where it is about one.

    Of a registry behind HTTP it also tells what that answered: the status, the stable code for programs (empty where
    the answer had none), and everything that was wrong with the request. `status` is None where no answer came.
    """

    code: str = ""
    status: int | None = None
    errors: tuple[RequestError, ...] = ()

    def __init__(self, message: str, *, hint: str = "", tag: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.tag = tag


class RegistryUnavailable(RegistryError):
    """The registry gave no answer, or can't work at the moment."""


class RegistryDenied(RegistryError):
    """The registry did not accept the credentials, or they do not permit this."""


class RegistryRejected(RegistryError):
    """The registry found the request invalid."""


class InvalidSessionType(RegistryRejected):
    """The session type would break the rules. `problems` says how, field by field, where the registry told."""

    def __init__(
        self, message: str, *, hint: str = "", tag: str | None = None, problems: tuple[Problem, ...] = ()
    ) -> None:
        super().__init__(message, hint=hint, tag=tag)
        self.problems = problems


class IdempotencyConflict(RegistryRejected):
    """The idempotency key was used before, for another request."""


class StaleRecord(RegistryError):
    """The record is not at the expected revision: changed, created or deleted by somebody else. Nothing was written."""


class TagExists(StaleRecord):
    """A record was to be created where there is one."""
