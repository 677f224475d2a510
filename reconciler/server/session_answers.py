"""The forms of answers about sessions. Only the OpenAPI document uses them, as it does `reconciler.server.answers`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from reconciler.server import session_forms as forms
from reconciler.server.models import Form, Moment


class _Answer(Form):
    """An answer whose fields are spelled `likeThis`."""

    model_config = ConfigDict(alias_generator=to_camel)


class PairAnswer(_Answer):
    """A token, and the refresh token that gets the next one. The session id stays the same through all refreshes."""

    model_config = ConfigDict(title="SessionPair")

    token: Annotated[str, Field(description="The tag, a colon, and an encrypted token.")]
    refresh_token: Annotated[str, Field(pattern="^rcr_", description="Opaque; can be used once.")]
    session_id: str
    expires_at: Annotated[Moment, Field(description="When the token expires.")]
    refresh_expires_at: Annotated[Moment, Field(description="Until when the refresh token can be used.")]


class VerdictAnswer(_Answer):
    """What a token is worth: valid, with all but a reason, or not, with a reason and nothing else."""

    model_config = ConfigDict(title="Verdict")

    valid: bool
    data: dict[str, Any] | None
    session_id: str | None
    identifier: str | None
    expires_at: Moment | None
    reason: Literal["invalid", "expired", "revoked"] | None


class RevokedAnswer(_Answer):
    """How many sessions were ended; those that were over before do not count."""

    model_config = ConfigDict(title="Revoked")

    revoked: Annotated[int, Field(ge=0)]


class SessionAnswer(_Answer):
    """A session. `endAt` is when its last token expires."""

    model_config = ConfigDict(title="Session")

    session_id: str
    identifier: str
    start_at: Moment
    end_at: Moment
    active: bool
    revoked_at: Moment | None
    data: dict[str, Any] | None


class _Page(_Answer):
    total: int
    page: Annotated[int, Field(ge=1)]
    limit: Annotated[int, Field(ge=1)]
    total_pages: int


class ActiveAnswer(_Page):
    """A page of the live sessions, those that live longest first."""

    model_config = ConfigDict(title="ActiveSessions")

    sessions: list[SessionAnswer]


class UserAnswer(_Answer):
    """A user. `active`: has a live session; `expired`: the last one ran out; `inactive`: the last one was revoked."""

    model_config = ConfigDict(title="User")

    identifier: str
    env: str
    first_seen: Moment
    last_seen: Moment
    total_sessions: int
    active_sessions: int
    status: Literal["active", "inactive", "expired"]


class UsersAnswer(_Page):
    """A page of the users, those seen last first."""

    model_config = ConfigDict(title="Users")

    users: list[UserAnswer]


class UserDetailsAnswer(UserAnswer):
    """A user with the newest sessions, newest first; `latestSessionData` is the newest one's."""

    model_config = ConfigDict(title="UserDetails")

    sessions: list[SessionAnswer]
    latest_session_data: dict[str, Any] | None


class DayAnswer(_Answer):
    """A day, in UTC."""

    model_config = ConfigDict(title="Day")

    date: Annotated[str, Field(json_schema_extra={"format": "date"})]
    sessions: int
    new_users: int


class DashboardAnswer(_Answer):
    """The numbers of a session type. Today begins at midnight UTC, this week on Monday; the timeline ends today."""

    model_config = ConfigDict(title="Dashboard")

    total_users: int
    active_users: int
    inactive_users: int
    expired_users: int
    new_users_today: int
    new_users_this_week: int
    total_sessions: int
    active_sessions: int
    average_sessions_per_user: float
    timeline: list[DayAnswer]


class KeyAnswer(_Answer):
    """A key of an environment, without the key. New tokens are made with the current one."""

    model_config = ConfigDict(title="SessionKey")

    key_id: str
    created_at: Moment
    active_from: Moment
    retired_at: Moment | None
    current: bool


class KeysAnswer(_Answer):
    """All keys, oldest first, the retired ones too."""

    model_config = ConfigDict(title="SessionKeys")

    items: list[KeyAnswer]


class RetiredKeyAnswer(KeyAnswer):
    """The key that was retired, and how many live sessions and users that logged out."""

    model_config = ConfigDict(title="RetiredSessionKey")

    sessions: int
    users: int


class PrunedAnswer(_Answer):
    """How many sessions were removed."""

    model_config = ConfigDict(title="Pruned")

    sessions: int


SESSIONS_DESCRIBED: tuple[type[BaseModel], ...] = (
    forms.StartForm,
    forms.VerifyForm,
    forms.RefreshForm,
    forms.RevokeForm,
    forms.RevokeAllForm,
    forms.PruneForm,
    PairAnswer,
    VerdictAnswer,
    RevokedAnswer,
    ActiveAnswer,
    UsersAnswer,
    UserDetailsAnswer,
    DashboardAnswer,
    KeysAnswer,
    KeyAnswer,
    RetiredKeyAnswer,
    PrunedAnswer,
)
