"""The parameters of calls that are made with the extension: what they have beside the platform's own comes last."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from reconciler.server.ductape.forms import CreateForm, OfProduct, Tag, TagForm, UpdateForm, Whole
from reconciler.server.idempotency import KEY_PATTERN
from reconciler.server.models import REVISION_MAX, Form, Revision, SourceForm
from reconciler.server.routes.parameters import PAGE, Limit


class CreateOptions(Form):
    """Where a new session type comes from, and the key under which it is created once."""

    source: SourceForm | None = None
    key: Annotated[str | None, Field(pattern=KEY_PATTERN)] = None


class WriteOptions(Form):
    """The revision that a record must be at, and where the write comes from."""

    revision: Revision
    source: SourceForm | None = None


class HistoryOptions(Form):
    """Which entries of the history."""

    tag: Tag | None = None
    after: Annotated[int, Field(ge=0, le=REVISION_MAX), Whole] = 0
    limit: Annotated[Limit, Whole] = PAGE


class ExtendedCreateForm(CreateForm):
    """A new session type."""

    options: CreateOptions = CreateOptions()


class ExtendedUpdateForm(UpdateForm):
    """What changes in a session type."""

    options: WriteOptions


class ExtendedDeleteForm(TagForm):
    """A session type that is to go."""

    options: WriteOptions


class HistoryForm(OfProduct):
    """A page of the history."""

    options: HistoryOptions = HistoryOptions()


class CommitForm(OfProduct):
    """A changeset, in the form of the HTTP API."""

    changeset: dict[str, Any]
