"""The parameters of the calls: in their order for session types and products, one object for the runtime."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import AliasChoices, BeforeValidator, Field

from reconciler.runtime.protocol import PAGE_LIMIT, PAGE_LIMIT_MAX
from reconciler.server.ductape.refusals import CallRefused
from reconciler.server.forms import read_form
from reconciler.server.models import REVISION_MAX, Form, Product
from reconciler.server.routes.parameters import ENV_PATTERN
from reconciler.server.session_forms import TOKEN_LENGTH_MAX, Identifier, SessionId
from reconciler.session_type.rules import TAG_PATTERN
from reconciler.values import JsonValue, canonical_value

_PAGE_MAX = 2**50

Tag = Annotated[str, Field(pattern=TAG_PATTERN)]
# The runtime calls it `tag`, the calls about users `session`; both are taken by all.
SessionTag = Annotated[str, Field(pattern=TAG_PATTERN, validation_alias=AliasChoices("tag", "session"))]
Env = Annotated[str, Field(pattern=ENV_PATTERN)]
Secret = Annotated[str, Field(max_length=TOKEN_LENGTH_MAX, repr=False)]
Whole = BeforeValidator(canonical_value)


class OfProduct(Form):
    """What names a product. `positional`: the parameters come one after the other, in the order of the fields."""

    positional: ClassVar[bool] = True

    product: Product


class TagForm(OfProduct):
    """One session type."""

    tag: Tag


class CreateForm(OfProduct):
    """A new session type."""

    data: dict[str, Any]


class UpdateForm(TagForm):
    """What changes in a session type."""

    data: dict[str, Any]


class EnvironmentForm(OfProduct):
    """One environment."""

    slug: Env


class LifecycleForm(OfProduct):
    """The sessions of a type in an environment. `cache`, a wish to the platform, is not looked at."""

    positional: ClassVar[bool] = False

    tag: SessionTag
    env: Env
    cache: Any = None


class StartForm(LifecycleForm):
    """A new session. `expiresIn`, in seconds, may shorten its life."""

    data: dict[str, Any]
    expires_in: Annotated[int | None, Field(ge=1, le=REVISION_MAX, validation_alias="expiresIn"), Whole] = None


class VerifyForm(LifecycleForm):
    """A token that is to be judged."""

    token: Secret


class RefreshForm(LifecycleForm):
    """A refresh token that is to be exchanged."""

    refresh_token: Annotated[Secret, Field(validation_alias="refreshToken")]


class RevokeForm(LifecycleForm):
    """One session, or all of a user."""

    session_id: Annotated[SessionId | None, Field(validation_alias="sessionId")] = None
    identifier: Identifier | None = None


class RevokeAllForm(LifecycleForm):
    """All sessions of a user."""

    identifier: Identifier


class _Page(OfProduct):
    page: Annotated[int, Field(ge=1, le=_PAGE_MAX), Whole] = 1
    limit: Annotated[int, Field(ge=1, le=PAGE_LIMIT_MAX), Whole] = PAGE_LIMIT


class ActiveForm(LifecycleForm, _Page):
    """A page of the live sessions."""

    identifier: Identifier | None = None


class DashboardForm(OfProduct):
    """The numbers of a type. Without `env` it is the only one that there is."""

    positional: ClassVar[bool] = False

    tag: SessionTag
    env: Env | None = None


class UsersForm(DashboardForm, _Page):
    """A page of the users."""


class UserForm(DashboardForm):
    """One user."""

    identifier: Identifier


_Filled = TypeVar("_Filled", bound=OfProduct)


def filled_in(form: type[_Filled], params: tuple[JsonValue, ...]) -> _Filled:
    """Return a form with a call's parameters in it. Raises Refusal, CallRefused."""
    names = list(form.model_fields)
    given = list(params)
    while given and given[-1] is None:  # what a script leaves undefined arrives as null
        given.pop()
    if form.positional:
        if len(given) > len(names):
            raise CallRefused(400, "INVALID_REQUEST", f"The method takes {len(names)} parameters: {', '.join(names)}")
        return read_form(form, dict(zip(names, given, strict=False)))
    match given:
        case [dict() as fields]:
            # As the vendor's own language does: what is null was left out.
            return read_form(form, {name: value for name, value in fields.items() if value is not None})
        case _:
            raise CallRefused(400, "INVALID_REQUEST", "The method takes one object: params is `[{…}]`")
