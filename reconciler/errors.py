"""The root of the exception tree.

Problems that a user can have several of at once (in manifests, in a project file) are *values*: see
`reconciler.diagnostics`. Exceptions are for what stops the run:

    ReconcilerError
    ├── InvalidInput              manifests, project file or plan file (carries the diagnostics)
    ├── Refused                   a guard forbids the run (carries the refusals)
    ├── StalePlan                 the registry moved since the plan was made
    └── RegistryError             reconciler.port: what a registry answers when it cannot do what was asked
        ├── RegistryUnavailable   no answer
        │   └── MasterKeyError        reconciler.runtime.keyring: the keys of sessions can't be unlocked
        │       └── MasterKeyMissing    registry.store.sessions: there is no master key
        ├── RegistryDenied        the credentials were not accepted
        │   └── TokenRefused      reconciler.access: the token is unknown, expired or revoked
        ├── RegistryRejected      the registry found the request invalid
        │   ├── InvalidSessionType    it breaks the rules of a session type (carries the problems)
        │   ├── IdempotencyConflict   the idempotency key stands for another request
        │   └── SessionError          reconciler.runtime: a session call can't be carried out (carries a code)
        │       ├── UnknownSessionType, UnknownSession, UnknownUser, UnknownKey
        │       ├── InvalidSessionData    the data breaks rules (carries the problems)
        │       └── RefreshRefused        the refresh token is not accepted (carries the reason)
        ├── CorruptLedger         registry.ledger: the ledger is not one, or another registry's
        └── StaleRecord           the record is not at the expected revision any more
            └── TagExists         there is a record where one was to be created
"""

from __future__ import annotations


class ReconcilerError(Exception):
    """Anything this package raises on purpose; its text is one line for the user, without a final full stop.

    `hint` tells how to mend it, as a sentence, or is empty.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
