"""Edits manifests in place: single values change; comments, key order and quotes stay."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, PlainScalarString, ScalarString

from reconciler.manifests.layout import AnyVariable
from reconciler.manifests.roundtrip import rewritten, written
from reconciler.nodes import NumberTooLong, parse_yaml, resolve
from reconciler.session_type import SessionType
from reconciler.values import JsonObject, JsonValue, Path

# What reads well without quotes, in every place. Parsers differ on the rest, and quotes are never wrong.
_PLAIN = re.compile(r"[^\W\d_][\w@./+-]*( [\w@./+-]+)*|\$Session(\{\w+\})+")


@dataclass(frozen=True, slots=True)
class Edit:
    """One value of the manifest of `tag`: what stands at `path` becomes `value`, or goes away."""

    tag: str
    path: Path
    value: JsonValue = None
    removes: bool = False


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return a file's text with the edits made.

    Raises LookupError where an edit leads nowhere, and ruamel's YAMLError and ValueError for what can't be rewritten.
    """

    def change(documents: list[Any]) -> None:
        by_tag = {document.get("tag"): document for document in documents if isinstance(document, dict)}
        for edit in edits:
            _make(by_tag[edit.tag], edit)

    return rewritten(parse_yaml(text.encode(), "", AnyVariable()), change)


def manifest_text(session_type: SessionType) -> str:
    """Return a new manifest of a session type; an empty description is left out."""
    fields = {name: value for name, value in session_type.to_json().items() if name != "description" or value}
    return fields_text(fields)


def fields_text(fields: JsonObject) -> str:
    """Return some fields as a manifest has them."""
    return written([_held(fields)])


def _make(document: Any, edit: Edit) -> None:
    *around, last = edit.path
    holder = document
    for step in around:
        holder = holder[step]
    if edit.removes:
        del holder[last]
        return
    held = _held(edit.value)
    if isinstance(held, (CommentedMap, CommentedSeq)) and last in holder.ca.items:
        held.fa.set_flow_style()  # a comment behind the old value has its place behind one line only
    holder[last if last in holder or isinstance(last, int) else _held_text(last)] = held


def _held(value: JsonValue) -> Any:
    """Return a value as the round trip holds it, in which a plain scalar is the text that is written."""
    match value:
        case dict():
            return CommentedMap((_held_text(key), _held(item)) for key, item in value.items())
        case list():
            return CommentedSeq(_held(item) for item in value)
        case str():
            return _held_text(value.replace("${", "$${"))
        case None:
            return PlainScalarString("null")
        case bool():
            return PlainScalarString("true" if value else "false")
        case _:
            return PlainScalarString(repr(value))


def _held_text(text: str) -> ScalarString:
    # Both kinds say their style, or a text would take over the quotes of the one whose place it takes.
    held: ScalarString = PlainScalarString(text) if _is_plain(text) else DoubleQuotedScalarString(text)
    return held


def _is_plain(text: str) -> bool:
    """Tell whether a text, written without quotes, is read back as itself."""
    try:
        return resolve(text) == text and _PLAIN.fullmatch(text) is not None
    except NumberTooLong:
        return False
