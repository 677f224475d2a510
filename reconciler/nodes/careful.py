"""The careful way from a text to documents, by all the rules; and what a syntax error is told as."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ruamel.yaml.error import MarkedYAMLError, YAMLError

from reconciler.diagnostics import Code, Diagnostic, Location
from reconciler.nodes.build import Builder, Refused
from reconciler.nodes.events import events
from reconciler.nodes.text import LINE_BREAK, end_of, split_lines

_LAST_BREAK = re.compile(rf"(?:{LINE_BREAK.pattern})\Z")


def read_with_care(text: str, file: str, environment: Mapping[str, str]) -> Builder:
    """Read a text that `quick_documents` does not take: what is built has its documents and diagnostics."""
    builder = Builder(file, environment)
    try:
        for event in events(text):
            builder.take(event)
    except Refused:
        pass
    except YAMLError as error:
        builder.diagnostics.append(_syntax_diagnostic(error, text, file))
    return builder


def _syntax_diagnostic(error: YAMLError, text: str, file: str) -> Diagnostic:
    if isinstance(error, MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        context = f" {error.context}" if error.context else ""
        detail = f"{error.problem or 'The document ends too early'}{context}."
        location = _within(text, Location(file, mark.line + 1, mark.column + 1))
        return Diagnostic(
            Code.YAML_SYNTAX, detail[0].upper() + detail[1:], location, _syntax_hint(error, text, location)
        )
    before = text.encode()[: getattr(error, "position", 0)].decode(errors="ignore")  # the parser counts bytes here
    detail = f"The character {text[len(before) : len(before) + 1]!a} is not allowed in YAML."
    return Diagnostic(Code.YAML_SYNTAX, detail, end_of(before, file), "Remove it, or write it as an escape.")


def _within(text: str, location: Location) -> Location:
    """Move a location beyond the last line, where the parser puts an early end, to the end of the last line."""
    end = end_of(_LAST_BREAK.sub("", text), location.file)
    return location if location.line <= end.line else end


def _syntax_hint(error: MarkedYAMLError, text: str, location: Location) -> str:
    line = split_lines(text)[location.line - 1]
    if "\t" in line[: location.column]:
        return "Indent with spaces: YAML does not allow tabs."
    if "mapping values are not allowed" in str(error.problem):
        return "Put quotes around a text that holds `: `, and check the indentation."
    return ""
