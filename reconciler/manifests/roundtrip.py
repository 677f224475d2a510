"""The YAML round trip: comments, key order, quotes and anchors survive.

Scalars stay as they are written: the resolver reads every plain one as text, so that no number or date is spelled anew.
What they mean is the business of `reconciler.nodes`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from itertools import compress
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.tag import Tag

from reconciler.nodes import Parsed

# Comments before the first `---`: the round trip loses them.
_HEAD = re.compile(r"\A(?:[ \t]*(?:#.*)?\n)*[ \t]*#.*\n(?:[ \t]*\n)*(?=---\s)")
_STR = Tag(suffix="tag:yaml.org,2002:str")
_MERGE = Tag(suffix="tag:yaml.org,2002:merge")
_WIDE = 2**16  # no line is folded


class _AsWritten(VersionedResolver):
    """Every plain scalar is text; `<<` merges."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        if kind is ScalarNode and implicit[0]:
            return _MERGE if value == "<<" else _STR
        return super().resolve(kind, value, implicit)


def rewritten(parsed: Parsed, change: Callable[[list[Any]], None]) -> str:
    """Return a parsed file's text in the one layout, after `change` has edited its documents; empty ones go.

    Raises ruamel's YAMLError, and ValueError for what the round trip can't hold.
    """
    text = re.sub(r"\r\n?", "\n", parsed.text)
    head = _HEAD.match(text)
    documents = list(compress(_yaml().load_all(text), (document.data is not None for document in parsed.documents)))
    change(documents)
    laid = written(documents)
    return head[0].rstrip().lstrip("\n") + "\n---\n" + laid if head else laid


def written(documents: list[Any]) -> str:
    """Return documents in the one layout: two spaces, sequences indented, lines as long as they are."""
    stream = io.StringIO()
    _yaml().dump_all(documents, stream)
    return stream.getvalue().strip("\n") + "\n"  # blank lines at the top would go one by one


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.Resolver = _AsWritten
    yaml.preserve_quotes = True
    yaml.width = _WIDE
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.composer.warn_double_anchors = False  # YAML lets an anchor be set again, and so do we
    return yaml
