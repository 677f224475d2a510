"""The session type that a session is of."""

from __future__ import annotations

from sqlalchemy import Connection, select

from reconciler.diagnostics import nearest_of
from reconciler.port import Record
from reconciler.registry.store.rows import read_rows, record_of
from reconciler.registry.store.sessions.scopes import TypeScope
from reconciler.registry.store.tables import session_types
from reconciler.runtime.errors import UnknownSessionType
from reconciler.session_type import SessionType


def live_type(connection: Connection, product: str, tag: str) -> tuple[SessionType, int]:
    """Return a session type and its record's revision. Raises UnknownSessionType."""
    own = session_types.c.product == product
    rows = read_rows(connection, select(session_types).where(own, session_types.c.tag == tag))
    record: Record | None = record_of(rows[0]) if rows else None
    if record is not None and record.spec is not None:
        return record.spec, record.revision
    raise unknown(connection, product, tag)


def unknown(connection: Connection, product: str, tag: str) -> UnknownSessionType:
    """Return the error that says that there is no such session type, and which one may be meant."""
    known = select(session_types.c.tag).where(session_types.c.product == product, session_types.c.spec.is_not(None))
    nearest = nearest_of(tag, connection.scalars(known))
    hint = f"Did you mean `{nearest}`?" if nearest else "`reconciler apply` makes session types of manifests."
    return UnknownSessionType(f"The product {product} has no session type `{tag}`", hint=hint, tag=tag)


def require(connection: Connection, scope: TypeScope) -> None:
    """Raise UnknownSessionType for a tag that is not known, so that nobody takes a mistyped one for an idle one."""
    live_type(connection, scope.product, scope.tag)
