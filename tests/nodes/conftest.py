"""Parsing in one word, for tests about what a text means."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pytest

from reconciler.nodes import Parsed, parse_yaml
from reconciler.values import JsonValue

ENVIRONMENT = {"NAME": "Ada", "COUNT": "7", "YES": "true", "EMPTY": "", "WORDS": "a: b # c"}

Parse: TypeAlias = Callable[[str], Parsed]
Value: TypeAlias = Callable[[str], JsonValue]


@pytest.fixture
def parse() -> Parse:
    """Parse a text as the file `f.yaml`."""
    return lambda text: parse_yaml(text.encode(), "f.yaml", ENVIRONMENT)


@pytest.fixture
def value(parse: Parse) -> Value:
    """Return the one document of a text that has no problem."""

    def only(text: str) -> JsonValue:
        parsed = parse(text)
        assert not parsed.diagnostics
        (document,) = parsed.documents
        return document.data

    return only
