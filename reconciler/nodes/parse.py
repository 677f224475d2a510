"""Bytes of a YAML file to documents, and whatever is wrong to diagnostics. Nothing is raised for bad input."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass

from ruamel.yaml.error import MarkedYAMLError, YAMLError

from reconciler.diagnostics import Code, Diagnostic, Location
from reconciler.nodes.build import Builder, Refused
from reconciler.nodes.document import Document
from reconciler.nodes.events import events
from reconciler.nodes.late import LateFile, LateMarks
from reconciler.nodes.quick import quick_documents

BYTES_MAX = 8 * 2**20

# What the parser counts as the end of a line.
_LINE_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_LAST_BREAK = re.compile(rf"(?:{_LINE_BREAK.pattern})\Z")


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
    quick = quick_documents(text)
    if quick is None:
        return parse_with_care(text, file, environment)
    late = LateFile(text, file)
    documents = (
        Document(data, LateMarks(late, at), Location(file, line + 1, column + 1))
        for at, (data, line, column) in enumerate(quick)
    )
    return Parsed(tuple(documents), (), text)


def decoded(content: bytes, file: str) -> str | Diagnostic:
    """Return a file's text, or why there is none."""
    if len(content) > BYTES_MAX:
        detail = f"The file has {len(content):,} bytes; the limit is {BYTES_MAX:,}."
        hint = "Split it: a manifest file rarely needs more than some kilobytes."
        return Diagnostic(Code.FILE_TOO_LARGE, detail, Location(file), hint)
    body = content.removeprefix(codecs.BOM_UTF8)
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        return _not_utf8(body, error.start, len(content) - len(body), file)


def parse_with_care(text: str, file: str, environment: Mapping[str, str]) -> Parsed:
    """Parse a text that `quick_documents` does not take."""
    builder = Builder(file, environment)
    try:
        for event in events(text):
            builder.take(event)
    except Refused:
        pass
    except YAMLError as error:
        builder.diagnostics.append(_syntax_diagnostic(error, text, file))
    return Parsed(tuple(builder.documents), tuple(builder.diagnostics), text)


def split_lines(text: str) -> list[str]:
    """Return a text's lines as the parser counts them."""
    return _LINE_BREAK.split(text)


def _not_utf8(body: bytes, at: int, bom: int, file: str) -> Diagnostic:
    detail = f"Byte {bom + at + 1} (0x{body[at]:02x}) is not part of UTF-8 text."
    return Diagnostic(Code.NOT_UTF8, detail, _end_of(body[:at].decode(), file), "Save the file as UTF-8.")


def _end_of(text: str, file: str) -> Location:
    lines = split_lines(text)
    return Location(file, len(lines), len(lines[-1]) + 1)


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
    return Diagnostic(Code.YAML_SYNTAX, detail, _end_of(before, file), "Remove it, or write it as an escape.")


def _within(text: str, location: Location) -> Location:
    """Move a location beyond the last line, where the parser puts an early end, to the end of the last line."""
    end = _end_of(_LAST_BREAK.sub("", text), location.file)
    return location if location.line <= end.line else end


def _syntax_hint(error: MarkedYAMLError, text: str, location: Location) -> str:
    line = split_lines(text)[location.line - 1]
    if "\t" in line[: location.column]:
        return "Indent with spaces: YAML does not allow tabs."
    if "mapping values are not allowed" in str(error.problem):
        return "Put quotes around a text that holds `: `, and check the indentation."
    return ""
