"""Bytes of a YAML file to documents, and whatever is wrong to diagnostics. Nothing is raised for bad input.

The parser is imported by the functions that need it: a run that finds every file in its cache needs none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.diagnostics import Diagnostic, Location
from reconciler.nodes.document import Document
from reconciler.nodes.late_marks import LateFile, LateMarks
from reconciler.nodes.text import decoded


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file's documents (those before a syntax error), its problems, and its text for showing them."""

    documents: tuple[Document, ...]
    diagnostics: tuple[Diagnostic, ...]
    text: str


def parse_yaml(content: bytes, file: str, environment: Mapping[str, str]) -> Parsed:
    """Parse a file's content. `file` is how locations spell it; `environment` is what `${NAME}` takes values from."""
    text = decoded(content, file)
    if isinstance(text, Diagnostic):
        return Parsed((), (text,), "")
    from reconciler.nodes.quick import quick_documents  # noqa: PLC0415 - the parser

    quick = quick_documents(text)
    if quick is None:
        return parse_with_care(text, file, environment)
    late = LateFile(text, file)
    documents = (
        Document(data, LateMarks(late, at), Location(file, line + 1, column + 1))
        for at, (data, line, column) in enumerate(quick)
    )
    return Parsed(tuple(documents), (), text)


def parse_with_care(text: str, file: str, environment: Mapping[str, str]) -> Parsed:
    """Parse a text that `quick_documents` does not take."""
    from reconciler.nodes.careful import read_with_care  # noqa: PLC0415 - the parser

    built = read_with_care(text, file, environment)
    return Parsed(tuple(built.documents), tuple(built.diagnostics), text)
