"""The Python client for applications: session types and sessions of a registry server, and middleware for web apps.

    from reconciler.client import Client

    with Client("https://registry.example.com", token, product="storefront", env="prd") as client:
        pair = client.sessions.start("user-session", {"userId": "user_123", "email": "ada@example.com"})
        verdict = client.sessions.verify("user-session", pair.token)

Every answer is a frozen value; moments are aware datetimes in UTC. Every error tells `message` and `hint` for people,
`code`, `status` and `errors` (JSON pointers) for programs. Catch as much of the tree as is needed:

    RegistryError                     code                        status
    ├── RegistryUnavailable           database-unavailable, …     5xx, 429; None: no answer came
    ├── RegistryDenied                token-unknown, …            401, 403
    ├── UnsupportedRegistry           (empty)                     None: nothing was sent
    ├── RegistryRejected              invalid-request, …          4xx
    │   ├── InvalidSessionType        invalid-session-type        422
    │   ├── IdempotencyConflict       idempotency-conflict        422
    │   └── SessionError
    │       ├── UnknownSessionType    session-type-not-found      404; None: known without its answer
    │       ├── UnknownSession        session-not-found           404
    │       ├── UnknownUser           user-not-found              404
    │       ├── InvalidSessionData    invalid-session-data        422
    │       └── RefreshRefused        refresh-token-reused, …     409
    └── StaleRecord                   stale-record                412
        └── TagExists                 tag-exists                  409

What the Ductape platform calls SESSION_NOT_FOUND and USER_NOT_FOUND are UnknownSession and UnknownUser, CREATE_FAILED
is InvalidSessionData (of a session type: InvalidSessionType, TagExists), REFRESH_FAILED is RefreshRefused. A token that
is not good is no error: `verify` answers `valid=False` with a `reason`, in place of VERIFY_FAILED. ENV_NOT_FOUND and
JWT_NOT_AVAILABLE can't happen: an environment is there, with a key, from its first session on.
"""

from reconciler.client.asgi import AsgiSessions
from reconciler.client.client import APP_MANNER, Client
from reconciler.client.gate import RequestSession, SessionGate
from reconciler.client.session_types import ChangedFields, LiveSessionType, NewSessionType, SessionTypeCalls
from reconciler.client.sessions import SessionCalls
from reconciler.client.sources import Bearer, Cookie, Header, TokenSource
from reconciler.client.wsgi import WsgiSessions
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
from reconciler.registry import UnsupportedRegistry
from reconciler.registry.http import Manner, Patience, Settings, Timeouts
from reconciler.runtime import (
    ActivePage,
    Dashboard,
    Day,
    InvalidSessionData,
    Pair,
    RefreshRefused,
    Revoked,
    SessionError,
    SessionInfo,
    UnknownSession,
    UnknownSessionType,
    UnknownUser,
    User,
    UserDetails,
    UsersPage,
    UserStatus,
    Verdict,
)

__all__ = [
    "APP_MANNER",
    "ActivePage",
    "AsgiSessions",
    "Bearer",
    "ChangedFields",
    "Client",
    "Cookie",
    "Dashboard",
    "Day",
    "Header",
    "IdempotencyConflict",
    "InvalidSessionData",
    "InvalidSessionType",
    "LiveSessionType",
    "Manner",
    "NewSessionType",
    "Pair",
    "Patience",
    "RefreshRefused",
    "RegistryDenied",
    "RegistryError",
    "RegistryRejected",
    "RegistryUnavailable",
    "RequestError",
    "RequestSession",
    "Revoked",
    "SessionCalls",
    "SessionError",
    "SessionGate",
    "SessionInfo",
    "SessionTypeCalls",
    "Settings",
    "StaleRecord",
    "TagExists",
    "Timeouts",
    "TokenSource",
    "UnknownSession",
    "UnknownSessionType",
    "UnknownUser",
    "UnsupportedRegistry",
    "User",
    "UserDetails",
    "UserStatus",
    "UsersPage",
    "Verdict",
    "WsgiSessions",
]
