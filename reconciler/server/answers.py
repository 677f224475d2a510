"""The forms of answers. Only the OpenAPI document uses them: answers are built by hand, and the tests compare."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from reconciler.server.models import (
    ChangesetForm,
    Form,
    Moment,
    Revision,
    RoleName,
    SourceForm,
    Tag,
    TokenForm,
    like,
)
from reconciler.session_type import FIELDS

_Spec = Annotated[dict[str, Any], like("SessionType")]


class OwnerAnswer(Form):
    """The project that a record was last applied from."""

    model_config = ConfigDict(title="Owner")

    project: str
    file: str | None
    commit: str | None


class RecordAnswer(Form):
    """A session type as the registry keeps it. `spec` is null for a tombstone, `applied` where no apply ever wrote."""

    model_config = ConfigDict(title="Record")

    tag: Tag
    spec: _Spec | None
    revision: Revision
    managed_by: OwnerAnswer | None
    applied: _Spec | None
    created_at: Moment
    updated_at: Moment
    updated_by: str


class RecordsAnswer(Form):
    """A page of records, sorted by tag. `next` is the cursor of the page that follows, null after the last."""

    model_config = ConfigDict(title="RecordPage")

    items: list[RecordAnswer]
    revision: Annotated[int, Field(ge=0, description="The product's revision at the moment of this page.")]
    mark: Annotated[
        str, Field(description="Tells this state from another of the same revision, in a restored database.")
    ]
    next: str | None


class ChangeAnswer(Form):
    """A field's value before and after; null stands for no value."""

    model_config = ConfigDict(title="FieldChange")

    before: Any
    after: Any


class EntryAnswer(Form):
    """One write."""

    model_config = ConfigDict(title="HistoryEntry")

    revision: Revision
    tag: Tag
    action: Literal["create", "update", "delete", "adopt"]
    at: Moment
    actor: str
    source: SourceForm | None
    changes: dict[Literal[FIELDS], ChangeAnswer]  # type: ignore[valid-type]


class HistoryAnswer(Form):
    """Entries, oldest first. `next_after` is the `after` of the page that follows, null after the last."""

    model_config = ConfigDict(title="HistoryPage")

    items: list[EntryAnswer]
    next_after: int | None


class CommitAnswer(Form):
    """The product's revision once the changeset was in."""

    model_config = ConfigDict(title="Committed")

    revision: Revision


class EnvironmentImpactAnswer(Form):
    """The live sessions and users of a type in one environment."""

    model_config = ConfigDict(title="Impact in an environment")

    environment: str
    live_sessions: int
    live_users: int


class ImpactAnswer(Form):
    """The live sessions and users of a type. Null: this server can't tell, which is not the same as none."""

    model_config = ConfigDict(title="Impact")

    tag: Tag
    live_sessions: int | None
    live_users: int | None
    environments: list[EnvironmentImpactAnswer]


class ImpactsAnswer(Form):
    """The impacts of a product's session types, sorted by tag. One that is not here is unknown, not 0."""

    model_config = ConfigDict(title="Impacts")

    items: list[ImpactAnswer]


class TokenAnswer(Form):
    """A token, its secret apart."""

    model_config = ConfigDict(title="Token")

    id: str
    name: str
    role: RoleName
    product: str | None
    created_at: Moment
    expires_at: Moment | None
    revoked_at: Moment | None
    last_used_at: Moment | None


class NewTokenAnswer(TokenAnswer):
    """A token with its secret, which is shown this once."""

    model_config = ConfigDict(title="CreatedToken")

    secret: Annotated[str, Field(pattern="^rct_", description="What goes into the Authorization header.")]


class TokensAnswer(Form):
    """All tokens, the revoked ones too."""

    model_config = ConfigDict(title="Tokens")

    items: list[TokenAnswer]


class HealthAnswer(Form):
    """The process answers, or is ready."""

    model_config = ConfigDict(title="Health")

    status: Literal["ok", "ready"]


class ErrorAnswer(Form):
    """One thing that is wrong with a request. `code` is a diagnostic's, as `reconciler validate` gives it."""

    model_config = ConfigDict(title="InputError")

    in_: Annotated[Literal["body", "query", "path", "header"], Field(alias="in")]
    pointer: Annotated[str, Field(description="RFC 6901, into the part of the request that `in` names.")]
    message: str
    hint: str = ""
    code: str = ""


class ProblemAnswer(BaseModel):
    """RFC 9457. Programs branch on `code`."""

    model_config = ConfigDict(title="Problem")

    type: str
    title: str
    status: int
    code: str
    detail: str
    tag: Annotated[str, Field(description="The session type that it is about, where it is about one.")] = ""
    errors: list[ErrorAnswer] = []
    errors_omitted: int = 0
    request_id: str


DESCRIBED: tuple[type[BaseModel], ...] = (
    ChangesetForm,
    TokenForm,
    RecordAnswer,
    RecordsAnswer,
    HistoryAnswer,
    CommitAnswer,
    ImpactAnswer,
    ImpactsAnswer,
    NewTokenAnswer,
    TokenAnswer,
    TokensAnswer,
    HealthAnswer,
    ProblemAnswer,
)
