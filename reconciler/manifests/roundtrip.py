"""The YAML round trip: comments, key order, quotes and anchors survive.

Scalars stay as they are written: the resolver reads every plain one as text, so that no number or date is spelled anew.
What they mean is the business of `reconciler.nodes`.
"""

from __future__ import annotations

import io
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.tag import Tag

_STR = Tag(suffix="tag:yaml.org,2002:str")
_MERGE = Tag(suffix="tag:yaml.org,2002:merge")
_WIDE = 2**16  # no line is folded


class _AsWritten(VersionedResolver):
    """Every plain scalar is text; `<<` merges."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        if kind is ScalarNode and implicit[0]:
            return _MERGE if value == "<<" else _STR
        return super().resolve(kind, value, implicit)


def load_documents(text: str) -> list[Any]:
    """Load a file's documents for editing. Raises ruamel's YAMLError."""
    return list(_yaml().load_all(text))


def dump_documents(documents: list[Any]) -> str:
    """Write edited documents in the one layout: two spaces, sequences indented, lines as long as they are."""
    written = io.StringIO()
    _yaml().dump_all(documents, written)
    return written.getvalue()


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.Resolver = _AsWritten
    yaml.preserve_quotes = True
    yaml.width = _WIDE
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml
