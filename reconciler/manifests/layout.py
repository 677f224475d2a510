"""The canonical layout of a manifest file (`fmt`): only white space and the spelling of periods change.

Comments, key order, quotes and anchors stay. The result is compared with what was there before it is given out: a
layout that would lose a value or a comment is no layout.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from ruamel.yaml.error import YAMLError

from reconciler.diagnostics import Code, Diagnostic, Location
from reconciler.manifests.roundtrip import rewritten
from reconciler.nodes import parse_yaml
from reconciler.session_type import Period
from reconciler.values import JsonValue, canonical_json

_COMMENT = re.compile(r"(?:^|(?<=\s))#.*?[ \t]*$", re.MULTILINE)


def canonical_layout(content: bytes, file: str) -> str | tuple[Diagnostic, ...]:
    """Return a file's text in the canonical layout, or why it has none: it is no valid YAML."""
    parsed = parse_yaml(content, file, AnyVariable())
    if parsed.diagnostics:
        return parsed.diagnostics
    if all(document.data is None for document in parsed.documents):
        return parsed.text  # comments only: nothing to lay out
    try:
        laid = rewritten(parsed, _fold_periods)
    except (YAMLError, ValueError) as error:
        return (_impossible(file, str(getattr(error, "problem", None) or error).splitlines()[0].capitalize()),)
    if _contents(laid.encode(), file) != _contents(content, file) or _comments(laid) != _comments(parsed.text):
        return (_impossible(file, "Something would be lost"),)
    return laid


class AnyVariable(Mapping[str, str]):
    """An environment in which every variable is set, to its own reference: layout does not ask for values."""

    def __getitem__(self, name: str) -> str:
        return f"${{{name}}}"

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _fold_periods(documents: list[Any]) -> None:
    for document in documents:
        if isinstance(document, dict) and isinstance(written := document.get("period"), str):
            period = Period.read(written)
            if period is not None and written != period:
                document["period"] = str(period)


def _contents(content: bytes, file: str) -> list[str]:
    parsed = parse_yaml(content, file, AnyVariable())
    contents = (document.data for document in parsed.documents if document.data is not None)
    return [canonical_json(_with_folded_period(data)) for data in contents]


def _with_folded_period(data: JsonValue) -> JsonValue:
    if not isinstance(data, dict) or not isinstance(written := data.get("period"), str):
        return data
    return {**data, "period": str(Period.read(written) or written)}


def _comments(text: str) -> Counter[str]:
    return Counter(match[0].rstrip() for match in _COMMENT.finditer(re.sub(r"\r\n?", "\n", text)))


def _impossible(file: str, why: str) -> Diagnostic:
    detail = f"{why}, so the file stays as it is."
    return Diagnostic(Code.LAYOUT_IMPOSSIBLE, detail, Location(file), "Lay it out by hand, or write it more simply.")
