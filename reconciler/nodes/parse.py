"""Bytes of a YAML file to documents, and whatever is wrong to diagnostics. Nothing is raised for bad input."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from _ruamel_yaml import CParser
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import Event, StreamEndEvent

from reconciler.diagnostics import Code, Diagnostic, Location
from reconciler.nodes.build import Builder, Refused
from reconciler.nodes.document import Document

BYTES_MAX = 8 * 2**20


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file's documents (those before a syntax error), its problems, and its text for showing them."""

    documents: tuple[Document, ...]
    diagnostics: tuple[Diagnostic, ...]
    text: str


def parse_yaml(content: bytes, file: str, environment: Mapping[str, str]) -> Parsed:
    """Parse a file's content. `file` is how locations spell it; `environment` is what `${NAME}` takes values from."""
    if len(content) > BYTES_MAX:
        detail = f"The file has {len(content):,} bytes; the limit is {BYTES_MAX:,}."
        hint = "Split it: a manifest file rarely needs more than some kilobytes."
        return _unparsable(Diagnostic(Code.FILE_TOO_LARGE, detail, Location(file), hint))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _unparsable(_not_utf8(content, error.start, file))
    builder = Builder(file, environment)
    try:
        for event in _events(text):
            builder.take(event)
    except Refused:
        pass
    except YAMLError as error:
        builder.diagnostics.append(_syntax_diagnostic(error, text, file))
    return Parsed(tuple(builder.documents), tuple(builder.diagnostics), text)


def _unparsable(diagnostic: Diagnostic) -> Parsed:
    return Parsed((), (diagnostic,), "")


def _events(text: str) -> Iterator[Event]:
    parser = CParser(text)
    while not isinstance(event := parser.get_event(), StreamEndEvent):
        yield event


def _not_utf8(content: bytes, at: int, file: str) -> Diagnostic:
    before = content[:at].decode("utf-8-sig")
    detail = f"Byte {at + 1} (0x{content[at]:02x}) is not part of UTF-8 text."
    return Diagnostic(Code.NOT_UTF8, detail, _end_of(before, file), "Save the file as UTF-8.")


def _end_of(text: str, file: str) -> Location:
    return Location(file, text.count("\n") + 1, len(text) - (text.rfind("\n") + 1) + 1)


def _syntax_diagnostic(error: YAMLError, text: str, file: str) -> Diagnostic:
    if isinstance(error, MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        context = f" {error.context}" if error.context else ""
        detail = f"{error.problem or 'The document ends too early'}{context}."
        location = _within(text, Location(file, mark.line + 1, mark.column + 1))
        return Diagnostic(
            Code.YAML_SYNTAX, detail[0].upper() + detail[1:], location, _syntax_hint(error, text, location)
        )
    position = getattr(error, "position", 0)
    detail = f"The character {text[position : position + 1]!a} is not allowed in YAML."
    return Diagnostic(Code.YAML_SYNTAX, detail, _end_of(text[:position], file), "Remove it, or write it as an escape.")


def _within(text: str, location: Location) -> Location:
    """Move a location beyond the last line, where the parser puts an early end, to the end of the last line."""
    lines = text.splitlines() or [""]
    if location.line <= len(lines):
        return location
    return Location(location.file, len(lines), len(lines[-1]) + 1)


def _syntax_hint(error: MarkedYAMLError, text: str, location: Location) -> str:
    line = text.splitlines()[location.line - 1] if text else ""
    if "\t" in line[: location.column]:
        return "Indent with spaces: YAML does not allow tabs."
    if "mapping values are not allowed" in str(error.problem):
        return "Put quotes around a text that holds `: `, and check the indentation."
    return ""
