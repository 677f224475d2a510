"""What a text says by itself, where there is nothing to say about it: documents, and the session types in them.

It is nearly all that loading costs, and depends on the text alone: so it can be kept from run to run (`ParseCache`),
for which it is plain tuples.
"""

from __future__ import annotations

from typing import TypeAlias

from reconciler import nodes
from reconciler.manifests.manifest import LIFECYCLE
from reconciler.nodes import QuickDocument
from reconciler.session_type import SessionType, check, plain_session_type
from reconciler.session_type.lint import lint
from reconciler.values import JsonObject, JsonValue

# Of a session type: the fields in order, the period by its canonical name, and the canonical form.
QuickFields: TypeAlias = "tuple[str, str, str, JsonObject, str, int, str, str]"
QuickManifest: TypeAlias = "tuple[QuickDocument, QuickFields | None]"


def quick_manifests(text: str) -> list[QuickManifest] | None:
    """Return the documents of a text, each with its fields where check and lint find nothing; None as the parser does.

    A document with a lifecycle has no fields here: that is more than a session type.
    """
    documents = nodes.quick_documents(text)  # of the package: the parser is imported with the first text
    return None if documents is None else [(each, _fields(each[0])) for each in documents]


def _fields(data: JsonValue) -> QuickFields | None:
    if not isinstance(data, dict) or LIFECYCLE in data:
        return None
    made = plain_session_type(data)
    if made is None:
        made = check(data).session_type
        if made is None or lint(made):
            return None
    return (
        made.name,
        made.tag,
        made.description,
        made.schema,
        made.selector,
        made.expiry,
        made.period.value,
        made.canonical(),
    )


def session_type_of(fields: QuickFields) -> SessionType:
    """Return the session type of its fields."""
    return SessionType.known(*fields)
