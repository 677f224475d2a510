"""Bytes of a file to text, and the text's lines as YAML counts them. No parser is needed for it."""

from __future__ import annotations

import codecs
import re

from reconciler.diagnostics import Code, Diagnostic, Location

BYTES_MAX = 8 * 2**20

# What the parser counts as the end of a line.
LINE_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")


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


def split_lines(text: str) -> list[str]:
    """Return a text's lines as the parser counts them."""
    return LINE_BREAK.split(text)


def end_of(text: str, file: str) -> Location:
    """Return the place behind the last character of a text."""
    lines = split_lines(text)
    return Location(file, len(lines), len(lines[-1]) + 1)


def _not_utf8(body: bytes, at: int, bom: int, file: str) -> Diagnostic:
    detail = f"Byte {bom + at + 1} (0x{body[at]:02x}) is not part of UTF-8 text."
    return Diagnostic(Code.NOT_UTF8, detail, end_of(body[:at].decode(), file), "Save the file as UTF-8.")
