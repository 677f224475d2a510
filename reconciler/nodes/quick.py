"""The quick way from events to plain data, for a text with nothing to say about.

It takes what nearly every manifest is made of, and gives up where a text has anything more (an anchor, a tag, a
variable, a mistake): then `Builder`, which knows the rules, reads it from the beginning. So nothing is decided here,
and positions are not kept: they are read when somebody asks (`LateMarks`).
"""

from __future__ import annotations

from typing import Any

from _ruamel_yaml import CParser
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from reconciler.nodes.document import DEPTH_MAX, VALUES_MAX, QuickDocument
from reconciler.nodes.scalars import FIRST_OF_MEANING, NumberTooLong, resolve

# Each value takes two characters at least, so a shorter text can't hold too many.
LENGTH_MAX = 2 * VALUES_MAX


def quick_documents(text: str) -> list[QuickDocument] | None:
    """Return each document with the line and column of its value, from 0; None where the text needs care."""
    if len(text) > LENGTH_MAX or "${" in text or "<<" in text:
        return None
    try:
        return _documents(text)
    except (YAMLError, NumberTooLong):
        return None


def _documents(text: str) -> list[QuickDocument] | None:  # noqa: C901, PLR0912 - one loop: a call per event costs as much as the event
    parser = CParser(text)
    next_event = parser.get_event
    documents: list[QuickDocument] = []
    open_values: list[tuple[Any, str | None]] = []
    value: Any = []
    key: str | None = None
    line = column = 0
    while True:
        event = next_event()
        kind = type(event)
        if kind is ScalarEvent:
            if event.anchor is not None or event.tag is not None:
                return None
            made = event.value
            if event.implicit[0] and made[:1] in FIRST_OF_MEANING:
                made = resolve(made)
            if type(value) is list:
                if not open_values:
                    line, column = event.start_mark.line, event.start_mark.column
                value.append(made)
            elif key is not None:
                value[key] = made
                key = None
            elif type(made) is str and made not in value:
                key = made
            else:
                return None
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            if event.anchor is not None or event.tag is not None or len(open_values) >= DEPTH_MAX:
                return None
            if type(value) is dict and key is None:
                return None
            if not open_values:
                line, column = event.start_mark.line, event.start_mark.column
            open_values.append((value, key))
            value, key = ({} if kind is MappingStartEvent else []), None
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            made = value
            value, key = open_values.pop()
            if key is None:
                value.append(made)
            else:
                value[key] = made
                key = None
        elif kind is DocumentEndEvent:
            documents.append((value[0], line, column))
            value = []
        elif kind is StreamEndEvent:
            return documents
        elif kind is not DocumentStartEvent and kind is not StreamStartEvent:
            return None
