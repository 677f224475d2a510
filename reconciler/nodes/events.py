"""The C parser's events."""

from __future__ import annotations

from collections.abc import Iterator

from _ruamel_yaml import CParser
from ruamel.yaml.events import Event, StreamEndEvent


def events(text: str) -> Iterator[Event]:
    """Yield the parser's events. Raises ruamel's YAMLError."""
    parser = CParser(text)
    while not isinstance(event := parser.get_event(), StreamEndEvent):
        yield event
